// The operators that compute: + - * / % << >> & | ~ || and unary minus.
//
// NULL with anything is NULL. Text and blobs count as the number they begin with. Integers that
// overflow go on as reals; dividing by zero gives NULL.

#ifndef ORRERY_ENGINE_VALUE_ARITHMETIC_H_
#define ORRERY_ENGINE_VALUE_ARITHMETIC_H_

#include "engine/base/status.h"
#include "engine/value/value.h"

namespace orrery {

Value Add(const Value& a, const Value& b);
Value Subtract(const Value& a, const Value& b);
Value Multiply(const Value& a, const Value& b);
// Of two integers, towards zero.
Value Divide(const Value& a, const Value& b);
// Of the integers that both sides begin with; real when either side is.
Value Remainder(const Value& a, const Value& b);
// 0 - a, as SQLite has it: so the negative of 0.0 is 0.0, though the literal -0.0 is not.
Value Negate(const Value& a);

// On 64 bits, of the integer that each side begins with. Shifts by a negative count go the other
// way; by 64 or more, every bit is gone and the sign is left.
Value BitAnd(const Value& a, const Value& b);
Value BitOr(const Value& a, const Value& b);
Value BitNot(const Value& a);
Value ShiftLeft(const Value& a, const Value& count);
Value ShiftRight(const Value& a, const Value& count);

// ||: always a text. Fails with kTooBig beyond kValueSizeMax.
Result<Value> Concatenate(const Value& a, const Value& b);

}  // namespace orrery

#endif  // ORRERY_ENGINE_VALUE_ARITHMETIC_H_
