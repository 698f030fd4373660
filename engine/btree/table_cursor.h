// A TableCursor walks and changes one table B-tree: rows of bytes keyed by a 64-bit rowid, in rowid
// order. https://www.sqlite.org/fileformat2.html#b_tree_pages
//
// Each method that answers an IoResult is called again with the same arguments after a wait, until
// it is done. Reset() gives up a call in progress, from any wait. One call at a time.
//
// A cursor is on a row, or on none (never positioned, past an end, or its row is gone). Changes made
// through another cursor on the same tree leave this one valid: it finds its row again by rowid when
// it is next used; when the row is gone, Next() goes to the first row after it, Previous() to the last before, and Payload()
// answers that it is gone.
//
// A change needs a write transaction and an open statement. Damage found on a page is kCorrupt and names the page.

#ifndef ORRERY_ENGINE_BTREE_TABLE_CURSOR_H_
#define ORRERY_ENGINE_BTREE_TABLE_CURSOR_H_

#include <cstdint>
#include <memory>

#include "engine/base/bytes.h"
#include "engine/io/io_result.h"
#include "engine/storage/pager.h"

namespace orrery {

class Btree;  // btree.h: what the cursors of one connection share

enum class SeekMode : uint8_t { kEqual, kLess, kLessOrEqual, kGreaterOrEqual, kGreater };

class TableCursor {
 public:
  // `btree` outlives the cursor. `root` is the tree's root page.
  TableCursor(Btree& btree, PageNumber root);
  ~TableCursor();
  TableCursor(const TableCursor&) = delete;
  TableCursor& operator=(const TableCursor&) = delete;

  // -- Moving. True when the cursor is on a row afterwards. --
  IoResult<bool> First();
  IoResult<bool> Last();
  IoResult<bool> Next();
  IoResult<bool> Previous();
  // kEqual: that row. The others: the row nearest to `rowid` on that side.
  IoResult<bool> Seek(int64_t rowid, SeekMode mode);

  bool on_row() const;
  int64_t rowid() const;  // on a row

  // -- The row the cursor is on --
  // At least the first `wanted_size` bytes of the payload (all of it when it is shorter), in one piece; borrowed until
  // the cursor moves, the tree changes or the statement waits. Straight from the page when the bytes are local.
  // `gone` in the answer: the row was deleted under the cursor.
  struct PayloadView {
    Bytes bytes;
    uint64_t total_size = 0;
    bool gone = false;
  };
  IoResult<PayloadView> Payload(uint64_t wanted_size);

  // -- Changing --
  // Writes a row, replacing one with the same rowid. The cursor is on it afterwards. `append` is a
  // hint that the rowid is beyond all others. `payload` stays valid until done.
  IoResult<> Insert(int64_t rowid, Bytes payload, bool append);
  // Deletes the row the cursor is on. Next() then goes to the row after it, Previous() before it.
  IoResult<> Delete();

  // Gives up the call in progress, if any, and leaves every row.
  void Reset();
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_BTREE_TABLE_CURSOR_H_
