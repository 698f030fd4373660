// What the profiles of //whopper have: profiles.txt, which says what each key means.

#ifndef ORRERY_WHOPPER_PROFILE_KEYS_H_
#define ORRERY_WHOPPER_PROFILE_KEYS_H_

#include <string_view>

#include "sim/profiles/run_keys.h"

namespace orrery::whopper {

inline constexpr char kProfiles[] =
#include "whopper/profiles.inc"
    ;

enum class Journals : uint8_t { kLogOnly, kFiles, kAll, kInMemory, kNone };
inline constexpr std::string_view kJournals[] = {"wal", "files", "all", "memory", "off"};

enum class PreemptAt : uint8_t { kAll, kLocks, kMarks };
inline constexpr std::string_view kPreemptAt[] = {"all", "locks", "marks"};

inline constexpr sim::ProfileKey kProfileKeys[] = {
    {.name = "connections", .kind = sim::KeyKind::kOne, .low = 1, .high = 64},
    {.name = "images", .kind = sim::KeyKind::kOne, .low = 0, .high = 1'000'000},
    {.name = "small-tables", .kind = sim::KeyKind::kOne, .words = sim::kNoYes},
    {.name = "statements", .low = 1, .high = 100'000},
    sim::kPageSizeKey,
    sim::kAutoVacuumKey,
    {.name = "cache-pages", .low = 10, .high = 1'000'000},
    {.name = "synchronous", .words = sim::kSynchronousLevels},
    {.name = "auto-checkpoint", .low = 0, .high = 1'000'000},
    {.name = "journals", .words = kJournals},
    {.name = "journal-size-limit", .low = -1, .high = 1'000'000'000},
    {.name = "journal-synchronous", .words = sim::kSynchronousLevels},
    {.name = "processes", .low = 1, .high = 8},
    {.name = "preempt-at", .words = kPreemptAt},
    {.name = "early-steps", .low = 0, .high = 1'000'000},
    {.name = "interrupts", .low = 0, .high = 1'000'000},
    {.name = "interleaving", .low = 0, .high = 1'000'000},
    {.name = "idle", .low = 0, .high = 1'000'000},
    {.name = "checkpoints", .low = 0, .high = 1'000},
    {.name = "vacuums", .low = 0, .high = 1'000},
    {.name = "savepoints", .low = 0, .high = 1'000},
    {.name = "readers", .low = 0, .high = 100},
    {.name = "create", .low = 0, .high = 1'000'000},
    {.name = "patience", .low = 0, .high = 1'000'000},
    {.name = "busy-timeout", .low = 0, .high = 100'000},
    sim::kWeakRunsKey,
    sim::kFaultsKey,
    sim::kFaultOnKey,
    sim::kFaultRateKey,
};

}  // namespace orrery::whopper

#endif  // ORRERY_WHOPPER_PROFILE_KEYS_H_
