// A Scope is what the names in an expression may mean: the tables of a FROM clause, or what stands
// for one (the row of a CHECK, NEW and OLD of a trigger). Scopes of nested queries are linked from
// the inside out, and a name is looked for in that order.

#ifndef ORRERY_ENGINE_COMPILE_SCOPE_H_
#define ORRERY_ENGINE_COMPILE_SCOPE_H_

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/catalog/catalog.h"
#include "engine/compile/bound.h"
#include "engine/sql/ast.h"

namespace orrery {

class WithScope;

// A table whose columns may be named.
struct Source {
  const Table* table = nullptr;
  std::string name;  // its alias, or the table's own name
  int cursor = 0;
  bool is_subquery = false;        // so that no schema names it
  bool is_only_qualified = false;  // EXCLUDED, NEW and OLD: their columns are named with them
  bool has_bare_columns = false;   // EXCLUDED: its columns have no affinity and no collation
  bool is_of_trigger = false;      // NEW and OLD: none but the rowid has an affinity
  // The names of USING, or what NATURAL found: columns shared with what is on its left.
  std::vector<std::string> using_columns;
  JoinKind join = JoinKind::kComma;
  // Of a parenthesized join, by column: where it came from, so that b.x is found in (a JOIN b).
  struct Origin {
    std::string table;
    std::string column;
    bool is_shared = false;  // by USING within the parentheses: * shows it once
  };
  std::vector<Origin> origins;

  bool has_rowid() const { return !table->is_without_rowid && !table->is_virtual; }
  bool Shares(std::string_view column) const;
};

// How a clause takes a call of an aggregate function.
enum class AggregateUse : uint8_t {
  kRefused,  // "misuse of aggregate function count()"
  kAllowed,
  kMisplaced,  // of a query that has aggregates elsewhere: "misuse of aggregate: count()"
};

// For Scope::restricted_to: where a column is named without its table, and is not the rowid.
inline constexpr char kIndexExpressions[] = "index expressions";
inline constexpr char kCheckConstraints[] = "CHECK constraints";
// Where SQLite does not resolve names at all.
inline constexpr char kDefaultValues[] = "DEFAULT values";

struct Scope {
  std::vector<Source> sources;
  // SELECT expr AS name: a name that is no column may be one of these.
  const std::vector<ResultColumn>* aliases = nullptr;
  // Where calls of aggregates are added.
  Aggregates* aggregates = nullptr;
  AggregateUse aggregate_use = AggregateUse::kRefused;
  // Where window functions are added; null where there may be none.
  std::vector<std::unique_ptr<BoundWindow>>* windows = nullptr;
  const std::vector<NamedWindow>* named_windows = nullptr;
  // CHECK, DEFAULT and their like: "parameters prohibited in CHECK constraints".
  const char* restricted_to = nullptr;
  // A function of an unknown name is no error: what is bound is looked at, not coded.
  bool functions_may_be_missing = false;
  // Common tables that can be named here.
  const WithScope* with = nullptr;
  Scope* outer = nullptr;
  // A name was found further out.
  bool is_correlated = false;
  // What is wrong once all names in the query have been found.
  Status late_error;
};

// Whether `name`.* stands for columns of the source.
bool IsInStar(const Source& source, std::string_view name);

// Whether a source's column may be NULL where that of a source on its right, which shares it by
// USING, is not: on the left of a RIGHT or FULL join.
bool IsSharedWithRight(const Scope& scope, size_t source_index, std::string_view column);

// A column of a source of `scope`, or null when there is none of that name. An error when there are
// several. `catalog` knows the databases that names say; null: there is main alone.
Result<BoundPtr> FindColumn(const Scope& scope, const ColumnExpr& name, const Catalog* catalog);
// The name as written, with its table and schema.
std::string Written(const ColumnExpr& expr);

// A column of a table as an expression.
BoundPtr MakeColumn(const Table& table, int cursor, int column);
BoundPtr MakeConstant(Value value);

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_SCOPE_H_
