#include "engine/catalog/literal.h"

#include <limits>

#include "engine/value/numeric.h"

namespace orrery {

Result<Value> LiteralValue(const LiteralExpr& literal, bool negated) {
  switch (literal.literal) {
    case LiteralKind::kNull:
      return Value::Null();
    case LiteralKind::kInteger: {
      if (const std::optional<int64_t> integer = IntegerLiteral(literal.text)) {
        return Value::Integer(negated ? -*integer : *integer);
      }
      const double real = RealLiteral(literal.text);
      // The least integer has no positive counterpart.
      if (negated && IntegerLiteral(literal.text.substr(0, literal.text.size() - 1)) &&
          WholeNumber("-" + literal.text)->is_integer()) {
        return Value::Integer(std::numeric_limits<int64_t>::min());
      }
      return Value::Real(negated ? -real : real);
    }
    case LiteralKind::kHexInteger: {
      const std::optional<int64_t> integer = IntegerLiteral(literal.text);
      if (!integer) {
        return Status(ResultCode::kError,
                      std::string("hex literal too big: ") + (negated ? "-" : "") + literal.text);
      }
      if (!negated) return Value::Integer(*integer);
      if (*integer == std::numeric_limits<int64_t>::min()) {
        return Value::Real(-static_cast<double>(*integer));
      }
      return Value::Integer(-*integer);
    }
    case LiteralKind::kReal: {
      const double real = RealLiteral(literal.text);
      return Value::Real(negated ? -real : real);
    }
    case LiteralKind::kText:
      return Value::Text(literal.text);
    case LiteralKind::kBlob:
      return Value::Blob(AsBytes(literal.text));
    case LiteralKind::kCurrentDate:
    case LiteralKind::kCurrentTime:
    case LiteralKind::kCurrentTimestamp:
      break;
  }
  return Value::Null();
}

Value ConstantOf(const Expr& expr) {
  if (const LiteralExpr* literal = expr.TryAs<LiteralExpr>()) {
    Result<Value> value = LiteralValue(*literal, /*negated=*/false);
    return value.ok() ? *std::move(value) : Value::Null();
  }
  if (const ColumnExpr* word = expr.TryAs<ColumnExpr>()) {
    if (const std::optional<bool> truth = TruthWord(*word)) return Value::Bool(*truth);
    return Value::Text(word->column.text);
  }
  if (const UnaryExpr* unary = expr.TryAs<UnaryExpr>()) {
    if (unary->op == UnaryOp::kPlus) return ConstantOf(*unary->operand);
    if (unary->op == UnaryOp::kNegate) {
      if (const LiteralExpr* literal = unary->operand->TryAs<LiteralExpr>()) {
        Result<Value> value = LiteralValue(*literal, /*negated=*/true);
        return value.ok() ? *std::move(value) : Value::Null();
      }
    }
  }
  return Value::Null();
}

}  // namespace orrery
