// Goal: fibers go on where they were, unwind their stacks, and give them back.
#include "sim/world/fiber.h"

#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace orrery::sim {
namespace {

TEST(FiberTest, GoesOnWhereItWas) {
  StackPool stacks;
  std::string trace;
  Fiber* self = nullptr;
  Fiber fiber(stacks, 0, "f", [&] {
    for (const char c : {'a', 'b', 'c'}) {
      trace += c;
      self->Suspend();
    }
  });
  self = &fiber;
  while (!fiber.done()) {
    fiber.Resume();
    trace += '.';
  }
  EXPECT_EQ(trace, "a.b.c..");
}

TEST(FiberTest, RunsManyTurnAboutOnFewStacks) {
  StackPool stacks;
  std::vector<std::unique_ptr<Fiber>> fibers;
  std::vector<int> counts(20);
  for (int generation = 0; generation < 5; ++generation) {
    fibers.clear();
    for (uint32_t i = 0; i < counts.size(); ++i) {
      fibers.push_back(std::make_unique<Fiber>(stacks, i, "f", [&fibers, &counts, i] {
        const std::vector<int> local(100, static_cast<int>(i));
        for (int turn = 0; turn < 10; ++turn) {
          counts[i] += local[static_cast<size_t>(turn)];
          fibers[i]->Suspend();
        }
      }));
    }
    for (int turn = 0; turn < 11; ++turn) {
      for (const auto& fiber : fibers) fiber->Resume();
    }
    for (const auto& fiber : fibers) EXPECT_TRUE(fiber->done());
  }
  for (size_t i = 0; i < counts.size(); ++i) EXPECT_EQ(counts[i], static_cast<int>(50 * i));
}

int Depth(int n) {
  volatile char frame[256];
  frame[0] = static_cast<char>(n);
  return n == 0 ? frame[0] : Depth(n - 1) + 1;
}

TEST(FiberTest, HasAStackForDeepRecursion) {
  StackPool stacks;
  int depth = 0;
  Fiber fiber(stacks, 0, "f", [&] { depth = Depth(1000); });
  fiber.Resume();
  EXPECT_EQ(depth, 1000);
}

TEST(FiberTest, UnwindsWhenItsClientSeesThatTheProcessIsGone) {
  StackPool stacks;
  bool destroyed = false;
  struct OnExit {
    ~OnExit() { *flag = true; }
    bool* flag;
  };
  Fiber fiber(stacks, 0, "f", [&] {
    const OnExit on_exit{&destroyed};
    const auto memory = std::make_unique<std::string>(1000, 'x');
    throw ProcessKilled();
  });
  fiber.Resume();
  EXPECT_TRUE(fiber.done());
  EXPECT_TRUE(destroyed);
}

TEST(FiberTest, NeverRunsWhenItIsDiscarded) {
  StackPool stacks;
  Fiber fiber(stacks, 0, "f", [] { FAIL(); });
  fiber.Discard();
  EXPECT_TRUE(fiber.done());
}

}  // namespace
}  // namespace orrery::sim
