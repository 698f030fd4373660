#include "engine/format/wal_header.h"

#include <bit>

#include "engine/base/check.h"
#include "engine/format/page_number.h"

namespace orrery {
namespace {

constexpr uint32_t kMagicLittle = 0x377f0682;  // one more: big-endian checksums
constexpr size_t kChecksummedSize = 24;

}  // namespace

std::optional<WalHeader> DecodeWalHeader(Bytes bytes) {
  CHECK(bytes.size() >= kWalHeaderSize);
  const std::byte* const at = bytes.data();
  const uint32_t magic = LoadBig<uint32_t>(at);
  if ((magic & ~1U) != kMagicLittle) return std::nullopt;
  WalHeader header;
  header.big_endian_checksums = (magic & 1) != 0;
  header.version = LoadBig<uint32_t>(at + 4);
  header.page_size = LoadBig<uint32_t>(at + 8);
  header.checkpoint_sequence = LoadBig<uint32_t>(at + 12);
  header.salt1 = LoadBig<uint32_t>(at + 16);
  header.salt2 = LoadBig<uint32_t>(at + 20);
  header.checksum = {LoadBig<uint32_t>(at + 24), LoadBig<uint32_t>(at + 28)};
  if (!std::has_single_bit(header.page_size) || header.page_size < kPageSizeMin ||
      header.page_size > kPageSizeMax) {
    return std::nullopt;
  }
  if (AddToChecksum({}, bytes.first(kChecksummedSize), header.big_endian_checksums) !=
      header.checksum) {
    return std::nullopt;
  }
  return header;
}

std::array<std::byte, kWalHeaderSize> EncodeWalHeader(WalHeader& header) {
  std::array<std::byte, kWalHeaderSize> bytes{};
  std::byte* const at = bytes.data();
  StoreBig(at, kMagicLittle | (header.big_endian_checksums ? 1U : 0U));
  StoreBig(at + 4, header.version);
  StoreBig(at + 8, header.page_size);
  StoreBig(at + 12, header.checkpoint_sequence);
  StoreBig(at + 16, header.salt1);
  StoreBig(at + 20, header.salt2);
  header.checksum =
      AddToChecksum({}, Bytes(bytes).first(kChecksummedSize), header.big_endian_checksums);
  StoreBig(at + 24, header.checksum.sum1);
  StoreBig(at + 28, header.checksum.sum2);
  return bytes;
}

}  // namespace orrery
