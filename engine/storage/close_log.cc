#include "engine/storage/close_log.h"

#include "engine/storage/database_lock.h"

namespace orrery {

CloseLog::Next CloseLog::Run(State state) {
  switch (state) {
    case State::kBegin:
      return Lock();
    case State::kCheckpointed:
      return Remove();
  }
  Unreachable();
}

CloseLog::Next CloseLog::Lock() {
  CHECK(core_.wal.open() && core_.wal.read_slot < 0);
  if (Status status = LockDatabaseExclusive(core_); !status.ok()) return Fail(std::move(status));
  checkpoint_.Start(CheckpointMode::kPassive);
  return AwaitOutcome(checkpoint_, State::kCheckpointed);
}

CloseLog::Next CloseLog::Remove() {
  if (!outcome().ok()) return Refuse(outcome());
  (void)checkpoint_.Take();
  if (!checkpoint_.is_complete()) return Refuse(Status(ResultCode::kBusy));
  // The file stays locked until both are gone: whoever opens it next must not find one of them.
  core_.wal.Close();
  core_.cache.DropIf([](const Frame&) { return true; });
  core_.cached_state = WalIndexHeaderWords{};
  if (Status status = core_.io.Remove(core_.shm_path); !status.ok()) return Fail(std::move(status));
  if (Status status = core_.io.Remove(core_.wal_path); !status.ok()) return Fail(std::move(status));
  core_.io.Reached(Probe::kLogRemoved);
  return Done({});
}

CloseLog::Next CloseLog::Refuse(Status status) {
  core_.io.Reached(Probe::kLogLeft);
  DowngradeDatabaseLock(core_);
  return Fail(std::move(status));
}

}  // namespace orrery
