#include "whopper/schedules/pct_schedule.h"

#include <algorithm>

#include "whopper/schedules/schedules.h"

namespace orrery::whopper {

PctSchedule::PctSchedule(sim::Choices choices) : choices_(choices) {
  depth_ = choices_.Between(1, 4, "depth");
  constexpr uint64_t kWindowSizes[] = {300, 60, 2'000, 15'000};
  window_size_ = kWindowSizes[choices_.Choose(std::size(kWindowSizes), "window")];
}

PctSchedule::PctSchedule(sim::Choices choices, uint64_t depth, uint64_t window_size)
    : choices_(choices), depth_(depth), window_size_(window_size) {}

void PctSchedule::StartWindow() {
  position_ = 0;
  change_points_.assign(1, window_size_);
  for (uint64_t i = 1; i < depth_; ++i) {
    change_points_.push_back(1 + choices_.Choose(window_size_, "change point"));
  }
  std::sort(change_points_.rbegin(), change_points_.rend());
  change_points_.erase(std::unique(change_points_.begin(), change_points_.end()),
                       change_points_.end());
  std::fill(priorities_.begin(), priorities_.end(), 0);
  lowest_ = 0;
}

int64_t& PctSchedule::Priority(size_t who) {
  if (priorities_.size() <= who) priorities_.resize(who + 1);
  int64_t& priority = priorities_[who];
  // Above 0; who is put last is below.
  if (priority == 0) {
    priority = 1 + static_cast<int64_t>(choices_.Choose(uint64_t{1} << 40, "priority"));
  }
  return priority;
}

uint64_t PctSchedule::PreemptAfter() {
  if (started_) {
    was_preempted_ = true;
    position_ = change_points_.back();
    change_points_.pop_back();
    if (!change_points_.empty() && last_) PutLast(*last_);
  }
  started_ = true;
  if (change_points_.empty()) StartWindow();
  return change_points_.back() - position_;
}

sim::Schedule::Step PctSchedule::Next(std::span<sim::Fiber* const> runnable, size_t ready_count,
                                      NextDue next_due) {
  const bool gave_way = last_ && !was_preempted_;
  was_preempted_ = false;
  if (gave_way) {
    const bool still_runs = std::any_of(runnable.begin(), runnable.end(), [&](const auto* fiber) {
      return fiber->index() + 1 == *last_;
    });
    if (still_runs) PutLast(*last_);
  }
  last_.reset();

  size_t best = runnable.size();  // the device
  const bool device_can =
      ready_count > 0 ||
      (next_due != NextDue::kNever && (runnable.empty() || choices_.Chance(kTimePpm, "time")));
  int64_t best_priority = device_can ? Priority(kDevice) : INT64_MIN;
  for (size_t i = 0; i < runnable.size(); ++i) {
    const int64_t priority = Priority(runnable[i]->index() + 1);
    if (priority <= best_priority) continue;
    best = i;
    best_priority = priority;
  }
  if (best < runnable.size()) {
    last_ = runnable[best]->index() + 1;
    return {.kind = Kind::kFiber, .index = best};
  }
  return {.kind = ready_count > 0 ? Kind::kOperation : Kind::kTime};
}

}  // namespace orrery::whopper
