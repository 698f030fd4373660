#include "engine/catalog/record.h"

#include <bit>

#include "engine/base/varint.h"

namespace orrery {
namespace {

constexpr uint64_t kIntegerSizes[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0};

uint64_t SerialTypeOf(const Value& value) {
  switch (value.type()) {
    case ValueType::kNull:
      return 0;
    case ValueType::kInteger: {
      const int64_t integer = value.integer();
      if (integer == 0) return 8;
      if (integer == 1) return 9;
      for (uint64_t type = 1; type < 6; ++type) {
        const int bits = static_cast<int>(kIntegerSizes[type]) * 8 - 1;
        if (integer >= -(int64_t{1} << bits) && integer < int64_t{1} << bits) return type;
      }
      return 6;
    }
    case ValueType::kReal:
      return 7;
    case ValueType::kText:
      return 2 * value.bytes().size() + 13;
    case ValueType::kBlob:
      return 2 * value.bytes().size() + 12;
  }
  Unreachable();
}

void AppendBig(uint64_t number, uint64_t size, std::string& out) {
  for (uint64_t i = size; i-- > 0;) out += static_cast<char>(number >> (8 * i));
}

}  // namespace

uint64_t SerialTypeSize(uint64_t serial_type) {
  return serial_type < 12 ? kIntegerSizes[serial_type] : (serial_type - 12) / 2;
}

Value DecodeColumn(uint64_t serial_type, Bytes bytes) {
  if (serial_type >= 12) {
    return serial_type % 2 == 0 ? Value::BorrowBlob(bytes) : Value::BorrowText(AsText(bytes));
  }
  switch (serial_type) {
    case 0:
    case 10:  // SQLite's own, never in a file that is well
    case 11:
      return Value::Null();
    case 7:
      return Value::Real(std::bit_cast<double>(LoadBig<uint64_t>(bytes.data())));
    case 8:
      return Value::Integer(0);
    case 9:
      return Value::Integer(1);
    default: {
      const bool is_negative = (static_cast<uint8_t>(bytes[0]) & 0x80) != 0;
      uint64_t number = is_negative ? ~uint64_t{0} : 0;
      for (const std::byte byte : bytes) number = number << 8 | static_cast<uint8_t>(byte);
      return Value::Integer(static_cast<int64_t>(number));
    }
  }
}

Status DecodeRecord(Bytes record, std::vector<Value>* values) {
  const Status bad = CorruptError("a record's header does not fit the record");
  const std::byte* const begin = record.data();
  uint64_t header_size = 0;
  const int size = DecodeVarint(begin, begin + record.size(), &header_size);
  if (size == 0 || header_size < static_cast<uint64_t>(size) || header_size > record.size()) return bad;
  uint64_t offset = header_size;
  for (uint64_t at = static_cast<uint64_t>(size); at < header_size;) {
    uint64_t serial_type = 0;
    const int type_size = DecodeVarint(begin + at, begin + header_size, &serial_type);
    if (type_size == 0) return bad;
    at += static_cast<uint64_t>(type_size);
    const uint64_t value_size = SerialTypeSize(serial_type);
    if (value_size > record.size() - offset) return bad;
    values->push_back(DecodeColumn(serial_type, record.subspan(offset, value_size)));
    offset += value_size;
  }
  return OkStatus();
}

Result<std::string> EncodeRecord(std::span<const Value> values) {
  uint64_t types_size = 0;
  uint64_t body_size = 0;
  for (const Value& value : values) {
    const uint64_t type = SerialTypeOf(value);
    types_size += static_cast<uint64_t>(VarintSize(type));
    body_size += SerialTypeSize(type);
  }
  // The header's size counts itself.
  uint64_t header_size = types_size + 1;
  while (header_size != types_size + static_cast<uint64_t>(VarintSize(header_size))) ++header_size;
  if (header_size + body_size > kValueSizeMax) return Status(ResultCode::kTooBig);
  std::string record;
  record.reserve(header_size + body_size);
  const auto append_varint = [&](uint64_t number) {
    std::byte buffer[kVarintSizeMax];
    record += AsText({buffer, static_cast<size_t>(EncodeVarint(number, buffer))});
  };
  append_varint(header_size);
  for (const Value& value : values) append_varint(SerialTypeOf(value));
  for (const Value& value : values) {
    const uint64_t type = SerialTypeOf(value);
    if (value.has_bytes()) {
      record += AsText(value.bytes());
    } else if (value.is_real()) {
      AppendBig(std::bit_cast<uint64_t>(value.real()), 8, record);
    } else if (value.is_integer()) {
      AppendBig(static_cast<uint64_t>(value.integer()), SerialTypeSize(type), record);
    }
  }
  return record;
}

}  // namespace orrery
