#include "engine/storage/wal_shm.h"

#include <string>

namespace orrery {

void WalShm::Open(std::unique_ptr<File> file) {
  CHECK(!open());
  file_ = std::move(file);
}

void WalShm::Close() {
  regions_.clear();
  held_.fill(false);
  file_.reset();
}

Status WalShm::MapRegion(int region) {
  while (regions_.size() <= static_cast<size_t>(region)) {
    const int next = static_cast<int>(regions_.size());
    ASSIGN_OR_RETURN(const ShmRegion mapped, file_->Map(next, kWalIndexRegionSize));
    regions_.push_back(mapped);
  }
  return OkStatus();
}

// ---- Locks ----

Status WalShm::Lock(WalLock first, int count, LockKind kind) {
  const auto begin = static_cast<size_t>(first);
  for (int i = 0; i < count; ++i) CHECK(!held_[begin + static_cast<size_t>(i)]);
  RETURN_IF_ERROR(file_->Lock(kWalLocksAt + begin, static_cast<uint64_t>(count), kind));
  for (int i = 0; i < count; ++i) held_[begin + static_cast<size_t>(i)] = true;
  return OkStatus();
}

void WalShm::Unlock(WalLock first, int count) {
  const auto begin = static_cast<size_t>(first);
  for (int i = 0; i < count; ++i) {
    CHECK(held_[begin + static_cast<size_t>(i)]);
    held_[begin + static_cast<size_t>(i)] = false;
  }
  // A lock that cannot be given back goes when the file is closed.
  (void)file_->Unlock(kWalLocksAt + begin, static_cast<uint64_t>(count));
}

Status WalShm::RaiseOwnMark(int slot, uint32_t mark) {
  CHECK(Holds(ReadLock(slot)));
  const uint64_t at = kWalLocksAt + static_cast<uint64_t>(ReadLock(slot));
  RETURN_IF_ERROR(file_->Lock(at, 1, LockKind::kExclusive));
  set_read_mark(slot, mark);
  // From exclusive to shared nobody can be in the way, and the lock is never let go between.
  return file_->Lock(at, 1, LockKind::kShared);
}

void WalShm::ReleaseLocks() {
  for (int i = 0; i < kWalLockCount; ++i) {
    if (held_[static_cast<size_t>(i)]) Unlock(static_cast<WalLock>(i));
  }
}

// ---- The header ----

WalIndexHeaderWords WalShm::Copy(int index) const {
  WalIndexHeaderWords words;
  for (size_t i = 0; i < words.size(); ++i) {
    words[i] = regions_[0].Load<uint32_t>(static_cast<size_t>(index) * kWalIndexHeaderSize + i * 4);
  }
  return words;
}

std::optional<WalIndexHeader> WalShm::ReadHeader(WalIndexHeaderWords& words) {
  words = Copy(0);
  Barrier();
  if (Copy(1) != words) return std::nullopt;
  return DecodeWalIndexHeader(words);
}

void WalShm::PublishHeader(const WalIndexHeaderWords& words) {
  const auto store = [&](size_t at) {
    for (size_t i = 0; i < words.size(); ++i) regions_[0].Store(at + i * 4, words[i]);
  };
  store(kWalIndexHeaderSize);
  Barrier();
  store(0);
}

// ---- Which frame holds a page ----

Result<uint32_t> WalShm::FindFrame(PageNumber page, uint32_t min_frame, uint32_t max_frame) {
  if (max_frame == 0 || min_frame > max_frame) return uint32_t{0};
  CHECK(RegionOfFrame(max_frame) < region_count());
  const int first_region = RegionOfFrame(min_frame == 0 ? 1 : min_frame);
  for (int region = RegionOfFrame(max_frame); region >= first_region; --region) {
    const ShmRegion& memory = regions_[static_cast<size_t>(region)];
    const uint32_t before = FramesBeforeRegion(region);
    uint32_t found = 0;
    uint32_t probe_count = 0;
    for (uint32_t slot = FirstSlotOf(page);; slot = SlotAfter(slot)) {
      const uint32_t entry = memory.Load<uint16_t>(SlotAt(slot));
      if (entry == 0) break;
      // Entries of frames beyond the snapshot may come and go while we look.
      const uint32_t frame = before + entry;
      if (frame <= max_frame && frame >= min_frame && entry <= FrameCountOfRegion(region) &&
          memory.Load<uint32_t>(PageNumberAt(region, entry)) == page) {
        found = frame;
      }
      if (++probe_count > kWalIndexSlotCount) {
        return CorruptError("WAL index: page " + std::to_string(page) + " has no end of search");
      }
    }
    if (found != 0) return found;
  }
  return uint32_t{0};
}

PageNumber WalShm::PageOfFrame(uint32_t frame) const {
  const int region = RegionOfFrame(frame);
  const uint32_t entry = frame - FramesBeforeRegion(region);
  return regions_[static_cast<size_t>(region)].Load<uint32_t>(PageNumberAt(region, entry));
}

Status WalShm::AppendFrame(uint32_t frame, PageNumber page) {
  const int region = RegionOfFrame(frame);
  ShmRegion& memory = regions_[static_cast<size_t>(region)];
  const uint32_t entry = frame - FramesBeforeRegion(region);
  if (entry == 1) {
    // The region holds an older generation's frames, or nothing yet.
    const size_t begin = region == 0 ? kFirstRegionHeaderSize : 0;
    memory.Sweep<uint32_t>(begin, kWalIndexRegionSize, [](size_t, uint32_t) { return 0u; });
  } else if (memory.Load<uint32_t>(PageNumberAt(region, entry)) != 0) {
    // A writer died after it had entered frames and before it published them.
    ForgetFramesAfter(frame - 1);
  }
  uint32_t slot = FirstSlotOf(page);
  uint32_t probe_count = 0;
  while (memory.Load<uint16_t>(SlotAt(slot)) != 0) {
    slot = SlotAfter(slot);
    if (++probe_count > kWalIndexSlotCount) return CorruptError("WAL index: no slot is empty");
  }
  memory.Store(PageNumberAt(region, entry), page);
  memory.Store(SlotAt(slot), static_cast<uint16_t>(entry));
  return OkStatus();
}

void WalShm::ForgetFramesAfter(uint32_t max_frame) {
  // A region none of whose frames count is cleared when its first is entered.
  if (max_frame == 0) return;
  const int region = RegionOfFrame(max_frame);
  if (!MapRegion(region).ok()) return;  // then nothing was entered there
  ShmRegion& memory = regions_[static_cast<size_t>(region)];
  const uint32_t limit = max_frame - FramesBeforeRegion(region);
  memory.Sweep<uint16_t>(SlotAt(0), SlotAt(kWalIndexSlotCount),
                         [limit](size_t, uint16_t entry) -> uint16_t {
                           if (entry > limit) return 0;
                           return entry;
                         });
  memory.Sweep<uint32_t>(PageNumberAt(region, limit + 1),
                         PageNumberAt(region, FrameCountOfRegion(region) + 1),
                         [](size_t, uint32_t) { return 0u; });
}

void WalShm::Overwrite(int region, const std::vector<uint32_t>& words) {
  CHECK(words.size() == kWalIndexRegionSize / 4);
  ShmRegion& memory = regions_[static_cast<size_t>(region)];
  const size_t begin = region == 0 ? kFirstRegionHeaderSize : 0;
  memory.Sweep<uint32_t>(begin, kWalIndexRegionSize,
                         [&](size_t at, uint32_t) { return words[at / 4]; });
}

}  // namespace orrery
