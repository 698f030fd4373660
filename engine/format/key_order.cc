#include "engine/format/key_order.h"

#include <algorithm>

#include "engine/base/varint.h"
#include "engine/format/record.h"
#include "engine/value/compare.h"

namespace orrery {
namespace {

constexpr char kNoHeader[] = "record without a header";
constexpr char kLargeHeader[] = "record header is larger than its record";
constexpr char kCutType[] = "record header ends within a serial type";
constexpr char kCutColumn[] = "record ends within a column";
constexpr char kNoRowid[] = "index entry does not end with a rowid";

// Goes through the columns of a record that may not be all there.
class ColumnWalk {
 public:
  ColumnWalk(Bytes bytes, uint64_t total_size) : bytes_(bytes), total_size_(total_size) {}

  enum class Step : uint8_t { kColumn, kEnd, kMoreBytes, kDefect };

  Step Begin() {
    const int size = DecodeVarint(bytes_.data(), bytes_.data() + bytes_.size(), &header_size_);
    if (size == 0) {
      if (bytes_.size() >= total_size_) return Damaged(kNoHeader);
      return Want(std::min<uint64_t>(kVarintSizeMax, total_size_));
    }
    if (header_size_ > total_size_ || header_size_ > kRecordHeaderSizeMax) {
      return Damaged(kLargeHeader);
    }
    type_offset_ = static_cast<uint64_t>(size);
    body_end_ = header_size_;
    return Step::kColumn;
  }

  // On to the next column's type and place; its bytes need not be there.
  Step Next() {
    if (type_offset_ >= header_size_) return Step::kEnd;
    const uint64_t known_size = std::min<uint64_t>(header_size_, bytes_.size());
    const int size =
        type_offset_ < known_size
            ? DecodeVarint(bytes_.data() + type_offset_, bytes_.data() + known_size, &serial_type_)
            : 0;
    if (size == 0) return known_size < header_size_ ? Want(header_size_) : Damaged(kCutType);
    type_offset_ += static_cast<uint64_t>(size);
    body_offset_ = body_end_;
    const uint64_t body_size = SerialTypeBodySize(serial_type_);
    if (body_size > total_size_ - body_offset_) return Damaged(kCutColumn);
    body_end_ = body_offset_ + body_size;
    return Step::kColumn;
  }

  // kMoreBytes unless the column at hand is all there.
  Step Need() { return body_end_ > bytes_.size() ? Want(body_end_) : Step::kColumn; }
  Value Read() const {
    return DecodeBody(serial_type_, bytes_.subspan(body_offset_, body_end_ - body_offset_));
  }

  uint64_t body_end() const { return body_end_; }
  uint64_t wanted_size() const { return wanted_size_; }
  const char* defect() const { return defect_; }

 private:
  Step Want(uint64_t size) {
    wanted_size_ = size;
    return Step::kMoreBytes;
  }
  Step Damaged(const char* defect) {
    defect_ = defect;
    return Step::kDefect;
  }

  const Bytes bytes_;
  const uint64_t total_size_;
  uint64_t header_size_ = 0;
  uint64_t type_offset_ = 0;  // of the next serial type
  uint64_t serial_type_ = 0;  // of the column at hand, and where it lies
  uint64_t body_offset_ = 0;
  uint64_t body_end_ = 0;
  uint64_t wanted_size_ = 0;
  const char* defect_ = nullptr;
};

}  // namespace

RecordComparison CompareRecord(Bytes bytes, uint64_t total_size, std::span<const Value> key,
                               std::span<const KeyColumn> order) {
  CHECK(key.size() <= order.size());
  ColumnWalk walk(bytes, total_size);
  ColumnWalk::Step step = walk.Begin();
  for (size_t i = 0; i < key.size() && step == ColumnWalk::Step::kColumn; ++i) {
    step = walk.Next();
    if (step == ColumnWalk::Step::kColumn) step = walk.Need();
    if (step != ColumnWalk::Step::kColumn) break;
    const std::weak_ordering compared = Compare(walk.Read(), key[i], *order[i].collation);
    if (compared != 0) return {.order = order[i].is_descending ? 0 <=> compared : compared};
  }
  return {.wanted_size = walk.wanted_size(), .defect = walk.defect()};
}

const char* DecodeKey(Bytes bytes, size_t column_count, std::vector<Value>& key) {
  key.clear();
  ColumnWalk walk(bytes, bytes.size());
  ColumnWalk::Step step = walk.Begin();
  while (step == ColumnWalk::Step::kColumn && key.size() < column_count) {
    step = walk.Next();
    if (step == ColumnWalk::Step::kColumn) key.push_back(walk.Read());
  }
  return walk.defect();
}

// The last column can be read from the ends of the header and the record.
const char* DecodeEntryRowid(Bytes record, int64_t* rowid) {
  uint64_t header_size = 0;
  const int size = DecodeVarint(record.data(), record.data() + record.size(), &header_size);
  if (size == 0) return kNoHeader;
  if (header_size > record.size()) return kLargeHeader;
  if (header_size <= static_cast<uint64_t>(size)) return kNoRowid;
  const auto serial_type = static_cast<uint8_t>(record[header_size - 1]);
  const uint64_t body_size = SerialTypeBodySize(serial_type);
  if (serial_type == 0 || serial_type == 7 || serial_type > 9) return kNoRowid;
  if (body_size > record.size() - header_size) return kCutColumn;
  *rowid = DecodeBody(serial_type, record.last(body_size)).integer();
  return nullptr;
}

RecordPrefix FindRecordPrefix(Bytes bytes, uint64_t total_size, size_t column_count) {
  ColumnWalk walk(bytes, total_size);
  ColumnWalk::Step step = walk.Begin();
  for (size_t i = 0; i < column_count && step == ColumnWalk::Step::kColumn; ++i) step = walk.Next();
  const bool is_known = step != ColumnWalk::Step::kMoreBytes;
  return {.size = is_known ? walk.body_end() : walk.wanted_size(), .defect = walk.defect()};
}

}  // namespace orrery
