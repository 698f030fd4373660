// Affinity: the type that a column, or the side of a comparison, would like its values to have.
// https://www.sqlite.org/datatype3.html

#ifndef ORRERY_ENGINE_VALUE_AFFINITY_H_
#define ORRERY_ENGINE_VALUE_AFFINITY_H_

#include <cstdint>
#include <string_view>

#include "engine/value/value.h"

namespace orrery {

enum class Affinity : uint8_t { kBlob, kText, kNumeric, kInteger, kReal };

constexpr bool IsNumeric(Affinity affinity) { return affinity >= Affinity::kNumeric; }

// Of a declared type: the first of these whose word is somewhere in it, in any case.
//   INT -> kInteger; CHAR, CLOB, TEXT -> kText; BLOB -> kBlob; REAL, FLOA, DOUB -> kReal
// No type at all is kBlob, any other kNumeric.
Affinity AffinityOfType(std::string_view declared_type);

// Converts `value` where nothing is lost by it; the rest stays what it is.
//   kBlob                nothing
//   kText                numbers become text
//   kNumeric, kInteger   text that is a number becomes one; a real that equals an integer becomes
//   it kReal                text that is a number becomes a real, and so do integers
// NULL and blobs never change. The column rule for kReal is that of the value as SQL sees it; see
// ToStoredForm() for its bytes in a record.
void ApplyAffinity(Value& value, Affinity affinity);

// What a comparison does with one side when the other has this affinity: as above, but a number
// stays the number it is.
void ApplyComparisonAffinity(Value& value, Affinity affinity);

// A column with affinity kReal keeps a real that equals an integer of up to 48 bits as that
// integer, which takes less room. Whoever makes a record of such a column's value calls the first,
// whoever reads the column from a record the second. The record format itself knows nothing of it.
Value ToStoredForm(const Value& value, Affinity affinity);
void FromStoredForm(Value& value, Affinity affinity);

}  // namespace orrery

#endif  // ORRERY_ENGINE_VALUE_AFFINITY_H_
