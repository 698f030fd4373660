#include "engine/vdbe/end_transaction.h"

#include "engine/vdbe/session.h"

namespace orrery {

void EndTransaction::Start(Session& session, Ending ending, size_t savepoint) {
  session_ = &session;
  ending_ = ending;
  savepoint_ = savepoint;
  busy_wait_.Start(session);
  reason_ = OkStatus();
  Begin(State::kDecide);
}

EndTransaction::Next EndTransaction::Run(State state) {
  switch (state) {
    case State::kDecide:
      return Decide();
    case State::kBegun:
      return Begun();
    case State::kShrink:
      return Shrunk();
    case State::kCommit:
      return Commit();
    case State::kSleep:
      return AwaitOutcome(session_->sleep, State::kCommit);
    case State::kUndo:
      return Undo();
    case State::kRollback:
      return Rollback();
  }
  Unreachable();
}

EndTransaction::Next EndTransaction::Decide() {
  Session& session = *session_;
  switch (ending_) {
    case Ending::kKeep:
    case Ending::kCommit:
      // Until a commit has succeeded the statement may have to be undone.
      if (session.autocommit && session.pager->in_write()) return BeginCommit();
      if (session.statement_open) {
        session.pager->EndStatement();
        session.statement_open = false;
      }
      return Done(Unit());
    case Ending::kUndoStatement:
      return Goto(session.statement_open ? State::kUndo : State::kRollback);
    case Ending::kUndoToSavepoint:
      return Goto(State::kUndo);
    case Ending::kUndoTransaction:
      return Goto(State::kRollback);
    case Ending::kFinishBegin:
      return AwaitOutcome(session.begin, State::kBegun);
  }
  Unreachable();
}

EndTransaction::Next EndTransaction::Begun() {
  if (!outcome().ok()) return Fail(outcome());
  session_->begin.Take();
  if (session_->autocommit && session_->pager->in_write()) return Goto(State::kRollback);
  return Done(Unit());
}

EndTransaction::Next EndTransaction::BeginCommit() {
  const Pager& pager = *session_->pager;
  const bool has_free_pages = pager.header().freelist_page_count > 0;
  if (pager.auto_vacuum() != AutoVacuum::kFull || !has_free_pages) return Goto(State::kCommit);
  shrink_file_.Start(session_->btree, pager.page_count());
  return AwaitOutcome(shrink_file_, State::kShrink);
}

EndTransaction::Next EndTransaction::Shrunk() {
  if (!outcome().ok()) {
    reason_ = outcome();
    return Goto(State::kRollback);
  }
  shrink_file_.Take();
  return Goto(State::kCommit);
}

EndTransaction::Next EndTransaction::Commit() {
  Session& session = *session_;
  const bool is_undone = ending_ == Ending::kUndoStatement;
  IoResult<> committed = session.pager->Commit(is_undone);
  session.pager_call_pending = committed.pending();
  if (committed.pending()) return AwaitOutcome(*committed.waiting().on, State::kCommit);
  if (committed.failed()) {
    if (committed.status().primary() == ResultCode::kBusy) {
      return CommitBusy(std::move(committed).status());
    }
    session.io.Reached(Probe::kCommitFailed);
    reason_ = std::move(committed).status();
    return Goto(State::kRollback);
  }
  session.schema_changed = false;
  session.statement_open = false;
  session.btree.InvalidateAll();
  return reason_.ok() ? Done(Unit()) : Fail(std::move(reason_));
}

EndTransaction::Next EndTransaction::CommitBusy(Status status) {
  Session& session = *session_;
  if (busy_wait_.Pause(session)) return Goto(State::kSleep);
  Status busy(status.code());  // which lock it was is no one's concern
  if (ending_ == Ending::kCommit) {
    session.autocommit = false;
    return Fail(std::move(busy));
  }
  reason_ = std::move(busy);
  // Queries beside it go on.
  if (!session.statement_open) return Goto(State::kRollback);
  ending_ = Ending::kUndoStatement;
  return Goto(State::kUndo);
}

EndTransaction::Next EndTransaction::Undo() {
  Session& session = *session_;
  session.btree.InvalidateAll();
  const bool is_statement = ending_ == Ending::kUndoStatement;
  IoResult<> undone = is_statement ? session.pager->RollbackStatement()
                                   : session.pager->RollbackToSavepoint(savepoint_);
  session.pager_call_pending = undone.pending();
  if (undone.pending()) return AwaitOutcome(*undone.waiting().on, State::kUndo);
  if (undone.failed()) {
    session.io.Reached(Probe::kUndoFailed);
    reason_ = std::move(undone).status();
    return Goto(State::kRollback);
  }
  session.StatementWasUndone();
  if (!is_statement) {
    session.savepoints.resize(savepoint_ + 1);
    return Done(Unit());
  }
  session.io.Reached(Probe::kStatementUndone);
  session.statement_open = false;
  // Outside BEGIN ... COMMIT the write transaction ends with the statement.
  return session.autocommit ? Goto(State::kCommit) : Done(Unit());
}

EndTransaction::Next EndTransaction::Rollback() {
  Session& session = *session_;
  session.btree.InvalidateAll();
  IoResult<> rolled_back = session.pager->Rollback();
  session.pager_call_pending = rolled_back.pending();
  if (rolled_back.pending()) return AwaitOutcome(*rolled_back.waiting().on, State::kRollback);
  // A commit that was given up on may turn out to have been one.
  if (session.pager->commit_decided()) {
    session.io.Reached(Probe::kGivenUpCommitStands);
    session.schema_changed = false;
  }
  session.TransactionWasUndone();
  if (rolled_back.failed()) return Fail(std::move(rolled_back).status());
  return reason_.ok() ? Done(Unit()) : Fail(std::move(reason_));
}

}  // namespace orrery
