// For tests: values that are likely to show a difference.

#ifndef ORRERY_ENGINE_VALUE_VALUE_GENERATORS_H_
#define ORRERY_ENGINE_VALUE_VALUE_GENERATORS_H_

#include <ostream>
#include <string>

#include "engine/value/quote.h"
#include "engine/value/value.h"
#include "rapidcheck.h"

namespace orrery {

rc::Gen<int64_t> AnyInteger();
rc::Gen<double> AnyReal();
// Words, numbers and what looks like numbers, in and out of blanks, with bytes of any kind.
rc::Gen<std::string> AnyText();
rc::Gen<Value> AnyValue();
rc::Gen<Value> AnyNumber();

inline std::ostream& operator<<(std::ostream& out, const Value& value) {
  out << Describe(value.type()) << ' ' << QuoteValue(value);
  if (value.is_text()) out << ' ' << QuoteBlob(value.text());
  return out;
}

}  // namespace orrery

namespace rc {
template <>
struct Arbitrary<orrery::Value> {
  static Gen<orrery::Value> arbitrary() { return orrery::AnyValue(); }
};
}  // namespace rc

#endif  // ORRERY_ENGINE_VALUE_VALUE_GENERATORS_H_
