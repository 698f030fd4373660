// SQLite's variable-length integer: 1 to 9 bytes, big-endian, seven bits a byte with the high bit
// set on all but the last; a ninth byte gives all its eight bits.
// https://www.sqlite.org/fileformat2.html#varint

#ifndef ORRERY_ENGINE_BASE_VARINT_H_
#define ORRERY_ENGINE_BASE_VARINT_H_

#include <cstdint>

#include "engine/base/bytes.h"

namespace orrery {

inline constexpr int kVarintSizeMax = 9;

// Reads a varint at `from`, never past `end`. Returns its size in bytes, 0 when it is cut off.
int DecodeVarintSlow(const std::byte* from, const std::byte* end, uint64_t* value);

inline int DecodeVarint(const std::byte* from, const std::byte* end, uint64_t* value) {
  if (from < end && static_cast<uint8_t>(*from) < 0x80) [[likely]] {
    *value = static_cast<uint8_t>(*from);
    return 1;
  }
  return DecodeVarintSlow(from, end, value);
}

// Writes at most kVarintSizeMax bytes and returns how many.
int EncodeVarint(uint64_t value, std::byte* to);
int VarintSize(uint64_t value);

}  // namespace orrery

#endif  // ORRERY_ENGINE_BASE_VARINT_H_
