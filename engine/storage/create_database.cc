#include "engine/storage/create_database.h"

#include <cstring>
#include <new>

#include "engine/format/journal_header.h"
#include "engine/storage/database_lock.h"

namespace orrery {
namespace {

constexpr uint32_t kSectorSize = 512;
constexpr uint32_t kLibraryVersion = 3050004;  // the release of sqlite3 whose format we write
constexpr std::byte kTableLeaf{0x0d};

// Page 1 of a database without a table: the header, then an empty leaf of the schema's tree.
void FillPageOne(const DatabaseHeader& header, MutableBytes page) {
  std::memset(page.data(), 0, page.size());
  EncodeDatabaseHeader(header, page);
  std::byte* const leaf = page.data() + kDatabaseHeaderSize;
  leaf[0] = kTableLeaf;
  // Where cell content begins; 65536 does not fit and is written as 0.
  StoreBig(leaf + 5, static_cast<uint16_t>(header.usable_size()));
}

}  // namespace

CreateDatabase::Next CreateDatabase::Run(State state) {
  switch (state) {
    case State::kBegin:
      return Lock();
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
    case State::kUndo:
      return Undone();
    case State::kEnd:
      return End();
  }
  Unreachable();
}

CreateDatabase::Next CreateDatabase::Lock() { return AwaitOutcome(done_, State::kJournal); }

CreateDatabase::Next CreateDatabase::WriteJournal() {
  CHECK(core_.view.in_read && core_.view.page_count == 0);
  if (Status status = LockDatabaseExclusive(core_); !status.ok()) return Fail(std::move(status));
  Result<uint64_t> size = core_.database->Size();
  Status status = size.ok() ? OkStatus() : size.status();
  // An earlier attempt of this very transaction got as far as page 1.
  if (size.ok() && *size != 0) status = Status(ResultCode::kBusySnapshot);
  if (status.ok()) {
    page_.reset(new (std::nothrow) std::byte[core_.cache.page_size()]);
    if (page_ == nullptr) status = Status(ResultCode::kNoMemory);
  }
  if (status.ok()) {
    Result<std::unique_ptr<File>> journal =
        core_.io.Open(core_.journal_path, {.kind = FileKind::kJournal, .create = true});
    if (journal.ok()) {
      journal_ = *std::move(journal);
    } else {
      status = journal.status();
    }
  }
  if (!status.ok()) {
    DowngradeDatabaseLock(core_);
    return Fail(std::move(status));
  }
  std::array<std::byte, 4> nonce;
  core_.io.RandomBytes(nonce);
  EncodeJournalHeader({.record_count = 0,
                       .nonce = LoadBig<uint32_t>(nonce.data()),
                       .initial_page_count = 0,
                       .sector_size = kSectorSize,
                       .page_size = core_.cache.page_size()},
                      journal_bytes_);
  write_.Start(*journal_, 0, journal_bytes_, done_);
  return AwaitOutcome(write_, State::kJournalWritten);
}

CreateDatabase::Next CreateDatabase::SyncJournal() {
  if (!outcome().ok()) return Undo(outcome());
  (void)write_.Take();
  if (syncs()) journal_->Sync(SyncKind::kFull, done_);
  return AwaitOutcome(done_, State::kJournalSynced);
}

CreateDatabase::Next CreateDatabase::SyncDirectory() {
  if (!outcome().ok()) return Undo(outcome());
  if (syncs()) core_.io.SyncDirectoryOf(core_.journal_path, done_);
  return AwaitOutcome(done_, State::kJournalDurable);
}

CreateDatabase::Next CreateDatabase::WritePage() {
  if (!outcome().ok()) return Undo(outcome());
  if (core_.stop_requested) return Undo(Status(ResultCode::kAbort));
  DatabaseHeader header = core_.view.header;
  header.page_count = 1;
  header.change_counter = header.version_valid_for = 1;
  header.library_version = kLibraryVersion;
  const MutableBytes page(page_.get(), core_.cache.page_size());
  FillPageOne(header, page);
  write_.Start(*core_.database, 0, page, done_);
  return AwaitOutcome(write_, State::kPageWritten);
}

CreateDatabase::Next CreateDatabase::SyncPage() {
  if (!outcome().ok()) return Undo(outcome());
  (void)write_.Take();
  if (syncs()) core_.database->Sync(SyncKind::kFull, done_);
  return AwaitOutcome(done_, State::kPageDurable);
}

CreateDatabase::Next CreateDatabase::RemoveJournal() {
  if (!outcome().ok()) return Undo(outcome());
  journal_.reset();
  if (Status status = core_.io.Remove(core_.journal_path); !status.ok()) {
    return Undo(std::move(status));
  }
  if (syncs()) core_.io.SyncDirectoryOf(core_.journal_path, done_);
  return AwaitOutcome(done_, State::kEnd);
}

CreateDatabase::Next CreateDatabase::Undo(Status status) {
  why_undone_ = std::move(status);
  write_.Abandon();
  core_.database->Truncate(0, done_);
  return AwaitOutcome(done_, State::kUndo);
}

CreateDatabase::Next CreateDatabase::Undone() {
  journal_.reset();
  page_.reset();
  // When the file could not be cut, the journal does it for whoever comes next.
  if (outcome().ok()) (void)core_.io.Remove(core_.journal_path);
  DowngradeDatabaseLock(core_);
  return Fail(std::move(why_undone_));
}

CreateDatabase::Next CreateDatabase::End() {
  page_.reset();
  if (!outcome().ok()) {
    // The database is there, only the journal may come back: nothing must be built on it yet.
    DowngradeDatabaseLock(core_);
    return Fail(outcome());
  }
  return Done({});
}

}  // namespace orrery
