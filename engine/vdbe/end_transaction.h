// EndTransaction does what is to be done about the transaction when a program is over: keep what
// the statement did, and commit it when no explicit transaction is open; or undo it, alone when
// that is possible. It belongs to the session, so that it goes on when the statement goes away.
//
//   kKeep:            [kCommit] -> done          a commit that fails: -> kRollback -> failed
//   kUndoStatement:   kUndo -> [kCommit] -> done   an undo that fails: -> kRollback -> failed
//   kUndoTransaction: kRollback -> done

#ifndef ORRERY_ENGINE_VDBE_END_TRANSACTION_H_
#define ORRERY_ENGINE_VDBE_END_TRANSACTION_H_

#include "engine/io/resumable.h"

namespace orrery {

class Session;

enum class Ending : uint8_t {
  kKeep,
  kUndoStatement,
  kUndoTransaction,
  // A statement was given up while it took the write lock: takes it, then gives it back unless an
  // explicit transaction is open.
  kFinishBegin,
};

class EndTransaction final : public Resumable<EndTransaction> {
 public:
  enum class State : uint8_t { kDecide, kBegun, kCommit, kUndo, kRollback };
  static constexpr Edge<State> kEdges[] = {
      {State::kDecide, State::kCommit},     {State::kDecide, State::kUndo},
      {State::kDecide, State::kRollback},   {State::kDecide, State::kBegun},
      {State::kBegun, State::kRollback},    {State::kCommit, State::kCommit},
      {State::kCommit, State::kRollback},   {State::kUndo, State::kUndo},
      {State::kUndo, State::kCommit},       {State::kUndo, State::kRollback},
      {State::kRollback, State::kRollback},
  };
  ~EndTransaction() { Abandon(); }

  // Fails with the error of a commit or an undo that failed; the transaction is rolled back then.
  void Start(Session& session, Ending ending);
  // In the middle of a commit: whoever gives up now does not know how it ends.
  bool is_committing() const { return running() && static_cast<State>(state_) == State::kCommit; }

 private:
  friend Resumable;
  Next Run(State state);
  Next Decide();
  Next Begun();
  Next Commit();
  Next Undo();
  Next Rollback();

  Session* session_ = nullptr;
  Ending ending_ = Ending::kKeep;
  Status reason_;  // why all is rolled back
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_VDBE_END_TRANSACTION_H_
