// The order of values: NULL, then numbers by size, then texts by a collation, then blobs byte by
// byte. Indexes, ORDER BY and the comparison operators all use it.

#ifndef ORRERY_ENGINE_VALUE_COMPARE_H_
#define ORRERY_ENGINE_VALUE_COMPARE_H_

#include <compare>
#include <cstdint>

#include "engine/value/collation.h"
#include "engine/value/value.h"

namespace orrery {

// A total order: two NULLs are equal, and 1 equals 1.0. Affinity has been applied where it must be.
std::weak_ordering Compare(const Value& a, const Value& b,
                           const Collation& collation = kBinaryCollation);

// Exact: no integer is rounded to a real for it. `b` is not NaN.
std::weak_ordering CompareIntegerToReal(int64_t a, double b);

}  // namespace orrery

#endif  // ORRERY_ENGINE_VALUE_COMPARE_H_
