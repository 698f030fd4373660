#include "engine/io/testing/yield_plan.h"

#include <algorithm>

#include "engine/io/memory_io.h"

namespace orrery {
namespace {

constexpr uint64_t kSeed = 1;

// Runs the body once; false when it has failed.
bool RunPlan(const std::function<void(Io&)>& body, const std::string& plan, MemoryFinish finish,
             YieldingObserver& observer) {
  SCOPED_TRACE("yield plan: " + plan);
  MemoryIo io({.finish = finish, .seed = kSeed});
  io.SetObserver(&observer);
  body(io);
  if (!testing::Test::HasFailure()) return true;
  ADD_FAILURE() << "this plan forced " << observer.forced_count() << " waits, the last at "
                << observer.last_forced_site();
  return false;
}

}  // namespace

bool YieldingObserver::ForceWait(const YieldSite& site) {
  const size_t index = occurrence_count_++;
  if (index < first_ || index > last_ || first_ == kNone) return false;
  if (&site != last_forced_) forced_in_a_row_ = 0;
  if (forced_in_a_row_ == kForcedInARowMax) {
    forced_in_a_row_ = 0;
    return false;
  }
  last_forced_ = &site;
  ++forced_in_a_row_;
  ++forced_count_;
  return true;
}

std::string YieldingObserver::last_forced_site() const {
  return last_forced_ == nullptr ? "" : last_forced_->name();
}

YieldPlanCoverage ForEachYieldPlan(const std::function<void(Io&)>& body, YieldPlanOptions options) {
  YieldPlanCoverage coverage;
  const auto run = [&](const std::string& plan, MemoryFinish finish, YieldingObserver observer) {
    ++coverage.plan_count;
    return RunPlan(body, plan, finish, observer);
  };

  YieldingObserver counter = YieldingObserver::ForcesNone();
  ++coverage.plan_count;
  if (!RunPlan(body, "no wait", MemoryFinish::kInCall, counter)) return coverage;
  coverage.occurrence_count = counter.occurrence_count();

  const size_t step =
      std::max<size_t>(1, (coverage.occurrence_count + options.single_plan_count_max - 1) /
                              std::max<size_t>(1, options.single_plan_count_max));
  for (size_t i = 0; i < coverage.occurrence_count; i += step) {
    if (!run("only occurrence " + std::to_string(i) + " waits", MemoryFinish::kInCall,
             YieldingObserver::ForcesOnly(i))) {
      return coverage;
    }
  }
  struct Whole {
    const char* name;
    MemoryFinish finish;
    YieldingObserver observer;
  };
  const Whole wholes[] = {
      {"every occurrence waits", MemoryFinish::kInCall, YieldingObserver::ForcesAll()},
      {"operations finish in Poll", MemoryFinish::kInPoll, YieldingObserver::ForcesNone()},
      {"every occurrence waits, operations finish in Poll", MemoryFinish::kInPoll,
       YieldingObserver::ForcesAll()},
      {"operations finish in Poll, newest first", MemoryFinish::kInPollNewestFirst,
       YieldingObserver::ForcesNone()},
      {"every occurrence waits, operations finish in Poll, newest first",
       MemoryFinish::kInPollNewestFirst, YieldingObserver::ForcesAll()},
  };
  for (const Whole& whole : wholes) {
    if (!run(whole.name, whole.finish, whole.observer)) return coverage;
  }
  return coverage;
}

}  // namespace orrery
