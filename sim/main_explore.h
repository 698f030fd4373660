// Going about in one run: what --branch and --snapshots share, and both of them.
//
// --branch=EVENT asks where a failure became certain. At events spread from EVENT to the run's end
// the process forks; each child goes on with the same workload, but with another schedule and other
// faults, and tells how it ended. Where that changes most it looks closer. On standard output a
// line for each event, and then the verdict:
//
//     event  fails
//         1     2% #
//       420    40% ################
//       433   100% ########################################   power cut
//   certain from event 433 on
//
// --snapshots makes the run once, leaving a waiting fork of itself now and then, and takes events
// from standard input: the fork before it goes there and stands still, in less than a second, for a
// debugger to be attached.

#ifndef ORRERY_SIM_MAIN_EXPLORE_H_
#define ORRERY_SIM_MAIN_EXPLORE_H_

#include <memory>
#include <optional>

#include "sim/child_run.h"
#include "sim/choices/replay_source.h"
#include "sim/choices/seed_source.h"
#include "sim/main_replay.h"
#include "sim/simulation.h"

namespace orrery::sim {

// One run, from a bundle or from a seed, to be made as often as wanted.
class ExploredRun {
 public:
  // kMisuse when the bundle cannot be read.
  static Result<std::unique_ptr<ExploredRun>> Load(const ToolSpec& tool, const MainOptions& given);

  const MainOptions& options() const { return options_; }
  // The same answers every time.
  std::unique_ptr<ChoiceSource> Answers();

 private:
  MainOptions options_;
  std::optional<KeptRun> kept_;
  std::unique_ptr<SeedSource> after_end_;
};

int BranchMain(const ToolSpec& tool, Simulation& simulation, const MainOptions& options);
int SnapshotsMain(const ToolSpec& tool, Simulation& simulation, const MainOptions& options);

}  // namespace orrery::sim

#endif  // ORRERY_SIM_MAIN_EXPLORE_H_
