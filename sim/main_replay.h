// --replay=BUNDLE: makes a kept run again, in this very process, from its recorded draws, and says
// whether it is the same. The last line on standard output is one of
//
//   FAIL … replay=same        the recorded failure, and every event as recorded            exit 1
//   FAIL … replay=parted:N    a failure, but event N was another one than recorded         exit 1
//   ok … replay=passed        every recorded event came, and where the run had failed it
//                             went on to a good end: the failure is mended                 exit 0
//   STALE … parted=N          event N was another one, and nothing failed: the build has
//                             changed and the recorded decisions no longer fit it; this
//                             says nothing about the bug                                   exit 3

#ifndef ORRERY_SIM_MAIN_REPLAY_H_
#define ORRERY_SIM_MAIN_REPLAY_H_

#include <map>
#include <string>

#include "sim/choices/recording.h"
#include "sim/simulation.h"

namespace orrery::sim {

inline constexpr int kStaleStatus = 3;

// What a bundle says of itself.
struct KeptRun {
  MainOptions options;  // of the run; replay is set
  Recording choices;
  std::map<std::string, std::string> failure;  // fields of failure.txt
};

// kMisuse with a line for the user when the bundle cannot be read. What does not shape a run
// (verbose, until, trace, ...) is taken from `given`.
Result<KeptRun> LoadKeptRun(const ToolSpec& tool, const MainOptions& given);

int ReplayMain(const ToolSpec& tool, Simulation& simulation, const MainOptions& given);

}  // namespace orrery::sim

#endif  // ORRERY_SIM_MAIN_REPLAY_H_
