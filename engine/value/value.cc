#include "engine/value/value.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <new>

namespace orrery {

std::string_view Describe(ValueType type) {
  switch (type) {
    case ValueType::kNull:
      return "null";
    case ValueType::kInteger:
      return "integer";
    case ValueType::kReal:
      return "real";
    case ValueType::kText:
      return "text";
    case ValueType::kBlob:
      return "blob";
  }
  Unreachable();
}

Value Value::Real(double real) {
  Value value;
  if (std::isnan(real)) return value;
  value.type_ = ValueType::kReal;
  value.content_.real = real;
  return value;
}

Value Value::Copy(ValueType type, Bytes bytes) {
  if (bytes.empty()) return Borrow(type, {});
  CHECK(bytes.size() <= kValueSizeMax);
  void* memory = ::operator new(sizeof(Buffer) + bytes.size());
  auto* data = static_cast<std::byte*>(memory) + sizeof(Buffer);
  std::memcpy(data, bytes.data(), bytes.size());
  Value value = Borrow(type, {data, bytes.size()});
  value.buffer_ = new (memory) Buffer{.use_count = 1};
  return value;
}

Value Value::Borrow(ValueType type, Bytes bytes) {
  CHECK(bytes.size() <= kValueSizeMax);
  Value value;
  value.type_ = type;
  value.content_.data = bytes.data();
  value.size_ = static_cast<uint32_t>(bytes.size());
  return value;
}

Value Value::BytesAs(ValueType type) const {
  CHECK(has_bytes());
  Value value = *this;
  value.type_ = type;
  value.is_json_ = false;
  return value;
}

void Value::Release() {
  CHECK(buffer_->use_count > 0);
  if (--buffer_->use_count == 0) ::operator delete(buffer_);
}

bool Identical(const Value& a, const Value& b) {
  if (a.type() != b.type()) return false;
  switch (a.type()) {
    case ValueType::kNull:
      return true;
    case ValueType::kInteger:
      return a.integer() == b.integer();
    case ValueType::kReal:
      return std::bit_cast<uint64_t>(a.real()) == std::bit_cast<uint64_t>(b.real());
    case ValueType::kText:
    case ValueType::kBlob:
      return AsText(a.bytes()) == AsText(b.bytes());
  }
  Unreachable();
}

}  // namespace orrery
