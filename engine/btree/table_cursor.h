// A TableCursor walks and changes one table B-tree: rows of bytes keyed by a 64-bit rowid, in rowid
// order. https://www.sqlite.org/fileformat2.html#b_tree_pages
//
// Each method that answers an IoResult is called again with the same arguments after a wait, until
// it is done. Reset() gives up a call in progress, from any wait. One call at a time.
//
// A cursor is on a row, or on none (never positioned, past an end, or its row is gone). Changes
// made through another cursor on the same tree leave this one valid, also between two calls of one
// method: it finds its row again by rowid when it is next used. When the row is gone, Next() goes
// to the first row after it, Previous() to the last before, and Payload() answers that it is gone.
//
// A change needs a write transaction and an open statement, and is not interleaved with other
// operations of its connection. When it fails or is given up, the statement must be rolled back
// (Btree::InvalidateAll, then Pager::RollbackStatement). Damage found on a page is kCorrupt and
// names the page.
//
// A cursor keeps pages pinned between calls; Reset() and Btree::InvalidateAll() release them.

#ifndef ORRERY_ENGINE_BTREE_TABLE_CURSOR_H_
#define ORRERY_ENGINE_BTREE_TABLE_CURSOR_H_

#include <cstdint>
#include <memory>
#include <string_view>

#include "engine/base/bytes.h"
#include "engine/btree/overflow.h"
#include "engine/btree/seek_mode.h"
#include "engine/btree/table_journey.h"
#include "engine/btree/tree_path.h"
#include "engine/btree/tree_user.h"
#include "engine/io/io_result.h"
#include "engine/storage/pager.h"

namespace orrery {

class Btree;  // btree.h: what the cursors of one connection share

class TableCursor final : private TreeUser {
 public:
  // `btree` outlives the cursor. `root` is the tree's root page.
  TableCursor(Btree& btree, PageNumber root);
  ~TableCursor();

  // -- Moving. True when the cursor is on a row afterwards. --
  IoResult<bool> First();
  IoResult<bool> Last();
  IoResult<bool> Next() {
    if (call_ == Call::kNone && place_ == Place::kOnRow) [[likely]] {
      TreePath::Level& leaf = path_.top();
      if (leaf.index + 1 < leaf.page.cell_count() &&
          leaf.page.TryLocalRow(leaf.index + 1, &local_row_)) [[likely]] {
        ++leaf.index;
        rowid_ = local_row_.rowid;
        known_ = Known::kLocalRow;
        return true;
      }
    }
    return Step(Call::kNext);
  }
  IoResult<bool> Previous();
  // kEqual: that row. The others: the row nearest to `rowid` on that side.
  IoResult<bool> Seek(int64_t rowid, SeekMode mode);

  // As far as this cursor knows: another may have deleted the row since.
  bool on_row() const { return place_ == Place::kOnRow || place_ == Place::kOnRowid; }
  int64_t rowid() const {  // on a row
    CHECK(on_row());
    return rowid_;
  }

  // -- The row the cursor is on --
  // At least the first `wanted_size` bytes of the payload (all of it when it is shorter), in one
  // piece; borrowed until the cursor moves, the tree changes or the statement waits. Straight from
  // the page when the bytes are local.
  IoResult<PayloadView> Payload(uint64_t wanted_size) {
    if (place_ == Place::kOnRow && known_ == Known::kLocalRow) [[likely]] {
      return PayloadView{Bytes(path_.top().page.data() + local_row_.offset, local_row_.size),
                         local_row_.size};
    }
    return PayloadOfCell(wanted_size);
  }

  // kCorrupt, for whoever finds that the row's bytes are none: names the row, its page and the file.
  Status DamagedRow(std::string_view what) const;

  // -- Changing --
  // Writes a row, replacing one with the same rowid. The cursor is on it afterwards. `append` is a
  // hint that the rowid is beyond all others. `payload` stays valid until done, and does not lie in
  // a page of this tree.
  IoResult<> Insert(int64_t rowid, Bytes payload, bool append);
  // Deletes the row the cursor is on. Next() then goes to the row after it, Previous() before it.
  // No effect when the row is gone already.
  IoResult<> Delete();

  // Gives up the call in progress, if any, and leaves every row.
  void Reset();

 private:
  enum class Place : uint8_t {
    kNowhere,
    kOnRow,       // the path stands at the row with rowid_
    kBeforeCell,  // rowid_ was deleted here; the path stands at the cell after it, or past the last
    kInsertion,   // rowid_ was looked for in vain; the path stands where it would be. On no row.
    kOnRowid,     // the pages are let go of; rowid_ is the row
    kGap,         // the pages are let go of; rowid_ was the row and is gone
  };
  enum class Call : uint8_t {
    kNone,
    kFirst,
    kLast,
    kNext,
    kPrevious,
    kSeek,
    kRestore,
    kPayload,
    kInsert,
    kDelete
  };
  // Made with the first call that needs one.
  struct Operations;

  // What is known of the row that the path stands at.
  enum class Known : uint8_t {
    kNothing,
    kLocalRow,  // local_row_: its payload is local
    kCell,      // cell_
  };

  IoResult<bool> Step(Call call) { return Move(call, 0, SeekMode::kEqual); }
  IoResult<PayloadView> PayloadOfCell(uint64_t wanted_size);
  IoResult<bool> Move(Call call, int64_t rowid, SeekMode mode);
  Journey::Outcome StartMove(Call call, int64_t rowid, SeekMode mode);
  Journey::Outcome StartStep(bool forward);
  IoResult<bool> Moved(Call call, Journey::Outcome outcome, int64_t rowid, SeekMode mode);
  IoResult<bool> Arrived();
  // Finds rowid_ again after the pages were let go of. False when it is gone.
  IoResult<bool> Restore();
  Status StartPayload();
  bool StandsAtEndBelow(int64_t rowid);
  Operations& operations();
  void ForgetPages();
  Status Failed(Status status);
  void LetGo() override;

  Btree& btree_;
  Pager& pager_;
  Place place_ = Place::kNowhere;
  Call call_ = Call::kNone;  // in progress
  Known known_ = Known::kNothing;
  int64_t rowid_ = 0;
  TreePath path_;
  TableJourney journey_;
  BtreePage::LocalRow local_row_;
  BtreeCell cell_;
  PayloadSoFar payload_;  // bytes is empty while all that was wanted is local
  std::unique_ptr<Operations> operations_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_BTREE_TABLE_CURSOR_H_
