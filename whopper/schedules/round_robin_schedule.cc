#include "whopper/schedules/round_robin_schedule.h"

namespace orrery::whopper {

RoundRobinSchedule::RoundRobinSchedule(sim::Choices choices) {
  constexpr uint64_t kQuanta[] = {20, 3, 1, 200, UINT64_MAX};
  quantum_ = kQuanta[choices.Choose(std::size(kQuanta), "quantum")];
}

sim::Schedule::Step RoundRobinSchedule::Next(std::span<sim::Fiber* const> runnable,
                                             size_t ready_count, NextDue next_due) {
  // Whoever comes next after the last one, going round: the device comes after all fibers.
  for (size_t i = 0; i < runnable.size(); ++i) {
    if (runnable[i]->index() + 1 <= last_) continue;
    last_ = runnable[i]->index() + 1;
    return {.kind = Kind::kFiber, .index = i};
  }
  last_ = 0;
  if (ready_count > 0) return {.kind = Kind::kOperation};
  if (next_due != NextDue::kNever || runnable.empty()) return {.kind = Kind::kTime};
  last_ = runnable[0]->index() + 1;
  return {.kind = Kind::kFiber, .index = 0};
}

}  // namespace orrery::whopper
