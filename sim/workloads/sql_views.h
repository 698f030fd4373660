// Draws views: CREATE VIEW and DROP VIEW, and reads of those that are there. All from a branch of
// its own. A view has the columns x and y, whose values are the same whenever they are equal.

#ifndef ORRERY_SIM_WORKLOADS_SQL_VIEWS_H_
#define ORRERY_SIM_WORKLOADS_SQL_VIEWS_H_

#include <map>
#include <string>
#include <vector>

#include "sim/choices/choices.h"
#include "sim/workloads/sql_expressions.h"
#include "sim/workloads/sql_table.h"

namespace orrery::sim {

class SqlViews {
 public:
  explicit SqlViews(Choices choices) : choices_(choices), expressions_(choices) {}

  // Whether the next statement is to be Change(); Wants() and WantsRead() draw from this branch.
  bool Wants() { return choices_.Chance(12'000, "view statement"); }
  std::string Change(const std::vector<SqlTable>& tables);
  // Whether a FROM clause is to have one that is there.
  bool WantsRead() { return !hidden_ && !names_.empty() && choices_.Choose(4, "view") == 0; }
  // From now on none is read, or again.
  void Hide(bool hidden) { hidden_ = hidden; }
  // It, to stand before an alias; with the first rows only, if `row_count_max` is not 0.
  std::string Term(uint64_t row_count_max);

  void Learn(const std::vector<std::string>& definitions);

 private:
  static constexpr int kViewCount = 3;

  std::string Select(const SqlTable& table);

  Choices choices_;
  SqlExpressions expressions_;
  std::vector<std::string> names_;                  // of those that are there
  std::map<std::string, std::string> definitions_;  // by name
  bool hidden_ = false;
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_WORKLOADS_SQL_VIEWS_H_
