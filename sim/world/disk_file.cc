#include "sim/world/disk_file.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/base/check.h"

namespace orrery::sim {

DiskFile::DiskFile(uint32_t number, const DeviceContract& contract, uint64_t& clock)
    : number_(number),
      sector_size_(contract.sector_size),
      safe_append_(contract.safe_append),
      clock_(clock),
      medium_faults_(contract.sector_size) {
  CHECK(sector_size_ == 512 || sector_size_ == 4096);
}

size_t DiskFile::Read(uint64_t offset, MutableBytes out) const {
  if (offset >= size_ || out.empty()) return 0;
  const size_t size = static_cast<size_t>(std::min<uint64_t>(out.size(), size_ - offset));
  std::memcpy(out.data(), visible_.data() + offset, size);
  if (!medium_faults_.empty()) [[unlikely]]
    medium_faults_.Apply(offset, out.first(size));
  if (!mapped()) return size;
  // Where the file is mapped, the memory has the newer bytes.
  for (size_t done = 0; done < size;) {
    const size_t region = (offset + done) / region_size_;
    const size_t within = (offset + done) % region_size_;
    const size_t part = std::min(size - done, region_size_ - within);
    if (region < regions_.size() && regions_[region] != nullptr) {
      std::memcpy(out.data() + done, regions_[region].get() + within, part);
    }
    done += part;
  }
  return size;
}

void DiskFile::GrowTo(uint64_t size) {
  const size_t sector_count = (size + sector_size_ - 1) / sector_size_;
  if (sector_count <= sectors_.size()) return;
  sectors_.resize(sector_count);
  visible_.resize(sector_count * sector_size_);
  durable_.resize(sector_count * sector_size_);
}

void DiskFile::Write(uint64_t offset, Bytes data) {
  if (data.empty()) return;
  ++clock_;
  GrowTo(offset + data.size());
  for (size_t done = 0; done < data.size();) {
    const size_t sector_index = (offset + done) / sector_size_;
    const size_t within = (offset + done) % sector_size_;
    const size_t part = std::min(data.size() - done, sector_size_ - within);
    std::byte* const to = visible_.data() + offset + done;
    // Writing the bytes that are there already leaves nothing that a power cut could undo, unless
    // a sync has lost them: then they are on their way once more.
    const Sector& sector = sectors_[sector_index];
    const bool lost = sector.last != kNone && versions_[sector.last].lost;
    if (lost || std::memcmp(to, data.data() + done, part) != 0) {
      if (keeps_previous_) KeepPreviousOf(sector_index);
      std::memcpy(to, data.data() + done, part);
      AddVersion(sector_index, /*zeros=*/false);
    }
    done += part;
  }
  if (offset + data.size() > size_) ChangeSize(offset + data.size());
  if (!medium_faults_.empty()) medium_faults_.Write(offset, data, visible_);
  for (size_t done = 0; mapped() && done < data.size();) {
    const size_t region = (offset + done) / region_size_;
    const size_t within = (offset + done) % region_size_;
    const size_t part = std::min(data.size() - done, region_size_ - within);
    if (region < regions_.size() && regions_[region] != nullptr) {
      std::memcpy(regions_[region].get() + within, data.data() + done, part);
    }
    done += part;
  }
}

void DiskFile::Truncate(uint64_t size) {
  if (size == size_) return;
  ++clock_;
  GrowTo(size);
  if (size < size_) {
    std::memset(visible_.data() + size, 0, size_ - size);
    medium_faults_.Truncate(size);
    previous_.erase(previous_.lower_bound(size / sector_size_), previous_.end());
    const size_t last = (size_ - 1) / sector_size_;
    for (size_t i = size / sector_size_; i <= last; ++i) {
      AddVersion(i, /*zeros=*/i * sector_size_ >= size);
    }
    for (size_t i = 0; i < regions_.size(); ++i) {
      const uint64_t begin = i * region_size_;
      if (regions_[i] == nullptr || begin + region_size_ <= size) continue;
      const size_t kept = size > begin ? size - begin : 0;
      std::memset(regions_[i].get() + kept, 0, region_size_ - kept);
    }
  }
  ChangeSize(size);
}

void DiskFile::ChangeSize(uint64_t size) {
  constexpr size_t kSizeCountMax = 64;
  size_ = size;
  sizes_.push_back({.mark = clock_, .size = size});
  if (sizes_.size() > kSizeCountMax && sync_count_ == 0) sizes_.erase(sizes_.begin());
}

void DiskFile::AddVersion(size_t sector_index, bool zeros) {
  Sector& sector = sectors_[sector_index];
  uint32_t buffer = kNone;
  if (!zeros) {
    if (free_buffers_.empty()) {
      free_buffers_.push_back(static_cast<uint32_t>(buffers_.size()));
      buffers_.push_back(std::make_unique_for_overwrite<std::byte[]>(sector_size_));
    }
    buffer = free_buffers_.back();
    free_buffers_.pop_back();
    std::memcpy(buffers_[buffer].get(), visible_.data() + sector_index * sector_size_,
                sector_size_);
  }
  if (free_versions_.empty()) {
    free_versions_.push_back(static_cast<uint32_t>(versions_.size()));
    versions_.emplace_back();
  }
  const uint32_t version = free_versions_.back();
  free_versions_.pop_back();
  versions_[version] = {.mark = clock_, .buffer = buffer, .next = kNone, .lost = false};
  if (sector.first == kNone) {
    sector.first = version;
  } else {
    versions_[sector.last].next = version;
  }
  sector.last = version;
  ++sector.count;
  if (!std::exchange(sector.unsynced, true)) {
    unsynced_.push_back(static_cast<uint32_t>(sector_index));
  }
  // A sync that has begun may need any of them; one that begins later needs the last only.
  if (sector.count > kVersionCountMax && sync_count_ == 0) DropFirstVersion(sector);
}

void DiskFile::DropFirstVersion(Sector& sector) {
  const uint32_t version = sector.first;
  sector.first = versions_[version].next;
  if (sector.first == kNone) sector.last = kNone;
  --sector.count;
  if (versions_[version].buffer != kNone) free_buffers_.push_back(versions_[version].buffer);
  free_versions_.push_back(version);
}

void DiskFile::CopyVersion(size_t sector_index, uint32_t version, std::byte* to) const {
  if (version == kNone) {
    std::memmove(to, durable_.data() + sector_index * sector_size_, sector_size_);
  } else if (versions_[version].buffer == kNone) {
    std::memset(to, 0, sector_size_);
  } else {
    std::memcpy(to, buffers_[versions_[version].buffer].get(), sector_size_);
  }
}

uint64_t DiskFile::BeginSync() {
  ++sync_count_;
  return clock_;
}

void DiskFile::DropSync() {
  CHECK(sync_count_ > 0);
  --sync_count_;
}

void DiskFile::Sync(uint64_t mark) {
  DropSync();
  ++clock_;
  size_t left = 0;
  for (const uint32_t sector_index : unsynced_) {
    Sector& sector = sectors_[sector_index];
    uint32_t synced = kNone;
    for (uint32_t v = sector.first; v != kNone && versions_[v].mark <= mark;
         v = versions_[v].next) {
      if (!versions_[v].lost) synced = v;
    }
    if (synced != kNone) {
      CopyVersion(sector_index, synced, durable_.data() + sector_index * sector_size_);
      for (bool last = false; !last;) {
        last = sector.first == synced;
        DropFirstVersion(sector);
      }
    }
    if (sector.count > 0) {
      unsynced_[left++] = sector_index;
    } else {
      sector.unsynced = false;
    }
  }
  unsynced_.resize(left);
  size_t size_count = 0;
  while (size_count < sizes_.size() && sizes_[size_count].mark <= mark) {
    durable_size_ = sizes_[size_count++].size;
  }
  sizes_.erase(sizes_.begin(), sizes_.begin() + static_cast<ptrdiff_t>(size_count));
}

void DiskFile::FailSync(uint64_t mark, bool loses_pages) {
  DropSync();
  ++clock_;
  // Sizes are not lost: they are kept by the file system's journal, which goes on.
  for (const uint32_t sector_index : unsynced_) {
    Sector& sector = sectors_[sector_index];
    for (uint32_t v = sector.first; v != kNone && versions_[v].mark <= mark;
         v = versions_[v].next) {
      versions_[v].lost = true;
    }
    // A page that was written again since is still in memory.
    if (!loses_pages || sector.last == kNone || versions_[sector.last].mark > mark) continue;
    std::byte* const visible = visible_.data() + size_t{sector_index} * sector_size_;
    CopyVersion(sector_index, kNone, visible);
    if (size_ / sector_size_ == sector_index) {
      const size_t kept = size_ % sector_size_;
      std::memset(visible + kept, 0, sector_size_ - kept);
    }
  }
}

std::byte* DiskFile::Map(int index, size_t size) {
  CHECK(index >= 0 && size > 0 && (regions_.empty() || region_size_ == size));
  region_size_ = size;
  const auto i = static_cast<size_t>(index);
  if (regions_.size() <= i) regions_.resize(i + 1);
  if (regions_[i] == nullptr) {
    if ((i + 1) * size > size_) Truncate((i + 1) * size);
    auto region = std::make_unique<std::byte[]>(size);
    // Not from the region itself, which is not there yet.
    Read(i * size, MutableBytes(region.get(), size));
    regions_[i] = std::move(region);
  } else if ((i + 1) * size > size_) {
    Truncate((i + 1) * size);
  }
  return regions_[i].get();
}

void DiskFile::SaveRegions() {
  if (regions_saved_ || !mapped()) return;
  regions_saved_ = true;
  saved_regions_.resize(regions_.size());
  for (size_t i = 0; i < regions_.size(); ++i) {
    if (regions_[i] == nullptr) continue;
    saved_regions_[i] = std::make_unique_for_overwrite<std::byte[]>(region_size_);
    std::memcpy(saved_regions_[i].get(), regions_[i].get(), region_size_);
  }
}

void DiskFile::RestoreRegions() {
  if (!std::exchange(regions_saved_, false)) return;
  for (size_t i = 0; i < saved_regions_.size(); ++i) {
    if (saved_regions_[i] == nullptr) continue;
    std::memcpy(regions_[i].get(), saved_regions_[i].get(), region_size_);
  }
  saved_regions_.clear();
}

DiskFile::SizeVersion DiskFile::ResolveSize(Choices& choices, const PowerCutEffect& effect) const {
  SizeVersion durable = {.mark = 0, .size = durable_size_};
  if (sizes_.empty()) return durable;
  if (effect.until) {
    for (const SizeVersion& version : sizes_) {
      if (version.mark <= *effect.until) durable = version;
    }
    return durable;
  }
  const size_t undone = effect.loses_sectors ? choices.Choose(sizes_.size() + 1, "size") : 0;
  return undone == sizes_.size() ? durable : sizes_[sizes_.size() - 1 - undone];
}

size_t DiskFile::CountUntil(const Sector& sector, uint64_t mark) const {
  size_t count = 0;
  for (uint32_t v = sector.first; v != kNone && versions_[v].mark <= mark; v = versions_[v].next) {
    ++count;
  }
  return count;
}

size_t DiskFile::ChooseKept(const Sector& sector, Pattern pattern, uint64_t prefix_mark,
                            Choices& choices) const {
  switch (pattern) {
    case Pattern::kAny:
      return sector.count - choices.Choose(sector.count + 1, "sector");
    case Pattern::kMost:
      if (!choices.Chance(100'000, "undo")) return sector.count;
      return sector.count - 1 - choices.Choose(sector.count, "sector");
    case Pattern::kFew:
      if (!choices.Chance(100'000, "keep")) return 0;
      return sector.count - choices.Choose(sector.count, "sector");
    case Pattern::kPrefix:
      return CountUntil(sector, prefix_mark);
  }
  Unreachable();
}

void DiskFile::ResolveSector(size_t sector_index, size_t keep, uint64_t size_mark, Choices& choices,
                             const PowerCutEffect& effect, std::byte* to) const {
  const Sector& sector = sectors_[sector_index];
  uint32_t before = kNone;
  uint32_t kept = kNone;
  uint32_t next = sector.first;
  for (size_t i = 0; i < keep; ++i) {
    const Version& version = versions_[next];
    const bool is_cut_off = version.buffer == kNone && version.mark > size_mark;
    if (!is_cut_off) {
      before = kept;
      kept = next;
    }
    next = version.next;
  }
  CopyVersion(sector_index, kept, to);
  const bool torn = keep > 0 && sector_size_ > kTearSize && effect.tears_sectors &&
                    choices.Chance(250'000, "tear");
  if (!torn) return;
  std::vector<std::byte> old(sector_size_);
  CopyVersion(sector_index, before, old.data());
  const size_t block_count = sector_size_ / kTearSize;
  const uint64_t old_blocks = choices.Choose(uint64_t{1} << block_count, "old-blocks");
  for (size_t i = 0; i < block_count; ++i) {
    if ((old_blocks >> i & 1) == 0) continue;
    std::memcpy(to + i * kTearSize, old.data() + i * kTearSize, kTearSize);
  }
}

void DiskFile::ResolveTail(Choices& choices, std::byte* to) const {
  enum { kZeros, kStale, kNoise };
  switch (choices.Choose(3, "tail")) {
    case kZeros:
      return;
    case kStale: {
      // As if the blocks had been in use before.
      const size_t from = choices.Choose(visible_.size() / sector_size_, "tail-from");
      std::memcpy(to, visible_.data() + from * sector_size_, sector_size_);
      return;
    }
    case kNoise: {
      uint64_t word = choices.Choose(UINT64_MAX, "tail-noise");
      for (size_t i = 0; i < sector_size_; ++i) {
        word = word * 6364136223846793005u + 1442695040888963407u;
        to[i] = static_cast<std::byte>(word >> 56);
      }
      return;
    }
  }
}

std::vector<std::byte> DiskFile::Resolve(Choices& choices, const PowerCutEffect& effect) const {
  const SizeVersion resolved = ResolveSize(choices, effect);
  uint64_t size = resolved.size;
  std::vector<uint32_t> unsynced = unsynced_;
  std::sort(unsynced.begin(), unsynced.end());
  auto pattern = Pattern::kAny;
  uint64_t prefix_mark = 0;
  if (effect.until) {
    pattern = Pattern::kPrefix;
    prefix_mark = *effect.until;
  } else if (effect.loses_sectors && !effect.any_subset && unsynced.size() > 1) {
    pattern = static_cast<Pattern>(choices.Choose(4, "pattern"));
    if (pattern == Pattern::kPrefix) {
      // Everything after the first change of some sector that is still unsynced.
      const size_t pick = choices.Choose(unsynced.size(), "prefix");
      prefix_mark = versions_[sectors_[unsynced[pick]].first].mark;
    }
  }
  std::vector<std::byte> left = durable_;
  for (const uint32_t sector_index : unsynced) {
    const uint64_t begin = uint64_t{sector_index} * sector_size_;
    if (begin >= size) break;
    const Sector& sector = sectors_[sector_index];
    const size_t keep =
        effect.loses_sectors ? ChooseKept(sector, pattern, prefix_mark, choices) : sector.count;
    const bool in_tail = keep == 0 && begin >= durable_size_;
    if (in_tail && safe_append_) {
      size = std::max(begin, durable_size_);
      break;
    }
    ResolveSector(sector_index, keep, resolved.mark, choices, effect, left.data() + begin);
    if (in_tail && effect.garbage_tail) ResolveTail(choices, left.data() + begin);
  }
  left.resize(size);
  return left;
}

void DiskFile::AddMarks(std::vector<uint64_t>& marks) const {
  if (is_volatile_) return;
  for (const SizeVersion& version : sizes_) marks.push_back(version.mark);
  for (const uint32_t sector_index : unsynced_) {
    for (uint32_t v = sectors_[sector_index].first; v != kNone; v = versions_[v].next) {
      marks.push_back(versions_[v].mark);
    }
  }
}

void DiskFile::ResolveRegions(Choices& choices, const PowerCutEffect& effect) {
  if (!mapped()) return;
  enum { kEmpty, kZeros, kStale };
  const uint64_t what =
      effect.keeps_shared_memory ? uint64_t{kStale} : choices.Choose(3, "shared-memory");
  GrowTo(regions_.size() * region_size_);
  std::fill(visible_.begin(), visible_.end(), std::byte{0});
  size_ = what == kEmpty ? 0 : regions_.size() * region_size_;
  for (size_t i = 0; what == kStale && i < regions_.size(); ++i) {
    if (regions_[i] == nullptr) continue;
    std::memcpy(visible_.data() + i * region_size_, regions_[i].get(), region_size_);
  }
  durable_ = visible_;
  durable_size_ = size_;
  for (std::unique_ptr<std::byte[]>& region : regions_) old_regions_.push_back(std::move(region));
  regions_.clear();
}

void DiskFile::PowerCut(Choices& choices, const PowerCutEffect& effect) {
  RestoreRegions();
  const std::vector<std::byte> left = Resolve(choices, effect);
  for (const uint32_t sector_index : unsynced_) {
    Sector& sector = sectors_[sector_index];
    while (sector.count > 0) DropFirstVersion(sector);
    sector.unsynced = false;
  }
  unsynced_.clear();
  sizes_.clear();
  size_ = durable_size_ = left.size();
  // Beyond the end there is nothing, whatever was once written there.
  GrowTo(size_);
  std::copy(left.begin(), left.end(), durable_.begin());
  std::fill(durable_.begin() + static_cast<ptrdiff_t>(size_), durable_.end(), std::byte{0});
  visible_ = durable_;
  medium_faults_.Truncate(size_);
  previous_.clear();
  ForgetFailures();
  sync_count_ = 0;
  locks_ = LockTable();
  ResolveRegions(choices, effect);
}

std::vector<std::byte> DiskFile::Contents() const {
  std::vector<std::byte> contents(size_);
  Read(0, contents);
  return contents;
}

std::vector<std::byte> DiskFile::Pristine() const {
  CHECK(!mapped());
  return {visible_.begin(), visible_.begin() + static_cast<ptrdiff_t>(size_)};
}

// -- A bad medium --

void DiskFile::LayOver(uint64_t fault_number, uint64_t offset, Bytes bytes) {
  if (offset >= size_) return;
  const auto size = static_cast<size_t>(std::min<uint64_t>(bytes.size(), size_ - offset));
  medium_faults_.Lay(fault_number, offset, bytes.first(size), visible_);
}

void DiskFile::KeepPreviousOf(size_t sector_index) {
  const std::byte* const from = visible_.data() + sector_index * sector_size_;
  previous_[sector_index].assign(from, from + sector_size_);
}

std::vector<uint64_t> DiskFile::SectorsWithPrevious(uint64_t offset, size_t size) const {
  std::vector<uint64_t> sectors;
  if (size == 0) return sectors;
  const uint64_t last = (offset + size - 1) / sector_size_;
  for (auto each = previous_.lower_bound(offset / sector_size_);
       each != previous_.end() && each->first <= last; ++each) {
    sectors.push_back(each->first);
  }
  return sectors;
}

void DiskFile::ApplyPrevious(uint64_t sector_index, uint64_t offset, MutableBytes out) const {
  const uint64_t begin = sector_index * sector_size_;
  const uint64_t from = std::max(begin, offset);
  const uint64_t to = std::min(begin + sector_size_, offset + out.size());
  CHECK(from < to);
  std::memcpy(out.data() + (from - offset), previous_.at(sector_index).data() + (from - begin),
              to - from);
}

}  // namespace orrery::sim
