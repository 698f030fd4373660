#include "engine/storage/play_back_journal.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace orrery {
namespace {

const YieldSite kPlayBack("storage.play_back_journal.batch");

constexpr size_t kBatchSizeMax = size_t{1} << 18;  // bytes

}  // namespace

void PlayBackJournal::Start() {
  const RollbackJournal& journal = core_.journal;
  CHECK(journal.active && core_.database_lock == DatabaseLock::kExclusive);
  next_record_ = 0;
  // Of a journal in a file, what was not synced is of pages that have not been written.
  record_count_ = journal.is_file() ? journal.synced_count : journal.record_count();
  Begin(State::kBatch);
}

PlayBackJournal::Next PlayBackJournal::Run(State state) {
  switch (state) {
    case State::kBatch:
      return TakeBatch();
    case State::kBatchRead:
      return BatchRead();
    case State::kRecord:
      return PutBack();
    case State::kPageWritten:
      return PageWritten();
    case State::kCut:
      return Sync();
    case State::kSynced:
      return Synced();
  }
  Unreachable();
}

PlayBackJournal::Next PlayBackJournal::TakeBatch() {
  const RollbackJournal& journal = core_.journal;
  if (next_record_ == record_count_) return CutFile();
  next_in_batch_ = 0;
  if (next_record_ >= journal.written_count) {
    const size_t index = static_cast<size_t>(next_record_ - journal.written_count);
    batch_size_ = 1;
    bytes_.assign(journal.pending[index].get(),
                  journal.pending[index].get() + journal.record_size());
    if (core_.ShouldPause(kPlayBack)) return AwaitOutcome(core_.pause, State::kRecord);
    return Goto(State::kRecord);
  }
  const JournalSegment& segment = journal.SegmentOf(next_record_);
  const uint64_t segment_end = std::min(segment.first_record + segment.record_count, record_count_);
  batch_size_ = static_cast<size_t>(std::min<uint64_t>(
      segment_end - next_record_, std::max<size_t>(1, kBatchSizeMax / journal.record_size())));
  bytes_.resize(batch_size_ * journal.record_size());
  read_.Start(*journal.file, journal.OffsetOf(next_record_), bytes_, done_);
  return AwaitOutcome(read_, State::kBatchRead);
}

PlayBackJournal::Next PlayBackJournal::BatchRead() {
  if (!outcome().ok()) return Fail(outcome());
  const RollbackJournal& journal = core_.journal;
  const uint32_t nonce = journal.SegmentOf(next_record_).nonce;
  bool is_whole = read_.Take() == bytes_.size();
  for (size_t i = 0; is_whole && i < batch_size_; ++i) {
    const std::byte* const page = bytes_.data() + i * journal.record_size() + kJournalRecordPageAt;
    is_whole = JournalChecksum(nonce, Bytes(page, journal.page_size)) ==
               LoadBig<uint32_t>(page + journal.page_size);
  }
  if (!is_whole) {
    return Fail(Status(ResultCode::kIoErrorShortRead,
                       "journal " + core_.journal_path + " has lost what was written to it"));
  }
  return Goto(State::kRecord);
}

PlayBackJournal::Next PlayBackJournal::PutBack() {
  const RollbackJournal& journal = core_.journal;
  if (next_in_batch_ == batch_size_) {
    next_record_ += batch_size_;
    return Goto(State::kBatch);
  }
  const std::byte* const record = bytes_.data() + next_in_batch_ * journal.record_size();
  const auto number = LoadBig<uint32_t>(record);
  if (number == kNoPage || number > journal.initial_page_count) {
    return Fail(
        CorruptError("journal " + core_.journal_path + " names page " + std::to_string(number)));
  }
  write_.Start(*core_.database, uint64_t{number - 1} * journal.page_size,
               Bytes(record + kJournalRecordPageAt, journal.page_size), done_);
  return AwaitOutcome(write_, State::kPageWritten);
}

PlayBackJournal::Next PlayBackJournal::PageWritten() {
  if (!outcome().ok()) return Fail(outcome());
  (void)write_.Take();
  ++next_in_batch_;
  return Goto(State::kRecord);
}

PlayBackJournal::Next PlayBackJournal::CutFile() {
  const RollbackJournal& journal = core_.journal;
  Result<uint64_t> size = core_.DatabaseSize();
  if (!size.ok()) return Fail(std::move(size).status());
  const uint64_t old_size = uint64_t{journal.initial_page_count} * journal.page_size;
  if (*size <= old_size) return Goto(State::kCut);
  core_.database->Truncate(old_size, done_);
  return AwaitOutcome(done_, State::kCut);
}

PlayBackJournal::Next PlayBackJournal::Sync() {
  if (!outcome().ok()) return Fail(outcome());
  if (core_.journal.synchronous == Synchronous::kOff) return Goto(State::kSynced);
  core_.database->Sync(SyncKind::kData, done_);
  return AwaitOutcome(done_, State::kSynced);
}

PlayBackJournal::Next PlayBackJournal::Synced() {
  if (!outcome().ok()) return Fail(outcome());
  bytes_ = std::vector<std::byte>();
  return Done({});
}

}  // namespace orrery
