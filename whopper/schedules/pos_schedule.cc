#include "whopper/schedules/pos_schedule.h"

#include "whopper/schedules/schedules.h"

namespace orrery::whopper {

PosSchedule::PosSchedule(sim::Choices choices) : choices_(choices) {
  constexpr uint64_t kEventSizes[] = {16, 4, 64, 1};
  event_size_ = kEventSizes[choices_.Choose(std::size(kEventSizes), "event size")];
}

uint64_t PosSchedule::Priority(size_t who) {
  if (priorities_.size() <= who) priorities_.resize(who + 1);
  uint64_t& priority = priorities_[who];
  if (priority == 0) priority = 1 + choices_.Choose(uint64_t{1} << 40, "priority");
  return priority;
}

sim::Schedule::Step PosSchedule::Next(std::span<sim::Fiber* const> runnable, size_t ready_count,
                                      NextDue next_due) {
  size_t best = runnable.size();  // the device
  uint64_t best_priority = 0;
  const bool device_can =
      ready_count > 0 ||
      (next_due != NextDue::kNever && (runnable.empty() || choices_.Chance(kTimePpm, "time")));
  if (device_can) best_priority = Priority(kDevice);
  for (size_t i = 0; i < runnable.size(); ++i) {
    const uint64_t priority = Priority(runnable[i]->index() + 1);
    if (priority <= best_priority) continue;
    best = i;
    best_priority = priority;
  }
  if (best < runnable.size()) {
    priorities_[runnable[best]->index() + 1] = 0;
    return {.kind = Kind::kFiber, .index = best};
  }
  // Nobody else can go: the device may not have been asked for its priority.
  if (!priorities_.empty()) priorities_[kDevice] = 0;
  return {.kind = ready_count > 0 ? Kind::kOperation : Kind::kTime};
}

}  // namespace orrery::whopper
