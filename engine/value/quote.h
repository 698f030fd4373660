// A value as SQL text that reads back as the same value, as the SQL function quote() gives it.

#ifndef ORRERY_ENGINE_VALUE_QUOTE_H_
#define ORRERY_ENGINE_VALUE_QUOTE_H_

#include <string>
#include <string_view>

#include "engine/value/value.h"

namespace orrery {

// NULL, 12, 1.5, 'it''s', X'00FF'. A real gets as many digits as it needs; infinity is 9.0e+999.
// A text is quoted up to its first NUL byte, behind which no SQL text can reach.
std::string QuoteValue(const Value& value);

// 'text', each quote doubled.
std::string QuoteText(std::string_view text);
// X'00FF'.
std::string QuoteBlob(std::string_view bytes);

}  // namespace orrery

#endif  // ORRERY_ENGINE_VALUE_QUOTE_H_
