#include "sim/sweeps/committed.h"

#include <algorithm>
#include <optional>

#include "engine/format/wal_frame.h"

namespace orrery::sim {

Bytes CommittedPart(Bytes log) {
  if (log.size() < kWalHeaderSize) return Bytes();
  const std::optional<WalHeader> header = DecodeWalHeader(log);
  if (!header) return Bytes();
  const uint64_t frame_size = WalFrameSize(header->page_size);
  size_t committed_size = 0;
  WalChecksum checksum = header->checksum;
  for (size_t at = kWalHeaderSize; at + frame_size <= log.size(); at += frame_size) {
    const Bytes bytes = log.subspan(at, frame_size);
    const WalFrameHeader frame = DecodeWalFrameHeader(bytes);
    checksum = FrameChecksum(checksum, frame, bytes.subspan(kWalFrameHeaderSize),
                             header->big_endian_checksums);
    const bool valid = frame.salt1 == header->salt1 && frame.salt2 == header->salt2 &&
                       frame.page != kNoPage && frame.checksum == checksum;
    if (!valid) break;
    if (frame.commits()) committed_size = at + frame_size;
  }
  return log.first(committed_size);
}

std::vector<std::byte> CommittedDatabase(const DiskImage& image, const std::string& path) {
  std::vector<std::byte> database;
  Bytes log;
  for (const auto& [name, bytes] : image) {
    if (name == path) database = bytes;
    if (name == path + "-wal") log = CommittedPart(bytes);
  }
  if (log.empty()) return database;
  const uint32_t page_size = DecodeWalHeader(log)->page_size;
  const uint64_t frame_size = WalFrameSize(page_size);
  for (size_t at = kWalHeaderSize; at < log.size(); at += frame_size) {
    const Bytes bytes = log.subspan(at, frame_size);
    const WalFrameHeader frame = DecodeWalFrameHeader(bytes);
    const size_t page_at = (frame.page - size_t{1}) * page_size;
    database.resize(std::max(database.size(), page_at + page_size));
    std::ranges::copy(bytes.subspan(kWalFrameHeaderSize),
                      database.begin() + static_cast<ptrdiff_t>(page_at));
    if (frame.commits()) database.resize(size_t{frame.commit_page_count} * page_size);
  }
  return database;
}

}  // namespace orrery::sim
