// PosSchedule: partial order sampling (Yuan, Yang and Gu, CAV 2018), in its basic form. Whoever can
// go has an event in front, with a priority drawn when it came up; the highest goes, and what it
// brings up gets a priority anew. An event with a low one is held up for long while the others go
// on, which a walk that chooses afresh at each step hardly ever does.
//
// An event is a run of preemption points, of a length drawn for the run.

#ifndef ORRERY_WHOPPER_SCHEDULES_POS_SCHEDULE_H_
#define ORRERY_WHOPPER_SCHEDULES_POS_SCHEDULE_H_

#include <cstdint>
#include <span>
#include <vector>

#include "sim/choices/choices.h"
#include "sim/world/schedule.h"

namespace orrery::whopper {

class PosSchedule final : public sim::Schedule {
 public:
  // The length of an event is drawn.
  explicit PosSchedule(sim::Choices choices);
  PosSchedule(sim::Choices choices, uint64_t event_size)
      : choices_(choices), event_size_(event_size) {}

  Step Next(std::span<sim::Fiber* const> runnable, size_t ready_count, NextDue next_due) override;
  uint64_t PreemptAfter() override { return event_size_; }

 private:
  static constexpr size_t kDevice = 0;  // fibers follow, by their index

  uint64_t Priority(size_t who);

  sim::Choices choices_;
  uint64_t event_size_ = 1;           // in preemption points
  std::vector<uint64_t> priorities_;  // the device first; 0: the next event has none yet
};

}  // namespace orrery::whopper

#endif  // ORRERY_WHOPPER_SCHEDULES_POS_SCHEDULE_H_
