#include "whopper/schedules/schedules.h"

#include "engine/base/check.h"
#include "whopper/schedules/pct_schedule.h"
#include "whopper/schedules/pos_schedule.h"
#include "whopper/schedules/round_robin_schedule.h"

namespace orrery::whopper {

ScheduleKind ChooseSchedule(std::string_view name, sim::Choices choices) {
  for (const ScheduleSpec& spec : kSchedules) {
    if (spec.name == name) return spec.kind;
  }
  CHECK(name.empty());
  uint32_t weights[std::size(kSchedules)];
  for (size_t i = 0; i < std::size(kSchedules); ++i) weights[i] = kSchedules[i].weight;
  return kSchedules[choices.Weighted(weights, "schedule")].kind;
}

std::unique_ptr<sim::Schedule> MakeSchedule(ScheduleKind kind, sim::Choices choices) {
  switch (kind) {
    case ScheduleKind::kRandom:
      return std::make_unique<sim::RandomSchedule>(choices);
    case ScheduleKind::kPct:
      return std::make_unique<PctSchedule>(choices);
    case ScheduleKind::kPos:
      return std::make_unique<PosSchedule>(choices);
    case ScheduleKind::kRoundRobin:
      return std::make_unique<RoundRobinSchedule>(choices);
  }
  Unreachable();
}

}  // namespace orrery::whopper
