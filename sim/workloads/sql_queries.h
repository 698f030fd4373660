// Draws queries of several tables: joins of all kinds, subqueries wherever they may stand,
// compounds, groups, row values and common tables.
//
// What the language leaves open is kept off: rows come in any order, so LIMIT stands only after an
// ORDER BY that no two rows share; of values that are equal but not the same (1 and 1.0) DISTINCT
// may keep either, so there only Settled() values stand.

#ifndef ORRERY_SIM_WORKLOADS_SQL_QUERIES_H_
#define ORRERY_SIM_WORKLOADS_SQL_QUERIES_H_

#include <string>
#include <vector>

#include "sim/choices/choices.h"
#include "sim/workloads/sql_expressions.h"
#include "sim/workloads/sql_table.h"
#include "sim/workloads/sql_views.h"

namespace orrery::sim {

class SqlQueries {
 public:
  SqlQueries(Choices choices, SqlExpressions& expressions, SqlViews& views)
      : choices_(choices), expressions_(expressions), views_(views) {}

  // A statement. `tables` has one or more.
  std::string Draw(const std::vector<SqlTable>& tables);
  // A condition on the rows of a table that has a subquery in it. What `expressions` uses is none
  // afterwards.
  std::string Condition(const std::vector<SqlTable>& tables, const SqlTable& table);

 private:
  // The tables of a FROM clause as one: its columns are written with their table's alias.
  struct Joined {
    std::string text;  // " FROM ..."
    SqlTable columns;
  };

  std::string Simple(int depth);
  std::string Compound();
  std::string Groups(int depth);
  std::string Recursion();
  Joined From(int depth);
  // `few_rows`: only the first of each table's.
  Joined From(int depth, bool few_rows);
  // One table, with an alias. Adds its columns.
  std::string Term(int depth, bool few_rows, Joined& joined);
  std::string OnCondition(const Joined& joined, size_t left_count);
  std::string Subquery(int depth);
  // FROM and WHERE of one table in a subquery, with the columns around it in reach.
  std::string InnerFrom(const SqlTable& outer, Joined& joined);
  // An expression that may have a subquery in it.
  std::string Expression(int depth);
  std::string Test(int depth);
  // An integer or a text that is the same whenever it is equal.
  std::string Settled();

  uint64_t Choose(uint64_t n, const char* label) { return choices_.Choose(n, label); }
  const char* OneOf(std::initializer_list<const char*> words, const char* label) {
    return expressions_.OneOf(words, label);
  }

  Choices choices_;
  SqlExpressions& expressions_;
  SqlViews& views_;
  const std::vector<SqlTable>* tables_ = nullptr;
  std::vector<SqlTable> common_;  // tables of WITH
  const SqlTable* scope_ = nullptr;
  int alias_count_ = 0;
  uint64_t few_rows_max_ = 0;
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_WORKLOADS_SQL_QUERIES_H_
