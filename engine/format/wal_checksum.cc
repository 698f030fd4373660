#include "engine/format/wal_checksum.h"

#include <bit>

#include "engine/base/check.h"

namespace orrery {
namespace {

template <bool kSwap>
WalChecksum Add(WalChecksum sum, Bytes bytes) {
  const std::byte* at = bytes.data();
  const std::byte* const end = at + bytes.size();
  for (; at < end; at += 8) {
    uint32_t words[2];
    std::memcpy(words, at, sizeof words);
    if (kSwap) {
      words[0] = SwapBytes(words[0]);
      words[1] = SwapBytes(words[1]);
    }
    sum.sum1 += words[0] + sum.sum2;
    sum.sum2 += words[1] + sum.sum1;
  }
  return sum;
}

}  // namespace

WalChecksum AddToChecksum(WalChecksum sum, Bytes bytes, bool big_endian) {
  CHECK(bytes.size() % 8 == 0);
  const bool native_is_big = std::endian::native == std::endian::big;
  return big_endian == native_is_big ? Add<false>(sum, bytes) : Add<true>(sum, bytes);
}

}  // namespace orrery
