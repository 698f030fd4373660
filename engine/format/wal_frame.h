// A WAL frame: 24 bytes of header, then one page. Frames are numbered from 1.
// https://www.sqlite.org/fileformat2.html#walformat

#ifndef ORRERY_ENGINE_FORMAT_WAL_FRAME_H_
#define ORRERY_ENGINE_FORMAT_WAL_FRAME_H_

#include <cstdint>

#include "engine/base/bytes.h"
#include "engine/format/page_number.h"
#include "engine/format/wal_checksum.h"
#include "engine/format/wal_header.h"

namespace orrery {

inline constexpr size_t kWalFrameHeaderSize = 24;

struct WalFrameHeader {
  PageNumber page = kNoPage;
  PageNumber commit_page_count =
      0;  // not 0: this frame commits, and the database has so many pages
  uint32_t salt1 = 0;
  uint32_t salt2 = 0;
  WalChecksum checksum;

  bool commits() const { return commit_page_count != 0; }
};

// The checksum that a frame must carry: on from `before`, the checksum of the frame before it (of
// the log's header for the first), over the frame's first two fields and its page.
WalChecksum FrameChecksum(WalChecksum before, const WalFrameHeader& frame, Bytes page,
                          bool big_endian);

WalFrameHeader DecodeWalFrameHeader(Bytes bytes);
void EncodeWalFrameHeader(const WalFrameHeader& header, MutableBytes bytes);

constexpr uint64_t WalFrameSize(uint32_t page_size) { return kWalFrameHeaderSize + page_size; }

// Where frame `number` begins in the file.
constexpr uint64_t WalFrameOffset(uint32_t number, uint32_t page_size) {
  return kWalHeaderSize + (number - 1) * WalFrameSize(page_size);
}

}  // namespace orrery

#endif  // ORRERY_ENGINE_FORMAT_WAL_FRAME_H_
