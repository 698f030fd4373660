#include "engine/catalog/folding.h"

#include <algorithm>

#include "engine/catalog/literal.h"

namespace orrery {
namespace {

bool AnyHasCall(const ExprList& list) {
  return std::any_of(list.begin(), list.end(), [](const ExprPtr& each) { return HasCall(*each); });
}

}  // namespace

bool HasCall(const Expr& expr) {
  const auto has = [](const ExprPtr& each) { return each && HasCall(*each); };
  switch (expr.kind) {
    case ExprKind::kFunction:
    case ExprKind::kPattern:
      return true;
    case ExprKind::kLiteral:
    case ExprKind::kColumn:
    case ExprKind::kParameter:
    case ExprKind::kExists:
    case ExprKind::kSubquery:
    case ExprKind::kRaise:
      return false;
    case ExprKind::kUnary:
      return has(expr.As<UnaryExpr>().operand);
    case ExprKind::kBinary:
      return has(expr.As<BinaryExpr>().left) || has(expr.As<BinaryExpr>().right);
    case ExprKind::kBetween:
      return has(expr.As<BetweenExpr>().operand);
    case ExprKind::kIn:
      return has(expr.As<InExpr>().operand) || AnyHasCall(expr.As<InExpr>().list);
    case ExprKind::kCollate:
      return has(expr.As<CollateExpr>().operand);
    case ExprKind::kCast:
      return has(expr.As<CastExpr>().operand);
    case ExprKind::kCase: {
      const CaseExpr& cases = expr.As<CaseExpr>();
      for (const CaseExpr::Branch& branch : cases.branches) {
        if (has(branch.condition) || has(branch.result)) return true;
      }
      return has(cases.operand) || has(cases.otherwise);
    }
    case ExprKind::kRow:
      return has(expr.As<RowExpr>().values[0]);
  }
  Unreachable();
}

bool IsEmptyIn(const Expr& expr) {
  const InExpr* in = expr.TryAs<InExpr>();
  return in != nullptr && !in->select && !in->table && in->list.empty();
}

bool IsAlwaysFalse(const Expr& expr) {
  if (const LiteralExpr* literal = expr.TryAs<LiteralExpr>()) {
    return IntegerTerm(*literal) == 0;
  }
  if (const BinaryExpr* both = expr.TryAs<BinaryExpr>()) {
    return both->op == BinaryOp::kAnd &&
           (IsAlwaysFalse(*both->left) || IsAlwaysFalse(*both->right)) && !HasCall(*both->left) &&
           !HasCall(*both->right);
  }
  return IsEmptyIn(expr) && !expr.As<InExpr>().is_negated && !HasCall(*expr.As<InExpr>().operand);
}

std::optional<int32_t> IntegerTerm(const Expr& expr) {
  if (const LiteralExpr* literal = expr.TryAs<LiteralExpr>()) {
    if (literal->literal != LiteralKind::kInteger && literal->literal != LiteralKind::kHexInteger) {
      return std::nullopt;
    }
    const Result<Value> value = LiteralValue(*literal, /*negated=*/false);
    if (!value.ok() || !value->is_integer()) return std::nullopt;
    const int64_t integer = value->integer();
    if (integer < 0 || integer != static_cast<int32_t>(integer)) return std::nullopt;
    return static_cast<int32_t>(integer);
  }
  if (const UnaryExpr* sign = expr.TryAs<UnaryExpr>()) {
    if (sign->op != UnaryOp::kNegate && sign->op != UnaryOp::kPlus) return std::nullopt;
    const std::optional<int32_t> number = IntegerTerm(*sign->operand);
    return number && sign->op == UnaryOp::kNegate ? -*number : number;
  }
  if (expr.kind == ExprKind::kBinary && IsAlwaysFalse(expr)) return 0;
  return std::nullopt;
}

}  // namespace orrery
