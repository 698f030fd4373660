// LIKE and GLOB. Both match whole texts, in time bounded by the product of the two sizes.
//
//   LIKE   % any characters, _ one; ASCII letters match in any case; an escape character makes the
//          next character of the pattern plain
//   GLOB   * any characters, ? one, [a-z] one of a set, [^a-z] one not in it; letters match as
//          they are
// A text or pattern ends at its first NUL byte, as in SQLite.

#ifndef ORRERY_ENGINE_VALUE_PATTERN_H_
#define ORRERY_ENGINE_VALUE_PATTERN_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/base/status.h"
#include "engine/value/value.h"

namespace orrery {

// SQLite's limit on patterns.
inline constexpr size_t kPatternSizeMax = 50'000;

bool MatchesLike(std::string_view text, std::string_view pattern,
                 std::optional<uint32_t> escape = std::nullopt);
bool MatchesGlob(std::string_view text, std::string_view pattern);

// text LIKE pattern [ESCAPE escape], with null for no escape. NULL if any is NULL; numbers and
// blobs are taken as text. Fails when the pattern is longer than kPatternSizeMax, or the escape is
// not one character.
Result<Value> Like(const Value& text, const Value& pattern, const Value* escape);
Result<Value> Glob(const Value& text, const Value& pattern);

}  // namespace orrery

#endif  // ORRERY_ENGINE_VALUE_PATTERN_H_
