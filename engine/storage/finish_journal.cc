#include "engine/storage/finish_journal.h"

namespace orrery {
namespace {

const YieldSite kFinishJournal("storage.finish_journal.ended");

}  // namespace

FinishJournal::Next FinishJournal::Run(State state) {
  switch (state) {
    case State::kBegin:
      return EndJournal();
    case State::kEnded:
      return Sync();
    case State::kSynced:
      return Shorten();
    case State::kShortened:
      return Shortened();
  }
  Unreachable();
}

FinishJournal::Next FinishJournal::EndJournal() {
  RollbackJournal& journal = core_.journal;
  if (journal.file == nullptr) {
    is_ended_ = true;
    return Done({});
  }
  journal.ending = true;
  if (journal.mode == JournalMode::kDelete || journal.sync_failed) {
    if (Status status = core_.io.Remove(core_.journal_path); !status.ok()) {
      return Fail(std::move(status));
    }
    if (core_.ShouldPause(kFinishJournal)) return AwaitOutcome(core_.pause, State::kEnded);
    return Goto(State::kEnded);
  }
  // The name of a super-journal that is gone must not stand behind the records of the next one.
  if (journal.mode == JournalMode::kTruncate || journal.is_named ||
      core_.options.journal_size_limit == 0) {
    journal.file->Truncate(0, done_);
    return AwaitOutcome(done_, State::kEnded);
  }
  write_.Start(*journal.file, 0, zeros_, done_);
  return AwaitOutcome(write_, State::kEnded);
}

FinishJournal::Next FinishJournal::Sync() {
  if (!outcome().ok()) return Fail(outcome());
  if (!write_.idle()) (void)write_.Take();
  is_ended_ = true;
  const RollbackJournal& journal = core_.journal;
  switch (journal.mode) {
    case JournalMode::kDelete:
      if (journal.synchronous != Synchronous::kExtra) return Goto(State::kSynced);
      core_.io.SyncDirectoryOf(core_.journal_path, done_);
      return AwaitOutcome(done_, State::kSynced);
    case JournalMode::kTruncate:
      if (journal.synchronous < Synchronous::kFull) return Goto(State::kSynced);
      break;
    default:
      if (journal.synchronous == Synchronous::kOff) return Goto(State::kSynced);
      break;
  }
  journal.file->Sync(SyncKind::kData, done_);
  return AwaitOutcome(done_, State::kSynced);
}

FinishJournal::Next FinishJournal::Shorten() {
  RollbackJournal& journal = core_.journal;
  if (!outcome().ok()) {
    // Were its old end to survive, a later one that is shorter must not stand before it.
    if (journal.mode != JournalMode::kDelete) (void)core_.io.Remove(core_.journal_path);
    return Fail(outcome());
  }
  const int64_t limit = core_.options.journal_size_limit;
  if (journal.mode != JournalMode::kPersist || limit <= 0) return Done({});
  Result<uint64_t> size = journal.file->Size();
  if (!size.ok() || *size <= static_cast<uint64_t>(limit)) return Done({});
  journal.file->Truncate(static_cast<uint64_t>(limit), done_);
  return AwaitOutcome(done_, State::kShortened);
}

// A journal that stays longer does no harm.
FinishJournal::Next FinishJournal::Shortened() { return Done({}); }

}  // namespace orrery
