// The simulated disk: named files (disk_file.h) and what a power cut leaves of their names. Names
// are treated as bytes are, by directory: a change is visible at once and durable once its
// directory was synced.

#ifndef ORRERY_SIM_WORLD_DISK_H_
#define ORRERY_SIM_WORLD_DISK_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/bytes.h"
#include "sim/choices/choices.h"
#include "sim/world/disk_file.h"

namespace orrery::sim {

// Every byte of every file that has a name, at one moment, in the order of the names.
using DiskImage = std::vector<std::pair<std::string, std::vector<std::byte>>>;

class Disk {
 public:
  explicit Disk(const DeviceContract& contract) : contract_(contract) {}
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  const DeviceContract& contract() const { return contract_; }

  // Null when there is no such file. A DiskFile lives while it has a name or is open.
  std::shared_ptr<DiskFile> Find(std::string_view path) const;
  // Also one without a name, while it is open.
  std::shared_ptr<DiskFile> FindByNumber(uint32_t number) const;
  // "" when it has none any more.
  std::string PathOf(uint32_t number) const;
  std::shared_ptr<DiskFile> Create(std::string_view path);
  // A file without a name.
  std::shared_ptr<DiskFile> CreateTemporary();
  // False when it is not there.
  bool Remove(std::string_view path);
  bool Rename(std::string_view from, std::string_view to);

  // Like DiskFile's, for the names in one directory ("" for paths without a slash).
  // Each change of anything, a sync's end too, moves it on.
  uint64_t entry_mark() const { return clock_; }
  // While this stays, every name leads to the file that it led to.
  uint64_t name_change_count() const { return name_change_count_; }
  void SyncDirectory(std::string_view directory, uint64_t mark);
  static std::string DirectoryOf(std::string_view path);

  // All processes are gone, all files are closed. Files that no name leads to any more vanish.
  void PowerCut(Choices& choices, const PowerCutEffect& effect);
  // The marks of all changes that a power cut could undo, ascending.
  std::vector<uint64_t> UnsyncedMarks() const;
  // What such a power cut would leave of all files, shared memory stale; nothing changes.
  DiskImage Resolve(Choices& choices, PowerCutEffect effect) const;

  void SaveRegions();
  void RestoreRegions();

  std::vector<std::string> Paths() const;  // sorted
  // Sees to it that `path` holds `bytes`, durably.
  void Import(std::string_view path, Bytes bytes);
  std::optional<std::vector<std::byte>> Export(std::string_view path) const;
  DiskImage Image() const;  // as programs see it

  // A number for the next fault of the medium (DiskFile::LayOver).
  uint64_t NextMediumFault() { return ++last_medium_fault_; }
  // Those that are still to be seen somewhere, oldest first; and away with one, or all.
  std::vector<uint64_t> MediumFaultNumbers() const;
  void TakeMediumFaultAway(uint64_t number);
  void TakeMediumFaultsAway();
  // See DiskFile; for files that are there and those to come.
  void KeepPrevious();
  // What failed for good works again.
  void ForgetFailures();

 private:
  using Entries = std::map<std::string, std::shared_ptr<DiskFile>, std::less<>>;
  // A change of names that is not durable yet. One with `to` is a renaming.
  struct EntryChange {
    std::string path;
    std::string to = {};
    std::shared_ptr<DiskFile> file = nullptr;  // null for a removal
    uint64_t mark = 0;
  };
  static void Apply(Entries& entries, const EntryChange& change);

  std::shared_ptr<DiskFile> MakeFile();
  // Draws where a sequential device stopped.
  void DrawUntil(Choices& choices, PowerCutEffect& effect) const;
  // The names that are left.
  Entries ResolveEntries(Choices& choices, const PowerCutEffect& effect) const;
  // All that live, named or not.
  template <typename Visit>
  void ForEachFile(Visit visit) const;
  void Change(EntryChange change);

  const DeviceContract contract_;
  uint32_t last_number_ = 0;
  std::vector<std::weak_ptr<DiskFile>> files_;  // all that live, named or not
  Entries visible_;
  Entries durable_;
  std::vector<EntryChange> changes_;  // oldest first
  uint64_t clock_ = 0;                // the mark of the last change of all
  uint64_t name_change_count_ = 0;
  uint64_t last_medium_fault_ = 0;
  bool keeps_previous_ = false;
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_WORLD_DISK_H_
