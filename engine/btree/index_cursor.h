// An IndexCursor walks and changes one index B-tree: entries that are records, in the order that
// their key columns say (../format/key_order.h). The key columns come first in a record and tell
// entries apart; what follows them in it, as in a WITHOUT ROWID table, does not count.
// https://www.sqlite.org/fileformat2.html#b_tree_pages
//
// Each method that answers an IoResult is called again with the same arguments after a wait, until
// it is done. Reset() gives up a call in progress, from any wait. One call at a time.
//
// A cursor is on an entry, or on none (never positioned, past an end, or its entry is gone).
// Changes made through another cursor on the same tree leave this one valid, also between two calls
// of one method: it finds its entry again by key when it is next used. When the entry is gone,
// Next() goes to the first one after it, Previous() to the last before, and Payload() answers that
// it is gone.
//
// A change needs a write transaction and an open statement, and is not interleaved with other
// operations of its connection. When it fails or is given up, the statement must be rolled back
// (Btree::InvalidateAll, then Pager::RollbackStatement). Damage found on a page is kCorrupt and
// names the page.
//
// A cursor keeps pages pinned between calls; Reset() and Btree::InvalidateAll() release them.

#ifndef ORRERY_ENGINE_BTREE_INDEX_CURSOR_H_
#define ORRERY_ENGINE_BTREE_INDEX_CURSOR_H_

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/btree/index_journey.h"
#include "engine/btree/overflow.h"
#include "engine/btree/seek_mode.h"
#include "engine/btree/tree_path.h"
#include "engine/btree/tree_user.h"
#include "engine/format/key_order.h"
#include "engine/io/io_result.h"
#include "engine/storage/pager.h"

namespace orrery {

class Btree;  // btree.h: what the cursors of one connection share

class IndexCursor final : private TreeUser {
 public:
  // `btree` and `order` outlive the cursor. `root` is the tree's root page.
  IndexCursor(Btree& btree, PageNumber root, std::span<const KeyColumn> order);
  ~IndexCursor();

  std::span<const KeyColumn> order() const { return journey_.order(); }

  // -- Moving. True when the cursor is on an entry afterwards. --
  IoResult<bool> First() { return Move(Call::kFirst, {}, SeekMode::kEqual); }
  IoResult<bool> Last() { return Move(Call::kLast, {}, SeekMode::kEqual); }
  IoResult<bool> Next() {
    if (call_ == Call::kNone && place_ == Place::kOnEntry) [[likely]] {
      TreePath::Level& leaf = path_.top();
      if (leaf.index + 1 < leaf.page.cell_count() &&
          leaf.page.TryLocalEntry(leaf.index + 1, &local_)) [[likely]] {
        ++leaf.index;
        is_local_ = true;
        return true;
      }
    }
    return Move(Call::kNext, {}, SeekMode::kEqual);
  }
  IoResult<bool> Previous() { return Move(Call::kPrevious, {}, SeekMode::kEqual); }
  // kEqual: the first entry that begins with the values of `key`, which are at most as many as the
  // key columns. The others: the nearest entry on that side of all that begin with them, those
  // included or not. The values stay valid until done.
  IoResult<bool> Seek(std::span<const Value> key, SeekMode mode) {
    return Move(Call::kSeek, key, mode);
  }

  // As far as this cursor knows: another may have deleted the entry since.
  bool on_entry() const { return place_ == Place::kOnEntry || place_ == Place::kOnKey; }

  // -- The entry the cursor is on --
  // At least the first `wanted_size` bytes of the record (all of it when it is shorter), in one
  // piece; borrowed until the cursor moves, the tree changes or the statement waits. Straight from
  // the page when the bytes are local.
  IoResult<PayloadView> Payload(uint64_t wanted_size) {
    if (place_ == Place::kOnEntry && is_local_) [[likely]] {
      return PayloadView{Bytes(path_.top().page.data() + local_.offset, local_.size), local_.size};
    }
    return PayloadOfCell(wanted_size);
  }

  // kCorrupt, for whoever finds that the entry's bytes are none: names its page and the file.
  Status DamagedRow(std::string_view what) const;

  // -- Changing --
  // Writes an entry, replacing one with the same key. The cursor is on it afterwards. `append` is a
  // hint that it comes after all others. `record` stays valid until done, and does not lie in a
  // page of this tree.
  IoResult<> Insert(Bytes record, bool append);
  // Deletes the entry the cursor is on. Next() then goes to the entry after it, Previous() before
  // it. No effect when the entry is gone already.
  IoResult<> Delete();

  // Gives up the call in progress, if any, and leaves every entry.
  void Reset();

 private:
  enum class Place : uint8_t {
    kNowhere,
    kOnEntry,     // the path stands at the entry
    kBeforeCell,  // key_ was deleted here; the path stands in a leaf at the cell after it, or past
                  // the last
    kOnKey,       // the pages are let go of; key_ is the entry
    kGap,         // the pages are let go of; key_ was the entry and is gone
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

  IoResult<PayloadView> PayloadOfCell(uint64_t wanted_size);
  IoResult<bool> Move(Call call, std::span<const Value> key, SeekMode mode);
  Journey::Outcome StartMove(Call call, std::span<const Value> key, SeekMode mode);
  Journey::Outcome StartStep(bool forward);
  IoResult<bool> Moved(Call call, Journey::Outcome outcome);
  // Finds key_ again after the pages were let go of. False when it is gone.
  IoResult<bool> Restore() { return Move(Call::kRestore, {}, SeekMode::kEqual); }
  // The values of key_, to search for.
  Status DecodePlace();
  Bytes KeyBytes() const;
  bool StandsAtEndBelow(std::span<const Value> key);
  Operations& operations();
  void ForgetPages();
  Status Failed(Status status);
  void LetGo() override;

  Btree& btree_;
  Pager& pager_;
  Place place_ = Place::kNowhere;
  Call call_ = Call::kNone;  // in progress
  TreePath path_;
  IndexJourney journey_;
  // On an entry: whether all of it is local, and then where. The journey has read what is not.
  bool is_local_ = false;
  BtreePage::LocalEntry local_;
  // The entry that a place without pages, or a call in progress, goes back to: its key columns at
  // least.
  std::vector<std::byte> key_;
  std::vector<Value> key_values_;     // borrow from key_
  std::vector<Value> insert_values_;  // borrow from the record
  std::unique_ptr<Operations> operations_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_BTREE_INDEX_CURSOR_H_
