// Draws what keeps an index: UNIQUE and PRIMARY KEY constraints with their conflict clauses, and
// CREATE INDEX of all kinds. All from a branch of its own.
//
// What is indexed is the same in all releases: no real becomes a text in an index's expression,
// since SQLite 3.40.1, which checks the file's indexes, prints some otherwise.
//
// An index makes the order of rows open: "If a SELECT statement that returns more than one row does
// not have an ORDER BY clause, the order in which the rows are returned is undefined." So where an
// answer depends on it, and there is no ORDER BY, NOT INDEXED stands.

#ifndef ORRERY_SIM_WORKLOADS_SQL_INDEXES_H_
#define ORRERY_SIM_WORKLOADS_SQL_INDEXES_H_

#include <initializer_list>
#include <map>
#include <string>
#include <vector>

#include "sim/choices/choices.h"
#include "sim/workloads/sql_table.h"

namespace orrery::sim {

class SqlIndexes {
 public:
  explicit SqlIndexes(Choices choices) : choices_(choices) {}

  // Of the column whose definition so far is `column`: what comes behind it, or nothing.
  std::string ColumnConstraint(SqlTable& table, const std::string& column);
  // Each after a comma, or nothing. `body` is the table's definition so far.
  std::string TableConstraints(SqlTable& table, const std::string& body);

  // Whether the next statement is to be one of those below.
  bool Wants() { return choices_.Chance(70'000, "index statement"); }
  bool WantsRows() { return Choose(4, "rows") == 0; }
  bool WantsRead() { return Choose(6, "read") == 0; }
  // CREATE INDEX or DROP INDEX.
  std::string Change(const std::vector<SqlTable>& tables);
  // A PRAGMA on indexes.
  std::string Read(const std::vector<SqlTable>& tables);
  // An INSERT of so many rows that their indexes have pages to balance.
  std::string InsertMany(const std::vector<SqlTable>& tables);
  // How much longer a value of that size is to be for this table.
  uint32_t MoreBytes(const SqlTable& table);

  // Whether rows are to be read as if there were no index; only drawn for a table that has one.
  bool HidesIndexes(const SqlTable& table) { return table.has_index && Choose(2, "hide") == 0; }

  // Marks the tables that have an index, of which there are those in `definitions`.
  void Learn(const std::vector<std::string>& definitions, std::vector<SqlTable>& tables) const;

 private:
  static constexpr int kIndexCount = 5;

  std::string CreateIndex(const SqlTable& table);
  std::string Name() { return "i" + std::to_string(Choose(kIndexCount, "index")); }
  // One column of a key.
  std::string Term(const SqlTable& table);
  std::string Expression(const SqlTable& table);
  std::string Condition(const SqlTable& table);
  std::string Column(const SqlTable& table) {
    return table.columns[Choose(table.columns.size(), "column")];
  }
  // ON CONFLICT ..., or nothing.
  std::string OnConflict();

  uint64_t Choose(uint64_t n, const char* label) { return choices_.Choose(n, label); }
  const char* OneOf(std::initializer_list<const char*> words, const char* label) {
    return words.begin()[Choose(words.size(), label)];
  }

  Choices choices_;
  struct Made {
    std::string table;
    bool is_unique;
  };
  std::map<std::string, Made> made_;  // by definition
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_WORKLOADS_SQL_INDEXES_H_
