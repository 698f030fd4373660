#include "engine/storage/commit_journal.h"

#include <algorithm>

#include "engine/storage/database_lock.h"

namespace orrery {
namespace {

const YieldSite kCommit("storage.commit_journal.begin");

}  // namespace

CommitJournal::Next CommitJournal::Run(State state) {
  switch (state) {
    case State::kBegin:
      return Pause();
    case State::kLock:
      return Lock();
    case State::kAppended:
      return SyncJournalFile();
    case State::kJournalSynced:
      return JournalSynced();
    case State::kNamed:
      return Named();
    case State::kWrite:
      return WriteAll();
    case State::kWritten:
      return GrowFile();
    case State::kGrown:
      return SyncFile();
    case State::kEnd:
      return EndJournal();
    case State::kEnded:
      return Ended();
    case State::kEndIsDurable:
      return CutFile();
    case State::kCut:
      return End();
  }
  Unreachable();
}

CommitJournal::Next CommitJournal::Pause() {
  if (core_.ShouldPause(kCommit)) return AwaitOutcome(core_.pause, State::kLock);
  return Goto(State::kLock);
}

// ---- 1. The lock ----

CommitJournal::Next CommitJournal::Lock() {
  if (core_.stop_requested) return Refuse(Status(ResultCode::kAbort));
  if (!core_.doomed.ok()) return Refuse(core_.doomed);
  if (core_.journal.is_prepared) return Goto(State::kEnd);
  if (!core_.HasChanges()) {
    if (core_.journal.file != nullptr) return Goto(State::kEnd);
    EndWrite();
    return Done({});
  }
  if (Status status = LockDatabaseExclusive(core_); !status.ok()) {
    if (status.primary() != ResultCode::kBusy) return Refuse(std::move(status));
    core_.io.Reached(Probe::kCommitMetReaders);
    return Fail(std::move(status));
  }
  if (!is_undone_) {
    DatabaseHeader& header = core_.view.header;
    ++header.change_counter;
    header.version_valid_for = header.change_counter;
    header.library_version = kWrittenLibraryVersion;
    core_.StoreHeader();
    if (!core_.doomed.ok()) return Refuse(core_.doomed);
  }
  core_.is_committing = true;
  if (!core_.journal.is_file()) return Goto(State::kWrite);
  append_.Start();
  return AwaitOutcome(append_, State::kAppended);
}

// ---- 2. The journal ----

CommitJournal::Next CommitJournal::SyncJournalFile() {
  if (!outcome().ok()) return Refuse(outcome());
  (void)append_.Take();
  sync_.Start();
  return AwaitOutcome(sync_, State::kJournalSynced);
}

CommitJournal::Next CommitJournal::JournalSynced() {
  if (!outcome().ok()) return Refuse(outcome());
  (void)sync_.Take();
  if (super_journal_.empty()) return Goto(State::kWrite);
  core_.journal.is_named = true;
  name_.Start(super_journal_);
  return AwaitOutcome(name_, State::kNamed);
}

CommitJournal::Next CommitJournal::Named() {
  if (!outcome().ok()) return Refuse(outcome());
  (void)name_.Take();
  return Goto(State::kWrite);
}

// ---- 3. The file ----

CommitJournal::Next CommitJournal::WriteAll() {
  std::vector<Frame*> frames;
  core_.cache.DropIf([&](const Frame& frame) { return frame.number > core_.view.page_count; });
  core_.cache.ForEach([&](Frame& frame) {
    if (frame.dirty) frames.push_back(&frame);
  });
  std::sort(frames.begin(), frames.end(),
            [](const Frame* a, const Frame* b) { return a->number < b->number; });
  std::vector<PageRef> pages;
  pages.reserve(frames.size());
  for (Frame* frame : frames) pages.emplace_back(*frame);
  write_.Start(std::move(pages));
  return AwaitOutcome(write_, State::kWritten);
}

CommitJournal::Next CommitJournal::GrowFile() {
  if (!outcome().ok()) return Refuse(outcome());
  (void)write_.Take();
  // The last pages of the database may be free ones that nobody wrote.
  Result<uint64_t> size = core_.DatabaseSize();
  if (!size.ok()) return Refuse(std::move(size).status());
  if (*size >= WantedSize()) return Goto(State::kGrown);
  core_.database->Truncate(WantedSize(), done_);
  return AwaitOutcome(done_, State::kGrown);
}

CommitJournal::Next CommitJournal::SyncFile() {
  if (!outcome().ok()) return Refuse(outcome());
  if (core_.stop_requested) return Refuse(Status(ResultCode::kAbort));
  if (core_.journal.synchronous == Synchronous::kOff) return Goto(State::kEnd);
  core_.database->Sync(SyncKind::kData, done_);
  return AwaitOutcome(done_, State::kEnd);
}

// ---- 4. The decision ----

CommitJournal::Next CommitJournal::EndJournal() {
  if (!outcome().ok()) return Refuse(outcome());
  if (core_.stop_requested) return Refuse(Status(ResultCode::kAbort));
  if (!super_journal_.empty()) {
    core_.journal.is_prepared = true;
    return Done({});
  }
  finish_.Start();
  return AwaitOutcome(finish_, State::kEnded);
}

CommitJournal::Next CommitJournal::Ended() {
  if (!outcome().ok()) {
    Status status = outcome();
    if (!finish_.is_ended()) return Refuse(std::move(status));
    // It stands, but a power cut might undo it.
    EndWrite();
    return Fail(std::move(status));
  }
  (void)finish_.Take();
  if (!core_.journal.database_changed) return Goto(State::kCut);
  const Result<uint64_t> size = core_.DatabaseSize();
  if (!size.ok() || *size <= WantedSize()) return Goto(State::kCut);
  const RollbackJournal& journal = core_.journal;
  const bool is_removed = journal.mode == JournalMode::kDelete || journal.sync_failed;
  if (!is_removed || journal.synchronous == Synchronous::kOff) return Goto(State::kEndIsDurable);
  // A journal that a power cut brought back would undo a commit whose cut of the file stays.
  core_.io.SyncDirectoryOf(core_.journal_path, done_);
  return AwaitOutcome(done_, State::kEndIsDurable);
}

// A file that stays longer than its header says does no harm.
CommitJournal::Next CommitJournal::CutFile() {
  if (!outcome().ok()) return Goto(State::kCut);
  core_.database->Truncate(WantedSize(), done_);
  return AwaitOutcome(done_, State::kCut);
}

CommitJournal::Next CommitJournal::End() {
  EndWrite();
  return Done({});
}

// The write transaction ends; the snapshot stays, where it now is.
void CommitJournal::EndWrite() {
  const bool keeps_lock = core_.journal.keeps_lock && core_.journal.database_changed;
  core_.commit_decided = true;
  core_.is_committing = false;
  core_.undo.Clear();
  core_.journal.Clear();
  core_.page_one.Release();
  core_.cache.BeginEditEpoch();
  core_.view.in_write = false;
  core_.cached_state = StateWordsOf(core_.view.header);
  if (!keeps_lock) DowngradeDatabaseLock(core_);
}

CommitJournal::Next CommitJournal::Refuse(Status status) {
  // The snapshot is still the old one.
  if (core_.is_committing && !is_undone_) --core_.view.header.change_counter;
  core_.is_committing = false;
  core_.doomed = status;
  return Fail(std::move(status));
}

}  // namespace orrery
