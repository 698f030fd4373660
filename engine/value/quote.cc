#include "engine/value/quote.h"

#include <cmath>

#include "engine/value/numeric.h"

namespace orrery {
namespace {

std::string QuoteReal(double real) {
  if (std::isinf(real)) return real < 0 ? "-9.0e+999" : "9.0e+999";
  if (real == 0.0 && std::signbit(real)) return "-0.0";
  std::string text = RealToText(real);
  if (LeadingReal(text) != real) text = RealToText(real, 17);
  return text;
}

}  // namespace

std::string QuoteText(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') quoted += '\'';
    quoted += c;
  }
  return quoted += '\'';
}

std::string QuoteBlob(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string quoted = "X'";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    quoted += kDigits[byte >> 4];
    quoted += kDigits[byte & 15];
  }
  return quoted += '\'';
}

std::string QuoteValue(const Value& value) {
  switch (value.type()) {
    case ValueType::kNull:
      return "NULL";
    case ValueType::kInteger:
      return IntegerToText(value.integer());
    case ValueType::kReal:
      return QuoteReal(value.real());
    case ValueType::kText:
      return QuoteText(value.text().substr(0, value.text().find('\0')));
    case ValueType::kBlob:
      return QuoteBlob(AsText(value.bytes()));
  }
  Unreachable();
}

}  // namespace orrery
