#include "engine/vdbe/row_layout.h"

#include "engine/base/varint.h"
#include "engine/format/record.h"

namespace orrery {
void RowLayout::Clear() {
  places_.clear();
  wanted_size_ = 1;
  header_is_known_ = false;
}

Result<RowLayout::Answer> RowLayout::Find(int index, Bytes bytes, uint64_t total_size,
                                          Value* value) {
  if (bytes.size() < wanted_size_ && bytes.size() < total_size) return Answer::kMoreBytes;
  const std::byte* const begin = bytes.data();
  const std::byte* const end = begin + bytes.size();
  if (!header_is_known_) {
    const int size = DecodeVarint(begin, end, &header_size_);
    if (size == 0) {
      if (bytes.size() == total_size) return CorruptError("record without a header");
      wanted_size_ = kVarintSizeMax;
      return Answer::kMoreBytes;
    }
    if (header_size_ > total_size || header_size_ > kRecordHeaderSizeMax) {
      return CorruptError("record header is larger than its record");
    }
    header_is_known_ = true;
    header_offset_ = static_cast<uint64_t>(size);
    next_offset_ = header_size_;
  }
  if (bytes.size() < header_size_) {
    wanted_size_ = header_size_;
    return Answer::kMoreBytes;
  }
  // As in SQLite, a header that says it is empty has no columns, and another has at least one.
  if (places_.empty() && header_offset_ >= header_size_ && header_size_ > 0) {
    return CorruptError("record header holds no column");
  }
  while (places_.size() <= static_cast<size_t>(index)) {
    if (header_offset_ >= header_size_) return Answer::kAbsent;
    Place place;
    const int size = DecodeVarint(begin + header_offset_, begin + header_size_, &place.serial_type);
    if (size == 0) return CorruptError("record header ends within a serial type");
    place.offset = next_offset_;
    header_offset_ += static_cast<uint64_t>(size);
    const uint64_t body_size = SerialTypeBodySize(place.serial_type);
    if (body_size > total_size - next_offset_) return CorruptError("record ends within a column");
    next_offset_ += body_size;
    if (header_offset_ == header_size_ && next_offset_ != total_size) {
      return CorruptError("record is larger than its columns");
    }
    places_.push_back(place);
  }
  const Place& place = places_[static_cast<size_t>(index)];
  const uint64_t size = SerialTypeBodySize(place.serial_type);
  if (place.offset + size > bytes.size()) {
    wanted_size_ = place.offset + size;
    return Answer::kMoreBytes;
  }
  *value = DecodeBody(place.serial_type, bytes.subspan(place.offset, size));
  return Answer::kFound;
}

}  // namespace orrery
