#include "engine/storage/rollback_journal.h"

#include <algorithm>
#include <cstring>

#include "engine/io/io.h"

namespace orrery {
namespace {

constexpr size_t kPendingSizeMax = size_t{1} << 18;
constexpr size_t kPendingCountMin = 8;

}  // namespace

void RollbackJournal::Begin(JournalMode mode_in, Synchronous synchronous_in, uint32_t page_size_in,
                            PageNumber page_count) {
  CHECK(!active && mode_in != JournalMode::kWal);
  active = true;
  mode = mode_in;
  synchronous = synchronous_in;
  page_size = page_size_in;
  initial_page_count = page_count;
}

bool RollbackJournal::must_flush() const {
  return active && is_file() &&
         pending.size() > std::max(kPendingCountMin, kPendingSizeMax / page_size);
}

Status RollbackJournal::Keep(Io& io, PageNumber page, const std::byte* bytes) {
  std::unique_ptr<std::byte[]> record = io.AllocateBytes(Allocation::kJournalRecord, record_size());
  if (record == nullptr) return Status(ResultCode::kNoMemory);
  StoreBig(record.get(), page);
  std::memcpy(record.get() + kJournalRecordPageAt, bytes, page_size);
  StoreBig(record.get() + kJournalRecordPageAt + page_size, uint32_t{0});
  pending.push_back(std::move(record));
  kept.Insert(page);
  return OkStatus();
}

const JournalSegment& RollbackJournal::SegmentOf(uint64_t index) const {
  CHECK(index < written_count);
  const auto after = std::upper_bound(
      segments.begin(), segments.end(), index,
      [](uint64_t wanted, const JournalSegment& segment) { return wanted < segment.first_record; });
  return *(after - 1);
}

uint64_t RollbackJournal::OffsetOf(uint64_t index) const {
  const JournalSegment& segment = SegmentOf(index);
  return segment.offset + kJournalSectorSize + (index - segment.first_record) * record_size();
}

void RollbackJournal::Clear() { *this = RollbackJournal(); }

}  // namespace orrery
