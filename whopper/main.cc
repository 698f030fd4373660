// //whopper: several connections over simulated processes, checked against a model. See README.md.

#include <algorithm>
#include <array>

#include "sim/main_loop.h"
#include "sim/weak_run.h"
#include "whopper/profile_keys.h"
#include "whopper/schedules/schedules.h"
#include "whopper/transactions_run.h"
#include "whopper/whopper_run.h"

namespace orrery::whopper {
namespace {

class Whopper final : public sim::Simulation {
 public:
  sim::RunReport Run(const sim::RunSetup& setup) override {
    if (sim::IsWeakRun(setup)) {
      const int process_count = std::max(1, setup.options.process_count);
      return sim::WeakRun(setup, setup.options.connection_count,
                          std::min(process_count, setup.options.connection_count))
          .Run();
    }
    if (setup.options.workload == "transactions") return TransactionsRun(setup, stacks_).Run();
    return WhopperRun(setup, stacks_).Run();
  }

 private:
  sim::StackPool stacks_;
};

}  // namespace
}  // namespace orrery::whopper

int main(int argc, char** argv) {
  static constexpr std::string_view kWorkloads[] = {"sql", "kv", "transactions"};
  std::array<std::string_view, std::size(orrery::whopper::kSchedules)> schedules;
  for (size_t i = 0; i < schedules.size(); ++i) schedules[i] = orrery::whopper::kSchedules[i].name;
  const orrery::sim::ToolSpec tool{
      .name = "whopper",
      .what = "Several connections on one simulated machine, one step at a time, under faults.",
      .default_run_count = 40,
      .connection_count = 4,
      .workloads = kWorkloads,
      .profiles = orrery::whopper::kProfiles,
      .profile_keys = orrery::whopper::kProfileKeys,
      .schedules = schedules,
  };
  orrery::whopper::Whopper whopper;
  return orrery::sim::RunMain(argc, argv, tool, whopper);
}
