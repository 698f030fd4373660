#include "engine/base/varint.h"

#include <bit>

namespace orrery {

int DecodeVarintSlow(const std::byte* from, const std::byte* end, uint64_t* value) {
  uint64_t bits = 0;
  for (int i = 0; from + i < end; ++i) {
    const auto byte = static_cast<uint8_t>(from[i]);
    if (i == kVarintSizeMax - 1) {
      *value = bits << 8 | byte;
      return kVarintSizeMax;
    }
    bits = bits << 7 | (byte & 0x7f);
    if (byte < 0x80) {
      *value = bits;
      return i + 1;
    }
  }
  return 0;
}

int VarintSize(uint64_t value) {
  const int bit_count = std::bit_width(value | 1);
  return bit_count > 56 ? kVarintSizeMax : (bit_count + 6) / 7;
}

int EncodeVarint(uint64_t value, std::byte* to) {
  const int size = VarintSize(value);
  int last = size - 1;
  if (size == kVarintSizeMax) {
    to[last--] = static_cast<std::byte>(value);
    value >>= 8;
  }
  for (int i = last; i >= 0; --i) {
    const bool more = i != size - 1;
    to[i] = static_cast<std::byte>((value & 0x7f) | (more ? 0x80 : 0));
    value >>= 7;
  }
  return size;
}

}  // namespace orrery
