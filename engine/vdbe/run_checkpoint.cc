#include "engine/vdbe/run_checkpoint.h"

#include "engine/vdbe/session.h"

namespace orrery {

void RunCheckpoint::Start(Session& session, Database& database, CheckpointMode mode) {
  session_ = &session;
  database_ = &database;
  mode_ = mode;
  busy_wait_.Start(session);
  Begin(State::kTry);
}

RunCheckpoint::Next RunCheckpoint::Run(State state) {
  switch (state) {
    case State::kTry:
      return Try();
    case State::kSleep:
      return AwaitOutcome(session_->sleep, State::kTry);
  }
  Unreachable();
}

RunCheckpoint::Next RunCheckpoint::Try() {
  IoResult<CheckpointResult> done = database_->pager->Checkpoint(mode_);
  session_->pager_call_pending = done.pending();
  if (done.pending()) return AwaitOutcome(*done.waiting().on, State::kTry);
  const bool is_busy = done.failed() ? done.status().primary() == ResultCode::kBusy : done->busy;
  if (is_busy && mode_ != CheckpointMode::kPassive && busy_wait_.Pause(*session_)) {
    return Goto(State::kSleep);
  }
  if (done.failed()) return Fail(std::move(done).status());
  return Done(*done);
}

void RunCheckpoint::OnAbandon() {
  if (static_cast<State>(state_) != State::kTry || !session_->pager_call_pending) return;
  session_->pager_call_pending = false;
  database_->pager->GiveUpCheckpoint();
}

}  // namespace orrery
