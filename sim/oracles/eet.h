// oracle=eet: an expression in place of which an equivalent one stands gives the same rows, though
// it goes through other code: p AND what is always true, CASE with the same in each branch, ...
// Jiang and Su, "Detecting Logic Bugs in Database Engines via Equivalent Expression
// Transformation", OSDI 2024.

#ifndef ORRERY_SIM_ORACLES_EET_H_
#define ORRERY_SIM_ORACLES_EET_H_

#include <string>

#include "sim/oracles/relation.h"

namespace orrery::sim {

// "" when it holds, or there is no verdict.
std::string CheckEet(RelationDraw& draw, const Ask& ask);

}  // namespace orrery::sim

#endif  // ORRERY_SIM_ORACLES_EET_H_
