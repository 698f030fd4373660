// SQL's arithmetic on two values. https://www.sqlite.org/lang_expr.html

#ifndef ORRERY_ENGINE_VDBE_ARITHMETIC_H_
#define ORRERY_ENGINE_VDBE_ARITHMETIC_H_

#include "engine/base/status.h"
#include "engine/value/value.h"

namespace orrery {

// Each is NULL when an operand is. A sum, difference or product of integers that does not fit is a
// real.
Value Sum(const Value& left, const Value& right);
Value Difference(const Value& left, const Value& right);
Value Product(const Value& left, const Value& right);
// NULL when `right` is zero.
Value Quotient(const Value& left, const Value& right);
Value Remainder(const Value& left, const Value& right);

// Bits of integers.
Value BitAnd(const Value& left, const Value& right);
Value BitOr(const Value& left, const Value& right);
// By `right` bits; the other way when it is negative.
Value ShiftedLeft(const Value& left, const Value& right);
Value ShiftedRight(const Value& left, const Value& right);

// The text of one followed by that of the other; a blob when both are. kTooBig when too long.
Result<Value> Concatenation(const Value& left, const Value& right);

}  // namespace orrery

#endif  // ORRERY_ENGINE_VDBE_ARITHMETIC_H_
