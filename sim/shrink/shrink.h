// Makes a failing run smaller: the same seed with fewer faults, fewer connections and fewer steps,
// for as long as the same oracle still notices. Each attempt is a process of its own, so that a
// crash shrinks like any other failure.

#ifndef ORRERY_SIM_SHRINK_SHRINK_H_
#define ORRERY_SIM_SHRINK_SHRINK_H_

#include "sim/main_options.h"

namespace orrery::sim {

// Finds the first failing run that `options` allow and shrinks it; the last line on standard output
// is the smallest one's verdict. Answers the exit status, as of the whole program.
int ShrinkMain(const ToolSpec& tool, const MainOptions& options);

}  // namespace orrery::sim

#endif  // ORRERY_SIM_SHRINK_SHRINK_H_
