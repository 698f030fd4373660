#include "engine/value/numeric.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace orrery {
namespace {

constexpr int64_t kIntegerMin = std::numeric_limits<int64_t>::min();
constexpr int64_t kIntegerMax = std::numeric_limits<int64_t>::max();
constexpr double kTwoTo63 = 9223372036854775808.0;

bool IsBlank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

size_t SkipBlanks(std::string_view text, size_t at) {
  while (at < text.size() && IsBlank(text[at])) ++at;
  return at;
}
size_t SkipDigits(std::string_view text, size_t at) {
  while (at < text.size() && IsDigit(text[at])) ++at;
  return at;
}

// The longest number at the start of a text.
struct Prefix {
  bool is_negative = false;
  std::string_view digits;         // before a point or exponent; may be empty
  std::string_view unsigned_text;  // the whole of it, without the sign; empty when there is none
  bool is_real = false;            // has a point or an exponent
  bool is_whole = false;           // nothing but blanks follows
};

Prefix FindPrefix(std::string_view text) {
  Prefix prefix;
  size_t at = SkipBlanks(text, 0);
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) {
    prefix.is_negative = text[at] == '-';
    ++at;
  }
  const size_t begin = at;
  at = SkipDigits(text, at);
  size_t digit_count = at - begin;
  prefix.digits = text.substr(begin, digit_count);
  if (at < text.size() && text[at] == '.') {
    const size_t after = SkipDigits(text, at + 1);
    digit_count += after - at - 1;
    if (digit_count > 0) {
      prefix.is_real = true;
      at = after;
    }
  }
  if (digit_count == 0) return prefix;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    size_t exponent = at + 1;
    if (exponent < text.size() && (text[exponent] == '-' || text[exponent] == '+')) ++exponent;
    const size_t after = SkipDigits(text, exponent);
    if (after > exponent) {
      prefix.is_real = true;
      at = after;
    }
  }
  prefix.unsigned_text = text.substr(begin, at - begin);
  prefix.is_whole = SkipBlanks(text, at) == text.size();
  return prefix;
}

// Empty when it does not fit. No digits read as 0.
std::optional<int64_t> ToInteger(bool is_negative, std::string_view digits) {
  uint64_t magnitude = 0;
  for (const char digit : digits) {
    const auto value = static_cast<uint64_t>(digit - '0');
    if (magnitude > (std::numeric_limits<uint64_t>::max() - value) / 10) return std::nullopt;
    magnitude = magnitude * 10 + value;
  }
  if (magnitude > static_cast<uint64_t>(kIntegerMax) + (is_negative ? 1 : 0)) return std::nullopt;
  return static_cast<int64_t>(is_negative ? ~magnitude + 1 : magnitude);
}

// Whether a number too large or too small for from_chars() is too large.
bool IsHuge(std::string_view text) {
  const size_t e = std::min(text.find_first_of("eE"), text.size());
  const std::string_view mantissa = text.substr(0, e);
  const size_t point = std::min(mantissa.find('.'), mantissa.size());
  const size_t first = mantissa.find_first_of("123456789");
  if (first == std::string_view::npos) return false;
  // Decimal places before the point; a negative exponent of more digits than fit is far below.
  const auto places = static_cast<int64_t>(point) - static_cast<int64_t>(first);
  int64_t exponent = 0;
  if (e < text.size()) {
    std::string_view digits = text.substr(e + 1);
    const bool is_negative = digits.starts_with('-');
    if (is_negative || digits.starts_with('+')) digits.remove_prefix(1);
    exponent = ToInteger(false, digits).value_or(kIntegerMax / 4);
    exponent = std::min(exponent, kIntegerMax / 4) * (is_negative ? -1 : 1);
  }
  return places + exponent > 0;
}

double ToReal(bool is_negative, std::string_view text) {
  double real = 0.0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), real);
  if (parsed.ec == std::errc::result_out_of_range) {
    real = IsHuge(text) ? std::numeric_limits<double>::infinity() : 0.0;
  }
  return is_negative ? -real : real;
}

Value ToNumber(const Prefix& prefix) {
  if (!prefix.is_real) {
    if (const auto integer = ToInteger(prefix.is_negative, prefix.digits)) {
      return Value::Integer(*integer);
    }
  }
  return Value::Real(ToReal(prefix.is_negative, prefix.unsigned_text));
}

constexpr int kDigitCountMax = 26;

// Exact up to `count` digits.
RealDigits ExactDigits(double real, int count) {
  std::array<char, 64> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), real,
                                 std::chars_format::scientific, count - 1);
  CHECK(end.ec == std::errc());
  const std::string_view text(buffer.data(), static_cast<size_t>(end.ptr - buffer.data()));
  const size_t e = text.find('e');
  RealDigits number;
  for (const char c : text.substr(0, e)) {
    if (IsDigit(c)) number.digits += c;
  }
  number.exponent = std::atoi(std::string(text.substr(e + 1)).c_str());
  return number;
}

}  // namespace

std::optional<Value> WholeNumber(std::string_view text) {
  const Prefix prefix = FindPrefix(text);
  if (!prefix.is_whole) return std::nullopt;
  return ToNumber(prefix);
}

Value LeadingNumber(std::string_view text) {
  const Prefix prefix = FindPrefix(text);
  if (prefix.unsigned_text.empty()) return Value::Integer(0);
  return ToNumber(prefix);
}

int64_t LeadingInteger(std::string_view text) {
  const Prefix prefix = FindPrefix(text);
  const auto integer = ToInteger(prefix.is_negative, prefix.digits);
  return integer.value_or(prefix.is_negative ? kIntegerMin : kIntegerMax);
}

double LeadingReal(std::string_view text) {
  const Prefix prefix = FindPrefix(text);
  // A sign alone is a zero of that sign.
  if (prefix.unsigned_text.empty()) return prefix.is_negative ? -0.0 : 0.0;
  return ToReal(prefix.is_negative, prefix.unsigned_text);
}

std::optional<int64_t> IntegerLiteral(std::string_view text) {
  if (!text.starts_with("0x") && !text.starts_with("0X")) return ToInteger(false, text);
  text.remove_prefix(2);
  text.remove_prefix(std::min(text.find_first_not_of('0'), text.size()));
  if (text.size() > 16) return std::nullopt;
  uint64_t bits = 0;
  if (!text.empty()) std::from_chars(text.data(), text.data() + text.size(), bits, 16);
  return static_cast<int64_t>(bits);
}

double RealLiteral(std::string_view text) { return ToReal(false, text); }

int64_t TruncateToInteger(double real) {
  if (real >= kTwoTo63) return kIntegerMax;
  if (real < -kTwoTo63) return kIntegerMin;
  return static_cast<int64_t>(real);
}

std::optional<int64_t> ExactInteger(double real) {
  const int64_t integer = TruncateToInteger(real);
  if (integer == kIntegerMin || integer == kIntegerMax) return std::nullopt;
  if (static_cast<double>(integer) != real) return std::nullopt;
  return integer;
}

RealDigits DigitsOf(double real) {
  // An integer of 63 bits holds them.
  constexpr std::string_view kLargest = "9223372036854774784";
  RealDigits number = ExactDigits(real, 19);
  if (number.digits > kLargest) number = ExactDigits(real, 18);
  return number;
}

void RoundDigits(RealDigits& number, int64_t count) {
  if (count >= std::ssize(number.digits)) return;
  if (count < 0) {
    number.digits = "0";
    return;
  }
  const auto kept = static_cast<size_t>(count);
  const bool up = number.digits[kept] >= '5';
  number.digits.resize(kept);
  size_t i = kept;
  while (up && i > 0 && number.digits[i - 1] == '9') number.digits[--i] = '0';
  if (up && i > 0) ++number.digits[i - 1];
  if (up && i == 0) {
    number.digits.insert(0, 1, '1');
    if (kept > 0) number.digits.pop_back();
    ++number.exponent;
  }
  if (number.digits.empty()) number.digits = "0";
}

std::string IntegerToText(int64_t integer) { return std::to_string(integer); }

std::string RealToText(double real) { return RealToText(real, 15); }

std::string RealToText(double real, int digit_count) {
  CHECK(digit_count >= 1 && digit_count <= kDigitCountMax);
  if (std::isinf(real)) return real < 0 ? "-Inf" : "Inf";
  if (real == 0.0) return "0.0";
  // SQLite rounds half up what it has computed to some 19 digits, where a C library rounds the
  // exact value half to even; so we take those digits first.
  RealDigits decimal = ExactDigits(std::fabs(real), std::max(19, digit_count));
  RoundDigits(decimal, digit_count);
  const size_t last = decimal.digits.find_last_not_of('0');
  decimal.digits.resize(last + 1);

  std::string text = real < 0 ? "-" : "";
  const int exponent = decimal.exponent;
  const auto size = static_cast<int>(decimal.digits.size());
  if (exponent < -4 || exponent >= digit_count) {
    text += decimal.digits.substr(0, 1) + '.';
    text += size > 1 ? decimal.digits.substr(1) : "0";
    const std::string digits = std::to_string(std::abs(exponent));
    text += exponent < 0 ? "e-" : "e+";
    text += digits.size() < 2 ? "0" + digits : digits;
  } else if (exponent < 0) {
    text += "0." + std::string(static_cast<size_t>(-exponent - 1), '0') + decimal.digits;
  } else {
    const int before = exponent + 1;
    if (size <= before) {
      text += decimal.digits + std::string(static_cast<size_t>(before - size), '0') + ".0";
    } else {
      text += decimal.digits.substr(0, static_cast<size_t>(before)) + '.' +
              decimal.digits.substr(static_cast<size_t>(before));
    }
  }
  return text;
}

}  // namespace orrery
