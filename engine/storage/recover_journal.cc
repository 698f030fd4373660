#include "engine/storage/recover_journal.h"

#include <algorithm>
#include <string>

#include "engine/storage/database_lock.h"

namespace orrery {
RecoverJournal::Next RecoverJournal::Run(State state) {
  switch (state) {
    case State::kBegin:
      return Look();
    case State::kFirstByte:
      return LockFile();
    case State::kJournalSynced:
      return ReadEnding();
    case State::kEnding:
      return TakeEnding();
    case State::kFileHeader:
      return TakeFileHeader();
    case State::kHeader:
      return AskHeader();
    case State::kHeaderRead:
      return TakeHeader();
    case State::kCut:
      return AfterCut();
    case State::kRecord:
      return AskRecord();
    case State::kRecordRead:
      return TakeRecord();
    case State::kPageWritten:
      return PageWritten();
    case State::kSync:
      return SyncDatabase();
    case State::kSynced:
      return RemoveJournal();
    case State::kRemoved:
      return DeleteSuper();
    case State::kEnd:
      return End();
  }
  Unreachable();
}

// ---- Is it hot? ----

RecoverJournal::Next RecoverJournal::Look() {
  is_locked_ = false;
  journal_.reset();  // of a run that was given up
  first_.reset();
  super_name_.clear();
  offset_ = 0;
  if (core_.is_private) return Cold();
  Result<bool> exists = core_.io.Exists(core_.journal_path);
  if (!exists.ok()) return Refuse(std::move(exists).status());
  if (!*exists) return Cold();
  Result<bool> reserved = IsDatabaseReserved(core_);
  if (!reserved.ok()) return Refuse(std::move(reserved).status());
  if (*reserved) return Cold();
  Result<uint64_t> database_size = core_.DatabaseSize();
  if (!database_size.ok()) return Refuse(std::move(database_size).status());
  if (*database_size == 0) {
    if (Status status = RemoveWhenEmpty(); !status.ok()) return Refuse(std::move(status));
    return Cold();
  }
  Result<std::unique_ptr<File>> journal =
      core_.io.Open(core_.journal_path, {.kind = FileKind::kJournal, .read_only = true});
  if (!journal.ok()) {
    // Its writer may just have finished with it.
    exists = core_.io.Exists(core_.journal_path);
    if (exists.ok() && !*exists) return Cold();
    return Refuse(std::move(journal).status());
  }
  journal_ = *std::move(journal);
  bytes_.assign(1, std::byte{0});
  read_.Start(*journal_, 0, bytes_, done_);
  return AwaitOutcome(read_, State::kFirstByte);
}

// A journal beside an empty file has nothing to undo. It goes if nobody is about to use it.
Status RecoverJournal::RemoveWhenEmpty() {
  if (core_.options.read_only) return OkStatus();
  const Status status = LockDatabaseReserved(core_);
  if (status.primary() == ResultCode::kBusy) return OkStatus();
  RETURN_IF_ERROR(status);
  Status removed;
  ASSIGN_OR_RETURN(const uint64_t size, core_.DatabaseSize());
  if (size == 0) removed = core_.io.Remove(core_.journal_path);
  DowngradeDatabaseLock(core_);
  return removed;
}

RecoverJournal::Next RecoverJournal::LockFile() {
  if (!outcome().ok()) return Refuse(outcome());
  if (read_.Take() == 0 || bytes_[0] == std::byte{0}) return Cold();
  if (core_.options.read_only) {
    return Refuse(Status(ResultCode::kReadOnlyRollback,
                         core_.path + " has a hot rollback journal, to be undone by a writer"));
  }
  if (core_.stop_requested) return Refuse(Status(ResultCode::kAbort));
  if (Status status = LockDatabaseExclusive(core_); !status.ok()) {
    return Refuse(std::move(status));
  }
  is_locked_ = true;
  // Somebody else may have recovered it before we had the lock, and another journal may stand
  // there.
  journal_.reset();
  Result<bool> exists = core_.io.Exists(core_.journal_path);
  if (!exists.ok()) return Refuse(std::move(exists).status());
  if (!*exists) return Cold();
  Result<std::unique_ptr<File>> journal =
      core_.io.Open(core_.journal_path, {.kind = FileKind::kJournal});
  if (!journal.ok()) return Refuse(std::move(journal).status());
  journal_ = *std::move(journal);
  // None of the pages in the cache is known to be of what will be there.
  core_.cache.DropIf([](const Frame&) { return true; });
  core_.cached_state = WalIndexHeaderWords{};
  if (!syncs()) return Goto(State::kJournalSynced);
  journal_->Sync(SyncKind::kData, done_);
  return AwaitOutcome(done_, State::kJournalSynced);
}

RecoverJournal::Next RecoverJournal::ReadEnding() {
  if (!outcome().ok()) return Refuse(outcome());
  Result<uint64_t> size = journal_->Size();
  if (!size.ok()) return Refuse(std::move(size).status());
  journal_size_ = *size;
  const uint64_t ending_size = std::min<uint64_t>(journal_size_, kJournalEndingSizeMax);
  bytes_.assign(ending_size, std::byte{0});
  read_.Start(*journal_, journal_size_ - ending_size, bytes_, done_);
  return AwaitOutcome(read_, State::kEnding);
}

RecoverJournal::Next RecoverJournal::TakeEnding() {
  if (!outcome().ok()) return Refuse(outcome());
  (void)read_.Take();
  super_name_ = SuperJournalName(bytes_);
  if (!super_name_.empty()) {
    // When the super-journal is gone its transaction is complete, and this journal is a leftover.
    Result<bool> exists = core_.io.Exists(super_name_);
    if (!exists.ok()) return Refuse(std::move(exists).status());
    if (!*exists) {
      super_name_.clear();
      return Goto(State::kSync);
    }
  }
  bytes_.assign(kDatabaseHeaderSize, std::byte{0});
  read_.Start(*core_.database, 0, bytes_, done_);
  return AwaitOutcome(read_, State::kFileHeader);
}

RecoverJournal::Next RecoverJournal::TakeFileHeader() {
  if (!outcome().ok()) return Refuse(outcome());
  (void)read_.Take();
  const Result<DatabaseHeader> header = DecodeDatabaseHeader(bytes_);
  file_page_size_ = header.ok() ? header->page_size : core_.options.new_page_size;
  return Goto(State::kHeader);
}

// ---- Segments: a header that fills a sector, then records ----

RecoverJournal::Next RecoverJournal::AskHeader() {
  if (first_.has_value()) {
    const uint64_t sector_size = first_->sector_size;
    offset_ = (offset_ + sector_size - 1) / sector_size * sector_size;
  }
  const uint64_t size_min = first_.has_value() ? first_->sector_size : kJournalHeaderSize;
  if (offset_ + size_min > journal_size_) return Goto(State::kSync);
  bytes_.assign(kJournalHeaderSize, std::byte{0});
  read_.Start(*journal_, offset_, bytes_, done_);
  return AwaitOutcome(read_, State::kHeaderRead);
}

RecoverJournal::Next RecoverJournal::TakeHeader() {
  if (!outcome().ok()) return Refuse(outcome());
  (void)read_.Take();
  if (first_.has_value()) {
    // Later headers need not repeat the sizes.
    const JournalHeader& first = *first_;
    StoreBig(bytes_.data() + kJournalHeaderSize - 8, first.sector_size);
    StoreBig(bytes_.data() + kJournalHeaderSize - 4, first.page_size);
  }
  const std::optional<JournalHeader> header = DecodeJournalHeader(bytes_, file_page_size_);
  if (!header.has_value() || offset_ + header->sector_size > journal_size_) {
    return Goto(State::kSync);
  }
  segment_ = *header;
  offset_ += header->sector_size;
  const uint64_t most = (journal_size_ - offset_) / JournalRecordSize(header->page_size);
  records_left_ = header->record_count == kUnknownRecordCount
                      ? most
                      : std::min<uint64_t>(header->record_count, most);
  if (first_.has_value()) return Goto(State::kRecord);
  core_.io.Reached(Probe::kHotJournalPlayedBack);
  first_ = header;
  Result<uint64_t> size = core_.DatabaseSize();
  if (!size.ok()) return Refuse(std::move(size).status());
  const uint64_t old_size = uint64_t{header->initial_page_count} * header->page_size;
  if (*size <= old_size) return Goto(State::kRecord);
  core_.database->Truncate(old_size, done_);
  return AwaitOutcome(done_, State::kCut);
}

RecoverJournal::Next RecoverJournal::AfterCut() {
  if (!outcome().ok()) return Refuse(outcome());
  return Goto(State::kRecord);
}

RecoverJournal::Next RecoverJournal::AskRecord() {
  if (records_left_ == 0) return Goto(State::kHeader);
  --records_left_;
  bytes_.resize(JournalRecordSize(first_->page_size));
  read_.Start(*journal_, offset_, bytes_, done_);
  offset_ += bytes_.size();
  return AwaitOutcome(read_, State::kRecordRead);
}

RecoverJournal::Next RecoverJournal::TakeRecord() {
  if (!outcome().ok()) return Refuse(outcome());
  if (read_.Take() < bytes_.size()) return Goto(State::kSync);
  const uint32_t page_size = first_->page_size;
  const auto number = LoadBig<uint32_t>(bytes_.data());
  const Bytes page = Bytes(bytes_).subspan(4, page_size);
  if (number == kNoPage || number == LockPage(page_size)) return Goto(State::kSync);
  if (number > first_->initial_page_count) return Goto(State::kRecord);
  if (JournalChecksum(segment_.nonce, page) != LoadBig<uint32_t>(bytes_.data() + 4 + page_size)) {
    return Goto(State::kSync);
  }
  write_.Start(*core_.database, uint64_t{number - 1} * page_size, page, done_);
  return AwaitOutcome(write_, State::kPageWritten);
}

RecoverJournal::Next RecoverJournal::PageWritten() {
  if (!outcome().ok()) return Refuse(outcome());
  (void)write_.Take();
  return Goto(State::kRecord);
}

// ---- The end ----

RecoverJournal::Next RecoverJournal::SyncDatabase() {
  if (!syncs()) return Goto(State::kSynced);
  core_.database->Sync(SyncKind::kFull, done_);
  return AwaitOutcome(done_, State::kSynced);
}

RecoverJournal::Next RecoverJournal::RemoveJournal() {
  if (!outcome().ok()) return Refuse(outcome());
  journal_.reset();
  if (Status status = core_.io.Remove(core_.journal_path); !status.ok()) {
    return Refuse(std::move(status));
  }
  if (!syncs()) return Goto(State::kRemoved);
  core_.io.SyncDirectoryOf(core_.journal_path, done_);
  return AwaitOutcome(done_, State::kRemoved);
}

RecoverJournal::Next RecoverJournal::DeleteSuper() {
  if (!outcome().ok()) return Refuse(outcome());
  if (super_name_.empty()) return Goto(State::kEnd);
  delete_super_.Start(super_name_);
  return AwaitOutcome(delete_super_, State::kEnd);
}

RecoverJournal::Next RecoverJournal::End() {
  delete_super_.Abandon();
  return Cold();
}

RecoverJournal::Next RecoverJournal::Cold() {
  journal_.reset();
  is_locked_ = false;
  DowngradeDatabaseLock(core_);
  return Done({});
}

RecoverJournal::Next RecoverJournal::Refuse(Status status) {
  journal_.reset();
  is_locked_ = false;
  DowngradeDatabaseLock(core_);
  return Fail(std::move(status));
}

}  // namespace orrery
