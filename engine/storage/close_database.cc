#include "engine/storage/close_database.h"

namespace orrery {
namespace {

const YieldSite kClose("storage.close.begin");

}  // namespace

CloseDatabase::Next CloseDatabase::Run(State state) {
  switch (state) {
    case State::kBegin:
      if (core_.ShouldPause(kClose)) return AwaitOutcome(core_.pause, State::kRollBack);
      return Goto(State::kRollBack);
    case State::kRollBack:
      rollback_.Start();
      return Await(rollback_, State::kRolledBack);
    case State::kRolledBack:
      return RolledBack();
    case State::kLogClosed:
      close_log_.Abandon();
      // Others may still have it open.
      return CloseFiles(outcome().primary() == ResultCode::kBusy ? OkStatus() : outcome());
  }
  Unreachable();
}

CloseDatabase::Next CloseDatabase::RolledBack() {
  (void)rollback_.Take();
  if (!core_.wal.open() || core_.options.read_only) return CloseFiles(OkStatus());
  close_log_.Start();
  return AwaitOutcome(close_log_, State::kLogClosed);
}

CloseDatabase::Next CloseDatabase::CloseFiles(Status status) {
  core_.wal.Close();
  core_.database.reset();
  core_.database_lock = DatabaseLock::kNone;
  if (!status.ok()) return Fail(std::move(status));
  return Done({});
}

}  // namespace orrery
