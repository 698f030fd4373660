// Draws triggers: CREATE TRIGGER and DROP TRIGGER. All from a branch of its own. What a trigger
// changes is a row that its rowid names, so that the order in which an index has rows cannot show;
// the rows that run one are taken in the order of their rowids (SqlTable::has_constraint).

#ifndef ORRERY_SIM_WORKLOADS_SQL_TRIGGERS_H_
#define ORRERY_SIM_WORKLOADS_SQL_TRIGGERS_H_

#include <string>
#include <vector>

#include "sim/choices/choices.h"
#include "sim/workloads/sql_expressions.h"
#include "sim/workloads/sql_table.h"

namespace orrery::sim {

class SqlTriggers {
 public:
  explicit SqlTriggers(Choices choices) : choices_(choices), expressions_(choices) {}

  // Whether the next statement is to be Change().
  bool Wants() { return choices_.Chance(10'000, "trigger statement"); }
  std::string Change(const std::vector<SqlTable>& tables);

  // Notes which tables have triggers.
  void Learn(const std::vector<std::string>& definitions, std::vector<SqlTable>& tables) const;

 private:
  static constexpr int kTriggerCount = 3;

  std::string Step(const SqlTable& table);
  std::string Raise();
  // A row of its table that a trigger names.
  std::string Rowid();

  std::string Pick(std::initializer_list<const char*> words, const char* label) {
    return words.begin()[choices_.Choose(words.size(), label)];
  }

  Choices choices_;
  SqlExpressions expressions_;
  SqlTable row_;  // NEW or OLD
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_WORKLOADS_SQL_TRIGGERS_H_
