#include "sim/choices/byte_source.h"

namespace orrery::sim {

uint64_t ByteSource::Take(size_t size) {
  uint64_t value = 0;
  for (size_t i = 0; i < size && !rest_.empty(); ++i) {
    value |= static_cast<uint64_t>(rest_.front()) << 8 * i;
    rest_ = rest_.subspan(1);
  }
  return value;
}

uint64_t ByteSource::Choose(uint32_t, uint64_t n, const char*) {
  size_t size = 0;
  for (uint64_t largest = n - 1; largest > 0; largest >>= 8) ++size;
  return Take(size) % n;
}

bool ByteSource::Chance(uint32_t, uint32_t per_million, const char*) {
  // One byte; even the rarest event is one of its 256 values, the largest.
  const uint64_t yes_count = per_million * uint64_t{256} / kMillion;
  return Take(1) >= 256 - (yes_count > 0 ? yes_count : 1);
}

}  // namespace orrery::sim
