// A Bound is an expression after binding: names have become columns of cursors, literals values,
// calls functions and subqueries Query trees; each node knows the affinity and collation that
// comparisons with it use (https://www.sqlite.org/datatype3.html). What only reads differently is
// gone: IIF is a CASE, LIKE a call, + nothing, and rows are compared value by value.

#ifndef ORRERY_ENGINE_COMPILE_BOUND_H_
#define ORRERY_ENGINE_COMPILE_BOUND_H_

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "engine/catalog/function.h"
#include "engine/catalog/schema.h"
#include "engine/program/program.h"
#include "engine/sql/ast.h"
#include "engine/value/affinity.h"
#include "engine/value/collation.h"
#include "engine/value/value.h"

namespace orrery {

enum class BoundKind : uint8_t {
  kConstant,
  kParameter,
  kColumn,
  kUnary,  // kNegate, kBitNot, kNot, kIsNull, kNotNull
  kBinary,
  kTruth,    // operand IS [NOT] TRUE / FALSE
  kBetween,  // operand, low, high
  kIn,       // operand, then the list
  kCast,
  kCase,  // [operand,] condition, result, ..., [otherwise]
  kFunction,
  kAggregate,    // the result of `aggregate`
  kWindow,       // the result of `window` for the row
  kPlain,        // its operand; for + and COLLATE, which change affinity or collation alone
  kRow,          // its operands, side by side; only where rows may stand
  kSubquery,     // the first row of `query`; of several columns where rows may stand
  kExists,       // whether `query` has a row
  kInQuery,      // operand IN (query); the operand may be a row
  kCompareRows,  // row `binary` row, the operands: each a kRow or a kSubquery
  kRaise,        // ends a trigger; its operand, if any, is the message
};

struct BoundAggregate;
struct BoundWindow;
struct Query;

struct Bound {
  explicit Bound(BoundKind k);
  ~Bound();

  BoundKind kind;
  // Empty: none, which a comparison tells from that of a column of affinity BLOB.
  std::optional<Affinity> affinity;
  const Collation* collation = nullptr;  // null: none of its own
  bool has_collate = false;  // COLLATE stands somewhere in it, and goes before a column's collation

  Value constant;                // kConstant
  int index = 0;                 // kParameter: from 1
  int cursor = 0;                // kColumn
  int column = 0;                // kColumn: kRowidColumn or an index
  const Table* table = nullptr;  // kColumn
  UnaryOp unary = UnaryOp::kNot;
  BinaryOp binary = BinaryOp::kAdd;
  bool is_negated = false;   // kIn, kInQuery, kBetween; kTruth: IS NOT
  bool truth = false;        // kTruth
  bool has_operand = false;  // kCase
  bool has_otherwise = false;
  RaiseAction raise = RaiseAction::kIgnore;
  const Function* function = nullptr;
  FixedPlace fixed_place = FixedPlace::kNone;  // kFunction: where it stands
  const BoundAggregate* aggregate = nullptr;
  const BoundWindow* window = nullptr;
  std::unique_ptr<Query> query;
  std::vector<std::unique_ptr<Bound>> operands;

  const Bound& operand(size_t i) const { return *operands[i]; }
};

using BoundPtr = std::unique_ptr<Bound>;

// A call of an aggregate function. It belongs to the SELECT whose rows it is over, which may be
// further out than where it stands.
struct BoundAggregate {
  const Function* function = nullptr;
  std::vector<BoundPtr> arguments;
  std::vector<BoundPtr> order_by;
  SortKey order_key;
  bool is_distinct = false;
  BoundPtr filter;
  const FunctionExpr* expr = nullptr;  // what it was bound from: equal calls are made once
  int accumulator = 0;                 // register, when coding
  int distinct_cursor = -1;
  int sorter_cursor = -1;
};

using Aggregates = std::vector<std::unique_ptr<BoundAggregate>>;

// What may be taken for a column's value in comparisons with `right` on the other side.
struct ComparisonRule {
  std::optional<Affinity> affinity;
  const Collation* collation = &kBinaryCollation;
};
ComparisonRule RuleFor(const Bound& left, const Bound& right);

// The same for the operand of an IN, which is no row, and what it is looked for in.
ComparisonRule MemberRule(const Bound& in);

// The values of a row: 1 for what is no row.
int WidthOf(const Bound& bound);
// One of them, for its affinity and collation; the expression itself when it is no row.
const Bound& ColumnOf(const Bound& bound, int column);

// A copy; null when there is a subquery in it.
BoundPtr Clone(const Bound& bound);
// With COLLATE around it.
Result<BoundPtr> Collated(BoundPtr bound, std::string_view collation);
// How a term of ORDER BY orders, with the collation of its expression.
SortColumn SortColumnOf(const Bound& bound, const OrderingTerm& term);

// Calls `visit` for the expression and all that are in it, subqueries included.
void VisitAll(const Bound& bound, const std::function<void(const Bound&)>& visit);
// Every column that the expression reads, also in subqueries.
void CollectColumns(const Bound& bound, std::vector<const Bound*>& columns);
bool ReadsColumns(const Bound& bound);
// The same expression: it gives the same value for the same row.
bool SameBound(const Bound& a, const Bound& b);

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_BOUND_H_
