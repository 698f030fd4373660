// oracle=norec: a condition that may find its rows in clever ways finds as many as when it is an
// expression on every row: count(*) WHERE p is how often (p) IS TRUE.
// Rigger and Su, "Detecting Optimization Bugs in Database Engines via Non-optimizing Reference
// Engine Construction", ESEC/FSE 2020.

#ifndef ORRERY_SIM_ORACLES_NOREC_H_
#define ORRERY_SIM_ORACLES_NOREC_H_

#include <string>

#include "sim/oracles/relation.h"

namespace orrery::sim {

// "" when it holds, or there is no verdict.
std::string CheckNorec(RelationDraw& draw, const Ask& ask);

}  // namespace orrery::sim

#endif  // ORRERY_SIM_ORACLES_NOREC_H_
