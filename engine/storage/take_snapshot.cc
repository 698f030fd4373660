#include "engine/storage/take_snapshot.h"

namespace orrery {
namespace {

constexpr int kAttemptCountMax = 100;
constexpr int kAttemptsWithoutPause = 5;
constexpr uint64_t kPauseUnit =
    39'000;  // nanoseconds, times the square of the attempts: 10 s in all

bool IsBusy(const Status& status) { return status.primary() == ResultCode::kBusy; }

}  // namespace

TakeSnapshot::Next TakeSnapshot::Run(State state) {
  switch (state) {
    case State::kTry:
      return Try();
    case State::kRecovered:
      return Recovered();
  }
  Unreachable();
}

TakeSnapshot::Next TakeSnapshot::Try() {
  Wal& wal = core_.wal;
  if (core_.stop_requested) return Fail(Status(ResultCode::kAbort));
  WalIndexHeaderWords words;
  std::optional<WalIndexHeader> header = wal.shm.ReadHeader(words);
  if (!header.has_value()) {
    // Under the write lock a bad header is not just one that is being written.
    took_write_lock_ = !wal.shm.Holds(WalLock::kWrite);
    if (took_write_lock_) {
      Status status = wal.shm.LockExclusive(WalLock::kWrite);
      if (IsBusy(status)) {
        core_.io.Reached(Probe::kIndexHeaderUnderWay);
        return RetryUnlessRecovering();
      }
      if (!status.ok()) return Fail(std::move(status));
      header = wal.shm.ReadHeader(words);
      if (header.has_value()) wal.shm.Unlock(WalLock::kWrite);
    }
    if (!header.has_value()) {
      recover_.Start();
      return AwaitOutcome(recover_, State::kRecovered);
    }
  }
  if (header->version != kWalIndexVersion) {
    return Fail(
        Status(ResultCode::kCannotOpen, "WAL index " + core_.shm_path + " has an unknown version"));
  }
  wal.header = *header;
  wal.header_words = words;
  Result<bool> taken = TryDatabaseOnly();
  if (taken.ok() && !*taken) taken = TrySlots();
  if (!taken.ok()) {
    if (IsBusy(taken.status())) return Retry();
    return Fail(std::move(taken).status());
  }
  if (!*taken) return Retry();
  return Done({});
}

TakeSnapshot::Next TakeSnapshot::Recovered() {
  if (took_write_lock_) core_.wal.shm.Unlock(WalLock::kWrite);
  if (outcome().ok()) {
    (void)recover_.Take();
    core_.io.Reached(Probe::kIndexRecovered);
    return Goto(State::kTry);
  }
  if (IsBusy(outcome())) return RetryUnlessRecovering();
  return Fail(outcome());
}

TakeSnapshot::Next TakeSnapshot::RetryUnlessRecovering() {
  WalShm& shm = core_.wal.shm;
  const Status status = shm.LockShared(WalLock::kRecover);
  if (status.ok()) {
    shm.Unlock(WalLock::kRecover);
    return Retry();
  }
  if (IsBusy(status)) return Fail(Status(ResultCode::kBusyRecovery));
  return Fail(status);
}

TakeSnapshot::Next TakeSnapshot::Retry() {
  if (++attempt_count_ > kAttemptCountMax) {
    return Fail(Status(ResultCode::kProtocol, "locking protocol"));
  }
  if (attempt_count_ <= kAttemptsWithoutPause) return Goto(State::kTry);
  const auto n = static_cast<uint64_t>(attempt_count_ - kAttemptsWithoutPause);
  if (!core_.pause.in_flight()) core_.io.Sleep(n * n * kPauseUnit, core_.pause);
  return AwaitOutcome(core_.pause, State::kTry);
}

Result<bool> TakeSnapshot::TryDatabaseOnly() {
  Wal& wal = core_.wal;
  if (for_writing_ || wal.shm.backfill_count() != wal.header.max_frame) return false;
  const Status status = wal.shm.LockShared(ReadLock(0));
  wal.shm.Barrier();
  if (IsBusy(status)) return false;  // a checkpoint is writing to the database
  RETURN_IF_ERROR(status);
  if (wal.shm.FirstCopy() != wal.header_words) {
    // A writer may have begun a new generation; its frames could be anywhere.
    core_.io.Reached(Probe::kSnapshotFileMoved);
    wal.shm.Unlock(ReadLock(0));
    return Status(ResultCode::kBusy);
  }
  core_.io.Reached(Probe::kSnapshotOfFileAlone);
  wal.read_slot = 0;
  wal.min_frame = wal.header.max_frame + 1;
  return true;
}

Result<bool> TakeSnapshot::TrySlots() {
  Wal& wal = core_.wal;
  WalShm& shm = wal.shm;
  const uint32_t max_frame = wal.header.max_frame;
  // The highest mark that does not promise more than we know of.
  int best_slot = 0;
  uint32_t best_mark = 0;
  for (int slot = 1; slot < kReadMarkCount; ++slot) {
    const uint32_t mark = shm.read_mark(slot);
    if (best_mark <= mark && mark <= max_frame) {
      best_mark = mark;
      best_slot = slot;
    }
  }
  if (best_mark < max_frame || best_slot == 0) {
    for (int slot = 1; slot < kReadMarkCount; ++slot) {
      const Status status = shm.LockExclusive(ReadLock(slot));
      if (IsBusy(status)) continue;
      RETURN_IF_ERROR(status);
      shm.set_read_mark(slot, max_frame);
      best_mark = max_frame;
      best_slot = slot;
      shm.Unlock(ReadLock(slot));
      break;
    }
  }
  if (best_slot == 0) return Status(ResultCode::kBusy);
  return LockSlot(best_slot, best_mark);
}

Result<bool> TakeSnapshot::LockSlot(int slot, uint32_t mark) {
  Wal& wal = core_.wal;
  RETURN_IF_ERROR(wal.shm.LockShared(ReadLock(slot)));
  // A mark lower than our last frame is good too: it only holds checkpoints back further.
  const uint32_t min_frame = wal.shm.backfill_count() + 1;
  wal.shm.Barrier();
  if (wal.shm.read_mark(slot) != mark || wal.shm.FirstCopy() != wal.header_words) {
    core_.io.Reached(Probe::kSnapshotMarkMoved);
    wal.shm.Unlock(ReadLock(slot));
    return false;
  }
  wal.read_slot = slot;
  wal.min_frame = min_frame;
  return true;
}

}  // namespace orrery
