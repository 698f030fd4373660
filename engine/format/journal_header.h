// The header of a rollback journal: what a transaction changed before it began, so that it can be
// undone. https://www.sqlite.org/fileformat2.html#the_rollback_journal

#ifndef ORRERY_ENGINE_FORMAT_JOURNAL_HEADER_H_
#define ORRERY_ENGINE_FORMAT_JOURNAL_HEADER_H_

#include <cstdint>
#include <optional>

#include "engine/base/bytes.h"
#include "engine/format/page_number.h"

namespace orrery {

inline constexpr size_t kJournalHeaderSize = 28;  // what is used; it fills a sector

struct JournalHeader {
  uint32_t record_count = 0;  // kUnknownRecordCount: as many as the file has
  uint32_t nonce = 0;         // what each record's checksum starts from
  PageNumber initial_page_count = 0;
  uint32_t sector_size = 0;
  uint32_t page_size = 0;
};

inline constexpr uint32_t kUnknownRecordCount = 0xffffffff;

// Nothing when the magic number is wrong, or a size is none that the format allows: the journal
// then holds nothing. `bytes` has kJournalHeaderSize bytes.
std::optional<JournalHeader> DecodeJournalHeader(Bytes bytes);
void EncodeJournalHeader(const JournalHeader& header, MutableBytes bytes);

// A record: page number, the page as it was, checksum.
constexpr uint64_t JournalRecordSize(uint32_t page_size) { return uint64_t{page_size} + 8; }
uint32_t JournalChecksum(uint32_t nonce, Bytes page);

}  // namespace orrery

#endif  // ORRERY_ENGINE_FORMAT_JOURNAL_HEADER_H_
