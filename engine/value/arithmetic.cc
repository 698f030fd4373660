#include "engine/value/arithmetic.h"

#include <limits>
#include <optional>
#include <string>

#include "engine/value/cast.h"

namespace orrery {
namespace {

// Applies `on_integers` when both operands are integers and it has an answer, else `on_reals`.
template <typename OnIntegers, typename OnReals>
Value Compute(const Value& a, const Value& b, OnIntegers on_integers, OnReals on_reals) {
  if (a.is_null() || b.is_null()) return Value::Null();
  const Value left = ToNumber(a);
  const Value right = ToNumber(b);
  if (left.is_integer() && right.is_integer()) {
    const std::optional<int64_t> integer = on_integers(left.integer(), right.integer());
    if (integer) return Value::Integer(*integer);
  }
  return on_reals(ToReal(a), ToReal(b));
}

template <typename OnIntegers>
Value ComputeBits(const Value& a, const Value& b, OnIntegers on_integers) {
  if (a.is_null() || b.is_null()) return Value::Null();
  return Value::Integer(on_integers(ToInteger(a), ToInteger(b)));
}

// By a count of either sign; positive is left.
int64_t Shift(int64_t bits, int64_t count) {
  if (count >= 64) return 0;
  if (count <= -64) return bits < 0 ? -1 : 0;
  if (count >= 0) return static_cast<int64_t>(static_cast<uint64_t>(bits) << count);
  return bits >> -count;
}

}  // namespace

Value Add(const Value& a, const Value& b) {
  return Compute(
      a, b,
      [](int64_t x, int64_t y) {
        int64_t sum;
        return __builtin_add_overflow(x, y, &sum) ? std::nullopt : std::optional(sum);
      },
      [](double x, double y) { return Value::Real(x + y); });
}

Value Subtract(const Value& a, const Value& b) {
  return Compute(
      a, b,
      [](int64_t x, int64_t y) {
        int64_t difference;
        return __builtin_sub_overflow(x, y, &difference) ? std::nullopt : std::optional(difference);
      },
      [](double x, double y) { return Value::Real(x - y); });
}

Value Multiply(const Value& a, const Value& b) {
  return Compute(
      a, b,
      [](int64_t x, int64_t y) {
        int64_t product;
        return __builtin_mul_overflow(x, y, &product) ? std::nullopt : std::optional(product);
      },
      [](double x, double y) { return Value::Real(x * y); });
}

Value Divide(const Value& a, const Value& b) {
  return Compute(
      a, b,
      [](int64_t x, int64_t y) -> std::optional<int64_t> {
        if (y == 0 || (y == -1 && x == std::numeric_limits<int64_t>::min())) return std::nullopt;
        return x / y;
      },
      [](double x, double y) { return y == 0.0 ? Value::Null() : Value::Real(x / y); });
}

Value Remainder(const Value& a, const Value& b) {
  if (a.is_null() || b.is_null()) return Value::Null();
  const int64_t divisor = ToInteger(b);
  if (divisor == 0) return Value::Null();
  // Any number is a multiple of -1; asking the processor could overflow.
  const int64_t remainder = divisor == -1 ? 0 : ToInteger(a) % divisor;
  if (ToNumber(a).is_integer() && ToNumber(b).is_integer()) return Value::Integer(remainder);
  return Value::Real(static_cast<double>(remainder));
}

Value Negate(const Value& a) { return Subtract(Value::Integer(0), a); }

Value BitAnd(const Value& a, const Value& b) {
  return ComputeBits(a, b, [](int64_t x, int64_t y) { return x & y; });
}

Value BitOr(const Value& a, const Value& b) {
  return ComputeBits(a, b, [](int64_t x, int64_t y) { return x | y; });
}

Value BitNot(const Value& a) { return a.is_null() ? a : Value::Integer(~ToInteger(a)); }

Value ShiftLeft(const Value& a, const Value& count) { return ComputeBits(a, count, Shift); }

Value ShiftRight(const Value& a, const Value& count) {
  return ComputeBits(a, count, [](int64_t x, int64_t n) {
    // The negative of the smallest count is not an int64; -64 shifts as far.
    return Shift(x, n == std::numeric_limits<int64_t>::min() ? 64 : -n);
  });
}

Result<Value> Concatenate(const Value& a, const Value& b) {
  if (a.is_null() || b.is_null()) return Value::Null();
  const Value left = ToText(a);
  const Value right = ToText(b);
  const size_t size = left.text().size() + right.text().size();
  if (size > kValueSizeMax) return Status(ResultCode::kTooBig, "string or blob too big");
  std::string text;
  text.reserve(size);
  text.append(left.text()).append(right.text());
  return Value::Text(text);
}

}  // namespace orrery
