#include "engine/vdbe/journal_mode.h"

#include "engine/vdbe/session.h"

namespace orrery {

void ChangeJournalMode::Start(Session& session, Database& database,
                              std::optional<JournalMode> mode) {
  session_ = &session;
  database_ = &database;
  mode_ = mode;
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
  Pager& pager = *database_->pager;
  IoResult<> read = pager.BeginRead();
  session_->pager_call_pending = read.pending();
  if (read.pending()) return AwaitOutcome(*read.waiting().on, State::kLook);
  if (read.failed()) {
    const bool is_busy = read.status().primary() == ResultCode::kBusy;
    return Fail(is_busy ? Status(read.status().code()) : std::move(read).status());
  }
  const JournalMode now = pager.journal_mode();
  const bool is_new = pager.page_count() == 0;
  session_->EndReadIfUnused();
  if (!mode_ || (*mode_ == now && !is_new)) return Done(std::string(NameOf(now)));
  const bool changes_file = *mode_ == JournalMode::kWal || (now == JournalMode::kWal && !is_new);
  if (changes_file && pager.in_read()) {
    const std::string where = *mode_ == JournalMode::kWal ? "into" : "out of";
    return Fail(Status(ResultCode::kError,
                       "cannot change " + where + " wal mode from within a transaction"));
  }
  return Goto(State::kChange);
}

ChangeJournalMode::Next ChangeJournalMode::Change() {
  IoResult<JournalMode> change = database_->pager->SetJournalMode(*mode_);
  session_->pager_call_pending = change.pending();
  if (change.pending()) return AwaitOutcome(*change.waiting().on, State::kChange);
  if (change.failed()) {
    // Which lock it was is no one's concern.
    const bool is_busy = change.status().primary() == ResultCode::kBusy;
    return Fail(is_busy ? Status(change.status().code()) : std::move(change).status());
  }
  return Done(std::string(NameOf(*change)));
}

// Else the next to begin a transaction would go on with this one, and with its old snapshot.
void ChangeJournalMode::OnAbandon() {
  if (static_cast<State>(state_) != State::kLook || !session_->pager_call_pending) return;
  session_->pager_call_pending = false;
  database_->pager->EndRead();
}

}  // namespace orrery
