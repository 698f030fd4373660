#include "engine/storage/open_wal.h"

namespace orrery {

OpenWal::Next OpenWal::Run(State state) {
  switch (state) {
    case State::kBegin:
      return Open();
    case State::kReset:
      return ShareSwitch();
  }
  Unreachable();
}

OpenWal::Next OpenWal::Open() {
  CHECK(!core_.wal.open() && core_.database_lock != DatabaseLock::kNone);
  Result<std::unique_ptr<File>> wal =
      core_.io.Open(core_.wal_path, {.kind = FileKind::kWal, .create = true});
  if (!wal.ok() && core_.options.read_only) {
    wal = core_.io.Open(core_.wal_path, {.kind = FileKind::kWal, .read_only = true});
  }
  if (!wal.ok()) return Fail(std::move(wal).status());
  Result<std::unique_ptr<File>> shm =
      core_.io.Open(core_.shm_path, {.kind = FileKind::kSharedMemory, .create = true});
  if (!shm.ok()) return Fail(std::move(shm).status());
  core_.wal.file = *std::move(wal);
  core_.wal.shm.Open(*std::move(shm));
  File& index = core_.wal.shm.file();
  // Who opens the log meets no other one doing so: not even one who dies between the two locks
  // below, and leaves an index from before a power cut.
  if (Status status = index.Lock(kOpeningAt, 1, LockKind::kExclusive); !status.ok()) {
    return Refuse(std::move(status));
  }
  const Status alone = index.Lock(kDeadManSwitchAt, 1, LockKind::kExclusive);
  if (alone.ok()) {
    index.Truncate(0, truncate_);
    return AwaitOutcome(truncate_, State::kReset);
  }
  if (alone.primary() != ResultCode::kBusy) return Refuse(alone);
  return Goto(State::kReset);
}

OpenWal::Next OpenWal::ShareSwitch() {
  if (!outcome().ok()) return Refuse(outcome());
  WalShm& shm = core_.wal.shm;
  Status status = shm.file().Lock(kDeadManSwitchAt, 1, LockKind::kShared);
  if (status.ok()) status = shm.file().Unlock(kOpeningAt, 1);
  if (status.ok()) status = shm.MapRegion(0);
  if (!status.ok()) return Refuse(std::move(status));
  return Done({});
}

OpenWal::Next OpenWal::Refuse(Status status) {
  core_.wal.Close();
  return Fail(std::move(status));
}

}  // namespace orrery
