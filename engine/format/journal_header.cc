#include "engine/format/journal_header.h"

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

std::optional<JournalHeader> DecodeJournalHeader(Bytes bytes) {
  CHECK(bytes.size() >= kJournalHeaderSize);
  const std::byte* const at = bytes.data();
  if (LoadBig<uint64_t>(at) != kMagic) return std::nullopt;
  const JournalHeader header = {
      .record_count = LoadBig<uint32_t>(at + 8),
      .nonce = LoadBig<uint32_t>(at + 12),
      .initial_page_count = LoadBig<uint32_t>(at + 16),
      .sector_size = LoadBig<uint32_t>(at + 20),
      .page_size = LoadBig<uint32_t>(at + 24),
  };
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

uint32_t JournalChecksum(uint32_t nonce, Bytes page) {
  // Every 200th byte from the end, the first byte left out.
  uint32_t sum = nonce;
  for (size_t i = page.size(); i > 200;) {
    i -= 200;
    sum += static_cast<uint8_t>(page[i]);
  }
  return sum;
}

}  // namespace orrery
