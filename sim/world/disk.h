// The simulated disk: for each file the bytes that programs see, and sector by sector what a power
// cut could leave of them.
//
//   durable   what a power cut cannot take away
//   versions  each sector's later contents, oldest first, that were written and not synced; the
//   last
//             one is what programs see
//
// A sync makes durable what had been written before it was *submitted* (File::Sync), so it takes
// the mark of that moment. A failed one leaves its sectors visible but lost: no later sync saves
// them unless they are written again. At a power cut each sector on its own keeps the durable
// content or any version, and the size any size that the file had since the last sync. Bytes that
// the size covers and no version reached are zeros. But a truncation happens whole or not at all,
// as SQLite assumes of a removal (https://www.sqlite.org/atomiccommit.html): while a file has its
// old size it has its old sectors, or a log that was cut to nothing would come back in part, older
// than the database. File names are treated the same way, by directory.
//
// Shared memory (Map) is volatile: after a power cut the file is there with zeros or stale bytes.
//
// The bytes here are pristine. Faults of the medium (bit rot, misdirected writes, stale reads) are
// to be laid over them when they are read, so that each can be taken away again.

#ifndef ORRERY_SIM_WORLD_DISK_H_
#define ORRERY_SIM_WORLD_DISK_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/status.h"
#include "sim/choices/choices.h"
#include "sim/world/lock_table.h"

namespace orrery::sim {

// What the device promises about one write.
struct DeviceContract {
  uint32_t sector_size = 512;  // 512 or 4096: written whole or not at all, unless torn
};

// What a power cut does to what was not synced.
struct PowerCutEffect {
  bool loses_sectors = true;  // else every sector keeps what was written last
  bool tears_sectors = true;  // sectors of 4096 bytes may be torn at 512
  bool loses_entries = true;  // else every name is as it was last
  bool any_subset = false;    // each sector on its own; else the subset may follow a pattern
};

class DiskFile {
 public:
  static constexpr size_t kTearSize = 512;
  // Of a sector that is written over and over without a sync, this many versions are kept.
  static constexpr uint32_t kVersionCountMax = 8;

  DiskFile(uint32_t number, const DeviceContract& contract);
  DiskFile(const DiskFile&) = delete;
  DiskFile& operator=(const DiskFile&) = delete;

  uint32_t number() const { return number_; }  // from 1, never used again
  uint64_t size() const { return size_; }
  uint32_t sector_size() const { return sector_size_; }

  // How many bytes were there.
  size_t Read(uint64_t offset, MutableBytes out) const;
  void Write(uint64_t offset, Bytes data);
  void Truncate(uint64_t size);

  // A sync covers all that has been written when it begins, and ends in one of the three ways.
  uint64_t BeginSync();
  void Sync(uint64_t mark);
  void FailSync(uint64_t mark);
  void DropSync();  // it has done nothing

  // The shared memory at [index * size, (index + 1) * size), at the same address until the file is
  // gone. Every call for a file has the same `size`.
  std::byte* Map(int index, size_t size);
  bool mapped() const { return !regions_.empty(); }
  // For a killed process that still runs to its end: SaveRegions() before its first access, and
  // RestoreRegions() after its last one, so that none of its stores is seen.
  void SaveRegions();
  void RestoreRegions();

  LockTable& locks() { return locks_; }

  void PowerCut(Choices& choices, const PowerCutEffect& effect);
  // Sectors that a power cut could change.
  size_t unsynced_sector_count() const { return unsynced_.size(); }

  // All bytes that a program sees.
  std::vector<std::byte> Contents() const;

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  struct Version {
    uint64_t mark;
    uint32_t buffer;  // index of its bytes in buffers_; kNone: zeros
    uint32_t next;    // the next later one, kNone after the last
    bool lost;        // a sync that should have saved it failed
  };
  struct Sector {
    uint32_t first = kNone;  // the oldest version
    uint32_t last = kNone;
    uint32_t count = 0;
    bool unsynced = false;  // listed in unsynced_
  };
  struct SizeVersion {
    uint64_t mark;
    uint64_t size;
  };

  // What a power cut keeps of the sectors, beside any subset: most, few, or a run of the oldest.
  enum class Pattern : uint8_t { kAny, kMost, kFew, kPrefix };

  void AddVersion(size_t sector_index, bool zeros);
  void DropFirstVersion(Sector& sector);
  // Copies a version (kNone: the durable content) of a sector.
  void CopyVersion(size_t sector_index, uint32_t version, std::byte* to) const;
  void ChangeSize(uint64_t size);
  SizeVersion ResolveSize(Choices& choices, const PowerCutEffect& effect);
  // `size_mark`: truncations after it have not happened.
  void ResolveSector(size_t sector_index, size_t keep, uint64_t size_mark, Choices& choices,
                     const PowerCutEffect& effect);
  // How many of its versions a sector has gone through: 0 for none, its count for all.
  size_t ChooseKept(const Sector& sector, Pattern pattern, uint64_t prefix_mark, Choices& choices);
  void ResolveRegions(Choices& choices);
  void GrowTo(uint64_t size);

  const uint32_t number_;
  const uint32_t sector_size_;
  uint64_t mark_ = 0;   // of the last change
  int sync_count_ = 0;  // begun and not ended
  uint64_t size_ = 0;
  uint64_t durable_size_ = 0;
  std::vector<std::byte> visible_;  // whole sectors
  std::vector<std::byte> durable_;  // as long; zeros where nothing was made durable
  std::vector<Sector> sectors_;
  std::vector<uint32_t> unsynced_;  // sectors that have versions
  std::vector<SizeVersion> sizes_;  // later than durable_size_, oldest first
  std::vector<Version> versions_;
  std::vector<uint32_t> free_versions_;
  std::vector<std::unique_ptr<std::byte[]>> buffers_;
  std::vector<uint32_t> free_buffers_;

  size_t region_size_ = 0;
  std::vector<std::unique_ptr<std::byte[]>> regions_;  // null where not mapped
  std::vector<std::unique_ptr<std::byte[]>> saved_regions_;
  bool regions_saved_ = false;
  // Of before a power cut: a killed process may still hold pointers.
  std::vector<std::unique_ptr<std::byte[]>> old_regions_;
  LockTable locks_;
};

class Disk {
 public:
  explicit Disk(const DeviceContract& contract) : contract_(contract) {}
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  const DeviceContract& contract() const { return contract_; }

  // Null when there is no such file. A DiskFile lives while it has a name or is open.
  std::shared_ptr<DiskFile> Find(std::string_view path) const;
  std::shared_ptr<DiskFile> Create(std::string_view path);
  // A file without a name.
  std::shared_ptr<DiskFile> CreateTemporary();
  // False when it is not there.
  bool Remove(std::string_view path);
  bool Rename(std::string_view from, std::string_view to);

  // Like DiskFile's, for the names in one directory ("" for paths without a slash).
  uint64_t entry_mark() const { return entry_mark_; }
  void SyncDirectory(std::string_view directory, uint64_t mark);
  static std::string DirectoryOf(std::string_view path);

  // All processes are gone, all files are closed. Files that no name leads to any more vanish.
  void PowerCut(Choices& choices, const PowerCutEffect& effect);

  void SaveRegions();
  void RestoreRegions();

  std::vector<std::string> Paths() const;  // sorted
  // Sees to it that `path` holds `bytes`, durably.
  void Import(std::string_view path, Bytes bytes);
  std::optional<std::vector<std::byte>> Export(std::string_view path) const;

 private:
  // A change of names that is not durable yet. One with `to` is a renaming.
  struct EntryChange {
    std::string path;
    std::string to = {};
    std::shared_ptr<DiskFile> file = nullptr;  // null for a removal
    uint64_t mark = 0;
  };
  using Entries = std::map<std::string, std::shared_ptr<DiskFile>, std::less<>>;
  static void Apply(Entries& entries, const EntryChange& change);

  std::shared_ptr<DiskFile> MakeFile();
  void Change(EntryChange change);

  const DeviceContract contract_;
  uint32_t last_number_ = 0;
  std::vector<std::weak_ptr<DiskFile>> files_;  // all that live, named or not
  Entries visible_;
  Entries durable_;
  std::vector<EntryChange> changes_;  // oldest first
  uint64_t entry_mark_ = 0;
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_WORLD_DISK_H_
