// Conversions that always give an answer, at a loss if need be: CAST, and what functions and
// operators ask of their operands.

#ifndef ORRERY_ENGINE_VALUE_CAST_H_
#define ORRERY_ENGINE_VALUE_CAST_H_

#include <cstdint>

#include "engine/value/affinity.h"
#include "engine/value/value.h"

namespace orrery {

// CAST(value AS type), the type given by its affinity. NULL stays NULL.
//   kBlob      the bytes of the text that the value reads as
//   kText      numbers are written out, a blob's bytes are taken for text
//   kInteger   a real loses its fraction; of text or a blob counts the integer it begins with
//   kReal      likewise, the number it begins with
//   kNumeric   likewise, the integer or real it begins with; "1.0" gives an integer; numbers stay
Value Cast(const Value& value, Affinity type);

// As for CAST AS INTEGER and AS REAL; NULL reads as 0.
int64_t ToInteger(const Value& value);
double ToReal(const Value& value);
// An operand of arithmetic: an integer, a real, or NULL for NULL.
Value ToNumber(const Value& value);
// As for CAST AS TEXT, for any value; shares or borrows the bytes of `value` where it has some.
Value ToText(const Value& value);

}  // namespace orrery

#endif  // ORRERY_ENGINE_VALUE_CAST_H_
