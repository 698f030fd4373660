// What the profiles of //sim have: profiles.txt, which says what each key means.

#ifndef ORRERY_SIM_PROFILE_KEYS_H_
#define ORRERY_SIM_PROFILE_KEYS_H_

#include <string_view>

#include "sim/profiles/run_keys.h"

namespace orrery::sim {

inline constexpr char kProfiles[] =
#include "sim/profiles.inc"
    ;

enum class Journals : uint8_t { kLogOnly, kAny };
inline constexpr std::string_view kJournals[] = {"wal", "any"};

inline constexpr ProfileKey kProfileKeys[] = {
    {.name = "invisible-runs", .kind = KeyKind::kOne, .low = 0, .high = 1'000'000},
    {.name = "relations", .kind = KeyKind::kOne, .low = 0, .high = 1'000'000},
    {.name = "statements", .low = 1, .high = 100'000},
    kPageSizeKey,
    kAutoVacuumKey,
    {.name = "cache-pages", .low = 10, .high = 1'000'000},
    {.name = "synchronous", .words = kSynchronousLevels},
    {.name = "auto-checkpoint", .low = 0, .high = 1'000'000},
    {.name = "journals", .words = kJournals},
    {.name = "journal-size-limit", .low = -1, .high = 1'000'000'000},
    {.name = "journal-synchronous", .words = kSynchronousLevels},
    {.name = "feature-on", .low = 0, .high = 1'000'000},
    {.name = "early-steps", .low = 0, .high = 1'000'000},
    kWeakRunsKey,
    kFaultsKey,
    kFaultOnKey,
    kFaultRateKey,
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_PROFILE_KEYS_H_
