// The checksum of WAL headers, WAL frames and the WAL index: two 32-bit sums, each fed with the
// other, over pairs of 32-bit words. It is cumulative: a frame's covers the header and every frame
// before it, so a log is valid up to the first frame whose checksum is wrong, and no further.
// https://www.sqlite.org/fileformat2.html#checksum_algorithm

#ifndef ORRERY_ENGINE_FORMAT_WAL_CHECKSUM_H_
#define ORRERY_ENGINE_FORMAT_WAL_CHECKSUM_H_

#include <cstdint>

#include "engine/base/bytes.h"

namespace orrery {

struct WalChecksum {
  uint32_t sum1 = 0;
  uint32_t sum2 = 0;
  bool operator==(const WalChecksum&) const = default;
};

// Goes on from `sum` over `bytes`, a multiple of 8. The words are read as big-endian or
// little-endian, as the log's magic number says; a writer takes the machine's own order.
WalChecksum AddToChecksum(WalChecksum sum, Bytes bytes, bool big_endian);

}  // namespace orrery

#endif  // ORRERY_ENGINE_FORMAT_WAL_CHECKSUM_H_
