// A Profile is a kind of run: how many clients, for how long, on how much data, and how often
// SQLite opens what a crash has left. A new kind is a row here.

#ifndef ORRERY_WHOPPER_PROFILE_H_
#define ORRERY_WHOPPER_PROFILE_H_

#include <cstdint>
#include <string_view>

#include "engine/base/check.h"
#include "sim/main_options.h"

namespace orrery::whopper {

struct Profile {
  sim::ProfileSpec spec;
  uint64_t statement_counts[3];  // the most that a client runs; each run draws one
  bool small_tables = false;
  bool has_weak_runs = true;  // some runs are of faults that no database can make good
  // How often SQLite checks an image of the files (after a kill, a power cut, at the end).
  // Everything else that is known of an image is checked every time: it recovers, to rows that are
  // promised, and in order.
  uint32_t image_ppm;
};

inline constexpr Profile kProfiles[] = {
    {.spec = {.name = "default",
              .what = "4 connections, up to 300 statements each",
              .connection_count = 4},
     .statement_counts = {100, 30, 300},
     .image_ppm = 250'000},
    {.spec = {.name = "short",
              .what = "2 connections, up to 10 statements each: many schedules a second",
              .connection_count = 2},
     .statement_counts = {10, 3, 6},
     .small_tables = true,
     .has_weak_runs = false,
     .image_ppm = 50'000},
};

inline const Profile& ProfileNamed(std::string_view name) {
  for (const Profile& profile : kProfiles) {
    if (profile.spec.name == name) return profile;
  }
  Unreachable();
}

}  // namespace orrery::whopper

#endif  // ORRERY_WHOPPER_PROFILE_H_
