// Goal: what several worlds have tried is added up, and what none has is named.

#include "sim/coverage.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "sim/choices/seed_source.h"

namespace orrery::sim {
namespace {

const YieldSite kForced("sim.coverage.test.forced");
const YieldSite kQuiet("sim.coverage.test.quiet");

// A world in which a wait is forced, a probe reached, and one fault strikes one of two sleeps.
void RunWorld(Coverage& coverage, Probe probe) {
  SeedSource source(1);
  Faults faults{Choices(source)};
  faults.StrikeAt(Fault::kCancel, 1);
  WaitPlan plan = WaitPlan::Every();
  World world(Choices(source), faults);
  world.SetWaitPlan(&plan);
  SimProcess& process = world.StartProcess("p");
  world.Spawn(process, "c", [&] {
    Io& io = process.io();
    EXPECT_TRUE(io.ShouldWait(kForced));
    io.Reached(probe);
    for (int i = 0; i < 2; ++i) {
      Completion pause;
      io.Sleep(1000, pause);
      if (faults.Strikes(Fault::kCancel)) io.Cancel(pause);
      (void)WaitFor(io, pause);
    }
  });
  EXPECT_TRUE(world.Run(1000));
  coverage.Add(world, plan);
}

bool Has(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

TEST(CoverageTest, NamesWhatNoRunHasReached) {
  Coverage coverage;
  RunWorld(coverage, Probe::kRootSplit);
  RunWorld(coverage, Probe::kLogTorn);
  const std::vector<std::string> unreached = coverage.UnreachedProbes();
  EXPECT_EQ(unreached.size(), kProbeCount - 2);
  const std::string text = coverage.Describe(/*in_full=*/false);
  EXPECT_TRUE(Has(text, "probes never reached: " + std::to_string(kProbeCount - 2) + "\n"));
  EXPECT_TRUE(Has(text, "\n  storage.free_page.trunk_full\n"));
  EXPECT_FALSE(Has(text, "btree.balance.root_split"));
  EXPECT_TRUE(Has(text, "\n  sim.coverage.test.quiet\n"));
  EXPECT_FALSE(Has(text, "sim.coverage.test.forced"));
  EXPECT_TRUE(Has(text, "\n  power-cut\n"));
  EXPECT_FALSE(Has(text, "\n  cancel\n"));
  EXPECT_TRUE(Has(text, "0 of 1 met (0.0%), over 1 yield sites")) << text;
}

TEST(CoverageTest, CountsEverythingInFull) {
  Coverage coverage;
  RunWorld(coverage, Probe::kRootSplit);
  RunWorld(coverage, Probe::kRootSplit);
  const std::string text = coverage.Describe(/*in_full=*/true);
  EXPECT_TRUE(Has(text, "\n  btree.balance.root_split: 2\n")) << text;
  EXPECT_TRUE(Has(text, "\n  cancel: 2 at opportunities 4\n")) << text;
  EXPECT_TRUE(Has(text, "\n  sim.coverage.test.forced: 2 of 2\n")) << text;
  EXPECT_TRUE(Has(text, "\n  sim.coverage.test.quiet: 0 of 0\n")) << text;
  EXPECT_TRUE(Has(text, "sim.coverage.test.forced + sim.coverage.test.forced")) << text;
}

}  // namespace
}  // namespace orrery::sim
