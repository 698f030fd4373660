#include "sim/sweeps/crash_images.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "sim/choices/enumerator_source.h"
#include "sim/choices/seed_source.h"

namespace orrery::sim {
namespace {

constexpr size_t kDrawCountMax = 1000;
constexpr uint64_t kCountMax = uint64_t{1} << 32;
// Of pairs that are lost together.
constexpr size_t kPairMemberCountMax = 60;

PowerCutEffect AnySubset() {
  return {.loses_sectors = true,
          .tears_sectors = false,
          .loses_entries = true,
          .any_subset = true,
          .keeps_shared_memory = true};
}

// Answers some draws as told, by their place in the run, and the others with 0: nothing is lost.
class ListedSource final : public ChoiceSource {
 public:
  struct Listed {
    size_t draw;
    uint64_t value;
  };
  explicit ListedSource(std::vector<Listed> listed) : listed_(std::move(listed)) {}

  uint64_t Choose(uint32_t, uint64_t n, const char*) override {
    ns_.push_back(n);
    for (const Listed& each : listed_) {
      if (each.draw == ns_.size() - 1) return std::min(each.value, n - 1);
    }
    return 0;
  }
  bool Chance(uint32_t stream, uint32_t, const char* label) override {
    return Choose(stream, 2, label) == 1;
  }
  // The draws so far, and how many answers each had.
  const std::vector<uint64_t>& ns() const { return ns_; }

 private:
  void OnOpen(uint32_t) override {}

  std::vector<Listed> listed_;
  std::vector<uint64_t> ns_;
};

// The draws of a power cut that loses nothing.
std::vector<uint64_t> Draws(const Disk& disk) {
  ListedSource source({});
  Choices choices(source);
  (void)disk.Resolve(choices, AnySubset());
  return source.ns();
}

}  // namespace

uint64_t CountCrashImages(const Disk& disk) {
  uint64_t count = 1;
  for (const uint64_t n : Draws(disk)) count = std::min(count * n, kCountMax);
  return count;
}

CrashCover ForEachCrashImage(const Disk& disk, const CrashBounds& bounds,
                             const std::function<void(const DiskImage&)>& visit) {
  if (CountCrashImages(disk) <= bounds.complete_count_max) {
    EnumeratorSource all(kDrawCountMax);
    do {
      Choices choices(all);
      visit(disk.Resolve(choices, AnySubset()));
    } while (all.Advance());
    CHECK(all.cut_count() == 0);
    return CrashCover::kComplete;
  }
  if (bounds.complete_only) return CrashCover::kNothing;

  const auto visit_listed = [&](std::vector<ListedSource::Listed> listed) {
    ListedSource source(std::move(listed));
    Choices choices(source);
    visit(disk.Resolve(choices, AnySubset()));
  };
  PowerCutEffect prefix = AnySubset();
  std::vector<uint64_t> marks = disk.UnsyncedMarks();
  for (uint64_t& mark : marks) --mark;
  marks.push_back(disk.entry_mark());
  for (const uint64_t mark : marks) {
    prefix.until = mark;
    ListedSource source({});
    Choices choices(source);
    visit(disk.Resolve(choices, prefix));
  }
  std::vector<size_t> draws;
  const std::vector<uint64_t> ns = Draws(disk);
  for (size_t i = 0; i < ns.size(); ++i) {
    if (ns[i] > 1) draws.push_back(i);
  }
  for (const size_t draw : draws) {
    for (uint64_t value = 1; value < ns[draw]; ++value) visit_listed({{draw, value}});
    std::vector<ListedSource::Listed> others;
    for (const size_t other : draws) {
      if (other != draw) others.push_back({other, ns[other] - 1});
    }
    visit_listed(std::move(others));
  }
  const size_t member_count = std::min(draws.size(), kPairMemberCountMax);
  for (size_t i = 0; i < member_count; ++i) {
    for (size_t j = i + 1; j < member_count; ++j) {
      visit_listed({{draws[i], ns[draws[i]] - 1}, {draws[j], ns[draws[j]] - 1}});
    }
  }
  SeedSource seed(1);
  Choices choices(seed);
  for (uint64_t i = 0; i < bounds.random_count; ++i) visit(disk.Resolve(choices, AnySubset()));
  return CrashCover::kBounded;
}

}  // namespace orrery::sim
