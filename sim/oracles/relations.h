// Draws one of the metamorphic relations and looks whether it holds.

#ifndef ORRERY_SIM_ORACLES_RELATIONS_H_
#define ORRERY_SIM_ORACLES_RELATIONS_H_

#include <string>
#include <vector>

#include "sim/oracles/relation.h"

namespace orrery::sim {

struct RelationVerdict {
  const char* oracle;      // its name, as in a failure
  std::string difference;  // "": it holds, or there is no verdict
};

// `reference` is SQLite with the same rows; `tables` are there, one or more.
RelationVerdict CheckRelation(Choices choices, const std::vector<SqlTable>& tables,
                              const Ask& reference, const Ask& ask);

}  // namespace orrery::sim

#endif  // ORRERY_SIM_ORACLES_RELATIONS_H_
