// oracle=tlp: of each row a condition is true, false or NULL, and only one of them. So a query's
// rows are those WHERE p, those WHERE NOT p and those WHERE p IS NULL; likewise its groups
// (HAVING), its distinct rows, and its aggregates, put together again. Rigger and Su, "Finding Bugs
// in Database Systems via Query Partitioning", OOPSLA 2020.

#ifndef ORRERY_SIM_ORACLES_TLP_H_
#define ORRERY_SIM_ORACLES_TLP_H_

#include <string>

#include "sim/oracles/relation.h"

namespace orrery::sim {

// "" when it holds, or there is no verdict.
std::string CheckTlp(RelationDraw& draw, const Ask& ask);

}  // namespace orrery::sim

#endif  // ORRERY_SIM_ORACLES_TLP_H_
