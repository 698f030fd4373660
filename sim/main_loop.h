// The main program of a simulator: options, successive seeds, progress, and the one line at the end
//
//   ok runs=20 statements=81234 ios=… waits=… faults=… hash=…                          exit 0
//   FAIL seed=7 oracle=model step=1234 event=5678 replay='tools/bazel run …' bundle=DIR  exit 1
//
// Bad usage is a line on standard error and exit 2. A failed CHECK, a crash, a sanitizer's report
// and a run that no longer steps are failures too: oracle=check, crash, progress.
//
// After a failure the program starts itself again for the one run, this time recording into a
// bundle (main_record.h); a run that fails no more then is oracle=determinism. --replay makes a
// bundle's run again (main_replay.h), --shrink makes it smaller (shrink/shrink.h).

#ifndef ORRERY_SIM_MAIN_LOOP_H_
#define ORRERY_SIM_MAIN_LOOP_H_

#include "sim/simulation.h"

namespace orrery::sim {

int RunMain(int argc, char** argv, const ToolSpec& tool, Simulation& simulation);

}  // namespace orrery::sim

#endif  // ORRERY_SIM_MAIN_LOOP_H_
