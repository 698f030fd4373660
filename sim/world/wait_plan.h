// A WaitPlan decides at which occurrences of which yield sites a wait is forced although none is
// needed, and counts both per site, so that a run can report the sites it never forced. It counts
// the probes that the engine reaches and the memory it asks for, too.
//
// Install with Io::SetObserver(). One plan may serve every Io of a world.

#ifndef ORRERY_SIM_WORLD_WAIT_PLAN_H_
#define ORRERY_SIM_WORLD_WAIT_PLAN_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/io/io.h"
#include "sim/choices/choices.h"

namespace orrery::sim {

// Told of each wait that is forced, and asked about memory.
class WaitListener {
 public:
  virtual void OnForcedWait(const YieldSite& site) = 0;
  virtual bool RefusesMemory() = 0;

 protected:
  ~WaitListener() = default;
};

class WaitPlan final : public IoObserver {
 public:
  // Forces nothing.
  WaitPlan();
  // Forces one occurrence in `mean`, over all sites together; 1 forces all, 0 none.
  WaitPlan(Choices choices, uint64_t mean);
  // Forces at a rate of this run's own: none, rare, often or always.
  static WaitPlan Drawn(Choices choices);
  // For sweeps. Every occurrence; or only the n-th for each n given (1 is the first), in ascending
  // order, over all sites together.
  static WaitPlan Every();
  static WaitPlan At(std::vector<uint64_t> occurrences);

  bool ForceWait(const YieldSite& site) override;
  bool FailAllocation(Allocation allocation) override;
  void OnReached(Probe probe) override {
    if (!ignores_probes_) ++probe_counts_[static_cast<size_t>(probe)];
  }

  // The site of the last occurrence; null before the first.
  const YieldSite* last_site() const { return last_site_; }
  uint64_t occurrence_count() const { return occurrence_count_; }
  uint64_t forced_count() const { return forced_count_; }
  uint64_t occurrence_count(const YieldSite& site) const;
  uint64_t forced_count(const YieldSite& site) const;
  // Adds another run's counts.
  void Add(const WaitPlan& other);
  // Names of the sites that are linked in and were never forced, sorted.
  std::vector<std::string> NeverForced() const;

  uint64_t probe_count(Probe probe) const { return probe_counts_[static_cast<size_t>(probe)]; }
  uint64_t asked_count(Allocation what) const { return asked_[static_cast<size_t>(what)]; }
  uint64_t refused_count(Allocation what) const { return refused_[static_cast<size_t>(what)]; }
  // Names of the probes that were never reached, in the order of their declaration.
  std::vector<std::string> UnreachedProbes() const;
  // While this is on: what a killed process reaches on its way out, it has not reached.
  void IgnoreProbes(bool ignores) { ignores_probes_ = ignores; }

  // From here on the plan keeps its address while it is asked: its skips are counted down in it.
  void StayHere();
  void SetListener(WaitListener* listener) { listener_ = listener; }  // may be null

 private:
  struct Count {
    uint64_t occurred = 0;
    uint64_t forced = 0;
  };

  void TakeNext();

  std::vector<Choices> choices_;  // one, or none for a plan without chance
  uint64_t mean_ = 0;             // 0: as at_ says
  std::vector<uint64_t> at_;      // occurrences to force, the next one last
  uint64_t until_forced_ = 0;     // occurrences, the forced one included; 0: never
  uint64_t occurrence_count_ = 0;
  uint64_t forced_count_ = 0;
  std::vector<Count> counts_;  // by YieldSite::index()
  std::array<uint64_t, kProbeCount> probe_counts_{};
  std::array<uint64_t, kAllocationCount> asked_{};
  std::array<uint64_t, kAllocationCount> refused_{};
  bool ignores_probes_ = false;
  const YieldSite* last_site_ = nullptr;
  WaitListener* listener_ = nullptr;
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_WORLD_WAIT_PLAN_H_
