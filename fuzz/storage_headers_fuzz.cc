// Every decoder of a fixed-size header in the file formats: whatever it accepts it can encode, and
// decodes again to the same.

#include <array>
#include <cstring>

#include "engine/base/check.h"
#include "engine/format/database_header.h"
#include "engine/format/journal_header.h"
#include "engine/format/wal_frame.h"
#include "engine/format/wal_header.h"
#include "engine/format/wal_index.h"

using namespace orrery;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::array<std::byte, kDatabaseHeaderSize> bytes{};
  std::memcpy(bytes.data(), data, std::min(size, bytes.size()));

  if (const Result<DatabaseHeader> header = DecodeDatabaseHeader(bytes); header.ok()) {
    std::array<std::byte, kDatabaseHeaderSize> again;
    EncodeDatabaseHeader(*header, again);
    const Result<DatabaseHeader> second = DecodeDatabaseHeader(again);
    CHECK(second.ok() && second->page_size == header->page_size);
    CHECK(second->user_version == header->user_version);
  }
  if (std::optional<WalHeader> header = DecodeWalHeader(bytes)) {
    const std::array<std::byte, kWalHeaderSize> again = EncodeWalHeader(*header);
    CHECK(std::memcmp(again.data(), bytes.data(), again.size()) == 0);
  }
  const WalFrameHeader frame = DecodeWalFrameHeader(bytes);
  std::array<std::byte, kWalFrameHeaderSize> frame_again;
  EncodeWalFrameHeader(frame, frame_again);
  CHECK(std::memcmp(frame_again.data(), bytes.data(), frame_again.size()) == 0);
  if (const std::optional<JournalHeader> header = DecodeJournalHeader(bytes, 1024)) {
    std::array<std::byte, kJournalHeaderSize> again;
    EncodeJournalHeader(*header, again);
    // Without a page size it has the one it was told.
    const bool is_whole = LoadBig<uint32_t>(bytes.data() + kJournalHeaderSize - 4) != 0;
    CHECK(!is_whole || std::memcmp(again.data(), bytes.data(), again.size()) == 0);
    CHECK(is_whole || header->page_size == 1024);
  }
  const Bytes ending(reinterpret_cast<const std::byte*>(data), size);
  CHECK(SuperJournalName(ending).size() <= kSuperJournalNameSizeMax);
  WalIndexHeaderWords words;
  std::memcpy(words.data(), bytes.data(), sizeof words);
  if (const std::optional<WalIndexHeader> header = DecodeWalIndexHeader(words)) {
    CHECK(DecodeWalIndexHeader(EncodeWalIndexHeader(*header)).has_value());
  }
  return 0;
}
