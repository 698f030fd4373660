// Goal: yield sites are known by name, and yield plans force every wait there is and show an
// operation that does not survive one.
// Method: operations with a known number of yield sites, a right one and a wrong one.
#include "engine/io/testing/yield_plan.h"

#include <algorithm>
#include <string>
#include <vector>

#include "engine/io/resumable.h"
#include "engine/io/yield_site.h"
#include "gtest/gtest-spi.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

const YieldSite kStepSite("test.counter.step");
const YieldSite kOtherSite("test.another.place");

// Adds one `step_count` times; may wait before each.
class Counter final : public Resumable<Counter, int> {
 public:
  enum class State : uint8_t { kAsk, kAdd };
  static constexpr Edge<State> kEdges[] = {
      {State::kAsk, State::kAdd},
      {State::kAdd, State::kAsk},
  };
  Counter(Io& io, int step_count) : io_(io), step_count_(step_count) {}
  void Start() {
    count_ = 0;
    Begin(State::kAsk);
  }

 private:
  friend Resumable;
  Next Run(State state) {
    switch (state) {
      case State::kAsk:
        if (count_ == step_count_) return Done(count_);
        if (!io_.ShouldWait(kStepSite)) return Goto(State::kAdd);
        io_.Sleep(0, wait_);
        return Await(wait_, State::kAdd);
      case State::kAdd:
        ++count_;
        return Goto(State::kAsk);
    }
    Unreachable();
  }

  Io& io_;
  const int step_count_;
  int count_ = 0;
  Completion wait_;
};

// What Resumable prevents: the work is done before the wait, and again after it.
IoResult<int> CountTwice(Io& io, int& count, Completion& wait) {
  ++count;
  if (io.ShouldWait(kStepSite)) {
    io.Sleep(0, wait);
    return Pending{&wait};
  }
  return count;
}

TEST(YieldSiteTest, IsFoundByNameAmongAllSites) {
  std::vector<std::string> names;
  std::vector<int> indices;
  for (const YieldSite* site : YieldSite::All()) {
    names.push_back(site->name());
    indices.push_back(site->index());
  }
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end()) << "a name twice";
  EXPECT_TRUE(std::count(names.begin(), names.end(), "test.counter.step") == 1);
  EXPECT_EQ(YieldSite::Count(), names.size());
  std::sort(indices.begin(), indices.end());
  for (size_t i = 0; i < indices.size(); ++i) EXPECT_EQ(indices[i], static_cast<int>(i));
}

TEST(YieldPlanTest, ForcesEachOccurrenceAloneAndThenAll) {
  size_t run_count = 0;
  const YieldPlanCoverage coverage = ForEachYieldPlan([&](Io& io) {
    ++run_count;
    Counter counter(io, 5);
    counter.Start();
    EXPECT_EQ(ValueOf(RunToEnd(io, [&] { return counter.Resume(); })), 5);
  });
  EXPECT_EQ(coverage.occurrence_count, 5u);
  EXPECT_EQ(coverage.plan_count, 1 + 5 + 5u);
  EXPECT_EQ(run_count, coverage.plan_count);
}

TEST(YieldPlanTest, SpacesSingleWaitsEvenlyWhenThereAreTooMany) {
  const YieldPlanCoverage coverage = ForEachYieldPlan(
      [&](Io& io) {
        Counter counter(io, 100);
        counter.Start();
        EXPECT_EQ(ValueOf(RunToEnd(io, [&] { return counter.Resume(); })), 100);
      },
      {.single_plan_count_max = 10});
  EXPECT_EQ(coverage.occurrence_count, 100u);
  EXPECT_EQ(coverage.plan_count, 1 + 10 + 5u);
}

TEST(YieldPlanTest, ShowsAnOperationThatRepeatsItsWorkAfterAWait) {
  testing::TestPartResultArray failures;
  {
    testing::ScopedFakeTestPartResultReporter reporter(
        testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &failures);
    ForEachYieldPlan([](Io& io) {
      int count = 0;
      Completion wait;
      EXPECT_EQ(ValueOf(RunToEnd(io, [&] { return CountTwice(io, count, wait); })), 1);
    });
  }
  EXPECT_GT(failures.size(), 0);
}

TEST(YieldingObserverTest, ForcesWhatItsPlanSaysAndCounts) {
  YieldingObserver none = YieldingObserver::ForcesNone();
  YieldingObserver second = YieldingObserver::ForcesOnly(1);
  YieldingObserver all = YieldingObserver::ForcesAll();
  std::vector<bool> forced;
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(none.ForceWait(kStepSite));
    forced.push_back(second.ForceWait(i == 1 ? kOtherSite : kStepSite));
    EXPECT_TRUE(all.ForceWait(kStepSite));
  }
  EXPECT_EQ(forced, (std::vector<bool>{false, true, false}));
  EXPECT_EQ(none.occurrence_count(), 3u);
  EXPECT_EQ(second.forced_count(), 1u);
  EXPECT_EQ(second.last_forced_site(), "test.another.place");
  EXPECT_EQ(all.forced_count(), 3u);
}

TEST(YieldingObserverTest, LetsThroughAnOperationThatAsksAgainForever) {
  YieldingObserver all = YieldingObserver::ForcesAll();
  int asked_count = 1;
  while (all.ForceWait(kStepSite)) ASSERT_LT(++asked_count, 1000);
}

}  // namespace
}  // namespace orrery
