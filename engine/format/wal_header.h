// The first 32 bytes of a WAL file. https://www.sqlite.org/fileformat2.html#walformat
//
// A log is written from its start again and again. Each time is a generation: it has new salts, and
// frames with other salts are leftovers of an older one.

#ifndef ORRERY_ENGINE_FORMAT_WAL_HEADER_H_
#define ORRERY_ENGINE_FORMAT_WAL_HEADER_H_

#include <array>
#include <cstdint>
#include <optional>

#include "engine/base/bytes.h"
#include "engine/format/wal_checksum.h"

namespace orrery {

inline constexpr size_t kWalHeaderSize = 32;
inline constexpr uint32_t kWalVersion = 3007000;

struct WalHeader {
  bool big_endian_checksums = false;
  uint32_t version = kWalVersion;
  uint32_t page_size = 0;
  uint32_t checkpoint_sequence = 0;  // counts generations
  uint32_t salt1 = 0;
  uint32_t salt2 = 0;
  WalChecksum checksum;  // of the bytes before it; where the first frame's goes on from
};

// Nothing when the magic number, the page size or the checksum is wrong: the log is then empty. The
// caller looks at the version. `bytes` has kWalHeaderSize bytes.
std::optional<WalHeader> DecodeWalHeader(Bytes bytes);

// Fills in header.checksum too.
std::array<std::byte, kWalHeaderSize> EncodeWalHeader(WalHeader& header);

}  // namespace orrery

#endif  // ORRERY_ENGINE_FORMAT_WAL_HEADER_H_
