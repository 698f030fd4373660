#include "sim/world/schedule.h"

namespace orrery::sim {

RandomSchedule::RandomSchedule(Choices choices)
    : choices_(choices), stall_choices_(choices.Branch("stalls")) {
  constexpr uint32_t kFiberFirst[] = {500'000, 50'000, 950'000, 800'000};
  constexpr uint32_t kStay[] = {0, 500'000, 950'000};
  constexpr uint32_t kStarve[] = {0, 0, 0, 800'000, 980'000};
  constexpr uint64_t kPreemptMean[] = {0, 1000, 200, 50, 10, 2};
  fiber_first_ppm_ = kFiberFirst[choices_.Choose(std::size(kFiberFirst), "habit.fiber-first")];
  stay_ppm_ = kStay[choices_.Choose(std::size(kStay), "habit.stay")];
  starve_ppm_ = kStarve[choices_.Choose(std::size(kStarve), "habit.starve")];
  starved_ = choices_.Choose(8, "habit.starved");
  preempt_mean_ = kPreemptMean[choices_.Choose(std::size(kPreemptMean), "habit.preempt")];
  constexpr uint32_t kStall[] = {0, 0, 0, 50'000, 300'000};
  constexpr uint64_t kStallMean[] = {100, 300, 2'000};
  stall_ppm_ = kStall[stall_choices_.Choose(std::size(kStall), "habit.stall")];
  stall_mean_ = kStallMean[stall_choices_.Choose(std::size(kStallMean), "habit.stall-mean")];
}

Schedule::Step RandomSchedule::Next(std::span<Fiber* const> runnable, size_t ready_count,
                                    NextDue next_due) {
  if (stall_left_ == 0) return Pick(runnable, ready_count, next_due);
  --stall_left_;
  size_t place = 0;
  while (place < runnable.size() && runnable[place]->index() != stalled_) ++place;
  if (place == runnable.size()) return Pick(runnable, ready_count, next_due);
  able_.assign(runnable.begin(), runnable.end());
  able_.erase(able_.begin() + static_cast<ptrdiff_t>(place));
  if (able_.empty() && ready_count == 0) {
    if (next_due == NextDue::kSoon) return {.kind = Kind::kTime};
    stall_left_ = 0;
    return Pick(runnable, ready_count, next_due);
  }
  Step step = Pick(able_, ready_count, next_due);
  if (step.kind == Kind::kFiber && step.index >= place) ++step.index;
  return step;
}

Schedule::Step RandomSchedule::Pick(std::span<Fiber* const> runnable, size_t ready_count,
                                    NextDue next_due) {
  if (runnable.empty()) return {.kind = ready_count > 0 ? Kind::kOperation : Kind::kTime};
  if (ready_count > 0) {
    if (!choices_.Chance(fiber_first_ppm_, "fiber-first")) return {.kind = Kind::kOperation};
  } else if (next_due != NextDue::kNever && choices_.Chance(30'000, "time")) {
    // Fibers that never wait do not keep what is due from happening.
    return {.kind = Kind::kTime};
  }
  return {.kind = Kind::kFiber, .index = PickFiber(runnable)};
}

size_t RandomSchedule::PickFiber(std::span<Fiber* const> runnable) {
  if (runnable.size() == 1) {
    last_ = runnable[0]->index();
    return 0;
  }
  if (choices_.Chance(stay_ppm_, "stay")) {
    for (size_t i = 0; i < runnable.size(); ++i) {
      if (runnable[i]->index() == last_) return i;
    }
  }
  // Counted from the one whose turn it is: the tamest answer is to go round.
  size_t turn = 0;
  while (turn < runnable.size() && runnable[turn]->index() <= last_) ++turn;
  size_t pick = (turn + choices_.Choose(runnable.size(), "fiber")) % runnable.size();
  if (starve_ppm_ > 0 && runnable[pick]->index() % 8 == starved_ &&
      choices_.Chance(starve_ppm_, "starve")) {
    pick = (pick + 1) % runnable.size();
  }
  last_ = runnable[pick]->index();
  return pick;
}

uint64_t RandomSchedule::PreemptAfter() {
  if (started_ && stall_left_ == 0 && stall_choices_.Chance(stall_ppm_, "stall")) {
    stalled_ = last_;
    stall_left_ = stall_choices_.Skip(stall_mean_, "stall.steps");
  }
  started_ = true;
  return preempt_mean_ == 0 ? UINT64_MAX : choices_.Skip(preempt_mean_, "preempt");
}

}  // namespace orrery::sim
