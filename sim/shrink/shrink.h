// --shrink: finds a failing run, or takes a bundle's, makes it smaller (shrinker.h), and leaves the
// small one as a bundle beside it. The last line on standard output is the small run's verdict:
//
//   FAIL seed=… oracle=… step=… event=… statements=… connections=… faults=… waits=… replay='…'
//   bundle=…

#ifndef ORRERY_SIM_SHRINK_SHRINK_H_
#define ORRERY_SIM_SHRINK_SHRINK_H_

#include "sim/simulation.h"

namespace orrery::sim {

// Answers the exit status, as of the whole program.
int ShrinkMain(const ToolSpec& tool, Simulation& simulation, const MainOptions& options);

}  // namespace orrery::sim

#endif  // ORRERY_SIM_SHRINK_SHRINK_H_
