// PctSchedule: probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi and Nagarakatte,
// ASPLOS 2010). Everybody has a priority, drawn at random, and the highest that can go goes. At
// each of d - 1 change points, drawn among the next k preemption points, the one that runs gets the
// lowest priority of all. A bug that shows when d events come in one certain order is met with a
// chance of at least 1 / (n k^(d-1)), n being how many there are to schedule.
//
// A run is longer than k, so after k points priorities and change points are drawn anew. One that
// gives way though nobody preempted it (it polls for something) is put last: it would keep from
// running whom it waits for.

#ifndef ORRERY_WHOPPER_SCHEDULES_PCT_SCHEDULE_H_
#define ORRERY_WHOPPER_SCHEDULES_PCT_SCHEDULE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sim/choices/choices.h"
#include "sim/world/schedule.h"

namespace orrery::whopper {

class PctSchedule final : public sim::Schedule {
 public:
  // Depth and window are drawn.
  explicit PctSchedule(sim::Choices choices);
  PctSchedule(sim::Choices choices, uint64_t depth, uint64_t window_size);

  Step Next(std::span<sim::Fiber* const> runnable, size_t ready_count, NextDue next_due) override;
  uint64_t PreemptAfter() override;

 private:
  static constexpr size_t kDevice = 0;  // fibers follow, by their index

  void StartWindow();
  int64_t& Priority(size_t who);
  void PutLast(size_t who) { Priority(who) = --lowest_; }

  sim::Choices choices_;
  uint64_t depth_ = 1;
  uint64_t window_size_ = 1;             // k, in preemption points
  std::vector<uint64_t> change_points_;  // of this window, the next one last
  uint64_t position_ = 0;                // in the window
  bool started_ = false;
  std::vector<int64_t> priorities_;  // the device first; 0: not drawn yet
  int64_t lowest_ = 0;
  std::optional<size_t> last_;  // the fiber that ran in the last step
  bool was_preempted_ = false;
};

}  // namespace orrery::whopper

#endif  // ORRERY_WHOPPER_SCHEDULES_PCT_SCHEDULE_H_
