#include "engine/storage/database_lock.h"
#include "engine/storage/pager_core.h"

namespace orrery {

void PagerCore::StartWriting() {
  CHECK(!view.in_write && page_one);
  committed = wal.header;
  has_appended = false;
  doomed = OkStatus();
  undo.Clear();
  cache.BeginEditEpoch();
  view.in_write = true;
}

void PagerCore::UndoWrite() {
  CHECK(view.in_write && (journal.active || wal.is_writer()));
  undo.Clear();
  owner_notes.clear();
  page_one.Release();
  if (journal.active) {
    UndoJournalWrite();
  } else {
    UndoLogWrite();
  }
  cache.BeginEditEpoch();
  doomed = OkStatus();
  is_committing = false;  // a commit that was prepared is given up
  view.in_write = false;
}

void PagerCore::UndoLogWrite() {
  // Before the lock goes: what follows the last commit in the index is another's afterwards.
  if (has_appended) wal.shm.ForgetFramesAfter(committed.max_frame);
  has_appended = false;
  wal.header = committed;
  cache.DropIf(
      [this](const Frame& frame) { return frame.dirty || frame.wal_frame > committed.max_frame; });
  wal.shm.Unlock(WalLock::kWrite);
}

void PagerCore::UndoJournalWrite() {
  // A clean page may be one that was spilled.
  const bool all = journal.database_changed;
  cache.DropIf([all](const Frame& frame) { return all || frame.dirty; });
  if (all) cached_state = WalIndexHeaderWords{};
  journal.Clear();
  DowngradeDatabaseLock(*this);
}

bool PagerCore::HasChanges() {
  bool is_changed = journal.database_changed;
  cache.ForEach([&](const Frame& frame) { is_changed = is_changed || frame.dirty; });
  return is_changed;
}

void PagerCore::DoomJournal(const Status& status) {
  io.Reached(Probe::kJournalSyncFailed);
  journal.sync_failed = true;
  doomed = status;
}

void PagerCore::EndRead() {
  CHECK(!view.in_write);
  DropLoading();
  refused = kNoPage;
  wal.EndSnapshot();
  if (!wal.open()) UnlockDatabase(*this);
  view.in_read = false;
  view.page_count = 0;
}

}  // namespace orrery
