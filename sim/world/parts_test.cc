// Goal: the small parts of a world (locks, queue, hash, schedule, wait plan) each do their one
// thing.
#include <algorithm>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sim/choices/seed_source.h"
#include "sim/world/event.h"
#include "sim/world/lock_table.h"
#include "sim/world/operation.h"
#include "sim/world/schedule.h"
#include "sim/world/wait_plan.h"

namespace orrery::sim {
namespace {

TEST(LockTableTest, KeepsWhatIsLeftOfALockOnBothSides) {
  LockTable locks;
  EXPECT_TRUE(locks.Lock(1, 0, 10, LockKind::kExclusive));
  locks.Unlock(1, 4, 2);
  EXPECT_TRUE(locks.Lock(2, 4, 2, LockKind::kExclusive));
  EXPECT_FALSE(locks.Lock(2, 3, 1, LockKind::kShared));
  EXPECT_FALSE(locks.Lock(2, 6, 4, LockKind::kShared));
  EXPECT_TRUE(locks.Lock(1, 6, 4, LockKind::kShared));  // its own, weaker
  EXPECT_TRUE(locks.Lock(2, 6, 4, LockKind::kShared));
  EXPECT_FALSE(locks.Lock(1, 6, 4, LockKind::kExclusive));
  EXPECT_TRUE(locks.IsLockedExclusivelyByOthers(2, 0, 10));
  EXPECT_FALSE(locks.IsLockedExclusivelyByOthers(2, 6, 10));
  locks.UnlockAll(1);
  locks.UnlockAll(2);
  EXPECT_TRUE(locks.empty());
}

TEST(OperationQueueTest, MakesReadyWhatIsDueEarliestFirst) {
  OperationQueue queue;
  Operation& late = queue.Make();
  Operation& soon = queue.Make();
  Operation& hung = queue.Make();
  queue.AddTimed(late, 200);
  queue.AddTimed(soon, 100);
  queue.AddHung(hung, 0);
  EXPECT_EQ(queue.next_due_nanoseconds(), 100u);
  queue.Promote(150);
  EXPECT_EQ(queue.ready(), std::vector<Operation*>{&soon});
  queue.Promote(OperationQueue::kHungNanoseconds - 1);
  EXPECT_EQ(queue.ready(), (std::vector<Operation*>{&soon, &late}));
  EXPECT_EQ(queue.OldestReady(), 1u);
  queue.Promote(OperationQueue::kHungNanoseconds);
  EXPECT_EQ(queue.ready().size(), 3u);
  queue.Remove(soon);
  queue.Free(soon);
  EXPECT_EQ(queue.Select([](const Operation&) { return true; }),
            (std::vector<Operation*>{&late, &hung}));
  EXPECT_EQ(&queue.Make(), &soon);  // used again
}

TEST(EventHashTest, TellsContentsApart) {
  std::string text(100, 'a');
  const uint64_t hash = HashOf(AsBytes(text));
  for (size_t i = 0; i < text.size(); ++i) {
    std::string other = text;
    other[i] = 'b';
    EXPECT_NE(HashOf(AsBytes(other)), hash);
    EXPECT_NE(HashOf(AsBytes(text.substr(0, i))), hash);
  }
}

// Bundles and reports hold hashes: they are the same in every build.
TEST(EventHashTest, GivesTheValuesThatItAlwaysGave) {
  EXPECT_EQ(HashOf(AsBytes("orrery")), 16867824046879635954u);
  EXPECT_EQ(HashOf(AsBytes(std::string(1000, 'x'))), 17497910473816603718u);
  EventHash hash;
  hash.Add({.kind = EventKind::kFinish, .process = 1, .file = 2, .offset = 3, .size = 4});
  EXPECT_EQ(hash.value(), 10315961557175091409u);
}

TEST(RandomScheduleTest, GivesEveryFiberItsTurn) {
  StackPool stacks;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    SeedSource source(seed);
    RandomSchedule schedule{Choices(source)};
    Fiber a(stacks, 0, "a", [] {}), b(stacks, 1, "b", [] {}), c(stacks, 2, "c", [] {});
    Fiber* const fibers[] = {&a, &b, &c};
    int counts[3] = {}, operation_count = 0;
    for (int i = 0; i < 50'000; ++i) {
      const Schedule::Step step = schedule.Next(fibers, 1, Schedule::NextDue::kSoon);
      if (step.kind == Schedule::Kind::kFiber) {
        ++counts[step.index];
      } else {
        ++operation_count;
      }
    }
    EXPECT_GT(operation_count, 0) << seed;
    for (const int count : counts) EXPECT_GT(count, 0) << seed;
    for (Fiber* fiber : fibers) fiber->Discard();
  }
}

const YieldSite kFirstSite("sim.world.test.first");
const YieldSite kSecondSite("sim.world.test.second");

TEST(WaitPlanTest, ForcesTheOccurrencesOfASweep) {
  WaitPlan two = WaitPlan::At({1, 3});
  WaitPlan every = WaitPlan::Every();
  std::string forced;
  for (int i = 0; i < 4; ++i) {
    forced += two.ForceWait(kFirstSite) ? 'x' : '.';
    EXPECT_TRUE(every.ForceWait(kSecondSite));
  }
  EXPECT_EQ(forced, "x.x.");
  WaitPlan plan = WaitPlan::At({3});
  EXPECT_FALSE(plan.ForceWait(kFirstSite));
  EXPECT_FALSE(plan.ForceWait(kFirstSite));
  EXPECT_TRUE(plan.ForceWait(kSecondSite));
  EXPECT_FALSE(plan.ForceWait(kSecondSite));
  EXPECT_EQ(plan.forced_count(), 1u);
  EXPECT_EQ(plan.forced_count(kSecondSite), 1u);
  EXPECT_EQ(plan.occurrence_count(kFirstSite), 2u);
  EXPECT_EQ(plan.NeverForced(), std::vector<std::string>{"sim.world.test.first"});
}

TEST(WaitPlanTest, ForcesAtItsRateAndAddsUp) {
  SeedSource source(1);
  WaitPlan sum;
  for (uint64_t run = 0; run < 10; ++run) {
    WaitPlan plan(Choices(source).Branch("run", run), 10);
    for (int i = 0; i < 1000; ++i) plan.ForceWait(kFirstSite);
    sum.Add(plan);
  }
  EXPECT_EQ(sum.occurrence_count(), 10'000u);
  EXPECT_NEAR(static_cast<double>(sum.forced_count()), 1000, 200);
  WaitPlan every(Choices(source), 1);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(every.ForceWait(kFirstSite));
}

TEST(WaitPlanTest, CountsProbesAndAddsThemUp) {
  WaitPlan first;
  WaitPlan second;
  first.OnReached(Probe::kRootSplit);
  second.OnReached(Probe::kRootSplit);
  second.OnReached(Probe::kLogTorn);
  second.IgnoreProbes(true);
  second.OnReached(Probe::kTrunkFull);
  second.IgnoreProbes(false);
  first.Add(second);
  EXPECT_EQ(first.probe_count(Probe::kRootSplit), 2u);
  EXPECT_EQ(first.probe_count(Probe::kLogTorn), 1u);
  EXPECT_EQ(first.probe_count(Probe::kTrunkFull), 0u);
  const std::vector<std::string> unreached = first.UnreachedProbes();
  EXPECT_EQ(unreached.size(), kProbeCount - 2);
  EXPECT_EQ(std::count(unreached.begin(), unreached.end(), "btree.balance.root_split"), 0);
  EXPECT_EQ(std::count(unreached.begin(), unreached.end(), "storage.free_page.trunk_full"), 1);
}

}  // namespace
}  // namespace orrery::sim
