#include "engine/storage/restart_wal.h"

#include <array>

namespace orrery {

void PublishNewGeneration(PagerCore& core) {
  Wal& wal = core.wal;
  CHECK(wal.is_writer());
  std::array<std::byte, 4> salt;
  core.io.RandomBytes(salt);
  const bool is_cached = core.cached_state == wal.header_words;
  ++wal.checkpoint_sequence;
  wal.header.max_frame = 0;
  ++wal.header.salt1;
  wal.header.salt2 = LoadBig<uint32_t>(salt.data());
  wal.header_words = EncodeWalIndexHeader(wal.header);
  // The count goes first: were we to die behind the header, the next generation's frames would be
  // taken for copied. The other way round, frames that have been copied are copied once more.
  wal.shm.set_backfill_count(0);
  wal.shm.set_backfill_attempted(0);
  wal.shm.Barrier();
  wal.shm.PublishHeader(wal.header_words);
  wal.shm.set_read_mark(1, 0);
  for (int slot = 2; slot < kReadMarkCount; ++slot) wal.shm.set_read_mark(slot, kReadMarkNotUsed);
  // The pages we have stay the same, but the frames they came from are no more.
  core.cache.ForEach([](Frame& frame) { frame.wal_frame = 0; });
  if (is_cached) core.cached_state = wal.header_words;
}

Result<bool> TryRestartWal(PagerCore& core) {
  Wal& wal = core.wal;
  CHECK(wal.read_slot == 0);
  if (wal.shm.backfill_count() == 0) return false;
  const Status status = wal.shm.LockExclusive(ReadLock(1), kReadMarkCount - 1);
  if (status.primary() == ResultCode::kBusy) {
    core.io.Reached(Probe::kLogRestartRefused);
    return false;
  }
  RETURN_IF_ERROR(status);
  core.io.Reached(Probe::kLogRestarted);
  PublishNewGeneration(core);
  wal.shm.Unlock(ReadLock(1), kReadMarkCount - 1);
  return true;
}

}  // namespace orrery
