#include "engine/vdbe/begin_transaction.h"

#include "engine/vdbe/session.h"

namespace orrery {
namespace {

// How often a snapshot that another's commit made too old is taken anew before kBusySnapshot.
constexpr int kRetryCountMax = 100;

}  // namespace

void BeginTransaction::Start(Session& session, Database& database, const Schema* schema,
                             BeginKind kind) {
  session_ = &session;
  database_ = &database;
  schema_ = schema;
  kind_ = kind;
  is_ours_ = !database.pager->in_read();
  retry_count_ = 0;
  busy_wait_.Start(session);
  Begin(State::kRead);
}

BeginTransaction::Next BeginTransaction::Run(State state) {
  switch (state) {
    case State::kRead:
      return Read();
    case State::kWrite:
      return Write();
    case State::kSleep:
      return AwaitOutcome(session_->sleep, State::kRead);
  }
  Unreachable();
}

BeginTransaction::Next BeginTransaction::Read() {
  Pager& pager = *database_->pager;
  IoResult<> read = pager.BeginRead();
  session_->pager_call_pending = read.pending();
  if (read.pending()) return AwaitOutcome(*read.waiting().on, State::kRead);
  if (read.failed()) return Busy(std::move(read).status());
  const uint32_t cookie = pager.page_count() == 0 ? 0 : pager.header().schema_cookie;
  if (database_->schema && database_->schema->cookie != cookie) {
    session_->ForgetSchema(*database_);
  }
  if (schema_ != nullptr && database_->schema.get() != schema_) {
    // Made anew, the program may not be one: then no snapshot is held by its failure.
    if (is_ours_) database_->GiveSnapshotBack();
    return Fail(Status(ResultCode::kSchema));
  }
  return kind_ == BeginKind::kRead ? Done(Unit()) : Goto(State::kWrite);
}

BeginTransaction::Next BeginTransaction::Write() {
  Pager& pager = *database_->pager;
  IoResult<> write = pager.BeginWrite(kind_ == BeginKind::kExclusive);
  session_->pager_call_pending = write.pending();
  if (write.pending()) return AwaitOutcome(*write.waiting().on, State::kWrite);
  if (write.failed()) {
    if (write.status().code() == ResultCode::kBusySnapshot && is_ours_ &&
        ++retry_count_ < kRetryCountMax) {
      session_->io.Reached(Probe::kSnapshotTakenAgain);
      database_->GiveSnapshotBack();
      return Goto(State::kRead);
    }
    // A new database that could be made in part only: the empty file that the transaction had read
    // is no more.
    if (!is_ours_ && !pager.in_read()) session_->TransactionWasUndone();
    return Busy(std::move(write).status());
  }
  // Here, since the statement may be gone.
  session_->OpenSavepoints(*database_);
  return Done(Unit());
}

BeginTransaction::Next BeginTransaction::Busy(Status status) {
  if (status.primary() != ResultCode::kBusy) return Fail(std::move(status));
  // Which lock it was is no one's concern.
  if (!is_ours_ || status.code() == ResultCode::kBusySnapshot) return Fail(Status(status.code()));
  database_->GiveSnapshotBack();
  if (!busy_wait_.Pause(*session_)) return Fail(Status(status.code()));
  session_->io.Reached(Probe::kSleptForLock);
  return Goto(State::kSleep);
}

void BeginTransaction::OnAbandon() {
  if (static_cast<State>(state_) != State::kRead || !session_->pager_call_pending) return;
  session_->pager_call_pending = false;
  database_->pager->EndRead();
}

}  // namespace orrery
