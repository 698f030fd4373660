// One file of the simulated disk: the bytes that programs see, and sector by sector what a power
// cut could leave of them.
//
//   durable   what a power cut cannot take away
//   versions  each sector's later contents, oldest first, that were written and not synced; the
//             last one is what programs see
//
// A sync makes durable what had been written before it was *submitted* (File::Sync), so it takes
// the mark of that moment. A failed one leaves its sectors visible but lost: no later sync saves
// them unless they are written again. At a power cut each sector on its own keeps the durable
// content or any version, and the size any size that the file had since the last sync. Bytes that
// the size covers and no version reached are zeros, or garbage. But a truncation happens whole or
// not at all, as SQLite assumes of a removal (https://www.sqlite.org/atomiccommit.html): while a
// file has its old size it has its old sectors, or a log that was cut to nothing would come back in
// part, older than the database. A DeviceContract narrows all this down.
//
// Marks come from one counter for the whole disk, so they are also the order in which things
// happened on it.
//
// Shared memory (Map) is volatile: after a power cut the file is there with zeros or stale bytes.
//
// The bytes here are pristine. What a bad medium shows in their place is laid over them when they
// are read (medium_faults.h), so that each such fault can be taken away again.

#ifndef ORRERY_SIM_WORLD_DISK_FILE_H_
#define ORRERY_SIM_WORLD_DISK_FILE_H_

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "engine/base/bytes.h"
#include "sim/choices/choices.h"
#include "sim/world/lock_table.h"
#include "sim/world/medium_faults.h"

namespace orrery::sim {

// What the device promises. A loss beyond it would be ours; a loss within it that the engine does
// not survive is the engine's. Every device keeps the bytes around a write.
struct DeviceContract {
  uint32_t sector_size = 512;  // 512 or 4096: written whole or not at all, unless torn
  // A file never covers bytes that did not reach the disk: no zeros and no garbage at its end.
  bool safe_append = false;
  // Changes reach the disk in the order in which they were made, over all files and names.
  bool sequential = false;
};

// What a power cut does to what was not synced.
struct PowerCutEffect {
  bool loses_sectors = true;  // else every sector keeps what was written last
  bool tears_sectors = true;  // sectors of 4096 bytes may be torn at 512
  bool loses_entries = true;  // else every name is as it was last
  bool any_subset = false;    // each sector on its own; else the subset may follow a pattern
  bool garbage_tail = false;  // what a file was extended by and never reached the disk is anything
  // Shared memory keeps its bytes, stale as they are, with no draw; else that is drawn, too.
  bool keeps_shared_memory = false;
  // Every change up to this mark is kept and none after it: a sequential device. The Disk draws it.
  std::optional<uint64_t> until = {};
};

class DiskFile {
 public:
  static constexpr size_t kTearSize = 512;
  // Of a sector that is written over and over without a sync, this many versions are kept.
  static constexpr uint32_t kVersionCountMax = 8;

  // `clock` counts the changes of the whole disk; both outlive us.
  DiskFile(uint32_t number, const DeviceContract& contract, uint64_t& clock);
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
  // With `loses_pages` the operating system also forgets what could not be written: programs see
  // the durable content again.
  void FailSync(uint64_t mark, bool loses_pages);
  void DropSync();  // it has done nothing

  // The shared memory at [index * size, (index + 1) * size), at the same address until the file is
  // gone. Every call for a file has the same `size`.
  std::byte* Map(int index, size_t size);
  bool mapped() const { return !regions_.empty(); }
  // Opened as shared memory: nobody expects its bytes to survive.
  void BeVolatile() { is_volatile_ = true; }
  bool is_volatile() const { return is_volatile_; }
  // For a killed process that still runs to its end: SaveRegions() before its first access, and
  // RestoreRegions() after its last one, so that none of its stores is seen.
  void SaveRegions();
  void RestoreRegions();

  LockTable& locks() { return locks_; }

  // What a power cut leaves of the pristine bytes.
  std::vector<std::byte> Resolve(Choices& choices, const PowerCutEffect& effect) const;
  void PowerCut(Choices& choices, const PowerCutEffect& effect);
  // Sectors that a power cut could change.
  size_t unsynced_sector_count() const { return unsynced_.size(); }
  // Adds the marks of all changes that a power cut could undo.
  void AddMarks(std::vector<uint64_t>& marks) const;

  // All bytes that a program sees; Pristine(): that it would see, were it not for the medium.
  std::vector<std::byte> Contents() const;
  std::vector<std::byte> Pristine() const;

  // The medium shows `bytes` from `offset` on, as far as the file goes, instead of what is there.
  void LayOver(uint64_t fault_number, uint64_t offset, Bytes bytes);
  MediumFaults& medium_faults() { return medium_faults_; }
  // From now on a sector's content before its last change is kept, for stale reads.
  void KeepPrevious() { keeps_previous_ = true; }
  // The sectors of these bytes that have one.
  std::vector<uint64_t> SectorsWithPrevious(uint64_t offset, size_t size) const;
  // Puts the previous content of a sector into `out`, the bytes from `offset` on.
  void ApplyPrevious(uint64_t sector_index, uint64_t offset, MutableBytes out) const;

  // What has failed for good: the next so many operations of this kind fail as well.
  uint32_t& failures_left(size_t kind) { return failures_left_[kind]; }
  void ForgetFailures() { std::fill(std::begin(failures_left_), std::end(failures_left_), 0); }
  static constexpr size_t kFailureKindCount = 4;

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
  SizeVersion ResolveSize(Choices& choices, const PowerCutEffect& effect) const;
  // `size_mark`: truncations after it have not happened.
  void ResolveSector(size_t sector_index, size_t keep, uint64_t size_mark, Choices& choices,
                     const PowerCutEffect& effect, std::byte* to) const;
  // Nothing of a sector that the file was extended by has reached the disk.
  void ResolveTail(Choices& choices, std::byte* to) const;
  // How many of its versions a sector has gone through: 0 for none, its count for all.
  size_t ChooseKept(const Sector& sector, Pattern pattern, uint64_t prefix_mark,
                    Choices& choices) const;
  size_t CountUntil(const Sector& sector, uint64_t mark) const;
  void ResolveRegions(Choices& choices, const PowerCutEffect& effect);
  void GrowTo(uint64_t size);
  void KeepPreviousOf(size_t sector_index);

  const uint32_t number_;
  const uint32_t sector_size_;
  const bool safe_append_;
  uint64_t& clock_;     // the mark of the disk's last change
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

  bool is_volatile_ = false;
  size_t region_size_ = 0;
  std::vector<std::unique_ptr<std::byte[]>> regions_;  // null where not mapped
  std::vector<std::unique_ptr<std::byte[]>> saved_regions_;
  bool regions_saved_ = false;
  // Of before a power cut: a killed process may still hold pointers.
  std::vector<std::unique_ptr<std::byte[]>> old_regions_;
  LockTable locks_;

  MediumFaults medium_faults_;
  bool keeps_previous_ = false;
  std::map<uint64_t, std::vector<std::byte>> previous_;  // by sector
  uint32_t failures_left_[kFailureKindCount] = {};
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_WORLD_DISK_FILE_H_
