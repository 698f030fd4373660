// A Bound is an expression after binding: names have become columns of cursors, literals values and
// calls functions; each node knows the affinity and collation that comparisons with it use
// (https://www.sqlite.org/datatype3.html). What only reads differently is gone: IIF is a CASE, LIKE
// a call, + nothing.

#ifndef ORRERY_ENGINE_COMPILE_BOUND_H_
#define ORRERY_ENGINE_COMPILE_BOUND_H_

#include <memory>
#include <optional>
#include <vector>

#include "engine/catalog/function.h"
#include "engine/catalog/schema.h"
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
  kAggregate,  // the result of BoundAggregate number `index`
  kPlain,      // its operand; for + and COLLATE, which change affinity or collation alone
};

// The rowid, as a column number.
inline constexpr int kRowidColumn = -1;

struct Bound {
  explicit Bound(BoundKind k) : kind(k) {}

  BoundKind kind;
  // Empty: none, which a comparison tells from that of a column of affinity BLOB.
  std::optional<Affinity> affinity;
  const Collation* collation = nullptr;  // null: none of its own
  bool has_collate = false;  // COLLATE stands somewhere in it, and goes before a column's collation

  Value constant;                // kConstant
  int index = 0;                 // kParameter: from 1. kAggregate: from 0
  int cursor = 0;                // kColumn
  int column = 0;                // kColumn: kRowidColumn or an index
  const Table* table = nullptr;  // kColumn
  UnaryOp unary = UnaryOp::kNot;
  BinaryOp binary = BinaryOp::kAdd;
  bool is_negated = false;   // kIn, kBetween; kTruth: IS NOT
  bool truth = false;        // kTruth
  bool has_operand = false;  // kCase
  bool has_otherwise = false;
  const Function* function = nullptr;
  std::vector<std::unique_ptr<Bound>> operands;

  const Bound& operand(size_t i) const { return *operands[i]; }
};

using BoundPtr = std::unique_ptr<Bound>;

// A call of an aggregate function.
struct BoundAggregate {
  const Function* function = nullptr;
  std::vector<BoundPtr> arguments;
  bool is_distinct = false;
  BoundPtr filter;
  const FunctionExpr* expr = nullptr;  // what it was bound from: equal calls are made once
  int accumulator = 0;                 // register, when coding
  int distinct_cursor = -1;
};

// What may be taken for a column's value in comparisons with `right` on the other side.
struct ComparisonRule {
  std::optional<Affinity> affinity;
  const Collation* collation = &kBinaryCollation;
};
ComparisonRule RuleFor(const Bound& left, const Bound& right);

// Every column that the expression reads.
void CollectColumns(const Bound& bound, std::vector<const Bound*>& columns);
bool ReadsColumns(const Bound& bound);

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_BOUND_H_
