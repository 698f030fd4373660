// Goal: two fibers that wait at the same time are counted as a pair of the sites that they passed
// last, each fiber its own.
// Method: by hand, then with fibers in a world.

#include "sim/world/wait_pairs.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sim/choices/seed_source.h"
#include "sim/world/world.h"

namespace orrery::sim {
namespace {

const YieldSite kSiteA("sim.world.pairs.a");
const YieldSite kSiteB("sim.world.pairs.b");
const YieldSite kSiteC("sim.world.pairs.c");

TEST(WaitPairsTest, CountsWhoWaitsWhileAnotherDoes) {
  WaitPairs pairs;
  pairs.Wait(0, kSiteA);
  pairs.GoOn(0);
  pairs.Wait(1, kSiteB);
  EXPECT_EQ(pairs.met_count(), 0u);
  pairs.Wait(0, kSiteA);
  EXPECT_EQ(pairs.count(kSiteA, kSiteB), 1u);
  pairs.GoOn(0);
  pairs.GoOn(0);  // it does not wait: no effect
  pairs.Wait(0, kSiteB);
  EXPECT_EQ(pairs.count(kSiteB, kSiteA), 1u);
  EXPECT_EQ(pairs.count(kSiteB, kSiteB), 1u);
  EXPECT_EQ(pairs.count(kSiteA, kSiteA), 0u);
  EXPECT_EQ(pairs.site_count(), 2u);
  EXPECT_EQ(pairs.pair_count(), 3u);
  EXPECT_EQ(pairs.met_count(), 2u);
  EXPECT_EQ(pairs.NotMet(), std::vector<std::string>{"sim.world.pairs.a + sim.world.pairs.a"});
}

TEST(WaitPairsTest, AddsUp) {
  WaitPairs sum;
  WaitPairs one;
  one.Wait(0, kSiteA);
  one.Wait(1, kSiteC);
  sum.Add(one);
  sum.Add(one);
  EXPECT_EQ(sum.count(kSiteC, kSiteA), 2u);
  EXPECT_EQ(sum.site_count(), 2u);
  EXPECT_EQ(sum.met_count(), 1u);
}

// A fiber passes its sites, then waits; the other one runs meanwhile and passes others.
TEST(WaitPairsTest, KnowsEachFibersLastSite) {
  SeedSource source(1);
  Faults faults{Choices(source)};
  WaitPlan plan;
  World world(Choices(source), faults);
  world.SetWaitPlan(&plan);
  SimProcess& first = world.StartProcess("first");
  SimProcess& second = world.StartProcess("second");
  const auto spawn = [&](SimProcess& process, const YieldSite& site) {
    world.Spawn(process, "c", [&] {
      Io& io = process.io();
      (void)io.ShouldWait(kSiteC);
      (void)io.ShouldWait(site);
      // With nothing in flight this lets the other one run.
      (void)io.Poll(PollMode::kNoWait);
      Completion pause;
      io.Sleep(10'000'000, pause);
      (void)WaitFor(io, pause);
    });
  };
  spawn(first, kSiteA);
  spawn(second, kSiteB);
  EXPECT_TRUE(world.Run(1000));
  EXPECT_EQ(world.wait_pairs().count(kSiteA, kSiteB), 1u);
  EXPECT_EQ(world.wait_pairs().met_count(), 1u);
  EXPECT_EQ(world.wait_pairs().site_count(), 2u);
}

}  // namespace
}  // namespace orrery::sim
