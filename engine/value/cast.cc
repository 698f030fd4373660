#include "engine/value/cast.h"

#include "engine/value/numeric.h"

namespace orrery {
namespace {

// A real read from text that equals an integer is one to CAST AS NUMERIC, but only as far as all
// neighbours of it are told apart.
constexpr int64_t kSureIntegerEnd = int64_t{1} << 51;

Value TextToNumeric(std::string_view text) {
  Value number = LeadingNumber(text);
  if (!number.is_real()) return number;
  const auto integer = ExactInteger(number.real());
  if (integer && *integer >= -kSureIntegerEnd && *integer < kSureIntegerEnd) {
    return Value::Integer(*integer);
  }
  return number;
}

}  // namespace

Value Cast(const Value& value, Affinity type) {
  if (value.is_null()) return value;
  switch (type) {
    case Affinity::kBlob:
      return value.is_blob() ? value : ToText(value).BytesAsBlob();
    case Affinity::kText:
      return ToText(value);
    case Affinity::kNumeric:
      return value.has_bytes() ? TextToNumeric(AsText(value.bytes())) : value;
    case Affinity::kInteger:
      return Value::Integer(ToInteger(value));
    case Affinity::kReal:
      return Value::Real(ToReal(value));
  }
  Unreachable();
}

int64_t ToInteger(const Value& value) {
  switch (value.type()) {
    case ValueType::kNull:
      return 0;
    case ValueType::kInteger:
      return value.integer();
    case ValueType::kReal:
      return TruncateToInteger(value.real());
    case ValueType::kText:
    case ValueType::kBlob:
      return LeadingInteger(AsText(value.bytes()));
  }
  Unreachable();
}

double ToReal(const Value& value) {
  switch (value.type()) {
    case ValueType::kNull:
      return 0.0;
    case ValueType::kInteger:
      return static_cast<double>(value.integer());
    case ValueType::kReal:
      return value.real();
    case ValueType::kText:
    case ValueType::kBlob:
      return LeadingReal(AsText(value.bytes()));
  }
  Unreachable();
}

Value ToNumber(const Value& value) {
  return value.has_bytes() ? LeadingNumber(AsText(value.bytes())) : value;
}

Value ToText(const Value& value) {
  switch (value.type()) {
    case ValueType::kNull:
    case ValueType::kText:
      return value;
    case ValueType::kInteger:
      return Value::Text(IntegerToText(value.integer()));
    case ValueType::kReal:
      return Value::Text(RealToText(value.real()));
    case ValueType::kBlob:
      return value.BytesAsText();
  }
  Unreachable();
}

}  // namespace orrery
