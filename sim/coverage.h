// Coverage is what the runs of a program have tried, added up: yield sites and pairs of them, the
// ways in which operations ended, faults, probes. It says what all of that left out. A run adds its
// worlds to that of its RunSetup; no run depends on it.

#ifndef ORRERY_SIM_COVERAGE_H_
#define ORRERY_SIM_COVERAGE_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/world/world.h"

namespace orrery::sim {

class Coverage {
 public:
  // A world that has been run. `plan` is what forced the waits in it and in no world that is still
  // to be added; without it: another world of the same run, which has that plan too.
  void Add(const World& world, const WaitPlan& plan);
  void Add(const World& world);

  // For a person: what is missing, and with `in_full` every count.
  std::string Describe(bool in_full) const;
  std::vector<std::string> UnreachedProbes() const { return waits_.UnreachedProbes(); }

 private:
  struct FaultCount {
    uint64_t strike_count = 0;
    uint64_t opportunity_count = 0;
  };

  WaitPlan waits_;
  WaitPairs pairs_;
  Disciplines disciplines_;
  std::array<FaultCount, kFaultCount> faults_{};
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_COVERAGE_H_
