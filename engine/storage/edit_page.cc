// What happens before a page changes.

#include <algorithm>
#include <cstring>

#include "engine/storage/pager_core.h"

namespace orrery {

void PagerCore::PrepareEdit(Frame& frame) {
  CHECK(view.in_write && !is_committing && !commit_decided);
  CHECK(frame.state == Frame::State::kLoaded && frame.pin_count > 0);
  journal.active ? KeepForJournal(frame) : KeepBeforeImage(frame);
  if (frame.writing) frame.changed_while_writing = true;
  frame.dirty = true;
  frame.kept_epoch = cache.edit_epoch();
  // While the page is being written each further change must be noticed too.
  frame.edit_epoch = frame.writing ? 0 : cache.edit_epoch();
}

void PagerCore::KeepBeforeImage(Frame& frame) {
  if (!undo.is_open() || frame.kept_epoch >= undo.savepoints.back().first_edit_epoch) return;
  if (frame.dirty || frame.number == 1) TakeBeforeImage(frame);
}

void PagerCore::KeepForJournal(Frame& frame) {
  if (journal.NeedsKeeping(frame.number)) {
    // This serves savepoints too: they know which records came after them. Without memory for it
    // the transaction ends, as below.
    Status status = journal.Keep(io, frame.number, frame.data);
    if (!status.ok()) doomed = std::move(status);
    return;
  }
  // The database may have been longer when an outer savepoint was opened than at the innermost.
  const bool is_wanted = std::ranges::any_of(undo.savepoints, [&](const Savepoint& savepoint) {
    return frame.kept_epoch < savepoint.first_edit_epoch &&
           frame.number <= savepoint.view.page_count;
  });
  if (is_wanted) TakeBeforeImage(frame);
}

void PagerCore::TakeBeforeImage(Frame& frame) {
  BeforeImage image = {.page = frame.number,
                       .dirty = frame.dirty,
                       .wal_frame = frame.wal_frame,
                       .last_epoch = frame.kept_epoch};
  image.bytes = io.AllocateBytes(Allocation::kBeforeImage, cache.page_size());
  if (image.bytes == nullptr) {
    // Nobody can be told here; the transaction ends with this error instead of the statement.
    doomed = Status(ResultCode::kNoMemory);
    return;
  }
  std::memcpy(image.bytes.get(), frame.data, cache.page_size());
  undo.images.push_back(std::move(image));
  frame.kept_epoch = cache.edit_epoch();
}

void PagerCore::StoreHeader() {
  EncodeDatabaseHeader(view.header, MutableBytes(page_one.Edit(), kDatabaseHeaderSize));
}

}  // namespace orrery
