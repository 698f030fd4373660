// Metamorphic relations: what must hold between the answers to several queries, whatever the rows
// are. They need no second engine, and so no agreement with one on what the language leaves open.
// One file each: norec.h, tlp.h, pqs.h, eet.h, row_count.h.
//
// Nothing may change a row between the queries of one relation.

#ifndef ORRERY_SIM_ORACLES_RELATION_H_
#define ORRERY_SIM_ORACLES_RELATION_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/choices/choices.h"
#include "sim/workloads/sql_expressions.h"
#include "sim/workloads/sql_queries.h"
#include "sim/workloads/sql_table.h"
#include "sim/workloads/sql_views.h"
#include "sim/workloads/table_statement.h"

namespace orrery::sim {

// The rows of a query, or nothing when it came to no answer (a fault): then there is no verdict.
using Ask = std::function<std::optional<Rows>(const std::string& sql)>;

// What a relation is drawn from: a FROM clause, and expressions on its columns.
class RelationDraw {
 public:
  // `tables` has one or more.
  RelationDraw(Choices choices, const std::vector<SqlTable>& tables);

  // " FROM ...": one table, or two joined of which the second has few rows.
  const std::string& from() const { return from_; }
  // Deterministic, on the columns of from(); now and then with a subquery in it.
  std::string Predicate();
  // On other columns.
  std::string PredicateOn(const SqlTable& columns) {
    expressions_.Use(&columns);
    return expressions_.Draw(3);
  }
  std::string Expression() { return expressions_.Draw(2); }
  // Equal values are the same value, and an integer or NULL.
  std::string Summand() { return expressions_.Summand(); }
  std::string Column() { return expressions_.Column(); }

  uint64_t Choose(uint64_t n, const char* label) { return choices_.Choose(n, label); }
  const char* OneOf(std::initializer_list<const char*> words, const char* label) {
    return expressions_.OneOf(words, label);
  }

 private:
  Choices choices_;
  const std::vector<SqlTable>& tables_;
  SqlExpressions expressions_;
  SqlViews no_views_;
  SqlQueries queries_;
  const SqlTable* alone_ = nullptr;  // the only one in from()
  SqlTable joined_;                  // otherwise, all columns of it
  std::string from_;
};

// "" when both have the same rows, in whatever order; else what differs.
std::string CompareBags(const Rows& expected, const Rows& actual);

// The same of the answers to two queries, with these; "" also when one has no answer.
std::string CompareQueries(const Ask& ask, const std::string& expected, const std::string& actual);

// The only value of an answer that has one row and one column; nothing if it is not so.
std::optional<int64_t> TheInteger(const std::optional<Rows>& rows);

}  // namespace orrery::sim

#endif  // ORRERY_SIM_ORACLES_RELATION_H_
