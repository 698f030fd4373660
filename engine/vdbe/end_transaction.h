// EndTransaction does what is to be done about the transaction when a program is over: keep what
// the statement did, and commit it when no explicit transaction is open; or undo it, alone when
// that is possible. It belongs to the session, so that it goes on when the statement goes away.
//
// Each state is gone through for one database after the other.
//
//   kKeep, kCommit:   [kLock -> [kShrink] -> kCommit] -> done
//                                                  a commit that fails: -> kRollback -> failed
//   kUndoStatement:   kUndo -> [kLock -> kCommit] -> done
//                                                  an undo that fails: -> kRollback -> failed
//   kUndoToSavepoint: kUndo -> done                likewise
//   kUndoTransaction: kRollback -> done
//
// When several files in rollback mode have changed, they are committed as one
// (engine/storage/super_journal.h):
//
//   kLock [-> kShrink] -> kNamed -> kPrepare -> kCommit (of the others) -> kDecided -> kCommit
//
// From kDecided on nothing undoes it: a journal that cannot be ended then (kLeave) is nobody's.
// WAL databases are each committed for themselves, as in SQLite.
//
// A commit that other connections' readers are in the way of (in rollback mode) is tried again up
// to the busy timeout. Then COMMIT fails with kBusy and leaves the transaction open; a statement
// outside one is undone, alone when queries of this connection read beside it.

#ifndef ORRERY_ENGINE_VDBE_END_TRANSACTION_H_
#define ORRERY_ENGINE_VDBE_END_TRANSACTION_H_

#include "engine/btree/shrink_file.h"
#include "engine/io/resumable.h"
#include "engine/storage/super_journal.h"
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
  enum class State : uint8_t {
    kDecide,
    kBegun,
    kShrink,
    kLock,
    kNamed,
    kPrepare,
    kCommit,
    kDecided,
    kLeave,
    kSleep,
    kUndo,
    kRollback
  };
  static constexpr Edge<State> kEdges[] = {
      {State::kDecide, State::kLock},
      {State::kDecide, State::kUndo},
      {State::kDecide, State::kRollback},
      {State::kDecide, State::kBegun},
      {State::kBegun, State::kRollback},
      {State::kLock, State::kShrink},  // with auto_vacuum FULL
      {State::kLock, State::kNamed},   // the super-journal is there
      {State::kLock, State::kCommit},
      {State::kLock, State::kRollback},
      {State::kLock, State::kSleep},
      {State::kLock, State::kUndo},
      {State::kShrink, State::kShrink},
      {State::kShrink, State::kNamed},
      {State::kShrink, State::kCommit},
      {State::kShrink, State::kRollback},
      {State::kNamed, State::kPrepare},
      {State::kNamed, State::kRollback},
      {State::kPrepare, State::kPrepare},
      {State::kPrepare, State::kCommit},
      {State::kPrepare, State::kRollback},
      {State::kCommit, State::kDecided},
      {State::kCommit, State::kRollback},
      {State::kDecided, State::kCommit},
      {State::kCommit, State::kLeave},
      {State::kLeave, State::kLeave},
      {State::kLeave, State::kCommit},
      {State::kCommit, State::kCommit},
      {State::kCommit, State::kSleep},
      {State::kCommit, State::kUndo},
      {State::kSleep, State::kLock},
      {State::kUndo, State::kUndo},
      {State::kUndo, State::kLock},
      {State::kUndo, State::kRollback},
      {State::kRollback, State::kRollback},
  };
  ~EndTransaction() { Abandon(); }

  // Fails with the error of a commit or an undo that failed; the transaction is rolled back then,
  // except after a kBusy as told above. With kUndoToSavepoint: `savepoint` counts from 0, the
  // outermost; it stays open.
  void Start(Session& session, Ending ending, size_t savepoint = 0);
  // In the middle of a commit that can still be given up: whoever does so does not know how it
  // ends.
  bool is_committing() const {
    const State state = static_cast<State>(state_);
    return running() && !is_decided_ && state >= State::kShrink && state <= State::kSleep;
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
  Next Lock();
  Next NameJournals();
  Next Named();
  Next Prepare();
  Next RemoveSuperJournal();
  Next Decided();
  Next Leave();
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
  WriteSuperJournal write_super_journal_;
  std::string super_journal_;  // empty: there is none
  bool is_decided_ = false;    // it has been removed
  Status reason_;              // why all is rolled back
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_VDBE_END_TRANSACTION_H_
