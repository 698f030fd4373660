// //sim: one connection, random SQL, and SQLite beside it. See README.md.

#include <cstdio>
#include <string>

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
      WeakRun run(setup, /*connection_count=*/1, /*process_count=*/1);
      const RunReport report = run.Run();
      waits_.Add(run.wait_plan());
      return report;
    }
    SimRun run(setup);
    const RunReport report = run.Run();
    waits_.Add(run.wait_plan());
    return report;
  }

  void ReportCoverage() override {
    const std::vector<std::string> never = waits_.NeverForced();
    std::fprintf(stderr, "yield sites never forced: %zu\n", never.size());
    for (const std::string& name : never) std::fprintf(stderr, "  %s\n", name.c_str());
  }

 private:
  WaitPlan waits_;
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
