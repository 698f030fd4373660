// How much of a payload lies in its B-tree cell, and how much in overflow pages.
// https://www.sqlite.org/fileformat2.html#cell_payload_overflow_pages
//
// An overflow page is the number of the next one (4 bytes, 0 in the last), then content up to the
// page's usable size.

#ifndef ORRERY_ENGINE_FORMAT_PAYLOAD_LAYOUT_H_
#define ORRERY_ENGINE_FORMAT_PAYLOAD_LAYOUT_H_

#include <cstdint>

namespace orrery {

inline constexpr uint64_t kPayloadSizeMax = 0x7fffffff;
inline constexpr uint32_t kOverflowHeaderSize = 4;

// The format's names for these are X (most bytes that stay in the cell) and M (fewest, once a
// payload overflows). A table leaf may fill a page; an index page must have room for four cells.
constexpr uint32_t LocalPayloadMax(bool table_leaf, uint32_t usable_size) {
  return table_leaf ? usable_size - 35 : (usable_size - 12) * 64 / 255 - 23;
}
constexpr uint32_t LocalPayloadMin(uint32_t usable_size) {
  return (usable_size - 12) * 32 / 255 - 23;
}

// Bytes of a payload that lie in the cell. An overflowing payload keeps as many as make its last
// overflow page full, if that stays within the most allowed.
constexpr uint32_t LocalPayloadSize(bool table_leaf, uint64_t payload_size, uint32_t usable_size) {
  const uint32_t local_max = LocalPayloadMax(table_leaf, usable_size);
  if (payload_size <= local_max) return static_cast<uint32_t>(payload_size);
  const uint32_t local_min = LocalPayloadMin(usable_size);
  const uint32_t even = local_min + static_cast<uint32_t>((payload_size - local_min) %
                                                          (usable_size - kOverflowHeaderSize));
  return even <= local_max ? even : local_min;
}

// Pages of the chain that holds `overflow_size` bytes.
constexpr uint32_t OverflowPageCount(uint64_t overflow_size, uint32_t usable_size) {
  const uint32_t content_size = usable_size - kOverflowHeaderSize;
  return static_cast<uint32_t>((overflow_size + content_size - 1) / content_size);
}

}  // namespace orrery

#endif  // ORRERY_ENGINE_FORMAT_PAYLOAD_LAYOUT_H_
