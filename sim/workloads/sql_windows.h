// Queries of one table with window functions. All from a branch of its own.
//
// What the language does not settle is kept off: among peers the order is open, so over them only
// that is asked which does not depend on it; elsewhere the rowid makes every row its own peer. Sums
// are of integers, since a real that has left a frame leaves something behind.

#ifndef ORRERY_SIM_WORKLOADS_SQL_WINDOWS_H_
#define ORRERY_SIM_WORKLOADS_SQL_WINDOWS_H_

#include <initializer_list>
#include <string>

#include "sim/choices/choices.h"
#include "sim/workloads/sql_expressions.h"
#include "sim/workloads/sql_table.h"

namespace orrery::sim {

class SqlWindows {
 public:
  explicit SqlWindows(Choices choices) : choices_(choices), expressions_(choices) {}

  bool Wants() { return choices_.Chance(60'000, "windows"); }
  std::string Draw(const SqlTable& table);

 private:
  std::string Call(const SqlTable& table);
  std::string OfAnyOrder();
  std::string OfOneOrder(const SqlTable& table);
  std::string Partition();
  // `steps`: distances may be said.
  std::string Frame(const char* unit, bool steps);

  std::string Pick(std::initializer_list<const char*> words, const char* label) {
    return words.begin()[choices_.Choose(words.size(), label)];
  }

  Choices choices_;
  SqlExpressions expressions_;
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_WORKLOADS_SQL_WINDOWS_H_
