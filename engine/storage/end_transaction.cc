#include "engine/storage/database_lock.h"
#include "engine/storage/pager_core.h"

namespace orrery {

void PagerCore::UndoWrite() {
  CHECK(view.in_write && wal.is_writer());
  undo.Clear();
  page_one.Release();
  // Before the lock goes: what follows the last commit in the index is another's afterwards.
  if (has_appended) wal.shm.ForgetFramesAfter(committed.max_frame);
  has_appended = false;
  wal.header = committed;
  cache.DropIf(
      [this](const Frame& frame) { return frame.dirty || frame.wal_frame > committed.max_frame; });
  cache.BeginEditEpoch();
  doomed = OkStatus();
  view.in_write = false;
  wal.shm.Unlock(WalLock::kWrite);
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
