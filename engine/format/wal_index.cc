#include "engine/format/wal_index.h"

#include <bit>
#include <cstring>

#include "engine/base/bytes.h"

namespace orrery {
namespace {

using HeaderBytes = std::array<std::byte, kWalIndexHeaderSize>;

constexpr size_t kChecksummedSize = 40;
constexpr bool kNativeIsBig = std::endian::native == std::endian::big;

template <typename T>
T Get(const HeaderBytes& bytes, size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

template <typename T>
void Put(HeaderBytes& bytes, size_t at, T value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

WalChecksum ChecksumOf(const HeaderBytes& bytes) {
  return AddToChecksum({}, Bytes(bytes).first(kChecksummedSize), kNativeIsBig);
}

}  // namespace

std::optional<WalIndexHeader> DecodeWalIndexHeader(const WalIndexHeaderWords& words) {
  const auto bytes = std::bit_cast<HeaderBytes>(words);
  if (Get<uint8_t>(bytes, 12) == 0) return std::nullopt;  // never written
  if (ChecksumOf(bytes) != WalChecksum{Get<uint32_t>(bytes, 40), Get<uint32_t>(bytes, 44)}) {
    return std::nullopt;
  }
  const uint32_t page_size = Get<uint16_t>(bytes, 14);
  return WalIndexHeader{
      .version = Get<uint32_t>(bytes, 0),
      .change_count = Get<uint32_t>(bytes, 8),
      .big_endian_checksums = Get<uint8_t>(bytes, 13) != 0,
      .page_size = (page_size & 0xfe00) + ((page_size & 1) << 16),
      .max_frame = Get<uint32_t>(bytes, 16),
      .page_count = Get<uint32_t>(bytes, 20),
      .frame_checksum = {Get<uint32_t>(bytes, 24), Get<uint32_t>(bytes, 28)},
      .salt1 = LoadBig<uint32_t>(bytes.data() + 32),
      .salt2 = LoadBig<uint32_t>(bytes.data() + 36),
  };
}

WalIndexHeaderWords EncodeWalIndexHeader(const WalIndexHeader& header) {
  HeaderBytes bytes{};
  Put(bytes, 0, header.version);
  Put(bytes, 8, header.change_count);
  Put(bytes, 12, uint8_t{1});
  Put(bytes, 13, static_cast<uint8_t>(header.big_endian_checksums));
  Put(bytes, 14, static_cast<uint16_t>(header.page_size | header.page_size >> 16));
  Put(bytes, 16, header.max_frame);
  Put(bytes, 20, header.page_count);
  Put(bytes, 24, header.frame_checksum.sum1);
  Put(bytes, 28, header.frame_checksum.sum2);
  StoreBig(bytes.data() + 32, header.salt1);
  StoreBig(bytes.data() + 36, header.salt2);
  const WalChecksum checksum = ChecksumOf(bytes);
  Put(bytes, 40, checksum.sum1);
  Put(bytes, 44, checksum.sum2);
  return std::bit_cast<WalIndexHeaderWords>(bytes);
}

}  // namespace orrery
