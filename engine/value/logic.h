// Truth with three values, NULL being the unknown one.

#ifndef ORRERY_ENGINE_VALUE_LOGIC_H_
#define ORRERY_ENGINE_VALUE_LOGIC_H_

#include <optional>

#include "engine/value/collation.h"
#include "engine/value/value.h"

namespace orrery {

// What WHERE asks: empty for NULL; else whether the number that the value begins with is not zero.
std::optional<bool> Truth(const Value& value);

Value And(const Value& a, const Value& b);
Value Or(const Value& a, const Value& b);
Value Not(const Value& a);

// a IS b: never NULL; two NULLs are the same.
bool Is(const Value& a, const Value& b, const Collation& collation = kBinaryCollation);

}  // namespace orrery

#endif  // ORRERY_ENGINE_VALUE_LOGIC_H_
