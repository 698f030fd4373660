#include "engine/format/wal_frame.h"

#include "engine/base/check.h"

namespace orrery {

WalChecksum FrameChecksum(WalChecksum before, const WalFrameHeader& frame, Bytes page,
                          bool big_endian) {
  std::byte fields[8];
  StoreBig(fields, frame.page);
  StoreBig(fields + 4, frame.commit_page_count);
  return AddToChecksum(AddToChecksum(before, fields, big_endian), page, big_endian);
}

WalFrameHeader DecodeWalFrameHeader(Bytes bytes) {
  CHECK(bytes.size() >= kWalFrameHeaderSize);
  const std::byte* const at = bytes.data();
  return {
      .page = LoadBig<uint32_t>(at),
      .commit_page_count = LoadBig<uint32_t>(at + 4),
      .salt1 = LoadBig<uint32_t>(at + 8),
      .salt2 = LoadBig<uint32_t>(at + 12),
      .checksum = {LoadBig<uint32_t>(at + 16), LoadBig<uint32_t>(at + 20)},
  };
}

void EncodeWalFrameHeader(const WalFrameHeader& header, MutableBytes bytes) {
  CHECK(bytes.size() >= kWalFrameHeaderSize);
  std::byte* const at = bytes.data();
  StoreBig(at, header.page);
  StoreBig(at + 4, header.commit_page_count);
  StoreBig(at + 8, header.salt1);
  StoreBig(at + 12, header.salt2);
  StoreBig(at + 16, header.checksum.sum1);
  StoreBig(at + 20, header.checksum.sum2);
}

}  // namespace orrery
