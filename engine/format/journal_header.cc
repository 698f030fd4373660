#include "engine/format/journal_header.h"

#include <cstring>

#include <bit>

#include "engine/base/check.h"

namespace orrery {
namespace {

constexpr uint64_t kMagic = 0xd9d505f920a163d7;
constexpr uint32_t kSectorSizeMin = 32;
constexpr uint32_t kSectorSizeMax = 65536;

bool IsPowerOfTwoIn(uint32_t value, uint32_t least, uint32_t most) {
  return std::has_single_bit(value) && value >= least && value <= most;
}

}  // namespace

bool BeginsJournalHeader(Bytes bytes) {
  CHECK(bytes.size() >= sizeof kMagic);
  return LoadBig<uint64_t>(bytes.data()) == kMagic;
}

std::optional<JournalHeader> DecodeJournalHeader(Bytes bytes, uint32_t default_page_size) {
  CHECK(bytes.size() >= kJournalHeaderSize);
  const std::byte* const at = bytes.data();
  if (!BeginsJournalHeader(bytes)) return std::nullopt;
  JournalHeader header = {
      .record_count = LoadBig<uint32_t>(at + 8),
      .nonce = LoadBig<uint32_t>(at + 12),
      .initial_page_count = LoadBig<uint32_t>(at + 16),
      .sector_size = LoadBig<uint32_t>(at + 20),
      .page_size = LoadBig<uint32_t>(at + 24),
  };
  if (header.page_size == 0) header.page_size = default_page_size;
  if (!IsPowerOfTwoIn(header.sector_size, kSectorSizeMin, kSectorSizeMax)) return std::nullopt;
  if (!IsPowerOfTwoIn(header.page_size, kPageSizeMin, kPageSizeMax)) return std::nullopt;
  return header;
}

void EncodeJournalHeader(const JournalHeader& header, MutableBytes bytes) {
  CHECK(bytes.size() >= kJournalHeaderSize);
  std::byte* const at = bytes.data();
  StoreBig(at, kMagic);
  StoreBig(at + 8, header.record_count);
  StoreBig(at + 12, header.nonce);
  StoreBig(at + 16, header.initial_page_count);
  StoreBig(at + 20, header.sector_size);
  StoreBig(at + 24, header.page_size);
}

std::array<std::byte, kJournalHeaderStartSize> EncodeJournalHeaderStart(uint32_t record_count) {
  std::array<std::byte, kJournalHeaderStartSize> bytes;
  StoreBig(bytes.data(), kMagic);
  StoreBig(bytes.data() + sizeof kMagic, record_count);
  return bytes;
}

uint32_t JournalChecksum(uint32_t nonce, Bytes page) {
  // Every 200th byte from the end, the first byte left out.
  uint32_t sum = nonce;
  for (size_t i = page.size(); i > 200;) {
    i -= 200;
    sum += static_cast<uint8_t>(page[i]);
  }
  return sum;
}

namespace {

uint32_t NameChecksum(std::string_view name) {
  uint32_t sum = 0;
  for (const char c : name) sum += static_cast<uint32_t>(static_cast<signed char>(c));
  return sum;
}

}  // namespace

std::vector<std::byte> EncodeSuperJournalName(std::string_view name, PageNumber lock_page) {
  CHECK(name.size() <= kSuperJournalNameSizeMax);
  const auto size = static_cast<uint32_t>(name.size());
  std::vector<std::byte> bytes(name.size() + 20);
  std::byte* at = bytes.data();
  StoreBig(at, lock_page);
  std::memcpy(at + 4, name.data(), name.size());
  at += 4 + name.size();
  StoreBig(at, size);
  StoreBig(at + 4, NameChecksum(name));
  StoreBig(at + 8, kMagic);
  return bytes;
}

std::string SuperJournalName(Bytes ending) {
  constexpr size_t kTailSize = 16;
  if (ending.size() < kTailSize) return {};
  const std::byte* const tail = ending.data() + ending.size() - kTailSize;
  const auto size = LoadBig<uint32_t>(tail);
  if (!BeginsJournalHeader(Bytes(tail + 8, 8))) return {};
  if (size > kSuperJournalNameSizeMax || size > ending.size() - kTailSize) return {};
  const std::string name(AsText(Bytes(tail - size, size)));
  return NameChecksum(name) == LoadBig<uint32_t>(tail + 4) ? name : std::string();
}

}  // namespace orrery
