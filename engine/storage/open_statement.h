// What it takes to undo the open statement alone.
//
// Spilled pages are undone by going back to the log's position at the statement's start. So only a
// page that was dirty in the cache then needs its old bytes kept, before its first change in the
// statement or before it is spilled, whichever comes first: these are the before-images. All other
// pages are found in the log or the database file as they were. Page 1 always gets one, since the
// transaction holds it pinned.

#ifndef ORRERY_ENGINE_STORAGE_OPEN_STATEMENT_H_
#define ORRERY_ENGINE_STORAGE_OPEN_STATEMENT_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/format/wal_index.h"
#include "engine/storage/transaction_view.h"

namespace orrery {

struct BeforeImage {
  PageNumber page = kNoPage;
  bool dirty = false;
  uint32_t wal_frame = 0;
  std::unique_ptr<std::byte[]> bytes;
};

struct StatementUndo {
  bool open = false;
  uint64_t first_edit_epoch = 0;  // a frame's kept_epoch is not before it: seen to
  TransactionView view;
  WalIndexHeader log_position;
  std::vector<BeforeImage> before_images;  // in the order they were taken; one for a page
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_OPEN_STATEMENT_H_
