#include "engine/vdbe/end_transaction.h"

#include "engine/vdbe/session.h"

namespace orrery {
namespace {

bool IsInWrite(const Database& database) { return database.pager->in_write(); }

size_t CountWriters(Session& session) {
  size_t count = 0;
  session.ForEachDatabase([&](const Database& each) { count += IsInWrite(each) ? 1 : 0; });
  return count;
}

bool MustShrink(const Database& database) {
  const Pager& pager = *database.pager;
  return pager.in_write() && pager.auto_vacuum() == AutoVacuum::kFull &&
         pager.header().freelist_page_count > 0;
}

}  // namespace

template <typename Holds>
Database* EndTransaction::Find(Holds holds) {
  const auto& databases = session_->databases;
  for (; at_ < databases.size(); ++at_) {
    if (databases[at_] != nullptr && holds(*databases[at_])) return databases[at_].get();
  }
  at_ = 0;
  return nullptr;
}

void EndTransaction::Start(Session& session, Ending ending, size_t savepoint) {
  session_ = &session;
  ending_ = ending;
  savepoint_ = savepoint;
  at_ = 0;
  is_calling_ = is_decided_ = false;
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
    case State::kLock:
      return Lock();
    case State::kNamed:
      return Named();
    case State::kPrepare:
      return Prepare();
    case State::kCommit:
      return Commit();
    case State::kDecided:
      return Decided();
    case State::kLeave:
      return Leave();
    case State::kSleep:
      return AwaitOutcome(session_->sleep, State::kLock);
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
      if (session.autocommit && session.in_write()) return Goto(State::kLock);
      session.ForEachDatabase([](Database& database) {
        if (database.statement_open) database.pager->EndStatement();
        database.statement_open = false;
      });
      return Done(Unit());
    case Ending::kUndoStatement:
      return Goto(session.statement_open() ? State::kUndo : State::kRollback);
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
  if (session_->autocommit && session_->in_write()) return Goto(State::kRollback);
  return Done(Unit());
}

// ---- Keeping it ----

// Before anything is done that a COMMIT which others are in the way of would leave half done: all
// of several files, so that nobody's readers come between their commits, and what is made shorter.
EndTransaction::Next EndTransaction::Lock() {
  Session& session = *session_;
  const size_t writer_count = CountWriters(session);
  Status locked;
  session.ForEachDatabase([&](const Database& each) {
    const bool must_lock = writer_count > 1 || MustShrink(each);
    if (locked.ok() && must_lock && IsInWrite(each)) locked = each.pager->LockForCommit();
  });
  if (locked.primary() == ResultCode::kBusy) return CommitBusy(std::move(locked));
  if (!locked.ok()) {
    reason_ = std::move(locked);
    return Goto(State::kRollback);
  }
  return ending_ == Ending::kUndoStatement ? Goto(State::kCommit) : Shrink();
}

EndTransaction::Next EndTransaction::Shrink() {
  Database* const database = Find(MustShrink);
  if (database == nullptr) return NameJournals();
  shrink_file_.Start(database->btree, database->pager->page_count());
  return AwaitOutcome(shrink_file_, State::kShrink);
}

EndTransaction::Next EndTransaction::Shrunk() {
  if (!outcome().ok()) {
    reason_ = outcome();
    at_ = 0;
    return Goto(State::kRollback);
  }
  shrink_file_.Take();
  ++at_;
  return Shrink();
}

EndTransaction::Next EndTransaction::NameJournals() {
  if (CountWriters(*session_) <= 1) return Goto(State::kCommit);
  std::vector<std::string> journals;
  const std::string* path = nullptr;  // of the first that has one
  session_->ForEachDatabase([&](const Database& each) {
    if (!each.pager->CanBePrepared()) return;
    if (path == nullptr) path = &each.pager->path();
    journals.push_back(each.pager->journal_path());
  });
  if (journals.size() <= 1) return Goto(State::kCommit);
  write_super_journal_.Start(session_->io, *path, journals);
  return AwaitOutcome(write_super_journal_, State::kNamed);
}

EndTransaction::Next EndTransaction::Named() {
  if (!outcome().ok()) {
    reason_ = outcome();
    return Goto(State::kRollback);
  }
  super_journal_ = write_super_journal_.Take();
  return Goto(State::kPrepare);
}

EndTransaction::Next EndTransaction::Prepare() {
  Session& session = *session_;
  const auto must_be_prepared = [](const Database& each) {
    return !each.pager->is_prepared() && each.pager->CanBePrepared();
  };
  Database* const database = is_calling_ ? session.databases[at_].get() : Find(must_be_prepared);
  if (database == nullptr) return Goto(State::kCommit);
  IoResult<> prepared = database->pager->PrepareCommit(super_journal_);
  session.pager_call_pending = is_calling_ = prepared.pending();
  if (prepared.pending()) return AwaitOutcome(*prepared.waiting().on, State::kPrepare);
  if (prepared.failed()) {
    session.io.Reached(Probe::kCommitFailed);
    reason_ = std::move(prepared).status();
    at_ = 0;
    return Goto(State::kRollback);
  }
  ++at_;
  return Goto(State::kPrepare);
}

EndTransaction::Next EndTransaction::Commit() {
  Session& session = *session_;
  const auto can_be_committed = [this](const Database& each) {
    return IsInWrite(each) && (is_decided_ || !each.pager->is_prepared());
  };
  // Its write transaction may be over while the call goes on.
  Database* const database = is_calling_ ? session.databases[at_].get() : Find(can_be_committed);
  if (database == nullptr) {
    if (!super_journal_.empty()) return RemoveSuperJournal();
    return reason_.ok() ? Done(Unit()) : Fail(std::move(reason_));
  }
  IoResult<> committed = database->pager->Commit(ending_ == Ending::kUndoStatement);
  session.pager_call_pending = is_calling_ = committed.pending();
  if (committed.pending()) return AwaitOutcome(*committed.waiting().on, State::kCommit);
  if (committed.failed() && !is_decided_) {
    if (committed.status().primary() == ResultCode::kBusy) {
      return CommitBusy(std::move(committed).status());
    }
    session.io.Reached(Probe::kCommitFailed);
    reason_ = std::move(committed).status();
    at_ = 0;
    return Goto(State::kRollback);
  }
  database->schema_changed = false;
  database->statement_open = false;
  database->btree.InvalidateAll();
  if (committed.failed()) return Goto(State::kLeave);
  ++at_;
  return Goto(State::kCommit);
}

EndTransaction::Next EndTransaction::RemoveSuperJournal() {
  Session& session = *session_;
  Status removed = session.io.Remove(super_journal_);
  if (!removed.ok()) {
    reason_ = std::move(removed);
    return Goto(State::kRollback);
  }
  is_decided_ = true;
  session.io.SyncDirectoryOf(super_journal_, session.directory_sync);
  return AwaitOutcome(session.directory_sync, State::kDecided);
}

// It stands, but when the sync has failed a power cut might undo it.
EndTransaction::Next EndTransaction::Decided() {
  session_->io.Reached(Probe::kFilesCommittedAsOne);
  if (!outcome().ok()) reason_ = outcome();
  super_journal_.clear();
  return Goto(State::kCommit);
}

EndTransaction::Next EndTransaction::Leave() {
  Session& session = *session_;
  IoResult<> left = session.databases[at_]->pager->Rollback();
  session.pager_call_pending = left.pending();
  if (left.pending()) return AwaitOutcome(*left.waiting().on, State::kLeave);
  ++at_;
  return Goto(State::kCommit);
}

EndTransaction::Next EndTransaction::CommitBusy(Status status) {
  Session& session = *session_;
  if (busy_wait_.Pause(session)) return Goto(State::kSleep);
  at_ = 0;
  Status busy(status.code());  // which lock it was is no one's concern
  if (ending_ == Ending::kCommit) {
    session.autocommit = false;
    return Fail(std::move(busy));
  }
  reason_ = std::move(busy);
  // Queries beside it go on.
  if (!session.statement_open()) return Goto(State::kRollback);
  ending_ = Ending::kUndoStatement;
  return Goto(State::kUndo);
}

// ---- Undoing it ----

EndTransaction::Next EndTransaction::Undo() {
  Session& session = *session_;
  const bool is_statement = ending_ == Ending::kUndoStatement;
  Database* const database = Find([is_statement](const Database& each) {
    return is_statement ? each.statement_open : IsInWrite(each);
  });
  if (database == nullptr) return Undone();
  database->btree.InvalidateAll();
  IoResult<> undone = is_statement ? database->pager->RollbackStatement()
                                   : database->pager->RollbackToSavepoint(savepoint_);
  session.pager_call_pending = undone.pending();
  if (undone.pending()) return AwaitOutcome(*undone.waiting().on, State::kUndo);
  if (undone.failed()) {
    session.io.Reached(Probe::kUndoFailed);
    reason_ = std::move(undone).status();
    at_ = 0;
    return Goto(State::kRollback);
  }
  session.StatementWasUndone(*database);
  if (is_statement) database->statement_open = false;
  ++at_;
  return Goto(State::kUndo);
}

EndTransaction::Next EndTransaction::Undone() {
  Session& session = *session_;
  if (ending_ != Ending::kUndoStatement) {
    session.savepoints.resize(savepoint_ + 1);
    return Done(Unit());
  }
  session.io.Reached(Probe::kStatementUndone);
  // Outside BEGIN ... COMMIT the write transaction ends with the statement.
  return session.autocommit ? Goto(State::kLock) : Done(Unit());
}

EndTransaction::Next EndTransaction::Rollback() {
  Session& session = *session_;
  Database* const database = Find([](const Database&) { return true; });
  if (database == nullptr) {
    // A journal that stays is played back only while the super-journal is there.
    bool is_needed = super_journal_.empty();
    session.ForEachDatabase(
        [&](const Database& each) { is_needed = is_needed || each.pager->journal_left(); });
    if (!is_needed) (void)session.io.Remove(super_journal_);
    super_journal_.clear();
    session.TransactionWasUndone();
    return reason_.ok() ? Done(Unit()) : Fail(std::move(reason_));
  }
  database->btree.InvalidateAll();
  IoResult<> rolled_back = database->pager->Rollback();
  session.pager_call_pending = rolled_back.pending();
  if (rolled_back.pending()) return AwaitOutcome(*rolled_back.waiting().on, State::kRollback);
  // A commit that was given up on may turn out to have been one.
  if (database->pager->commit_decided()) {
    session.io.Reached(Probe::kGivenUpCommitStands);
    database->schema_changed = false;
  }
  if (rolled_back.failed()) reason_ = std::move(rolled_back).status();
  ++at_;
  return Goto(State::kRollback);
}

}  // namespace orrery
