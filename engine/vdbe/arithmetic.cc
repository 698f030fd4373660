#include "engine/vdbe/arithmetic.h"

#include <cmath>
#include <limits>
#include <string>

#include "engine/value/cast.h"

namespace orrery {
namespace {

using IntegerOp = bool (*)(int64_t, int64_t, int64_t*);  // false when it does not fit
using RealOp = double (*)(double, double);

Value Calculate(const Value& left, const Value& right, IntegerOp on_integers, RealOp on_reals) {
  if (left.is_null() || right.is_null()) return Value::Null();
  const Value a = NumberOf(left);
  const Value b = NumberOf(right);
  if (a.is_integer() && b.is_integer()) {
    int64_t result = 0;
    if (on_integers(a.integer(), b.integer(), &result)) return Value::Integer(result);
  }
  return Value::Real(on_reals(RealOf(a), RealOf(b)));
}

constexpr int64_t kIntegerMin = std::numeric_limits<int64_t>::min();

int64_t Shift(int64_t value, int64_t left_by) {
  if (left_by >= 0) {
    return left_by >= 64 ? 0 : static_cast<int64_t>(static_cast<uint64_t>(value) << left_by);
  }
  if (left_by <= -64) return value < 0 ? -1 : 0;
  return value >> -left_by;
}

}  // namespace

Value Sum(const Value& left, const Value& right) {
  return Calculate(
      left, right, [](int64_t a, int64_t b, int64_t* sum) { return !__builtin_add_overflow(a, b, sum); },
      [](double a, double b) { return a + b; });
}

Value Difference(const Value& left, const Value& right) {
  return Calculate(
      left, right,
      [](int64_t a, int64_t b, int64_t* difference) { return !__builtin_sub_overflow(a, b, difference); },
      [](double a, double b) { return a - b; });
}

Value Product(const Value& left, const Value& right) {
  return Calculate(
      left, right,
      [](int64_t a, int64_t b, int64_t* product) { return !__builtin_mul_overflow(a, b, product); },
      [](double a, double b) { return a * b; });
}

Value Quotient(const Value& left, const Value& right) {
  if (left.is_null() || right.is_null()) return Value::Null();
  const Value a = NumberOf(left);
  const Value b = NumberOf(right);
  if (a.is_integer() && b.is_integer()) {
    if (b.integer() == 0) return Value::Null();
    if (a.integer() != kIntegerMin || b.integer() != -1) return Value::Integer(a.integer() / b.integer());
  }
  if (RealOf(b) == 0.0) return Value::Null();
  return Value::Real(RealOf(a) / RealOf(b));
}

// Of integers, but a real when an operand is one.
Value Remainder(const Value& left, const Value& right) {
  if (left.is_null() || right.is_null()) return Value::Null();
  const Value a = NumberOf(left);
  const Value b = NumberOf(right);
  const int64_t dividend = IntegerOf(a);
  const int64_t divisor = IntegerOf(b);
  if (divisor == 0) return Value::Null();
  const int64_t remainder = divisor == -1 ? 0 : dividend % divisor;
  if (a.is_integer() && b.is_integer()) return Value::Integer(remainder);
  return Value::Real(static_cast<double>(remainder));
}

Value BitAnd(const Value& left, const Value& right) {
  if (left.is_null() || right.is_null()) return Value::Null();
  return Value::Integer(IntegerOf(left) & IntegerOf(right));
}

Value BitOr(const Value& left, const Value& right) {
  if (left.is_null() || right.is_null()) return Value::Null();
  return Value::Integer(IntegerOf(left) | IntegerOf(right));
}

Value ShiftedLeft(const Value& left, const Value& right) {
  if (left.is_null() || right.is_null()) return Value::Null();
  return Value::Integer(Shift(IntegerOf(left), IntegerOf(right)));
}

Value ShiftedRight(const Value& left, const Value& right) {
  if (left.is_null() || right.is_null()) return Value::Null();
  const int64_t by = IntegerOf(right);
  return Value::Integer(Shift(IntegerOf(left), by == kIntegerMin ? 64 : -by));
}

Result<Value> Concatenation(const Value& left, const Value& right) {
  if (left.is_null() || right.is_null()) return Value::Null();
  const Value a = left.has_bytes() ? left : Value::Text(TextOf(left));
  const Value b = right.has_bytes() ? right : Value::Text(TextOf(right));
  if (a.bytes().size() + b.bytes().size() > kValueSizeMax) return Status(ResultCode::kTooBig);
  std::string bytes(AsText(a.bytes()));
  bytes += AsText(b.bytes());
  if (a.is_blob() && b.is_blob()) return Value::Blob(AsBytes(bytes));
  return Value::Text(bytes);
}

}  // namespace orrery
