// WalShm is one connection's access to the WAL index: its locks, the two header copies, the
// checkpoint information, and the tables that say which frame holds a page. The layout is
// ../format/wal_index.h's; what the locks mean is told in wal.h.
//
// Everything here is one step or a few, none waits. Two connections meet in this memory, so each
// access is a point where another may come between.

#ifndef ORRERY_ENGINE_STORAGE_WAL_SHM_H_
#define ORRERY_ENGINE_STORAGE_WAL_SHM_H_

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/base/status.h"
#include "engine/format/page_number.h"
#include "engine/format/wal_index.h"
#include "engine/io/file.h"

namespace orrery {

constexpr WalLock ReadLock(int slot) {
  return static_cast<WalLock>(static_cast<int>(WalLock::kRead0) + slot);
}

class WalShm {
 public:
  void Open(std::unique_ptr<File> file);
  // Drops every lock.
  void Close();
  bool open() const { return file_ != nullptr; }
  File& file() { return *file_; }

  // Maps a region, and all before it, if they are not mapped yet.
  Status MapRegion(int region);
  int region_count() const { return static_cast<int>(regions_.size()); }

  // Locks. kBusy when another connection is in the way. Which ones are held is remembered, so that
  // ReleaseLocks() can give them all back.
  Status LockShared(WalLock lock) { return Lock(lock, 1, LockKind::kShared); }
  Status LockExclusive(WalLock first, int count = 1) {
    return Lock(first, count, LockKind::kExclusive);
  }
  void Unlock(WalLock first, int count = 1);
  // Raises the mark of a read slot that is ours; kBusy when others use the slot too.
  Status RaiseOwnMark(int slot, uint32_t mark);
  bool Holds(WalLock lock) const { return held_[static_cast<size_t>(lock)]; }
  void ReleaseLocks();

  // The header. Two copies that agree and are whole are one; anything else was interrupted.
  std::optional<WalIndexHeader> ReadHeader(WalIndexHeaderWords& words);
  WalIndexHeaderWords FirstCopy() const { return Copy(0); }
  void PublishHeader(const WalIndexHeaderWords& words);

  uint32_t backfill_count() const { return regions_[0].Load<uint32_t>(kBackfillCountAt); }
  void set_backfill_count(uint32_t count) { regions_[0].Store(kBackfillCountAt, count); }
  void set_backfill_attempted(uint32_t count) { regions_[0].Store(kBackfillAttemptedAt, count); }
  uint32_t read_mark(int slot) const { return regions_[0].Load<uint32_t>(MarkAt(slot)); }
  void set_read_mark(int slot, uint32_t frame) { regions_[0].Store(MarkAt(slot), frame); }
  // Failed syncs of the log, see mend_log.h. Cleared by whoever has mended it, unless another
  // failed meanwhile.
  uint32_t failed_sync_count() const { return regions_[0].Load<uint32_t>(kFailedSyncCountAt); }
  void AddFailedSync() { regions_[0].Store(kFailedSyncCountAt, failed_sync_count() + 1); }
  void ClearFailedSyncs(uint32_t seen) {
    if (seen != 0 && failed_sync_count() == seen) regions_[0].Store(kFailedSyncCountAt, 0U);
  }
  void Barrier() { regions_[0].Barrier(); }

  // The last frame in [min_frame, max_frame] that holds `page`; 0 when there is none. kCorrupt when
  // the tables lead nowhere. Regions up to max_frame's are mapped.
  Result<uint32_t> FindFrame(PageNumber page, uint32_t min_frame, uint32_t max_frame);
  // Which page a frame holds. Its region is mapped.
  PageNumber PageOfFrame(uint32_t frame) const;
  // Enters frame `frame`, the one after the last that counts. Its region is mapped, the write lock
  // held.
  Status AppendFrame(uint32_t frame, PageNumber page);
  // Takes out the frames after `max_frame`, which nobody else has seen.
  void ForgetFramesAfter(uint32_t max_frame);
  // Makes a region say what `words` says, storing only what differs: readers of frames that stay
  // may be using it.
  void Overwrite(int region, const std::vector<uint32_t>& words);

 private:
  static constexpr size_t MarkAt(int slot) { return kReadMarksAt + static_cast<size_t>(slot) * 4; }
  Status Lock(WalLock first, int count, LockKind kind);
  WalIndexHeaderWords Copy(int index) const;

  std::unique_ptr<File> file_;
  std::vector<ShmRegion> regions_;
  std::array<bool, kWalLockCount> held_{};
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_WAL_SHM_H_
