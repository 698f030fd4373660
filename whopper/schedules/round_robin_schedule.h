// RoundRobinSchedule: everybody in turn, the device too, each for as many preemption points as were
// drawn for the run. Nobody is held up, so what is wrong with a quite even machine shows here.

#ifndef ORRERY_WHOPPER_SCHEDULES_ROUND_ROBIN_SCHEDULE_H_
#define ORRERY_WHOPPER_SCHEDULES_ROUND_ROBIN_SCHEDULE_H_

#include <cstdint>
#include <span>

#include "sim/choices/choices.h"
#include "sim/world/schedule.h"

namespace orrery::whopper {

class RoundRobinSchedule final : public sim::Schedule {
 public:
  // The quantum is drawn.
  explicit RoundRobinSchedule(sim::Choices choices);

  Step Next(std::span<sim::Fiber* const> runnable, size_t ready_count, NextDue next_due) override;
  uint64_t PreemptAfter() override { return quantum_; }

 private:
  uint64_t quantum_ = 1;
  uint64_t last_ = 0;  // whose turn it was: 0 is the device, fibers count from 1
};

}  // namespace orrery::whopper

#endif  // ORRERY_WHOPPER_SCHEDULES_ROUND_ROBIN_SCHEDULE_H_
