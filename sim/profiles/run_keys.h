// The keys that the profiles of all simulators have: what strikes, and how often.

#ifndef ORRERY_SIM_PROFILES_RUN_KEYS_H_
#define ORRERY_SIM_PROFILES_RUN_KEYS_H_

#include <array>
#include <string_view>

#include "engine/storage/pager.h"
#include "sim/faults/faults.h"
#include "sim/profiles/profile.h"

namespace orrery::sim {

inline constexpr std::string_view kNoYes[] = {"no", "yes"};

// The faults' names in the table's order, and "all".
inline constexpr auto kFaultWords = [] {
  std::array<std::string_view, kFaultCount + 1> words;
  for (size_t i = 0; i < kFaultCount; ++i) words[i] = kFaults[i].name;
  words[kFaultCount] = "all";
  return words;
}();

inline constexpr std::string_view kPageSizeWords[] = {"512",  "1024",  "2048",  "4096",
                                                      "8192", "16384", "32768", "65536"};
inline constexpr ProfileKey kPageSizeKey{.name = "page-size", .words = kPageSizeWords};
inline uint32_t DrawPageSize(const Profile& profile, Choices& choices) {
  return 512u << profile.Draw<uint32_t>(kPageSizeKey.name.data(), choices);
}

// As the enum AutoVacuum has them.
inline constexpr std::string_view kAutoVacuumWords[] = {"none", "full", "incremental"};
inline constexpr ProfileKey kAutoVacuumKey{.name = "auto-vacuum", .words = kAutoVacuumWords};
inline AutoVacuum DrawAutoVacuum(const Profile& profile, Choices choices) {
  return profile.Draw<AutoVacuum>(kAutoVacuumKey.name.data(), choices);
}

// As the enum Synchronous has them.
inline constexpr std::string_view kSynchronousLevels[] = {"off", "normal", "full", "extra"};

inline constexpr ProfileKey kWeakRunsKey{
    .name = "weak-runs", .kind = KeyKind::kOne, .low = 0, .high = 1'000'000};
inline constexpr ProfileKey kFaultsKey{
    .name = "faults", .kind = KeyKind::kSet, .words = kFaultWords};
inline constexpr ProfileKey kFaultOnKey{
    .name = "fault-on", .kind = KeyKind::kOne, .low = 0, .high = 1'000'000};
inline constexpr ProfileKey kFaultRateKey{.name = "fault-rate", .low = 0, .high = 100'000};

inline FaultSet FaultsOf(const Profile& profile) {
  FaultSet set;
  for (const int64_t fault : profile.Values(kFaultsKey.name).values) {
    if (fault == kFaultCount) return FaultSet::All();
    set.Add(static_cast<Fault>(fault));
  }
  return set;
}

inline SwarmRates RatesOf(const Profile& profile) {
  SwarmRates rates{.on_per_million = profile.One<uint32_t>(kFaultOnKey.name), .percents = {}};
  const auto& [values, weights] = profile.Values(kFaultRateKey.name);
  for (size_t i = 0; i < values.size(); ++i) {
    rates.percents.insert(rates.percents.end(), weights[i], static_cast<uint32_t>(values[i]));
  }
  return rates;
}

}  // namespace orrery::sim

#endif  // ORRERY_SIM_PROFILES_RUN_KEYS_H_
