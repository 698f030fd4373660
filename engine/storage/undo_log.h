// The UndoLog is what it takes to go back to a savepoint: the savepoints that are open, and the old
// bytes of pages that cannot be found elsewhere. A statement that can be undone alone is the
// innermost savepoint.
//
// In WAL mode, going back to the log's position at a savepoint undoes spilled pages. So only a page
// that was dirty in the cache then needs its old bytes kept, before its first change after the
// savepoint or before it is spilled, whichever comes first: these are the before-images. All other
// pages are found in the log or the database file as they were. Page 1 always gets one, since the
// transaction holds it pinned.
//
// In rollback mode the journal has what a page was when the transaction began. That serves a
// savepoint too, when the page changed only after it: it is in the records that came later. Before
// a further change any page gets an image, unless it has been made since.
//
// One image may serve several savepoints: those opened since the page had last been changed. For a
// savepoint opened before that change it says nothing; the page was clean then, or there is an
// older image.
//
// Images beyond a small amount go to a temporary file (flush_undo.h).

#ifndef ORRERY_ENGINE_STORAGE_UNDO_LOG_H_
#define ORRERY_ENGINE_STORAGE_UNDO_LOG_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/format/wal_index.h"
#include "engine/io/file.h"
#include "engine/storage/transaction_view.h"

namespace orrery {

struct BeforeImage {
  PageNumber page = kNoPage;
  bool dirty = false;
  uint32_t wal_frame = 0;
  uint64_t last_epoch = 0;             // the frame's kept_epoch before
  std::unique_ptr<std::byte[]> bytes;  // null: in the file, at its index times the page size
};

struct Savepoint {
  uint64_t first_edit_epoch = 0;  // a frame's kept_epoch is not before it: seen to
  TransactionView view;
  WalIndexHeader log_position;
  size_t first_image = 0;     // those before it are of no use to this savepoint
  uint64_t first_record = 0;  // likewise of the rollback journal
};

struct UndoLog {
  std::vector<Savepoint> savepoints;  // the outermost first
  std::vector<BeforeImage> images;    // in the order they were taken
  size_t flushed_count = 0;           // so many of them, the first ones, are in the file
  std::unique_ptr<File> file;
  uint64_t generation = 0;  // changes when images go

  bool is_open() const { return !savepoints.empty(); }

  // How many images may be in memory before the others' turn comes to be flushed.
  static size_t ImageCountMax(uint32_t page_size);
  bool must_flush(uint32_t page_size) const {
    return images.size() - flushed_count > ImageCountMax(page_size);
  }

  // Closes savepoints until `count` are open. An image stays while one of those may need it.
  void CloseSavepoints(size_t count);
  void DropImages(size_t count);  // those from index `count` on
  // The transaction has ended.
  void Clear();
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_UNDO_LOG_H_
