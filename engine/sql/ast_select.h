// SELECT and its parts: also what a subquery, a VALUES list and the source of an INSERT are.

#ifndef ORRERY_ENGINE_SQL_AST_SELECT_H_
#define ORRERY_ENGINE_SQL_AST_SELECT_H_

#include "engine/sql/ast_expr.h"

namespace orrery {

// One entry between SELECT and FROM: an expression, * or table.*.
struct ResultColumn {
  ExprPtr expr;               // null for * and table.*
  std::optional<Name> table;  // of table.*
  std::optional<Name> alias;
  // The expression as written, parentheses included: the column's name when it has no other.
  SourceSpan span;

  bool is_star() const { return !expr; }
  friend bool operator==(const ResultColumn&, const ResultColumn&) = default;
};

enum class JoinKind : uint8_t {
  kComma,  // , : as kInner
  kInner,  // JOIN, INNER JOIN
  kCross,  // as kInner, but the planner keeps the order
  kLeft,
  kRight,
  kFull,
};

struct JoinType {
  JoinKind kind = JoinKind::kComma;
  bool is_natural = false;

  friend bool operator==(const JoinType&, const JoinType&) = default;
};

// INDEXED BY index, NOT INDEXED, or neither.
struct IndexHint {
  std::optional<Name> index;
  bool is_not_indexed = false;

  friend bool operator==(const IndexHint&, const IndexHint&) = default;
};

struct FromItem;

// FROM: a list read from the left; each item but the first says how it joins what is before it.
using FromClause = std::vector<FromItem>;

struct FromItem {
  JoinType join;  // to the items on its left; of no meaning for the first
  // One of three, in this order: (select), (nested joins), else the table.
  SelectPtr select;
  FromClause nested;
  QualifiedName table;
  ExprList arguments;          // of a table-valued function
  bool has_arguments = false;  // the table was followed by parentheses
  std::optional<Name> alias;
  IndexHint hint;
  ExprPtr on;                       // or null
  std::vector<Name> using_columns;  // empty without USING
  SourceSpan span;

  friend bool operator==(const FromItem&, const FromItem&) = default;
};

// WINDOW name AS (...).
struct NamedWindow {
  Name name;
  WindowDefinition definition;

  friend bool operator==(const NamedWindow&, const NamedWindow&) = default;
};

// One SELECT ... of a compound, or one VALUES list.
struct SelectCore {
  bool is_distinct = false;
  std::vector<ResultColumn> columns;
  FromClause from;  // empty without FROM
  ExprPtr where;    // or null
  ExprList group_by;
  ExprPtr having;  // or null
  std::vector<NamedWindow> windows;
  // VALUES (...), (...): rows of one length or more; when not empty all of the above is.
  std::vector<ExprList> values;
  SourceSpan span;

  bool is_values() const { return !values.empty(); }
  friend bool operator==(const SelectCore&, const SelectCore&) = default;
};

enum class CompoundOp : uint8_t { kUnion, kUnionAll, kIntersect, kExcept };

std::string_view Describe(CompoundOp op);

enum class Materialization : uint8_t { kUnsaid, kMaterialized, kNotMaterialized };

// name (columns) AS (select), in WITH.
struct CommonTable {
  Name name;
  std::vector<Name> columns;  // empty: those of the select
  Materialization materialization = Materialization::kUnsaid;
  SelectPtr select;

  friend bool operator==(const CommonTable&, const CommonTable&) = default;
};

struct WithClause {
  bool is_recursive = false;        // the word RECURSIVE, which SQLite reads and gives no meaning
  std::vector<CommonTable> tables;  // empty without WITH

  bool empty() const { return tables.empty(); }
  friend bool operator==(const WithClause&, const WithClause&) = default;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_SQL_AST_SELECT_H_
