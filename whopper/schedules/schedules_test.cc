// Goal: every policy lets all come to their end, and each finds the orderings it is there for.
// Method: fibers of a few lines whose every preemption point is counted, over many seeds.

#include "whopper/schedules/schedules.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "sim/choices/seed_source.h"
#include "sim/world/world.h"
#include "whopper/schedules/pct_schedule.h"
#include "whopper/schedules/pos_schedule.h"

namespace orrery::whopper {
namespace {

using sim::Choices;
using sim::Faults;
using sim::SeedSource;
using sim::SimProcess;
using sim::World;

using MakePolicy = std::function<std::unique_ptr<sim::Schedule>(Choices)>;
using Body = std::function<void(SimProcess&)>;

void PassPoints(SimProcess& process, int count) {
  for (int i = 0; i < count; ++i) process.io().OnShmAccess(/*offset=*/0, /*stores=*/false);
}

// Runs the bodies, each on a fiber; false when they have not ended after a million steps.
bool RunFibers(uint64_t seed, const MakePolicy& make, const std::vector<Body>& bodies) {
  SeedSource source(seed);
  const Choices root(source);
  Faults faults(root);
  World world(root, faults, {.schedule = make(root.Branch("schedule"))});
  SimProcess& process = world.StartProcess("p");
  for (const Body& body : bodies) {
    world.Spawn(process, "f", [&process, &body] { body(process); });
  }
  return world.Run(1'000'000);
}

TEST(SchedulesTest, LetEveryoneComeToTheirEnd) {
  for (const ScheduleSpec& spec : kSchedules) {
    for (uint64_t seed = 0; seed < 60; ++seed) {
      bool written = false;
      const Body writes = [&](SimProcess& process) {
        const auto file = *process.io().Open("f", {.create = true});
        const std::vector<std::byte> bytes(100);
        for (int i = 0; i < 20; ++i) {
          Completion done;
          file->Write(0, bytes, done);
          (void)WaitFor(process.io(), done);
          PassPoints(process, 5);
        }
        written = true;
      };
      // Gives way, but never waits: what it polls for must come all the same.
      const Body polls = [&](SimProcess& process) {
        while (!written) (void)process.io().Poll(PollMode::kNoWait);
      };
      const Body computes = [](SimProcess& process) { PassPoints(process, 300); };
      EXPECT_TRUE(RunFibers(seed, [&](Choices choices) { return MakeSchedule(spec.kind, choices); },
                            {polls, writes, polls, computes}))
          << spec.name << ", seed " << seed;
    }
  }
}

TEST(SchedulesTest, GiveTheSameRunForTheSameSeed) {
  for (const ScheduleSpec& spec : kSchedules) {
    std::vector<int> orders[2];
    for (std::vector<int>& order : orders) {
      std::vector<Body> bodies;
      for (int fiber = 0; fiber < 3; ++fiber) {
        bodies.push_back([&order, fiber](SimProcess& process) {
          for (int i = 0; i < 100; ++i) {
            PassPoints(process, 1);
            order.push_back(fiber);
          }
        });
      }
      RunFibers(7, [&](Choices choices) { return MakeSchedule(spec.kind, choices); }, bodies);
    }
    EXPECT_EQ(orders[0], orders[1]) << spec.name;
  }
}

TEST(SchedulesTest, AreDrawnUnlessNamed) {
  std::vector<int> counts(std::size(kSchedules));
  for (uint64_t seed = 0; seed < 300; ++seed) {
    SeedSource source(seed);
    ++counts[static_cast<size_t>(ChooseSchedule("", Choices(source)))];
    EXPECT_EQ(ChooseSchedule("pos", Choices(source)), ScheduleKind::kPos);
  }
  for (const int count : counts) EXPECT_GT(count, 0);
}

// In how many runs of PctSchedule with this depth `second` comes to its point 5 while `first`
// stands between its points 10 and 11, of 20 that each has.
constexpr uint64_t kWindowSize = 50;
int CountMet(int run_count, uint64_t depth) {
  int met_count = 0;
  for (uint64_t seed = 0; seed < static_cast<uint64_t>(run_count); ++seed) {
    bool exposed = false;
    bool met = false;
    const Body first = [&](SimProcess& process) {
      PassPoints(process, 10);
      exposed = true;
      PassPoints(process, 1);
      exposed = false;
      PassPoints(process, 9);
    };
    const Body second = [&](SimProcess& process) {
      PassPoints(process, 5);
      met = met || exposed;
      PassPoints(process, 15);
    };
    const MakePolicy make = [depth](Choices choices) {
      return std::make_unique<PctSchedule>(choices, depth, kWindowSize);
    };
    EXPECT_TRUE(RunFibers(seed, make, {first, second}));
    met_count += met;
  }
  return met_count;
}

TEST(PctScheduleTest, MeetsAnOrderingOfTwoEventsAsOftenAsItPromises) {
  // With two fibers that is at least one time in 2 * 50: here 50 times, give or take 7.
  EXPECT_GE(CountMet(5000, /*depth=*/2), 30);
  // It takes a change point.
  EXPECT_EQ(CountMet(500, /*depth=*/1), 0);
}

// How often all of another's 20 events come between two neighbouring ones.
TEST(PosScheduleTest, HoldsOneEventUpWhileAnotherRunsThrough) {
  constexpr int kRunCount = 1000;
  int held_up_count = 0;
  for (uint64_t seed = 0; seed < kRunCount; ++seed) {
    int passed_count = 0;
    int passed_before = 0;
    bool held_up = false;
    const Body first = [&](SimProcess& process) {
      for (int i = 0; i < 20; ++i) {
        held_up = held_up || passed_count - passed_before == 20;
        passed_before = passed_count;
        PassPoints(process, 1);
      }
    };
    const Body second = [&](SimProcess& process) {
      for (int i = 0; i < 20; ++i) {
        PassPoints(process, 1);
        ++passed_count;
      }
    };
    EXPECT_TRUE(RunFibers(seed,
                          [](Choices choices) { return std::make_unique<PosSchedule>(choices, 1); },
                          {first, second}));
    held_up_count += held_up;
  }
  // By tossing a coin at each event it would be once in 2^20.
  EXPECT_GT(held_up_count, kRunCount / 100);
}

TEST(RoundRobinScheduleTest, GivesEveryoneATurnInOrder) {
  std::vector<int> order;
  std::vector<Body> bodies;
  for (int fiber = 0; fiber < 3; ++fiber) {
    bodies.push_back([&order, fiber](SimProcess& process) {
      for (int i = 0; i < 4; ++i) {
        order.push_back(fiber);
        (void)process.io().Poll(PollMode::kNoWait);
      }
    });
  }
  RunFibers(
      1, [](Choices choices) { return MakeSchedule(ScheduleKind::kRoundRobin, choices); }, bodies);
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2}));
}

}  // namespace
}  // namespace orrery::whopper
