// EndTransaction does what is to be done about the transaction when a program is over: keep what
// the statement did, and commit it when no explicit transaction is open; or undo it, alone when
// that is possible. It belongs to the session, so that it goes on when the statement goes away.
//
// Each state is gone through for one database after the other.
//
//   kKeep, kCommit:   [[kShrink] -> kCommit] -> done
//                                                  a commit that fails: -> kRollback -> failed
//   kUndoStatement:   kUndo -> [kCommit] -> done   an undo that fails: -> kRollback -> failed
//   kUndoToSavepoint: kUndo -> done                likewise
//   kUndoTransaction: kRollback -> done
//
// A commit that other connections' readers are in the way of (in rollback mode) is tried again up
// to the busy timeout. Then COMMIT fails with kBusy and leaves the transaction open; a statement
// outside one is undone, alone when queries of this connection read beside it.

#ifndef ORRERY_ENGINE_VDBE_END_TRANSACTION_H_
#define ORRERY_ENGINE_VDBE_END_TRANSACTION_H_

#include "engine/btree/shrink_file.h"
#include "engine/io/resumable.h"
#include "engine/vdbe/busy_wait.h"

namespace orrery {

struct Database;
class Session;

enum class Ending : uint8_t {
  kKeep,
  kCommit,  // COMMIT, and RELEASE of the savepoint that began the transaction
  kUndoStatement,
  kUndoToSavepoint,
  kUndoTransaction,
  // A statement was given up while it took the write lock: takes it, then gives it back unless an
  // explicit transaction is open.
  kFinishBegin,
};

class EndTransaction final : public Resumable<EndTransaction> {
 public:
  enum class State : uint8_t { kDecide, kBegun, kShrink, kCommit, kSleep, kUndo, kRollback };
  static constexpr Edge<State> kEdges[] = {
      {State::kDecide, State::kCommit},     {State::kDecide, State::kUndo},
      {State::kDecide, State::kShrink},  // with auto_vacuum FULL
      {State::kShrink, State::kShrink},     {State::kShrink, State::kCommit},
      {State::kShrink, State::kRollback},   {State::kDecide, State::kRollback},
      {State::kDecide, State::kBegun},      {State::kBegun, State::kRollback},
      {State::kCommit, State::kCommit},     {State::kCommit, State::kRollback},
      {State::kCommit, State::kSleep},      {State::kCommit, State::kUndo},
      {State::kSleep, State::kCommit},      {State::kUndo, State::kUndo},
      {State::kUndo, State::kCommit},       {State::kUndo, State::kRollback},
      {State::kRollback, State::kRollback},
  };
  ~EndTransaction() { Abandon(); }

  // Fails with the error of a commit or an undo that failed; the transaction is rolled back then,
  // except after a kBusy as told above. With kUndoToSavepoint: `savepoint` counts from 0, the
  // outermost; it stays open.
  void Start(Session& session, Ending ending, size_t savepoint = 0);
  // In the middle of a commit: whoever gives up now does not know how it ends.
  bool is_committing() const {
    const State state = static_cast<State>(state_);
    return running() &&
           (state == State::kShrink || state == State::kCommit || state == State::kSleep);
  }

 private:
  friend Resumable;
  Next Run(State state);
  Next Decide();
  Next Begun();
  Next Shrink();
  Next Shrunk();
  Next Commit();
  Next CommitBusy(Status status);
  Status LockForCommit();
  Next Undo();
  Next Undone();
  Next Rollback();

  // On to the next database, from the one at hand on, of which `holds` is true; null when there is
  // none, and then the first is at hand again.
  template <typename Holds>
  Database* Find(Holds holds);

  Session* session_ = nullptr;
  size_t at_ = 0;  // in session_->databases
  Ending ending_ = Ending::kKeep;
  size_t savepoint_ = 0;
  BusyWait busy_wait_;
  ShrinkFile shrink_file_;
  bool is_locked_ = false;   // all that is to be committed is locked as far as that needs
  bool is_calling_ = false;  // the pager at hand, to commit
  Status reason_;            // why all is rolled back
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_VDBE_END_TRANSACTION_H_
