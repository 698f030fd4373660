#include "engine/value/logic.h"

#include "engine/value/cast.h"
#include "engine/value/compare.h"

namespace orrery {

std::optional<bool> Truth(const Value& value) {
  if (value.is_null()) return std::nullopt;
  if (value.is_integer()) return value.integer() != 0;
  return ToReal(value) != 0.0;
}

Value And(const Value& a, const Value& b) {
  const std::optional<bool> x = Truth(a);
  const std::optional<bool> y = Truth(b);
  if (x == false || y == false) return Value::Bool(false);
  return x && y ? Value::Bool(true) : Value::Null();
}

Value Or(const Value& a, const Value& b) {
  const std::optional<bool> x = Truth(a);
  const std::optional<bool> y = Truth(b);
  if (x == true || y == true) return Value::Bool(true);
  return x && y ? Value::Bool(false) : Value::Null();
}

Value Not(const Value& a) {
  const std::optional<bool> truth = Truth(a);
  return truth ? Value::Bool(!*truth) : Value::Null();
}

bool Is(const Value& a, const Value& b, const Collation& collation) {
  return Compare(a, b, collation) == 0;
}

}  // namespace orrery
