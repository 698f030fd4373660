// RollbackJournal is what one connection knows of its journal while it writes in rollback mode: the
// old pages that it has kept, and how far they have got.
// https://www.sqlite.org/fileformat2.html#the_rollback_journal Each thing done to a journal has a
// file of its own:
//
//   append_journal      writes kept pages to it
//   sync_journal        makes them durable: only then may the database file be changed
//   finish_journal      ends it, which is the commit
//   play_back_journal   undoes the transaction with it
//   recover_journal     does so for one that somebody else has left
//
// A journal is a row of segments, each a header that fills a sector, then records: page number, the
// page as it was when the transaction began, checksum. A segment is closed by each sync, which
// writes its record count; with synchronous OFF there is but one, whose count is "all there are".
//
// A page is kept once, before its first change. One that was on the freelist when the transaction
// began, or is not part of the database, has nothing worth keeping.

#ifndef ORRERY_ENGINE_STORAGE_ROLLBACK_JOURNAL_H_
#define ORRERY_ENGINE_STORAGE_ROLLBACK_JOURNAL_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/status.h"
#include "engine/format/journal_header.h"
#include "engine/io/file.h"
#include "engine/storage/journal_mode.h"
#include "engine/storage/page_set.h"

namespace orrery {

class Io;

// As sqlite3 has it for a device that keeps the bytes around a write.
inline constexpr uint32_t kJournalSectorSize = 512;

struct JournalSegment {
  uint64_t offset = 0;  // of its header
  uint32_t nonce = 0;
  uint64_t first_record = 0;
  uint64_t record_count = 0;
};

struct RollbackJournal {
  bool active = false;  // a write transaction in rollback mode is open
  JournalMode mode = JournalMode::kDelete;
  Synchronous synchronous = Synchronous::kFull;  // both as they were when it began
  uint32_t page_size = 0;
  PageNumber initial_page_count = 0;  // of the file when the transaction began

  PageSet kept;   // pages that need no keeping any more
  PageSet freed;  // put on the freelist in this transaction: what they held is worth keeping

  // Records count from 0. The first ones are in the file, the others here, without checksums.
  uint64_t written_count = 0;
  std::deque<std::unique_ptr<std::byte[]>> pending;

  std::unique_ptr<File> file;
  std::vector<JournalSegment> segments;
  bool segment_is_open = false;  // the last one takes more records
  uint64_t end = 0;              // of the last segment, in bytes
  bool synced = false;           // the journal can undo the transaction, up to ...
  uint64_t synced_count = 0;     // ... so many records
  bool directory_synced = false;
  bool sync_failed = false;       // what the file holds is not to be relied on any more
  bool database_changed = false;  // the database file may have been written to
  bool keeps_lock = false;        // the commit leaves the file locked EXCLUSIVE
  bool ending = false;            // its end has been asked for, and nobody knows how that went
  bool is_named = false;          // it ends in the name of a super-journal
  bool is_prepared = false;       // all that is left of the commit is to end it
  // The cache grows beyond its limit up to here before the next try to spill: readers were in the
  // way of the last one.
  size_t spill_again_at = 0;

  bool is_file() const { return IsJournalFile(mode); }
  uint64_t record_count() const { return written_count + pending.size(); }
  size_t record_size() const { return static_cast<size_t>(JournalRecordSize(page_size)); }
  bool must_flush() const;

  // Begins for a transaction; nothing is written yet.
  void Begin(JournalMode mode_in, Synchronous synchronous_in, uint32_t page_size_in,
             PageNumber page_count);
  bool NeedsKeeping(PageNumber page) const {
    return mode != JournalMode::kOff && page <= initial_page_count && !kept.Contains(page);
  }
  Status Keep(Io& io, PageNumber page, const std::byte* bytes);
  // Whether what a free page holds may be wanted back: it was in use when the transaction began, or
  // since.
  bool HeldSomething(PageNumber page) const { return kept.Contains(page) || freed.Contains(page); }
  // Where record `index`, one of those written, begins.
  uint64_t OffsetOf(uint64_t index) const;
  // The segment of that record.
  const JournalSegment& SegmentOf(uint64_t index) const;
  // The transaction has ended. Closes the file.
  void Clear();
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_ROLLBACK_JOURNAL_H_
