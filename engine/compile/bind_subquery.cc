// Binder: subqueries, and rows of several values.

#include "engine/catalog/folding.h"
#include "engine/compile/binder.h"
#include "engine/compile/query.h"
#include "engine/compile/query_binder.h"

namespace orrery {
namespace {

BoundPtr Node(BoundKind kind) { return std::make_unique<Bound>(kind); }

// Of literals and parameters alone.
bool IsConstant(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kLiteral:
    case ExprKind::kParameter:
      return true;
    case ExprKind::kUnary:
      return IsConstant(*expr.As<UnaryExpr>().operand);
    case ExprKind::kBinary:
      return IsConstant(*expr.As<BinaryExpr>().left) && IsConstant(*expr.As<BinaryExpr>().right);
    case ExprKind::kCollate:
      return IsConstant(*expr.As<CollateExpr>().operand);
    case ExprKind::kCast:
      return IsConstant(*expr.As<CastExpr>().operand);
    default:
      return false;
  }
}

Status WrongWidth(int width, int expected) {
  return SqlError("sub-select returns " + std::to_string(width) + " columns - expected " +
                  std::to_string(expected));
}

}  // namespace

Status Binder::CheckSubqueryAllowed() const {
  if (scope_.restricted_to == nullptr) return OkStatus();
  return SqlError(std::string("subqueries prohibited in ") + scope_.restricted_to);
}

Result<BoundPtr> Binder::BindExists(const ExistsExpr& expr) {
  RETURN_IF_ERROR(CheckSubqueryAllowed());
  BoundPtr bound = Node(BoundKind::kExists);
  ASSIGN_OR_RETURN(bound->query, BindQuery(context_, *expr.select, scope_.with, &scope_));
  return bound;
}

Result<BoundPtr> Binder::BindSubquery(const SelectStatement& select) {
  RETURN_IF_ERROR(CheckSubqueryAllowed());
  BoundPtr bound = Node(BoundKind::kSubquery);
  ASSIGN_OR_RETURN(bound->query, BindQuery(context_, select, scope_.with, &scope_));
  bound->affinity = ColumnOf(*bound, 0).affinity;
  return bound;
}

Result<BoundPtr> Binder::BindRowNode(const Expr& expr) {
  if (expr.kind == ExprKind::kSubquery) return BindSubquery(*expr.As<SubqueryExpr>().select);
  if (expr.kind != ExprKind::kRow) return BindNode(expr);
  BoundPtr bound = Node(BoundKind::kRow);
  for (const ExprPtr& value : expr.As<RowExpr>().values) RETURN_IF_ERROR(BindInto(*bound, *value));
  InheritCollate(*bound);
  return bound;
}

Result<BoundPtr> Binder::BindComparedRows(BinaryOp op, BoundPtr left, BoundPtr right) {
  if (WidthOf(*left) != WidthOf(*right)) return SqlError("row value misused");
  BoundPtr bound = Node(BoundKind::kCompareRows);
  bound->binary = op;
  bound->operands.push_back(std::move(left));
  bound->operands.push_back(std::move(right));
  return bound;
}

// -- IN --

Result<BoundPtr> Binder::BindIn(const InExpr& expr) {
  if (expr.select || expr.table) return BindInQuery(expr);
  if (expr.operand->kind == ExprKind::kRow) return BindInRows(expr);
  return BindInList(expr);
}

Result<BoundPtr> Binder::BindInNothing(const InExpr& expr) {
  BoundPtr word = MakeConstant(Value::Bool(expr.is_negated));
  if (!HasCall(*expr.operand)) return word;  // names in the operand are not looked up
  BoundPtr bound = Node(BoundKind::kBinary);
  bound->binary = expr.is_negated ? BinaryOp::kOr : BinaryOp::kAnd;
  bound->operands.push_back(std::move(word));
  RETURN_IF_ERROR(BindInto(*bound, *expr.operand));
  return bound;
}

Result<BoundPtr> Binder::BindInList(const InExpr& expr) {
  if (expr.list.empty()) return BindInNothing(expr);
  // One constant: the same as =, whose right side has no affinity.
  const bool is_one_constant = expr.list.size() == 1 && IsConstant(*expr.list[0]);
  if (is_one_constant) {
    BoundPtr equal = Node(BoundKind::kBinary);
    equal->binary = BinaryOp::kEqual;
    RETURN_IF_ERROR(BindInto(*equal, *expr.operand));
    RETURN_IF_ERROR(BindInto(*equal, *expr.list[0]));
    equal->operands[1]->affinity.reset();
    InheritCollate(*equal);
    if (!expr.is_negated) return equal;
    BoundPtr negated = Node(BoundKind::kUnary);
    negated->unary = UnaryOp::kNot;
    negated->operands.push_back(std::move(equal));
    InheritCollate(*negated);
    return negated;
  }
  BoundPtr bound = Node(BoundKind::kIn);
  bound->is_negated = expr.is_negated;
  RETURN_IF_ERROR(BindInto(*bound, *expr.operand));
  for (const ExprPtr& each : expr.list) RETURN_IF_ERROR(BindInto(*bound, *each));
  InheritCollate(*bound);
  return bound;
}

// (a, b) IN ((1, 2), (3, 4)) reads as (a, b) IN (VALUES (1, 2), (3, 4)). Names in what is a query
// are looked up before those in the operand, as in sqlite3.
Result<BoundPtr> Binder::BindInRows(const InExpr& expr) {
  if (expr.list.empty()) return BindInNothing(expr);
  BoundPtr bound = Node(BoundKind::kInQuery);
  bound->is_negated = expr.is_negated;
  const int width = static_cast<int>(expr.operand->As<RowExpr>().values.size());
  for (const ExprPtr& each : expr.list) {
    const RowExpr* row = each->TryAs<RowExpr>();
    const int size = row == nullptr ? 1 : static_cast<int>(row->values.size());
    if (size == width) continue;
    return SqlError("IN(...) element has " + std::to_string(size) + " term" +
                    (size == 1 ? "" : "s") + " - expected " + std::to_string(width));
  }
  Scope inside;
  inside.outer = &scope_;
  inside.with = scope_.with;
  Binder binder(context_, inside);
  bound->query = std::make_unique<Query>();
  auto block = std::make_unique<QueryBlock>();
  for (const ExprPtr& each : expr.list) {
    std::vector<BoundPtr> row;
    for (const ExprPtr& value : each->As<RowExpr>().values) {
      ASSIGN_OR_RETURN(BoundPtr value_bound, binder.Bind(*value));
      row.push_back(std::move(value_bound));
    }
    if (block->result.empty()) {
      block->result = std::move(row);
    } else {
      block->more_rows.push_back(std::move(row));
    }
  }
  bound->query->names.resize(static_cast<size_t>(width));
  bound->query->blocks.push_back(std::move(block));
  bound->query->is_correlated = inside.is_correlated;
  ASSIGN_OR_RETURN(BoundPtr operand, BindRowNode(*expr.operand));
  bound->operands.push_back(std::move(operand));
  return bound;
}

Result<BoundPtr> Binder::BindInQuery(const InExpr& expr) {
  RETURN_IF_ERROR(CheckSubqueryAllowed());
  BoundPtr bound = Node(BoundKind::kInQuery);
  bound->is_negated = expr.is_negated;
  if (expr.select) {
    ASSIGN_OR_RETURN(bound->query, BindQuery(context_, *expr.select, scope_.with, &scope_));
  } else {
    ASSIGN_OR_RETURN(bound->query, BindTableQuery(context_, *expr.table,
                                                  expr.has_arguments ? &expr.list : nullptr,
                                                  scope_.with, &scope_));
  }
  ASSIGN_OR_RETURN(BoundPtr operand, BindRowNode(*expr.operand));
  const int width = WidthOf(*operand);
  if (bound->query->column_count() != width) {
    return FoundLate(WrongWidth(bound->query->column_count(), width));
  }
  bound->operands.push_back(std::move(operand));
  return bound;
}

}  // namespace orrery
