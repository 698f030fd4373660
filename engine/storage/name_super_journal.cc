#include "engine/storage/name_super_journal.h"

namespace orrery {

void NameSuperJournal::Start(const std::string& name) {
  ending_ = EncodeSuperJournalName(name, LockPage(core_.journal.page_size));
  Begin(State::kBegin);
}

NameSuperJournal::Next NameSuperJournal::Run(State state) {
  switch (state) {
    case State::kBegin:
      return Write();
    case State::kWritten:
      return Written();
    case State::kCut:
      return Cut();
    case State::kSynced:
      if (!outcome().ok()) return Refuse(outcome());
      return Done({});
  }
  Unreachable();
}

// In a sector of its own, so that no record that is already relied on is written over.
NameSuperJournal::Next NameSuperJournal::Write() {
  RollbackJournal& journal = core_.journal;
  offset_ = (journal.end + kJournalSectorSize - 1) / kJournalSectorSize * kJournalSectorSize;
  write_.Start(*journal.file, offset_, ending_, done_);
  return AwaitOutcome(write_, State::kWritten);
}

NameSuperJournal::Next NameSuperJournal::Written() {
  if (!outcome().ok()) return Refuse(outcome());
  (void)write_.Take();
  core_.journal.file->Truncate(offset_ + ending_.size(), done_);
  return AwaitOutcome(done_, State::kCut);
}

NameSuperJournal::Next NameSuperJournal::Cut() {
  if (!outcome().ok()) return Refuse(outcome());
  core_.journal.file->Sync(SyncKind::kData, done_);
  return AwaitOutcome(done_, State::kSynced);
}

NameSuperJournal::Next NameSuperJournal::Refuse(Status status) {
  core_.DoomJournal(status);
  return Fail(std::move(status));
}

}  // namespace orrery
