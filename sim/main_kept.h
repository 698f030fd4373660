// --replay=BUNDLE --by-sites: runs a kept bug (corpus/bundles). What struck then strikes where
// sites.txt says, by statement, so that an engine that has changed elsewhere is still led to the
// same point; and the run is to have the statements of statements.sql. The last line is one of
//
//   ok … sites=3/3 statements=5/5      it was led to its point and nothing failed          exit 0
//   FAIL … oracle=… sites=… …          the bug is back, or another one is there            exit 1
//   STALE … sites=2/3 statements=5/5   it did not get to its point: says nothing of the
//                                      bug; the bundle is to be made anew                  exit 3

#ifndef ORRERY_SIM_MAIN_KEPT_H_
#define ORRERY_SIM_MAIN_KEPT_H_

#include "sim/simulation.h"

namespace orrery::sim {

int KeptMain(const ToolSpec& tool, Simulation& simulation, const MainOptions& options);

}  // namespace orrery::sim

#endif  // ORRERY_SIM_MAIN_KEPT_H_
