// A Sweep tries all of one kind over a script: every fault at every opportunity, a wait at each
// place, giving up at each, a power cut at each. What it covered, and what it could not, it counts.
//
//   faults    each fault at the n-th opportunity, once and from there on, n = 1, 2, ... until none
//             strikes
//   waits     each single wait forced alone; for short scripts each pair
//   give-ups  at each wait: drop, reset, interrupt, cancel, close, drop the connection
//   crashes   a power cut after each operation, with every subset of few unsynced sectors; recovery
//             cut off again
//   kills     the process killed at each step, each lock and each access to shared memory; another
//             goes on

#ifndef ORRERY_SIM_SWEEPS_SWEEP_H_
#define ORRERY_SIM_SWEEPS_SWEEP_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sim/sweeps/stage.h"

namespace orrery::sim {

struct SweepOptions {
  bool full = false;      // without the bounds that make it end within minutes
  std::string only_case;  // of all cases this one; empty: all
};

// A script whose setup has been run, and what a run of its body without any trouble gives.
struct PreparedScript {
  const Script& script;
  const Variant& variant;
  DiskImage image;
  std::vector<Answer> answers;  // to the statements of the body
  DiskImage final_image;        // after the body, with the connection open
  // What a fresh connection sees before the body and after each of its statements.
  std::vector<std::string> versions;
};
PreparedScript Prepare(const Script& script, const Variant& variant);

// The case being tried, for whoever reports a failure.
inline std::string current_case;

class SweepReport {
 public:
  explicit SweepReport(const SweepOptions& options) : options_(options) {}

  bool full() const { return options_.full; }
  // A case begins; false when it is not wanted.
  bool Begin(std::string label) {
    if (!options_.only_case.empty() && options_.only_case != label) return false;
    current_case = std::move(label);
    ++counts_["cases"];
    return true;
  }
  bool wants_all() const { return options_.only_case.empty(); }
  void Count(std::string_view what, uint64_t count = 1) { counts_[std::string(what)] += count; }
  uint64_t count(std::string_view what) const {
    const auto found = counts_.find(std::string(what));
    return found == counts_.end() ? 0 : found->second;
  }
  // "cases=12 images=34 ..."
  std::string ToString() const;
  void Add(const SweepReport& other) {
    for (const auto& [what, count] : other.counts_) counts_[what] += count;
  }

 private:
  const SweepOptions& options_;
  std::map<std::string, uint64_t> counts_;
};

void SweepFaults(const PreparedScript& prepared, SweepReport& report);
void SweepWaits(const PreparedScript& prepared, SweepReport& report);
void SweepGiveUps(const PreparedScript& prepared, SweepReport& report);
void SweepCrashes(const PreparedScript& prepared, SweepReport& report);
void SweepKills(const PreparedScript& prepared, SweepReport& report);

struct SweepSpec {
  std::string_view name;
  void (*run)(const PreparedScript& prepared, SweepReport& report);
};
inline constexpr SweepSpec kSweeps[] = {
    {"faults", SweepFaults},   {"waits", SweepWaits}, {"give-ups", SweepGiveUps},
    {"crashes", SweepCrashes}, {"kills", SweepKills},
};

// Fails unless a disturbed run has come out as if it had not been disturbed.
void ExpectInvisible(const PreparedScript& prepared, const std::vector<Answer>& answers,
                     const World& world);

}  // namespace orrery::sim

#endif  // ORRERY_SIM_SWEEPS_SWEEP_H_
