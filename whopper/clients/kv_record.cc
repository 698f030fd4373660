#include "whopper/clients/kv_record.h"

#include "engine/base/varint.h"

namespace orrery::whopper {
namespace {

void AppendVarint(std::string& to, uint64_t value) {
  std::byte bytes[kVarintSizeMax];
  const int size = EncodeVarint(value, bytes);
  to.append(reinterpret_cast<const char*>(bytes), static_cast<size_t>(size));
}

void AppendInteger(std::string& to, int64_t value, int size) {
  for (int shift = (size - 1) * 8; shift >= 0; shift -= 8) {
    to += static_cast<char>(static_cast<uint64_t>(value) >> shift & 0xff);
  }
}

// Serial type 1 to 6: integers of 1, 2, 3, 4, 6 and 8 bytes.
constexpr int kIntegerSizes[] = {0, 1, 2, 3, 4, 6, 8};

int IntegerType(int64_t value) {
  for (int type = 1; type < 6; ++type) {
    const int bits = kIntegerSizes[type] * 8 - 1;
    if (value >= -(int64_t{1} << bits) && value < int64_t{1} << bits) return type;
  }
  return 6;
}

}  // namespace

std::string EncodeKvRecord(const sim::Row& values) {
  std::string types;
  std::string body;
  for (const Value& value : values) {
    if (value.is_null()) {
      AppendVarint(types, 0);
    } else if (value.is_integer()) {
      const int type = IntegerType(value.integer());
      AppendVarint(types, static_cast<uint64_t>(type));
      AppendInteger(body, value.integer(), kIntegerSizes[type]);
    } else {
      AppendVarint(types, value.bytes().size() * 2 + (value.is_text() ? 13 : 12));
      body += AsText(value.bytes());
    }
  }
  // The header's size counts its own varint; one byte does for the few columns there are.
  std::string record;
  AppendVarint(record, types.size() + 1);
  return record + types + body;
}

std::optional<sim::Row> DecodeKvRecord(Bytes bytes) {
  const std::byte* at = bytes.data();
  const std::byte* end = at + bytes.size();
  uint64_t header_size = 0;
  const int size = DecodeVarint(at, end, &header_size);
  if (size == 0 || header_size > bytes.size()) return std::nullopt;
  const std::byte* body = at + header_size;
  const std::byte* const header_end = body;
  at += size;
  sim::Row values;
  while (at < header_end) {
    uint64_t type = 0;
    const int type_size = DecodeVarint(at, header_end, &type);
    if (type_size == 0) return std::nullopt;
    at += type_size;
    if (type == 0) {
      values.push_back(Value::Null());
    } else if (type == 8 || type == 9) {
      values.push_back(Value::Integer(static_cast<int64_t>(type) - 8));
    } else if (type <= 6) {
      const int integer_size = kIntegerSizes[type];
      if (end - body < integer_size) return std::nullopt;
      uint64_t value = static_cast<int8_t>(*body) < 0 ? UINT64_MAX : 0;
      for (int i = 0; i < integer_size; ++i) value = value << 8 | static_cast<uint8_t>(body[i]);
      values.push_back(Value::Integer(static_cast<int64_t>(value)));
      body += integer_size;
    } else if (type >= 12) {
      const uint64_t bytes_size = (type - 12) / 2;
      if (static_cast<uint64_t>(end - body) < bytes_size) return std::nullopt;
      const Bytes content(body, bytes_size);
      values.push_back(type % 2 == 1 ? Value::Text(AsText(content)) : Value::Blob(content));
      body += bytes_size;
    } else {
      return std::nullopt;
    }
  }
  return values;
}

}  // namespace orrery::whopper
