#include "sim/world/disk.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"

namespace orrery::sim {

std::shared_ptr<DiskFile> Disk::Find(std::string_view path) const {
  const auto found = visible_.find(path);
  return found == visible_.end() ? nullptr : found->second;
}

std::shared_ptr<DiskFile> Disk::FindByNumber(uint32_t number) const {
  for (const std::weak_ptr<DiskFile>& weak : files_) {
    std::shared_ptr<DiskFile> file = weak.lock();
    if (file != nullptr && file->number() == number) return file;
  }
  return nullptr;
}

std::string Disk::PathOf(uint32_t number) const {
  for (const auto& [path, file] : visible_) {
    if (file->number() == number) return path;
  }
  return "";
}

std::shared_ptr<DiskFile> Disk::MakeFile() {
  std::erase_if(files_, [](const std::weak_ptr<DiskFile>& file) { return file.expired(); });
  auto file = std::make_shared<DiskFile>(++last_number_, contract_, clock_);
  if (keeps_previous_) file->KeepPrevious();
  files_.push_back(file);
  return file;
}

void Disk::Change(EntryChange change) {
  change.mark = ++clock_;
  ++name_change_count_;
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
  ++clock_;
  std::erase_if(changes_, [&](const EntryChange& change) {
    const bool there = DirectoryOf(change.path) == directory ||
                       (!change.to.empty() && DirectoryOf(change.to) == directory);
    if (change.mark > mark || !there) return false;
    Apply(durable_, change);
    return true;
  });
}

std::vector<uint64_t> Disk::UnsyncedMarks() const {
  std::vector<uint64_t> marks;
  for (const EntryChange& change : changes_) marks.push_back(change.mark);
  ForEachFile([&](const DiskFile& file) { file.AddMarks(marks); });
  std::sort(marks.begin(), marks.end());
  marks.erase(std::unique(marks.begin(), marks.end()), marks.end());
  return marks;
}

void Disk::DrawUntil(Choices& choices, PowerCutEffect& effect) const {
  if (!contract_.sequential || !(effect.loses_sectors || effect.loses_entries)) return;
  const std::vector<uint64_t> marks = UnsyncedMarks();
  const size_t undone = choices.Choose(marks.size() + 1, "undone");
  effect.until = undone == 0 ? clock_ : marks[marks.size() - undone] - 1;
}

Disk::Entries Disk::ResolveEntries(Choices& choices, const PowerCutEffect& effect) const {
  Entries left = durable_;
  for (const EntryChange& change : changes_) {
    const bool undone = effect.until
                            ? change.mark > *effect.until
                            : effect.loses_entries && choices.Chance(500'000, "undo-entry");
    if (!undone) Apply(left, change);
  }
  return left;
}

void Disk::PowerCut(Choices& choices, const PowerCutEffect& effect) {
  PowerCutEffect drawn = effect;
  DrawUntil(choices, drawn);
  durable_ = ResolveEntries(choices, drawn);
  changes_.clear();
  ++name_change_count_;
  visible_ = durable_;
  for (const auto& [path, file] : visible_) file->PowerCut(choices, drawn);
}

DiskImage Disk::Resolve(Choices& choices, PowerCutEffect effect) const {
  DrawUntil(choices, effect);
  DiskImage image;
  for (const auto& [path, file] : ResolveEntries(choices, effect)) {
    image.emplace_back(path,
                       file->is_volatile() ? file->Contents() : file->Resolve(choices, effect));
  }
  return image;
}

DiskImage Disk::Image() const {
  DiskImage image;
  for (const auto& [path, file] : visible_) image.emplace_back(path, file->Contents());
  return image;
}

template <typename Visit>
void Disk::ForEachFile(Visit visit) const {
  for (const std::weak_ptr<DiskFile>& weak : files_) {
    if (const std::shared_ptr<DiskFile> file = weak.lock()) visit(*file);
  }
}

void Disk::SaveRegions() {
  ForEachFile([](DiskFile& file) { file.SaveRegions(); });
}

void Disk::RestoreRegions() {
  ForEachFile([](DiskFile& file) { file.RestoreRegions(); });
}

std::vector<uint64_t> Disk::MediumFaultNumbers() const {
  std::vector<uint64_t> numbers;
  ForEachFile([&](DiskFile& file) {
    for (const uint64_t number : file.medium_faults().Numbers()) numbers.push_back(number);
  });
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  return numbers;
}

void Disk::TakeMediumFaultAway(uint64_t number) {
  ForEachFile([&](DiskFile& file) { file.medium_faults().TakeAway(number); });
}

void Disk::TakeMediumFaultsAway() {
  ForEachFile([](DiskFile& file) { file.medium_faults().TakeAwayAll(); });
}

void Disk::KeepPrevious() {
  keeps_previous_ = true;
  ForEachFile([](DiskFile& file) { file.KeepPrevious(); });
}

void Disk::ForgetFailures() {
  ForEachFile([](DiskFile& file) { file.ForgetFailures(); });
}

std::vector<std::string> Disk::Paths() const {
  std::vector<std::string> paths;
  for (const auto& [path, file] : visible_) paths.push_back(path);
  return paths;
}

void Disk::Import(std::string_view path, Bytes bytes) {
  std::erase_if(changes_, [&](const EntryChange& change) { return change.path == path; });
  ++name_change_count_;
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
