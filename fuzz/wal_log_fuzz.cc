// Recovery of a log of any bytes. The first byte of the input chooses what the rest is: the log as
// it stands; or a list of changes to a good one (offset in two bytes, value in one), whose
// checksums are then made right again, so that what lies behind them is reached.

#include "engine/format/wal_frame.h"
#include "fuzz/pager_files.h"

using namespace orrery;

namespace {

void MakeChecksumsRight(std::vector<std::byte>& log) {
  if (log.size() < kWalHeaderSize) return;
  const Bytes fixed = Bytes(log).first(24);
  const bool big_endian = (log[3] & std::byte{1}) != std::byte{0};
  WalChecksum checksum = AddToChecksum({}, fixed, big_endian);
  StoreBig(log.data() + 24, checksum.sum1);
  StoreBig(log.data() + 28, checksum.sum2);
  const uint32_t page_size = LoadBig<uint32_t>(log.data() + 8);
  if (page_size < 512 || page_size > 65536 || page_size % 8 != 0) return;
  for (uint64_t at = kWalHeaderSize; at + WalFrameSize(page_size) <= log.size();
       at += WalFrameSize(page_size)) {
    const MutableBytes frame(log.data() + at, WalFrameSize(page_size));
    WalFrameHeader header = DecodeWalFrameHeader(frame);
    checksum = FrameChecksum(checksum, header, frame.subspan(kWalFrameHeaderSize), big_endian);
    header.checksum = checksum;
    EncodeWalFrameHeader(header, frame);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0 || size > 20000) return 0;
  const Bytes input(reinterpret_cast<const std::byte*>(data) + 1, size - 1);
  std::vector<std::byte> log;
  if (data[0] % 2 == 0) {
    log.assign(input.begin(), input.end());
  } else {
    log = GoodFiles().log;
    for (size_t i = 0; i + 3 <= input.size(); i += 3) {
      log[LoadBig<uint16_t>(input.data() + i) % log.size()] = input[i + 2];
    }
  }
  if (data[0] % 4 >= 1) MakeChecksumsRight(log);

  MemoryIo io({.seed = 1});
  WriteFile(io, "f.db", GoodFiles().database);
  WriteFile(io, "f.db-wal", log);
  FuzzConnection a(io);
  a.ReadAll();
  (void)a.WriteSome();
  a.ReadAll();
  a.Close();
  return 0;
}
