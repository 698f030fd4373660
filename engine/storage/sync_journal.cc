#include "engine/storage/sync_journal.h"

namespace orrery {
namespace {

const YieldSite kSyncJournal("storage.sync_journal.begin");

}  // namespace

SyncJournal::Next SyncJournal::Run(State state) {
  switch (state) {
    case State::kBegin:
      return LookBehind();
    case State::kNextRead:
      return ClearBehind();
    case State::kNextCleared:
      return SyncRecords();
    case State::kRecordsSynced:
      return WriteCount();
    case State::kCountWritten:
      return SyncAll();
    case State::kSynced:
      return SyncDirectory();
    case State::kEnd:
      return End();
  }
  Unreachable();
}

uint64_t SyncJournal::next_segment_offset() const {
  return (core_.journal.end + kJournalSectorSize - 1) / kJournalSectorSize * kJournalSectorSize;
}

SyncJournal::Next SyncJournal::LookBehind() {
  const RollbackJournal& journal = core_.journal;
  CHECK(journal.active && journal.is_file() && !journal.segments.empty());
  if (journal.synced && journal.synced_count == journal.written_count) return Done({});
  if (core_.journal.synchronous == Synchronous::kOff) {
    if (core_.ShouldPause(kSyncJournal)) return AwaitOutcome(core_.pause, State::kEnd);
    return Goto(State::kEnd);
  }
  CHECK(journal.segment_is_open);
  bytes_.fill(std::byte{0});
  read_.Start(*journal.file, next_segment_offset(), bytes_, done_);
  return AwaitOutcome(read_, State::kNextRead);
}

SyncJournal::Next SyncJournal::ClearBehind() {
  if (!outcome().ok()) return Fail(outcome());
  (void)read_.Take();
  if (!BeginsJournalHeader(bytes_)) return Goto(State::kNextCleared);
  bytes_[0] = std::byte{0};
  write_.Start(*core_.journal.file, next_segment_offset(), Bytes(bytes_).first(1), done_);
  return AwaitOutcome(write_, State::kNextCleared);
}

SyncJournal::Next SyncJournal::SyncRecords() {
  if (!outcome().ok()) return Fail(outcome());
  if (!write_.idle()) (void)write_.Take();
  if (core_.stop_requested) return Fail(Status(ResultCode::kAbort));
  if (core_.journal.synchronous < Synchronous::kFull) return Goto(State::kRecordsSynced);
  core_.journal.file->Sync(SyncKind::kData, done_);
  return AwaitOutcome(done_, State::kRecordsSynced);
}

SyncJournal::Next SyncJournal::WriteCount() {
  if (!outcome().ok()) return Refuse(outcome());
  const JournalSegment& segment = core_.journal.segments.back();
  bytes_ = EncodeJournalHeaderStart(static_cast<uint32_t>(segment.record_count));
  write_.Start(*core_.journal.file, segment.offset, bytes_, done_);
  return AwaitOutcome(write_, State::kCountWritten);
}

SyncJournal::Next SyncJournal::SyncAll() {
  if (!outcome().ok()) return Refuse(outcome());
  (void)write_.Take();
  core_.journal.file->Sync(SyncKind::kData, done_);
  return AwaitOutcome(done_, State::kSynced);
}

SyncJournal::Next SyncJournal::SyncDirectory() {
  if (!outcome().ok()) return Refuse(outcome());
  if (core_.journal.directory_synced) return Goto(State::kEnd);
  core_.io.SyncDirectoryOf(core_.journal_path, done_);
  return AwaitOutcome(done_, State::kEnd);
}

SyncJournal::Next SyncJournal::End() {
  if (!outcome().ok()) return Refuse(outcome());
  RollbackJournal& journal = core_.journal;
  if (core_.journal.synchronous != Synchronous::kOff) {
    journal.segment_is_open = false;
    journal.directory_synced = true;
  }
  journal.synced = true;
  journal.synced_count = journal.written_count;
  return Done({});
}

SyncJournal::Next SyncJournal::Refuse(Status status) {
  core_.DoomJournal(status);
  return Fail(std::move(status));
}

}  // namespace orrery
