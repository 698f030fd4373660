#include "engine/format/record.h"

#include <bit>
#include <limits>

#include "engine/base/varint.h"

namespace orrery {
namespace {

constexpr uint64_t kSerialNull = 0;
constexpr uint64_t kSerialReal = 7;
constexpr uint64_t kSerialZero = 8;
constexpr uint64_t kSerialOne = 9;
constexpr uint64_t kSerialBlob = 12;
constexpr uint64_t kSerialText = 13;

// Of the serial types below kSerialBlob.
constexpr uint8_t kBodySizes[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0};

bool FitsBits(int64_t integer, int bits) {
  const int64_t high = integer >> (bits - 1);
  return high == 0 || high == -1;
}

uint64_t SerialTypeOfInteger(int64_t integer, int schema_format) {
  if ((integer == 0 || integer == 1) && schema_format >= kSchemaFormatWithConstants) {
    return integer == 0 ? kSerialZero : kSerialOne;
  }
  if (FitsBits(integer, 8)) return 1;
  if (FitsBits(integer, 16)) return 2;
  if (FitsBits(integer, 24)) return 3;
  if (FitsBits(integer, 32)) return 4;
  if (FitsBits(integer, 48)) return 5;
  return 6;
}

void AppendVarint(uint64_t value, std::vector<std::byte>& to) {
  std::byte bytes[kVarintSizeMax];
  const int size = EncodeVarint(value, bytes);
  to.insert(to.end(), bytes, bytes + size);
}

// The low `size` bytes, the highest first.
void AppendBig(uint64_t bits, size_t size, std::vector<std::byte>& to) {
  for (size_t i = size; i-- > 0;) to.push_back(static_cast<std::byte>(bits >> (8 * i)));
}

void AppendBody(const Value& value, uint64_t serial_type, std::vector<std::byte>& to) {
  switch (value.type()) {
    case ValueType::kNull:
      return;
    case ValueType::kInteger:
      AppendBig(static_cast<uint64_t>(value.integer()), kBodySizes[serial_type], to);
      return;
    case ValueType::kReal:
      AppendBig(std::bit_cast<uint64_t>(value.real()), 8, to);
      return;
    case ValueType::kText:
    case ValueType::kBlob:
      to.insert(to.end(), value.bytes().begin(), value.bytes().end());
      return;
  }
}

int64_t LoadSigned(Bytes bytes) {
  int64_t integer = static_cast<int8_t>(bytes[0]);
  for (const std::byte byte : bytes.subspan(1)) {
    integer =
        static_cast<int64_t>(static_cast<uint64_t>(integer) << 8 | static_cast<uint8_t>(byte));
  }
  return integer;
}

}  // namespace

Value DecodeBody(uint64_t serial_type, Bytes body) {
  switch (serial_type) {
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
    case 6:
      return Value::Integer(LoadSigned(body));
    case kSerialReal:
      return Value::Real(std::bit_cast<double>(LoadBig<uint64_t>(body.data())));
    case kSerialZero:
      return Value::Integer(0);
    case kSerialOne:
      return Value::Integer(1);
    case kSerialNull:
    case 10:
    case 11:
      return Value::Null();  // reserved, and NULL to sqlite3
    default:
      break;
  }
  return serial_type % 2 == 0 ? Value::BorrowBlob(body) : Value::BorrowText(AsText(body));
}

uint64_t SerialTypeOf(const Value& value, int schema_format) {
  switch (value.type()) {
    case ValueType::kNull:
      return kSerialNull;
    case ValueType::kInteger:
      return SerialTypeOfInteger(value.integer(), schema_format);
    case ValueType::kReal:
      return kSerialReal;
    case ValueType::kText:
      return kSerialText + 2 * uint64_t{value.bytes().size()};
    case ValueType::kBlob:
      return kSerialBlob + 2 * uint64_t{value.bytes().size()};
  }
  Unreachable();
}

uint64_t SerialTypeBodySize(uint64_t serial_type) {
  if (serial_type < kSerialBlob) return kBodySizes[serial_type];
  return (serial_type - kSerialBlob) / 2;
}

Status EncodeRecord(std::span<const Value> values, std::vector<std::byte>& record,
                    int schema_format) {
  uint64_t types_size = 0;
  uint64_t bodies_size = 0;
  for (const Value& value : values) {
    const uint64_t serial_type = SerialTypeOf(value, schema_format);
    types_size += static_cast<uint64_t>(VarintSize(serial_type));
    bodies_size += SerialTypeBodySize(serial_type);
  }
  // The header counts its own size, which may take it over the edge to a longer varint.
  uint64_t header_size = types_size + static_cast<uint64_t>(VarintSize(types_size));
  header_size = types_size + static_cast<uint64_t>(VarintSize(header_size));
  const uint64_t size = header_size + bodies_size;
  if (size > kValueSizeMax) return Status(ResultCode::kTooBig, "string or blob too big");

  record.clear();
  record.reserve(size);
  AppendVarint(header_size, record);
  for (const Value& value : values) AppendVarint(SerialTypeOf(value, schema_format), record);
  CHECK(record.size() == header_size);
  for (const Value& value : values) {
    AppendBody(value, SerialTypeOf(value, schema_format), record);
  }
  CHECK(record.size() == size);
  return OkStatus();
}

Status RecordReader::Start(Bytes payload) {
  payload_ = payload;
  columns_.clear();
  header_size_ = header_position_ = body_position_ = 0;
  if (payload.size() > kValueSizeMax) return Status(ResultCode::kTooBig, "string or blob too big");

  uint64_t header_size = 0;
  const int varint_size =
      DecodeVarint(payload.data(), payload.data() + payload.size(), &header_size);
  if (varint_size == 0) return CorruptError("record without a header");
  if (header_size > payload.size() || header_size > kRecordHeaderSizeMax) {
    return CorruptError("record header is larger than its record");
  }
  // A header that does not even hold its own size has no columns.
  header_position_ = static_cast<size_t>(varint_size);
  header_size_ = static_cast<size_t>(header_size);
  body_position_ = header_size_;
  return OkStatus();
}

Status RecordReader::ParseHeaderTo(size_t index) {
  while (columns_.size() <= index && header_position_ < header_size_) {
    uint64_t serial_type = 0;
    const int size = DecodeVarint(payload_.data() + header_position_,
                                  payload_.data() + header_size_, &serial_type);
    if (size == 0) return CorruptError("record header ends within a serial type");
    const uint64_t body_size = SerialTypeBodySize(serial_type);
    if (body_size > payload_.size() - body_position_) {
      return CorruptError("record ends within a column");
    }
    const size_t header_next = header_position_ + static_cast<size_t>(size);
    const size_t body_next = body_position_ + static_cast<size_t>(body_size);
    if (header_next == header_size_ && body_next != payload_.size()) {
      return CorruptError("record is larger than its columns");
    }
    columns_.push_back({.serial_type = serial_type, .begin = body_position_});
    header_position_ = header_next;
    body_position_ = body_next;
  }
  return OkStatus();
}

Status RecordReader::Read(size_t index, Value& value) {
  if (index >= columns_.size()) {
    RETURN_IF_ERROR(ParseHeaderTo(index));
    if (index >= columns_.size()) return OkStatus();
  }
  const Column column = columns_[index];
  const auto size = static_cast<size_t>(SerialTypeBodySize(column.serial_type));
  value = DecodeBody(column.serial_type, payload_.subspan(column.begin, size));
  return OkStatus();
}

Result<size_t> RecordReader::CountColumns() {
  RETURN_IF_ERROR(ParseHeaderTo(std::numeric_limits<size_t>::max()));
  return columns_.size();
}

Result<std::vector<Value>> DecodeRecord(Bytes payload) {
  RecordReader reader;
  RETURN_IF_ERROR(reader.Start(payload));
  ASSIGN_OR_RETURN(const size_t count, reader.CountColumns());
  std::vector<Value> values(count);
  for (size_t i = 0; i < count; ++i) RETURN_IF_ERROR(reader.Read(i, values[i]));
  return values;
}

}  // namespace orrery
