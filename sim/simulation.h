// A Simulation makes runs: one seed, one run, one hash. //sim and //whopper are each one;
// main_loop.h calls it with successive seeds. A failure goes out through Fail() (failure.h).

#ifndef ORRERY_SIM_SIMULATION_H_
#define ORRERY_SIM_SIMULATION_H_

#include <cstdint>

#include "sim/choices/choice_source.h"
#include "sim/choices/choices.h"
#include "sim/faults/faults.h"
#include "sim/main_options.h"
#include "sim/profiles/run_keys.h"
#include "sim/run_observer.h"

namespace orrery::sim {

class Coverage;

struct RunSetup {
  ChoiceSource& choices;
  const MainOptions& options;
  uint64_t step_count_max = 0;      // cut short there, then checked as at its end; 0: not
  RunObserver* observer = nullptr;  // null: nobody looks
  Coverage* coverage = nullptr;     // what the run has tried is added when it ends well; or null

  // What strikes in a run whose oracles rely on `weakest`: a swarm of what the options allow, or
  // all of it when they name the faults. The profile says how much.
  Faults DrawFaults(const Choices& branch, Promise weakest) const {
    const FaultSet allowed = options.faults.And(FaultSet::Keeping(weakest));
    if (options.every_fault) return Faults::Every(branch, allowed);
    if (options.profile == nullptr) return Faults::Swarm(branch, allowed);
    return Faults::Swarm(branch, allowed.And(FaultsOf(*options.profile)),
                         RatesOf(*options.profile));
  }
};

struct RunReport {
  uint64_t step_count = 0;       // times a connection was let run
  uint64_t statement_count = 0;  // ended, one way or another
  uint64_t io_count = 0;         // completions of the simulated disk
  uint64_t wait_count = 0;       // times a statement answered that it must wait
  uint64_t fault_count = 0;      // strikes
  uint64_t hash = 0;             // of every event
};

class Simulation {
 public:
  virtual ~Simulation() = default;
  virtual RunReport Run(const RunSetup& setup) = 0;
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_SIMULATION_H_
