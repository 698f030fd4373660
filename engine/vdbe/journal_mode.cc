#include "engine/vdbe/journal_mode.h"

#include "engine/vdbe/session.h"

namespace orrery {

void ChangeJournalMode::Start(Session& session, bool to_wal) {
  session_ = &session;
  to_wal_ = to_wal;
  Begin(State::kLook);
}

ChangeJournalMode::Next ChangeJournalMode::Run(State state) {
  switch (state) {
    case State::kLook:
      return Look();
    case State::kChange:
      return Change();
  }
  Unreachable();
}

// The pager knows a file's mode while it has a transaction.
ChangeJournalMode::Next ChangeJournalMode::Look() {
  Pager& pager = *session_->pager;
  IoResult<> read = pager.BeginRead();
  session_->pager_call_pending = read.pending();
  if (read.pending()) return AwaitOutcome(*read.waiting().on, State::kLook);
  if (read.failed()) return Fail(std::move(read).status());
  const bool is_wal = pager.is_wal();
  session_->EndReadIfUnused();
  if (is_wal) return Done("wal");
  if (!to_wal_) return Done("delete");
  if (pager.in_read()) {
    return Fail(
        Status(ResultCode::kError, "cannot change into wal mode from within a transaction"));
  }
  return Goto(State::kChange);
}

ChangeJournalMode::Next ChangeJournalMode::Change() {
  IoResult<> change = session_->pager->SetWalMode();
  session_->pager_call_pending = change.pending();
  if (change.pending()) return AwaitOutcome(*change.waiting().on, State::kChange);
  if (change.failed()) return Fail(std::move(change).status());
  return Done("wal");
}

}  // namespace orrery
