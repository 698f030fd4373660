// The policies of who goes next. One is drawn for each run, or named with --schedule.
//
//   random       every choice by chance, with habits of the run's own: sim/world/schedule.h
//   pct          the one with the highest priority runs, until one of few change points puts it
//                last: finds a bug that needs d orderings with a chance that has a lower bound
//   pos          each next event has a priority of its own, drawn when it comes up
//   round-robin  everybody in turn, so many preemption points at a time
//
// What is scheduled are the fibers, and the device as one more: its turn lets an operation take
// effect or, when none is ready, time pass. While a fiber can go time seldom passes: one that is
// held up is not held up for seconds on end, in which others would lose their patience.

#ifndef ORRERY_WHOPPER_SCHEDULES_SCHEDULES_H_
#define ORRERY_WHOPPER_SCHEDULES_SCHEDULES_H_

#include <cstdint>
#include <memory>
#include <string_view>

#include "sim/choices/choices.h"
#include "sim/world/schedule.h"

namespace orrery::whopper {

enum class ScheduleKind : uint8_t { kRandom, kPct, kPos, kRoundRobin };

struct ScheduleSpec {
  ScheduleKind kind;
  std::string_view name;  // as in --schedule=pct
  uint32_t weight;        // among those that are drawn
};

inline constexpr ScheduleSpec kSchedules[] = {
    {.kind = ScheduleKind::kRandom, .name = "random", .weight = 6},
    {.kind = ScheduleKind::kPct, .name = "pct", .weight = 3},
    {.kind = ScheduleKind::kPos, .name = "pos", .weight = 2},
    {.kind = ScheduleKind::kRoundRobin, .name = "round-robin", .weight = 1},
};

// How often time may pass though a fiber can go and nothing is ready.
inline constexpr uint32_t kTimePpm = 30'000;

// `name` is that of a schedule; empty: drawn.
ScheduleKind ChooseSchedule(std::string_view name, sim::Choices choices);
std::unique_ptr<sim::Schedule> MakeSchedule(ScheduleKind kind, sim::Choices choices);

}  // namespace orrery::whopper

#endif  // ORRERY_WHOPPER_SCHEDULES_SCHEDULES_H_
