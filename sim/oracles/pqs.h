// oracle=pqs: a row for which a condition is true is in the answer. One row is picked; a condition
// is drawn, and turned by NOT or IS NULL so that it is true for that row.
// Rigger and Su, "Testing Database Engines via Pivoted Query Synthesis", OSDI 2020.
//
// What a condition comes to for the row is asked of SQLite, which has the same rows.

#ifndef ORRERY_SIM_ORACLES_PQS_H_
#define ORRERY_SIM_ORACLES_PQS_H_

#include <string>

#include "sim/oracles/relation.h"

namespace orrery::sim {

// "" when it holds, or there is no verdict. Of `reference` only single rows are asked.
std::string CheckPqs(RelationDraw& draw, const std::vector<SqlTable>& tables, const Ask& reference,
                     const Ask& ask);

}  // namespace orrery::sim

#endif  // ORRERY_SIM_ORACLES_PQS_H_
