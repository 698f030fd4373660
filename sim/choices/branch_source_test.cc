// Goal: a branched run goes on with the same workload and another environment.
// Method: draws on both kinds of branches, before and after.

#include "sim/choices/branch_source.h"

#include <algorithm>
#include <vector>

#include "gtest/gtest.h"
#include "sim/choices/choices.h"
#include "sim/choices/environment.h"

namespace orrery::sim {
namespace {

TEST(BranchSourceTest, TellsTheWorkloadFromTheEnvironment) {
  for (const char* path : {"schedule", "fault/delay", "process:3/random", "waits", "latency"}) {
    EXPECT_TRUE(IsEnvironment(path)) << path;
  }
  for (const char* path : {"", "config", "client:65536", "client:1/statement", "faults"}) {
    EXPECT_FALSE(IsEnvironment(path)) << path;
  }
  EXPECT_TRUE(IsWithin("a/b", "a"));
  EXPECT_TRUE(IsWithin("a", "a"));
  EXPECT_TRUE(IsWithin("a", ""));
  EXPECT_FALSE(IsWithin("ab", "a"));
}

struct Draws {
  std::vector<uint64_t> workload;
  std::vector<uint64_t> schedule;
  std::vector<uint64_t> strikes;  // opportunities at which the fault struck
};

// Branches in the middle, unless the seed is 0.
Draws DrawAll(uint64_t branch_seed) {
  SeedSource seed(7);
  BranchSource source(seed);
  Choices root(source);
  Choices workload = root.Branch("workload");
  Choices schedule = root.Branch("schedule");
  Choices fault = root.Branch("fault").Branch("eio");
  uint64_t left = fault.Skip(20, "until");
  fault.SetCountdown(&left);
  Draws draws;
  for (uint64_t i = 0; i < 200; ++i) {
    if (i == 100 && branch_seed != 0) source.Branch(branch_seed);
    draws.workload.push_back(workload.Choose(1000, "x"));
    draws.schedule.push_back(schedule.Choose(1000, "x"));
    if (--left > 0) continue;
    draws.strikes.push_back(i);
    left = fault.Skip(20, "until");
  }
  return draws;
}

std::vector<uint64_t> Half(const std::vector<uint64_t>& values, bool second) {
  const auto middle = values.begin() + 100;
  return second ? std::vector<uint64_t>(middle, values.end())
                : std::vector<uint64_t>(values.begin(), middle);
}

TEST(BranchSourceTest, ChangesTheEnvironmentAloneAndFromThereOn) {
  const Draws without = DrawAll(0);
  const Draws one = DrawAll(1);
  const Draws other = DrawAll(2);
  EXPECT_EQ(one.workload, without.workload);
  EXPECT_EQ(Half(one.schedule, false), Half(without.schedule, false));
  EXPECT_NE(Half(one.schedule, true), Half(without.schedule, true));
  EXPECT_NE(Half(one.schedule, true), Half(other.schedule, true));
  EXPECT_EQ(DrawAll(1).schedule, one.schedule);
}

TEST(BranchSourceTest, DrawsAnewWhatIsLeftOfASkip) {
  // The first strike after the branching differs from future to future, and comes on average as
  // early as any.
  double sum = 0;
  constexpr uint64_t kFutureCount = 400;
  std::vector<uint64_t> firsts;
  for (uint64_t seed = 1; seed <= kFutureCount; ++seed) {
    const Draws draws = DrawAll(seed);
    const auto first = std::find_if(draws.strikes.begin(), draws.strikes.end(),
                                    [](uint64_t strike) { return strike >= 100; });
    const uint64_t at = first == draws.strikes.end() ? 200 : *first;
    firsts.push_back(at);
    sum += static_cast<double>(at - 99);
  }
  EXPECT_NEAR(sum / kFutureCount, 20, 3);
  std::sort(firsts.begin(), firsts.end());
  EXPECT_GT(std::unique(firsts.begin(), firsts.end()) - firsts.begin(), 20);
}

}  // namespace
}  // namespace orrery::sim
