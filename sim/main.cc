// //sim: one connection, random SQL, and SQLite beside it. See README.md.

#include "sim/main_loop.h"
#include "sim/profile_keys.h"
#include "sim/sim_run.h"
#include "sim/weak_run.h"

namespace orrery::sim {
namespace {

class Sim final : public Simulation {
 public:
  RunReport Run(const RunSetup& setup) override {
    if (IsWeakRun(setup)) {
      return WeakRun(setup, /*connection_count=*/1, /*process_count=*/1).Run();
    }
    return SimRun(setup).Run();
  }
};

}  // namespace
}  // namespace orrery::sim

int main(int argc, char** argv) {
  const orrery::sim::ToolSpec tool{
      .name = "sim",
      .what = "One connection on a simulated machine, random SQL under faults, SQLite beside it.",
      .default_run_count = 40,
      .profiles = orrery::sim::kProfiles,
      .profile_keys = orrery::sim::kProfileKeys,
  };
  orrery::sim::Sim sim;
  return orrery::sim::RunMain(argc, argv, tool, sim);
}
