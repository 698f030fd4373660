// Numbers from text and text from numbers, as SQLite reads and writes them.
//
// A number in text is: blanks, a sign, digits with an optional point among them, an optional
// exponent, blanks. What does not go on so is no part of it: "12abc" begins with the integer 12,
// and "1e" with the integer 1. Hexadecimal and names for infinity are not numbers here ("0x10" is
// 0). Reals are read correctly rounded.

#ifndef ORRERY_ENGINE_VALUE_NUMERIC_H_
#define ORRERY_ENGINE_VALUE_NUMERIC_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/value/value.h"

namespace orrery {

// The number that all of `text` is, blanks aside: an integer when it is written as one and fits in
// 64 bits, else a real. Empty when it is no number. This is what column affinity asks.
std::optional<Value> WholeNumber(std::string_view text);

// The number at the start of `text`, of the same types; the integer 0 when there is none. This is
// what arithmetic and CAST AS NUMERIC ask.
Value LeadingNumber(std::string_view text);

// The digits at the start of `text` up to the first point or exponent, clamped to 64 bits. This is
// what CAST AS INTEGER and the bit operators ask: "1e3" is 1.
int64_t LeadingInteger(std::string_view text);

// The number at the start of `text` as a real; 0.0 when there is none, -0.0 behind a minus sign.
double LeadingReal(std::string_view text);

// A decimal or hexadecimal literal without sign. Empty when a decimal one does not fit, which then
// is a real. Hexadecimal ones (with 0x) are the 64 bits of the integer; more digits do not fit.
std::optional<int64_t> IntegerLiteral(std::string_view text);
double RealLiteral(std::string_view text);

// Towards zero; beyond 64 bits, the nearest integer there is.
int64_t TruncateToInteger(double real);

// The integer that `real` equals, if it may stand for it: the two extremes of int64 are left out,
// since reals near them may have been rounded to them.
std::optional<int64_t> ExactInteger(double real);

// The decimal digits of a finite real above 0: d.ddd times ten to the exponent. As many as SQLite
// computes, some 19.
struct RealDigits {
  std::string digits;
  int exponent = 0;
};
RealDigits DigitsOf(double real);
// Keeps so many digits, or none or less; half is rounded up.
void RoundDigits(RealDigits& number, int64_t count);

std::string IntegerToText(int64_t integer);

// With up to 15 significant digits and always a point or an exponent: "1.0", "0.1", "1.0e+20",
// "-Inf". Not enough to read the same real back; see QuoteValue() in quote.h.
std::string RealToText(double real);
// The same with another number of significant digits, up to 26.
std::string RealToText(double real, int digit_count);

}  // namespace orrery

#endif  // ORRERY_ENGINE_VALUE_NUMERIC_H_
