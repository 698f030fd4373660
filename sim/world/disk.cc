#include "sim/world/disk.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/base/check.h"

namespace orrery::sim {

DiskFile::DiskFile(uint32_t number, const DeviceContract& contract)
    : number_(number), sector_size_(contract.sector_size) {
  CHECK(sector_size_ == 512 || sector_size_ == 4096);
}

size_t DiskFile::Read(uint64_t offset, MutableBytes out) const {
  if (offset >= size_ || out.empty()) return 0;
  const size_t size = static_cast<size_t>(std::min<uint64_t>(out.size(), size_ - offset));
  std::memcpy(out.data(), visible_.data() + offset, size);
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
  ++mark_;
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
      std::memcpy(to, data.data() + done, part);
      AddVersion(sector_index, /*zeros=*/false);
    }
    done += part;
  }
  if (offset + data.size() > size_) ChangeSize(offset + data.size());
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
  ++mark_;
  GrowTo(size);
  if (size < size_) {
    std::memset(visible_.data() + size, 0, size_ - size);
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
  sizes_.push_back({.mark = mark_, .size = size});
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
  versions_[version] = {.mark = mark_, .buffer = buffer, .next = kNone, .lost = false};
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
  return mark_;
}

void DiskFile::DropSync() {
  CHECK(sync_count_ > 0);
  --sync_count_;
}

void DiskFile::Sync(uint64_t mark) {
  DropSync();
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

void DiskFile::FailSync(uint64_t mark) {
  DropSync();
  // Sizes are not lost: they are kept by the file system's journal, which goes on.
  for (const uint32_t sector_index : unsynced_) {
    for (uint32_t v = sectors_[sector_index].first; v != kNone && versions_[v].mark <= mark;
         v = versions_[v].next) {
      versions_[v].lost = true;
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

DiskFile::SizeVersion DiskFile::ResolveSize(Choices& choices, const PowerCutEffect& effect) {
  const SizeVersion durable = {.mark = 0, .size = durable_size_};
  if (sizes_.empty()) return durable;
  const size_t undone = effect.loses_sectors ? choices.Choose(sizes_.size() + 1, "size") : 0;
  return undone == sizes_.size() ? durable : sizes_[sizes_.size() - 1 - undone];
}

size_t DiskFile::ChooseKept(const Sector& sector, Pattern pattern, uint64_t prefix_mark,
                            Choices& choices) {
  size_t undone = 0;  // of its versions, from the last
  switch (pattern) {
    case Pattern::kAny:
      undone = choices.Choose(sector.count + 1, "sector");
      break;
    case Pattern::kMost:
      if (choices.Chance(100'000, "undo")) undone = 1 + choices.Choose(sector.count, "sector");
      break;
    case Pattern::kFew:
      undone =
          choices.Chance(100'000, "keep") ? choices.Choose(sector.count, "sector") : sector.count;
      break;
    case Pattern::kPrefix:
      for (uint32_t v = sector.first; v != kNone; v = versions_[v].next) {
        if (versions_[v].mark > prefix_mark) ++undone;
      }
      break;
  }
  return sector.count - undone;
}

void DiskFile::ResolveSector(size_t sector_index, size_t keep, uint64_t size_mark, Choices& choices,
                             const PowerCutEffect& effect) {
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
  std::byte* const durable = durable_.data() + sector_index * sector_size_;
  const bool torn = keep > 0 && sector_size_ > kTearSize && effect.tears_sectors &&
                    choices.Chance(250'000, "tear");
  if (!torn) {
    CopyVersion(sector_index, kept, durable);
    return;
  }
  std::vector<std::byte> old(sector_size_);
  CopyVersion(sector_index, before, old.data());
  CopyVersion(sector_index, kept, durable);
  const size_t block_count = sector_size_ / kTearSize;
  const uint64_t old_blocks = choices.Choose(uint64_t{1} << block_count, "old-blocks");
  for (size_t i = 0; i < block_count; ++i) {
    if ((old_blocks >> i & 1) == 0) continue;
    std::memcpy(durable + i * kTearSize, old.data() + i * kTearSize, kTearSize);
  }
}

void DiskFile::ResolveRegions(Choices& choices) {
  if (!mapped()) return;
  enum { kEmpty, kZeros, kStale };
  const uint64_t what = choices.Choose(3, "shared-memory");
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
  const auto [size_mark, size] = ResolveSize(choices, effect);
  std::sort(unsynced_.begin(), unsynced_.end());
  auto pattern = Pattern::kAny;
  uint64_t prefix_mark = 0;
  if (effect.loses_sectors && !effect.any_subset && unsynced_.size() > 1) {
    pattern = static_cast<Pattern>(choices.Choose(4, "pattern"));
    if (pattern == Pattern::kPrefix) {
      // Everything after the first change of some sector that is still unsynced.
      const size_t pick = choices.Choose(unsynced_.size(), "prefix");
      prefix_mark = versions_[sectors_[unsynced_[pick]].first].mark;
    }
  }
  for (const uint32_t sector_index : unsynced_) {
    Sector& sector = sectors_[sector_index];
    if (uint64_t{sector_index} * sector_size_ < size) {
      const size_t keep =
          effect.loses_sectors ? ChooseKept(sector, pattern, prefix_mark, choices) : sector.count;
      ResolveSector(sector_index, keep, size_mark, choices, effect);
    }
    while (sector.count > 0) DropFirstVersion(sector);
    sector.unsynced = false;
  }
  unsynced_.clear();
  sizes_.clear();
  size_ = durable_size_ = size;
  // Beyond the end there is nothing, whatever was once written there.
  if (size < durable_.size()) {
    std::fill(durable_.begin() + static_cast<ptrdiff_t>(size), durable_.end(), std::byte{0});
  }
  visible_ = durable_;
  sync_count_ = 0;
  locks_ = LockTable();
  ResolveRegions(choices);
}

std::vector<std::byte> DiskFile::Contents() const {
  std::vector<std::byte> contents(size_);
  Read(0, contents);
  return contents;
}

std::shared_ptr<DiskFile> Disk::Find(std::string_view path) const {
  const auto found = visible_.find(path);
  return found == visible_.end() ? nullptr : found->second;
}

std::shared_ptr<DiskFile> Disk::MakeFile() {
  std::erase_if(files_, [](const std::weak_ptr<DiskFile>& file) { return file.expired(); });
  auto file = std::make_shared<DiskFile>(++last_number_, contract_);
  files_.push_back(file);
  return file;
}

void Disk::Change(EntryChange change) {
  change.mark = ++entry_mark_;
  Apply(visible_, change);
  changes_.push_back(std::move(change));
}

void Disk::Apply(Entries& entries, const EntryChange& change) {
  if (change.to.empty()) {
    if (change.file == nullptr) {
      entries.erase(change.path);
    } else {
      entries[change.path] = change.file;
    }
    return;
  }
  const auto from = entries.find(change.path);
  if (from == entries.end()) return;
  std::shared_ptr<DiskFile> file = std::move(from->second);
  entries.erase(from);
  entries[change.to] = std::move(file);
}

std::shared_ptr<DiskFile> Disk::Create(std::string_view path) {
  CHECK(!path.empty() && Find(path) == nullptr);
  std::shared_ptr<DiskFile> file = MakeFile();
  Change({.path = std::string(path), .file = file});
  return file;
}

std::shared_ptr<DiskFile> Disk::CreateTemporary() { return MakeFile(); }

bool Disk::Remove(std::string_view path) {
  if (Find(path) == nullptr) return false;
  Change({.path = std::string(path)});
  return true;
}

bool Disk::Rename(std::string_view from, std::string_view to) {
  CHECK(!to.empty());
  if (Find(from) == nullptr) return false;
  if (from != to) Change({.path = std::string(from), .to = std::string(to)});
  return true;
}

std::string Disk::DirectoryOf(std::string_view path) {
  const size_t slash = path.rfind('/');
  return std::string(slash == std::string_view::npos ? "" : path.substr(0, slash));
}

void Disk::SyncDirectory(std::string_view directory, uint64_t mark) {
  std::erase_if(changes_, [&](const EntryChange& change) {
    const bool there = DirectoryOf(change.path) == directory ||
                       (!change.to.empty() && DirectoryOf(change.to) == directory);
    if (change.mark > mark || !there) return false;
    Apply(durable_, change);
    return true;
  });
}

void Disk::PowerCut(Choices& choices, const PowerCutEffect& effect) {
  for (const EntryChange& change : changes_) {
    const bool undone = effect.loses_entries && choices.Chance(500'000, "undo-entry");
    if (!undone) Apply(durable_, change);
  }
  changes_.clear();
  visible_ = durable_;
  for (const auto& [path, file] : visible_) file->PowerCut(choices, effect);
}

void Disk::SaveRegions() {
  for (const std::weak_ptr<DiskFile>& weak : files_) {
    if (const std::shared_ptr<DiskFile> file = weak.lock()) file->SaveRegions();
  }
}

void Disk::RestoreRegions() {
  for (const std::weak_ptr<DiskFile>& weak : files_) {
    if (const std::shared_ptr<DiskFile> file = weak.lock()) file->RestoreRegions();
  }
}

std::vector<std::string> Disk::Paths() const {
  std::vector<std::string> paths;
  for (const auto& [path, file] : visible_) paths.push_back(path);
  return paths;
}

void Disk::Import(std::string_view path, Bytes bytes) {
  std::erase_if(changes_, [&](const EntryChange& change) { return change.path == path; });
  std::shared_ptr<DiskFile> file = MakeFile();
  file->Write(0, bytes);
  file->Sync(file->BeginSync());
  visible_[std::string(path)] = file;
  durable_[std::string(path)] = file;
}

std::optional<std::vector<std::byte>> Disk::Export(std::string_view path) const {
  const std::shared_ptr<DiskFile> file = Find(path);
  if (file == nullptr) return std::nullopt;
  return file->Contents();
}

}  // namespace orrery::sim
