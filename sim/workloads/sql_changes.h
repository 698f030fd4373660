// Draws what INSERT, UPDATE and DELETE may have beside the plain forms: RETURNING, ON CONFLICT,
// UPDATE ... FROM and rows in SET; and the tables that take changes in their own way: those that
// are STRICT, WITHOUT ROWID, or have an AUTOINCREMENT. All from a branch of its own.
//
// Kept off: UPDATE ... FROM in which several rows would change one, since which of them does is not
// settled.

#ifndef ORRERY_SIM_WORKLOADS_SQL_CHANGES_H_
#define ORRERY_SIM_WORKLOADS_SQL_CHANGES_H_

#include <initializer_list>
#include <string>
#include <vector>

#include "sim/choices/choices.h"
#include "sim/workloads/sql_expressions.h"
#include "sim/workloads/sql_table.h"

namespace orrery::sim {

class SqlChanges {
 public:
  explicit SqlChanges(Choices choices) : choices_(choices), expressions_(choices) {}

  // What follows an INSERT whose verb says nothing of conflicts; often nothing.
  std::string OnConflict(const SqlTable& table);
  // What follows a change of the table; often nothing.
  std::string Returning(const SqlTable& table);

  // Whether the key of a new table is to be an AUTOINCREMENT.
  bool WantsSequence() { return choices_.Chance(120'000, "sequence"); }
  // Whether a new table is to be a STRICT one, with this definition behind its name.
  bool WantsStrict() { return choices_.Chance(60'000, "strict"); }
  std::string StrictBody(const SqlTable& table);
  // Likewise for one WITHOUT ROWID, whose first column becomes rowid.
  bool WantsNoRowid() { return choices_.Chance(80'000, "without rowid"); }
  std::string BodyWithoutRowid(SqlTable& table);

  // Whether the next UPDATE is to be the one below.
  bool WantsUpdate() { return choices_.Chance(60'000, "wants update"); }
  std::string Update(const SqlTable& table, const std::vector<SqlTable>& tables);

 private:
  std::string UpdateFrom(const SqlTable& table, const SqlTable& other);
  std::string UpdateRow(const SqlTable& table, const SqlTable& other);
  // A column that is not the rowid under another name; empty when there is none.
  std::string Value(const SqlTable& table);
  std::string Column(const SqlTable& table) {
    return table.columns[Choose(table.columns.size(), "column")];
  }

  std::string Pick(std::initializer_list<const char*> words, const char* label) {
    return words.begin()[Choose(words.size(), label)];
  }
  uint64_t Choose(uint64_t n, const char* label) { return choices_.Choose(n, label); }

  Choices choices_;
  SqlExpressions expressions_;
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_WORKLOADS_SQL_CHANGES_H_
