// Literals as values.

#ifndef ORRERY_ENGINE_CATALOG_LITERAL_H_
#define ORRERY_ENGINE_CATALOG_LITERAL_H_

#include "engine/base/status.h"
#include "engine/sql/ast.h"
#include "engine/value/value.h"

namespace orrery {

// The value of a literal, with a minus sign before it if `negated` (-9223372036854775808 is an
// integer although its digits alone are not). Not for CURRENT_DATE and its like.
Result<Value> LiteralValue(const LiteralExpr& literal, bool negated);

// The value of a literal with signs before it, of TRUE and FALSE, or of a lone word, which is a
// text; NULL for every other expression.
Value ConstantOf(const Expr& expr);

}  // namespace orrery

#endif  // ORRERY_ENGINE_CATALOG_LITERAL_H_
