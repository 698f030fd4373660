#include "engine/storage/change_mode.h"

#include "engine/storage/database_lock.h"

namespace orrery {
namespace {

bool KeepsJournal(JournalMode mode) {
  return mode == JournalMode::kPersist || mode == JournalMode::kTruncate;
}

}  // namespace

ChangeMode::Next ChangeMode::Run(State state) {
  switch (state) {
    case State::kBegin:
      return Look();
    case State::kLooked:
      return Looked();
    case State::kLogClosed:
      return LogClosed();
    case State::kHeaderRead:
      return HeaderRead();
    case State::kChanged:
      return Changed();
  }
  Unreachable();
}

ChangeMode::Next ChangeMode::Look() {
  if (core_.is_private && mode_ != JournalMode::kMemory && mode_ != JournalMode::kOff) {
    return Done(core_.journal_mode());
  }
  if (!core_.view.in_read) {
    begin_read_.Start();
    return Await(begin_read_, State::kLooked);
  }
  const JournalMode now = core_.journal_mode();
  if (mode_ == now) return Done(now);
  if (mode_ == JournalMode::kWal || now == JournalMode::kWal) {
    return Fail(Status(ResultCode::kLocked));
  }
  UseJournal(mode_);
  return Done(core_.journal_mode());
}

ChangeMode::Next ChangeMode::Looked() {
  (void)begin_read_.Take();
  // A new file that is to become a WAL database is not one yet.
  const bool is_wal = core_.wal.open();
  if (is_wal == (mode_ == JournalMode::kWal)) {
    if (!is_wal) UseJournal(mode_);
    core_.EndRead();
    return Done(mode_);
  }
  if (core_.options.read_only) return Refuse(Status(ResultCode::kReadOnly));
  if (core_.view.header.write_version > kWalFileVersion) {
    return Refuse(
        Status(ResultCode::kReadOnly, core_.path + " has a newer write version than we know"));
  }
  if (mode_ == JournalMode::kWal) {
    set_file_version_.Start(kWalFileVersion);
    return AwaitOutcome(set_file_version_, State::kChanged);
  }
  core_.EndRead();
  close_log_.Start();
  return Await(close_log_, State::kLogClosed);
}

// ---- Out of WAL mode ----

ChangeMode::Next ChangeMode::LogClosed() {
  (void)close_log_.Take();
  bytes_.fill(std::byte{0});
  read_.Start(*core_.database, 0, bytes_, read_done_);
  return AwaitOutcome(read_, State::kHeaderRead);
}

// A read transaction on the file itself, which is still locked EXCLUSIVE.
ChangeMode::Next ChangeMode::HeaderRead() {
  if (!outcome().ok()) return Refuse(outcome());
  (void)read_.Take();
  Result<DatabaseHeader> header = DecodeDatabaseHeader(bytes_);
  if (!header.ok()) return Refuse(std::move(header).status());
  core_.cache.SetPageSize(header->page_size);
  Result<uint64_t> size = core_.DatabaseSize();
  if (!size.ok()) return Refuse(std::move(size).status());
  Result<PageNumber> page_count = PageCountOf(*header, *size, core_.path);
  if (!page_count.ok()) return Refuse(std::move(page_count).status());
  header->page_count = *page_count;
  core_.view.in_read = true;
  core_.view.page_count = *page_count;
  core_.view.header = *header;
  set_file_version_.Start(kRollbackFileVersion);
  return AwaitOutcome(set_file_version_, State::kChanged);
}

ChangeMode::Next ChangeMode::Changed() {
  if (!outcome().ok()) return Refuse(outcome());
  (void)set_file_version_.Take();
  core_.options.journal_mode = mode_;
  DowngradeDatabaseLock(core_);
  core_.EndRead();
  return Done(mode_);
}

// ---- Between rollback journals ----

void ChangeMode::UseJournal(JournalMode mode) {
  RollbackJournal& journal = core_.journal;
  if (journal.active) {
    bool is_changed = journal.file != nullptr || journal.kept.size() > 0;
    core_.cache.ForEach([&](const Frame& frame) { is_changed = is_changed || frame.dirty; });
    if (is_changed) return;
    journal.mode = mode;
  }
  const bool was_kept = KeepsJournal(core_.options.journal_mode);
  core_.options.journal_mode = mode;
  if (!was_kept || KeepsJournal(mode) || core_.options.read_only) return;
  // If somebody else writes, it may be theirs.
  const bool is_ours = core_.database_lock == DatabaseLock::kShared;
  if (is_ours && !LockDatabaseReserved(core_).ok()) return;
  (void)core_.io.Remove(core_.journal_path);
  if (is_ours) DowngradeDatabaseLock(core_);
}

ChangeMode::Next ChangeMode::Refuse(Status status) {
  DowngradeDatabaseLock(core_);
  core_.EndRead();
  return Fail(std::move(status));
}

}  // namespace orrery
