#include "engine/storage/write_page_one.h"

#include <array>
#include <cstring>

#include "engine/format/journal_header.h"
#include "engine/storage/database_lock.h"

namespace orrery {
namespace {

const YieldSite kWritePageOne("storage.write_page_one.begin");

constexpr uint32_t kSectorSize = 512;

}  // namespace

void WritePageOne::Start(std::unique_ptr<std::byte[]> new_page, Bytes old_page,
                         PageNumber file_page_count) {
  CHECK(core_.database_lock == DatabaseLock::kShared && !done_.in_flight());
  new_page_ = std::move(new_page);
  file_page_count_ = file_page_count;
  std::array<std::byte, 4> nonce_bytes;
  core_.io.RandomBytes(nonce_bytes);
  const auto nonce = LoadBig<uint32_t>(nonce_bytes.data());
  journal_bytes_.assign(kSectorSize, std::byte{0});
  EncodeJournalHeader({.record_count = old_page.empty() ? 0U : 1U,
                       .nonce = nonce,
                       .initial_page_count = file_page_count,
                       .sector_size = kSectorSize,
                       .page_size = core_.cache.page_size()},
                      journal_bytes_);
  if (!old_page.empty()) {
    journal_bytes_.resize(kSectorSize + JournalRecordSize(core_.cache.page_size()));
    std::byte* const record = journal_bytes_.data() + kSectorSize;
    StoreBig(record, uint32_t{1});
    std::memcpy(record + 4, old_page.data(), old_page.size());
    StoreBig(record + 4 + old_page.size(), JournalChecksum(nonce, old_page));
  }
  Begin(State::kBegin);
}

WritePageOne::Next WritePageOne::Run(State state) {
  switch (state) {
    case State::kBegin:
      return Pause();
    case State::kJournal:
      return WriteJournal();
    case State::kJournalWritten:
      return SyncJournal();
    case State::kJournalSynced:
      return SyncDirectory();
    case State::kJournalDurable:
      return WritePage();
    case State::kPageWritten:
      return SyncPage();
    case State::kPageDurable:
      return RemoveJournal();
    case State::kEnd:
      return End();
  }
  Unreachable();
}

WritePageOne::Next WritePageOne::Pause() {
  if (core_.ShouldPause(kWritePageOne)) return AwaitOutcome(core_.pause, State::kJournal);
  return Goto(State::kJournal);
}

WritePageOne::Next WritePageOne::WriteJournal() {
  if (core_.stop_requested) return Refuse(Status(ResultCode::kAbort));
  if (Status status = LockDatabaseExclusive(core_, TakeReserved::kYes); !status.ok()) {
    return Refuse(std::move(status));
  }
  if (Status status = OpenJournal(); !status.ok()) return Refuse(std::move(status));
  write_.Start(*journal_, 0, journal_bytes_, done_);
  return AwaitOutcome(write_, State::kJournalWritten);
}

Status WritePageOne::OpenJournal() {
  ASSIGN_OR_RETURN(const uint64_t size, core_.DatabaseSize());
  // An earlier attempt of this very transaction got further than it knows.
  const uint32_t page_size = core_.cache.page_size();
  if ((size + page_size - 1) / page_size != file_page_count_) {
    return Status(ResultCode::kBusySnapshot);
  }
  ASSIGN_OR_RETURN(journal_,
                   core_.io.Open(core_.journal_path, {.kind = FileKind::kJournal, .create = true}));
  return OkStatus();
}

WritePageOne::Next WritePageOne::SyncJournal() {
  if (!outcome().ok()) return Refuse(outcome());
  (void)write_.Take();
  if (syncs()) journal_->Sync(SyncKind::kFull, done_);
  return AwaitOutcome(done_, State::kJournalSynced);
}

WritePageOne::Next WritePageOne::SyncDirectory() {
  if (!outcome().ok()) return Refuse(outcome());
  if (syncs()) core_.io.SyncDirectoryOf(core_.journal_path, done_);
  return AwaitOutcome(done_, State::kJournalDurable);
}

WritePageOne::Next WritePageOne::WritePage() {
  if (!outcome().ok()) return Refuse(outcome());
  if (core_.stop_requested) return Refuse(Status(ResultCode::kAbort));
  write_.Start(*core_.database, 0, Bytes(new_page_.get(), core_.cache.page_size()), done_);
  return AwaitOutcome(write_, State::kPageWritten);
}

WritePageOne::Next WritePageOne::SyncPage() {
  if (!outcome().ok()) return Refuse(outcome());
  (void)write_.Take();
  if (syncs()) core_.database->Sync(SyncKind::kFull, done_);
  return AwaitOutcome(done_, State::kPageDurable);
}

WritePageOne::Next WritePageOne::RemoveJournal() {
  if (!outcome().ok()) return Refuse(outcome());
  journal_.reset();
  if (Status status = core_.io.Remove(core_.journal_path); !status.ok()) {
    return Refuse(std::move(status));
  }
  if (syncs()) core_.io.SyncDirectoryOf(core_.journal_path, done_);
  return AwaitOutcome(done_, State::kEnd);
}

WritePageOne::Next WritePageOne::End() {
  if (!outcome().ok()) return Refuse(outcome());
  new_page_.reset();
  return Done({});
}

WritePageOne::Next WritePageOne::Refuse(Status status) {
  // A journal that stands is hot as soon as we let go, and undoes what has been done.
  journal_.reset();
  new_page_.reset();
  DowngradeDatabaseLock(core_);
  return Fail(std::move(status));
}

}  // namespace orrery
