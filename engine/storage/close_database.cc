#include "engine/storage/close_database.h"

#include "engine/storage/database_lock.h"

namespace orrery {
namespace {

const YieldSite kClose("storage.close.begin");

}  // namespace

CloseDatabase::Next CloseDatabase::Run(State state) {
  switch (state) {
    case State::kBegin:
      if (core_.ShouldPause(kClose)) return AwaitOutcome(core_.pause, State::kLock);
      return Goto(State::kLock);
    case State::kLock:
      return Lock();
    case State::kCheckpointed:
      return Checkpointed();
  }
  Unreachable();
}

CloseDatabase::Next CloseDatabase::Lock() {
  if (core_.view.in_write) core_.UndoWrite();
  if (core_.view.in_read) core_.EndRead();
  const bool is_last = core_.wal.open() && !core_.options.read_only &&
                       LockDatabaseExclusive(core_, TakeReserved::kNo).ok();
  if (!is_last) {
    CloseFiles();
    return Done({});
  }
  checkpoint_.Start(CheckpointMode::kPassive);
  return AwaitOutcome(checkpoint_, State::kCheckpointed);
}

CloseDatabase::Next CloseDatabase::Checkpointed() {
  Status status = outcome();
  checkpoint_.Abandon();
  // The file stays locked until both are gone: whoever opens it next must not find one of them.
  if (status.ok() && checkpoint_.is_complete()) {
    core_.wal.Close();
    status = core_.io.Remove(core_.shm_path);
    if (status.ok()) status = core_.io.Remove(core_.wal_path);
  }
  CloseFiles();
  if (!status.ok()) return Fail(std::move(status));
  return Done({});
}

void CloseDatabase::CloseFiles() {
  core_.wal.Close();
  core_.database.reset();
  core_.database_lock = DatabaseLock::kNone;
}

}  // namespace orrery
