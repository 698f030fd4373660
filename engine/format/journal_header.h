// The header of a rollback journal: what a transaction changed before it began, so that it can be
// undone. https://www.sqlite.org/fileformat2.html#the_rollback_journal

#ifndef ORRERY_ENGINE_FORMAT_JOURNAL_HEADER_H_
#define ORRERY_ENGINE_FORMAT_JOURNAL_HEADER_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/format/page_number.h"

namespace orrery {

inline constexpr size_t kJournalHeaderSize = 28;  // what is used; it fills a sector
// Its first part, the magic number and the count, makes the rest valid and is written last.
inline constexpr size_t kJournalHeaderStartSize = 12;

struct JournalHeader {
  uint32_t record_count = 0;  // kUnknownRecordCount: as many as the file has
  uint32_t nonce = 0;         // what each record's checksum starts from
  PageNumber initial_page_count = 0;
  uint32_t sector_size = 0;
  uint32_t page_size = 0;
};

inline constexpr uint32_t kUnknownRecordCount = 0xffffffff;

// Nothing when the magic number is wrong, or a size is none that the format allows: the journal
// then holds nothing. Old writers left the page size out; it is then `default_page_size`. `bytes`
// has kJournalHeaderSize bytes.
std::optional<JournalHeader> DecodeJournalHeader(Bytes bytes, uint32_t default_page_size);
void EncodeJournalHeader(const JournalHeader& header, MutableBytes bytes);
std::array<std::byte, kJournalHeaderStartSize> EncodeJournalHeaderStart(uint32_t record_count);
bool BeginsJournalHeader(Bytes bytes);  // of at least 8 bytes: whether they are the magic number

// A record: page number, the page as it was, checksum.
inline constexpr size_t kJournalRecordPageAt = 4;
constexpr uint64_t JournalRecordSize(uint32_t page_size) { return uint64_t{page_size} + 8; }
uint32_t JournalChecksum(uint32_t nonce, Bytes page);

// The journal of a transaction over several files ends in the name of their super-journal:
//   lock page (4), name, its length (4), the sum of its bytes (4), the magic number (8)
inline constexpr size_t kSuperJournalNameSizeMax = 512;
inline constexpr size_t kJournalEndingSizeMax = kSuperJournalNameSizeMax + 16;
// The name in the last bytes of a journal, at most kJournalEndingSizeMax of them; empty when there
// is none.
std::string SuperJournalName(Bytes ending);
// The bytes that say so. The name has at most kSuperJournalNameSizeMax bytes.
std::vector<std::byte> EncodeSuperJournalName(std::string_view name, PageNumber lock_page);

}  // namespace orrery

#endif  // ORRERY_ENGINE_FORMAT_JOURNAL_HEADER_H_
