// A Query is a SELECT after binding: what its rows are, with nothing said yet about how they are
// found. It is made by QueryBinder and turned into code by QueryCoder.

#ifndef ORRERY_ENGINE_COMPILE_QUERY_H_
#define ORRERY_ENGINE_COMPILE_QUERY_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/compile/bound.h"
#include "engine/compile/scope.h"
#include "engine/compile/window.h"
#include "engine/sql/ast.h"

namespace orrery {

struct Query;

// A table in FROM.
struct FromTerm {
  Source source;
  JoinKind join = JoinKind::kComma;
  BoundPtr on;  // ON, and what USING and NATURAL ask for; null: nothing
  // A subquery, view or common table: source.table describes its columns.
  std::unique_ptr<Query> query;
  std::unique_ptr<Table> columns;  // owns source.table then
  bool is_materialized = false;    // a common table that is AS MATERIALIZED
  // The rows that the recursion of a common table is at: source.cursor is opened by it.
  bool is_recursion = false;
  // A table-valued function, by its number, and its arguments, which may read the terms before it.
  std::optional<size_t> function;
  std::vector<BoundPtr> arguments;
  IndexHint hint;
  const FromItem* item = nullptr;  // what it was bound from, while binding; null: it shares nothing
  bool is_natural = false;

  bool is_optional() const { return join == JoinKind::kLeft || join == JoinKind::kFull; }
};

// One SELECT of a compound, or one VALUES list.
struct QueryBlock {
  bool is_distinct = false;
  std::vector<std::unique_ptr<FromTerm>> from;
  BoundPtr where;
  std::vector<BoundPtr> group_by;
  BoundPtr having;
  std::vector<BoundPtr> result;
  Aggregates aggregates;
  std::vector<std::unique_ptr<BoundWindow>> windows;
  std::vector<std::vector<BoundPtr>> more_rows;  // of VALUES: those after the first, `result`

  bool is_aggregate() const { return !aggregates.empty() || !group_by.empty() || having; }
};

struct QueryOrder {
  BoundPtr expr;  // null: column `result_index` of the result
  int result_index = -1;
  SortColumn sort;
};

struct Query {
  std::vector<std::unique_ptr<QueryBlock>> blocks;  // one or more
  std::vector<CompoundOp> ops;                      // one fewer
  // Of the columns: as a result, as those of a table in FROM, and as those of a table or view that
  // is made of the query.
  std::vector<std::string> names;
  std::vector<std::string> table_names;
  std::vector<std::string> schema_names;
  std::vector<QueryOrder> order_by;
  BoundPtr limit;
  BoundPtr offset;
  // Reads columns of a query around it, so that it must be run for each of that one's rows.
  bool is_correlated = false;

  // WITH name AS (... UNION [ALL] ...): blocks from this one on read what the ones before, and they
  // themselves, have made. 0: no recursion.
  size_t recursive_from = 0;
  int recursion_cursor = -1;  // the row that they read

  int column_count() const { return static_cast<int>(blocks[0]->result.size()); }
  bool is_compound() const { return blocks.size() > 1; }
};

// Calls `visit` for every expression in the query, those in its subqueries included.
void VisitAll(const Query& query, const std::function<void(const Bound&)>& visit);
// Whether the query, or one in it, reads the table.
bool ReadsTable(const Query& query, const Table& table);

// The collation by which column `column` of a compound is compared.
const Collation* CollationOfColumn(const Query& query, int column);
// The columns of the query as those of a table named `name`.
std::unique_ptr<Table> TableOfQuery(const Query& query, std::string name);

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_QUERY_H_
