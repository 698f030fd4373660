// Queries of one table whose answer hangs on what an aggregate does row by row: the columns beside
// min() and max() are those of the row that has it, and a sum of integers may overflow.

#ifndef ORRERY_SIM_WORKLOADS_SQL_AGGREGATES_H_
#define ORRERY_SIM_WORKLOADS_SQL_AGGREGATES_H_

#include <string>

#include "sim/choices/choices.h"
#include "sim/workloads/sql_expressions.h"
#include "sim/workloads/sql_table.h"

namespace orrery::sim {

class SqlAggregates {
 public:
  explicit SqlAggregates(Choices choices) : choices_(choices), expressions_(choices) {}

  bool Wants() { return choices_.Chance(60'000, "aggregates"); }
  std::string Draw(const SqlTable& table);

 private:
  std::string BesideExtreme(const SqlTable& table);
  std::string LargeSum();

  Choices choices_;
  SqlExpressions expressions_;
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_WORKLOADS_SQL_AGGREGATES_H_
