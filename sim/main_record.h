// What becomes of a failed run: it is made once more in a child process, with everything recorded,
// and kept as a bundle (bundles/bundle.h).

#ifndef ORRERY_SIM_MAIN_RECORD_H_
#define ORRERY_SIM_MAIN_RECORD_H_

#include <string>

#include "sim/bundles/bundle.h"
#include "sim/child_run.h"
#include "sim/simulation.h"

namespace orrery::sim {

// The run of `options.seed` into a bundle in the folder `options.record_to`. Prints the verdict and
// answers the exit status.
int RecordMain(const ToolSpec& tool, Simulation& simulation, const MainOptions& options);

// Makes a run in a child, its draws answered from `answers`, and writes the bundle of it. A run
// that does not fail leaves a bundle without a verdict. `is_small`: a person will read all of it.
RunEnd RecordInto(Bundle& bundle, const ToolSpec& tool, Simulation& simulation,
                  const MainOptions& options, ChoiceSource& answers, bool is_small);
// The verdict: README.txt and failure.txt.
void WriteVerdict(Bundle& bundle, const ToolSpec& tool, const MainOptions& options,
                  const RunEnd& end);

// FAIL seed=… oracle=… step=… event=… and whatever `rest` says.
std::string VerdictLine(uint64_t seed, const RunEnd& end, const std::string& rest);

}  // namespace orrery::sim

#endif  // ORRERY_SIM_MAIN_RECORD_H_
