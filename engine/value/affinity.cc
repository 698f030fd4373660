#include "engine/value/affinity.h"

#include <optional>
#include <string>

#include "engine/value/numeric.h"

namespace orrery {
namespace {

constexpr int64_t kSixByteMax = (int64_t{1} << 47) - 1;

std::string Upper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

void NumberToText(Value& value) {
  if (value.is_integer()) value = Value::Text(IntegerToText(value.integer()));
  if (value.is_real()) value = Value::Text(RealToText(value.real()));
}

void TextToNumber(Value& value) {
  if (!value.is_text()) return;
  if (std::optional<Value> number = WholeNumber(value.text())) value = *std::move(number);
}

void RealToExactInteger(Value& value) {
  if (!value.is_real()) return;
  if (const auto integer = ExactInteger(value.real())) value = Value::Integer(*integer);
}

void IntegerToReal(Value& value) {
  if (value.is_integer()) value = Value::Real(static_cast<double>(value.integer()));
}

}  // namespace

Affinity AffinityOfType(std::string_view declared_type) {
  if (declared_type.empty()) return Affinity::kBlob;
  const std::string type = Upper(declared_type);
  const auto has = [&type](std::string_view word) { return type.find(word) != std::string::npos; };
  if (has("INT")) return Affinity::kInteger;
  if (has("CHAR") || has("CLOB") || has("TEXT")) return Affinity::kText;
  if (has("BLOB")) return Affinity::kBlob;
  if (has("REAL") || has("FLOA") || has("DOUB")) return Affinity::kReal;
  return Affinity::kNumeric;
}

void ApplyAffinity(Value& value, Affinity affinity) {
  switch (affinity) {
    case Affinity::kBlob:
      return;
    case Affinity::kText:
      NumberToText(value);
      return;
    case Affinity::kNumeric:
    case Affinity::kInteger:
      TextToNumber(value);
      RealToExactInteger(value);
      return;
    case Affinity::kReal:
      TextToNumber(value);
      IntegerToReal(value);
      return;
  }
}

void ApplyComparisonAffinity(Value& value, Affinity affinity) {
  switch (affinity) {
    case Affinity::kBlob:
      return;
    case Affinity::kText:
      NumberToText(value);
      return;
    case Affinity::kNumeric:
    case Affinity::kInteger:
    case Affinity::kReal:
      TextToNumber(value);
      return;
  }
}

Value ToStoredForm(const Value& value, Affinity affinity) {
  if (affinity != Affinity::kReal || !value.is_real()) return value;
  const auto integer = ExactInteger(value.real());
  if (!integer || *integer > kSixByteMax || *integer < -kSixByteMax - 1) return value;
  return Value::Integer(*integer);
}

void FromStoredForm(Value& value, Affinity affinity) {
  if (affinity == Affinity::kReal) IntegerToReal(value);
}

}  // namespace orrery
