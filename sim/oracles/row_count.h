// oracle=row-count: how many rows queries have, compared: LIMIT, the compound operators and joins
// add up, and a condition that asks for more finds no more.
// The last after Ba and Rigger, "CERT: Finding Performance Issues in Database Systems Through the
// Lens of Cardinality Estimation", ICSE 2024, with the rows themselves instead of an estimate.

#ifndef ORRERY_SIM_ORACLES_ROW_COUNT_H_
#define ORRERY_SIM_ORACLES_ROW_COUNT_H_

#include <string>

#include "sim/oracles/relation.h"

namespace orrery::sim {

// "" when it holds, or there is no verdict.
std::string CheckRowCount(RelationDraw& draw, const Ask& ask);

}  // namespace orrery::sim

#endif  // ORRERY_SIM_ORACLES_ROW_COUNT_H_
