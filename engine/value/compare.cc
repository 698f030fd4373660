#include "engine/value/compare.h"

namespace orrery {
namespace {

constexpr double kTwoTo63 = 9223372036854775808.0;

// Numbers of both kinds are one class.
int Rank(ValueType type) {
  switch (type) {
    case ValueType::kNull:
      return 0;
    case ValueType::kInteger:
    case ValueType::kReal:
      return 1;
    case ValueType::kText:
      return 2;
    case ValueType::kBlob:
      return 3;
  }
  Unreachable();
}

std::weak_ordering Reverse(std::weak_ordering order) { return 0 <=> order; }

std::weak_ordering CompareReals(double a, double b) {
  if (a < b) return std::weak_ordering::less;
  if (a > b) return std::weak_ordering::greater;
  return std::weak_ordering::equivalent;
}

std::weak_ordering CompareNumbers(const Value& a, const Value& b) {
  if (a.is_integer() && b.is_integer()) return a.integer() <=> b.integer();
  if (a.is_integer()) return CompareIntegerToReal(a.integer(), b.real());
  if (b.is_integer()) return Reverse(CompareIntegerToReal(b.integer(), a.real()));
  return CompareReals(a.real(), b.real());
}

}  // namespace

std::weak_ordering CompareIntegerToReal(int64_t a, double b) {
  if (b >= kTwoTo63) return std::weak_ordering::less;
  if (b < -kTwoTo63) return std::weak_ordering::greater;
  // The whole part of b is exact in an int64, so only its fraction is left to decide a tie.
  const auto whole = static_cast<int64_t>(b);
  if (a != whole) return a <=> whole;
  return CompareReals(0.0, b - static_cast<double>(whole));
}

std::weak_ordering Compare(const Value& a, const Value& b, const Collation& collation) {
  const int rank = Rank(a.type());
  if (rank != Rank(b.type())) return rank <=> Rank(b.type());
  switch (a.type()) {
    case ValueType::kNull:
      return std::weak_ordering::equivalent;
    case ValueType::kInteger:
    case ValueType::kReal:
      return CompareNumbers(a, b);
    case ValueType::kText:
      return collation(a.text(), b.text());
    case ValueType::kBlob:
      return kBinaryCollation(AsText(a.bytes()), AsText(b.bytes()));
  }
  Unreachable();
}

}  // namespace orrery
