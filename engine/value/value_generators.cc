#include "engine/value/value_generators.h"

#include <bit>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string_view>
#include <vector>

namespace orrery {
namespace {

constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

rc::Gen<std::string> TextOfPieces(const std::vector<std::string>& pieces, size_t count_max) {
  return rc::gen::mapcat(rc::gen::inRange<size_t>(0, count_max + 1), [pieces](size_t count) {
    return rc::gen::map(
        rc::gen::container<std::vector<std::string>>(count, rc::gen::elementOf(pieces)),
        [](const std::vector<std::string>& chosen) {
          std::string text;
          for (const std::string& piece : chosen) text += piece;
          return text;
        });
  });
}

// Whether the real lies all but exactly between two numbers of 15 digits. The sqlite3 beside us
// computes in extended precision and rounds such ties either way; the release we follow rounds them
// up.
bool IsDecimalTie(double real) {
  if (!std::isfinite(real)) return false;
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.20e", std::fabs(real));
  const std::string_view digits = std::string_view(buffer).substr(16, 2);
  return digits == "50" || digits == "49";
}

}  // namespace

rc::Gen<int64_t> AnyInteger() {
  return rc::gen::oneOf(
      rc::gen::inRange<int64_t>(-10, 11), rc::gen::arbitrary<int64_t>(),
      rc::gen::map(rc::gen::inRange(0, 64),
                   [](int bit) { return static_cast<int64_t>(uint64_t{1} << bit); }),
      rc::gen::elementOf(std::vector<int64_t>{kMin,
                                              kMin + 1,
                                              kMax,
                                              kMax - 1,
                                              127,
                                              128,
                                              -128,
                                              -129,
                                              32767,
                                              32768,
                                              -32769,
                                              8388607,
                                              8388608,
                                              -8388609,
                                              2147483647,
                                              2147483648,
                                              -2147483649,
                                              140737488355327,
                                              140737488355328,
                                              -140737488355329,
                                              (1LL << 53) - 1,
                                              (1LL << 53),
                                              (1LL << 53) + 1,
                                              -(1LL << 53) - 1,
                                              (1LL << 51),
                                              (1LL << 51) - 1,
                                              -(1LL << 51) - 1,
                                              64,
                                              63,
                                              -64,
                                              -63}));
}

rc::Gen<double> AnyReal() {
  return rc::gen::suchThat(
      rc::gen::oneOf(
          rc::gen::map(AnyInteger(), [](int64_t i) { return static_cast<double>(i); }),
          rc::gen::map(AnyInteger(), [](int64_t i) { return static_cast<double>(i) / 8; }),
          rc::gen::map(rc::gen::arbitrary<uint64_t>(),
                       [](uint64_t bits) { return std::bit_cast<double>(bits); }),
          rc::gen::arbitrary<double>(),
          rc::gen::element(0.0, -0.0, 0.5, -0.5, 0.1, 1e14, 1e15, 1e16, 123456789012345.0,
                           999999999999999.0, 9999999999999995.0, 1e-4, 1e-5, 0.00012345, 1e20,
                           1e300, 1e308, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308,
                           9007199254740993.0, 9223372036854775807.0, -9223372036854775808.0,
                           9223372036854774784.0, 1.5, 2.5, std::numeric_limits<double>::infinity(),
                           -std::numeric_limits<double>::infinity())),
      [](double real) { return real == real && !IsDecimalTie(real); });
}

rc::Gen<std::string> AnyText() {
  using namespace std::string_literals;
  static const std::vector<std::string> kPieces = {"0",
                                                   "1",
                                                   "2",
                                                   "9",
                                                   "10",
                                                   "12",
                                                   "00",
                                                   "999999",
                                                   ".",
                                                   "e",
                                                   "E",
                                                   "+",
                                                   "-",
                                                   " ",
                                                   "\t",
                                                   "\n",
                                                   "\v",
                                                   "\f",
                                                   "x",
                                                   "0x10",
                                                   "abc",
                                                   "A",
                                                   "a",
                                                   "B",
                                                   "_",
                                                   "e3",
                                                   "e+2",
                                                   "E-3",
                                                   "e999",
                                                   ".5",
                                                   "9223372036854775807",
                                                   "9223372036854775808",
                                                   "18446744073709551616",
                                                   "9007199254740993",
                                                   "é",
                                                   "É",
                                                   "日",
                                                   "𝄞",
                                                   "\0"s,
                                                   "\x80",
                                                   "\xff",
                                                   "\xc3",
                                                   "\xe2\x82",
                                                   "inf",
                                                   "nan",
                                                   "'",
                                                   "\""};
  static const std::vector<std::string> kWhole = {"",
                                                  " 12abc",
                                                  "0x10",
                                                  "1e999",
                                                  "-1e999",
                                                  "1e-999",
                                                  "1.0",
                                                  "1.",
                                                  ".5",
                                                  "-.5",
                                                  "+5",
                                                  " 5 ",
                                                  "5e",
                                                  "5e+",
                                                  "-9223372036854775808",
                                                  "-9223372036854775809",
                                                  "9223372036854775807.0",
                                                  "1e18",
                                                  "1e19",
                                                  "  1.5e2xyz",
                                                  "9007199254740993",
                                                  "9007199254740993.0",
                                                  "123456789012345678901234567890",
                                                  "0.1",
                                                  "1_000",
                                                  "1 2",
                                                  "- 1",
                                                  "--1",
                                                  "abc",
                                                  "ABC",
                                                  "abc  ",
                                                  "abd",
                                                  "a\0b"s,
                                                  "a\0c"s,
                                                  "1\0"s};
  return rc::gen::oneOf(rc::gen::elementOf(kWhole), TextOfPieces(kPieces, 5),
                        rc::gen::map(AnyInteger(), [](int64_t i) { return std::to_string(i); }),
                        // Far from 1 the sqlite3 beside us reads with an error in the last place,
                        // which a subtraction may make a large one.
                        rc::gen::map(AnyReal(), [](double real) {
                          if (std::fabs(real) > 1e20 || std::fabs(real) < 1e-20) real = 1.25;
                          char buffer[64];
                          std::snprintf(buffer, sizeof buffer, "%.15g", real);
                          return std::string(buffer);
                        }));
}

rc::Gen<Value> AnyNumber() {
  return rc::gen::oneOf(rc::gen::map(AnyInteger(), [](int64_t i) { return Value::Integer(i); }),
                        rc::gen::map(AnyReal(), [](double r) { return Value::Real(r); }));
}

rc::Gen<Value> AnyValue() {
  return rc::gen::weightedOneOf<Value>(
      {{1, rc::gen::just(Value::Null())},
       {6, AnyNumber()},
       {5, rc::gen::map(AnyText(), [](const std::string& s) { return Value::Text(s); })},
       {2, rc::gen::map(AnyText(), [](const std::string& s) { return Value::Blob(AsBytes(s)); })}});
}

}  // namespace orrery
