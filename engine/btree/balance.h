// Balance brings the pages of a tree back between too full and too empty after a change in one of
// them, from that page up to the root.
//
// A page that is too full has cells waiting that do not fit: one in a leaf, up to four dividers in
// an interior page. The cells of the page and of its neighbours, three pages at most, are dealt out
// anew to as many pages as they need (spread.h), and the parent gets new dividers, which may make
// it the next page that is too full or too empty.
//
//   root too full                its content goes to a new child, and the child is split
//   row appended to last leaf    it gets a leaf of its own; the full one stays as it is
//   root with a single child     takes the child's content, if there is room (page 1 has less)
//
// In a table's leaves every cell stays, and a divider repeats the last rowid of a leaf. Anywhere
// else the dividers are cells of their own: those between the old pages come down, and those
// between the new ones go up.
//
// It works on a path whose pages stay pinned. Everything it needs is fetched and allocated before
// the first byte of a step changes. When it fails or is abandoned the pages are half changed: the
// statement must be rolled back.

#ifndef ORRERY_ENGINE_BTREE_BALANCE_H_
#define ORRERY_ENGINE_BTREE_BALANCE_H_

#include <array>
#include <cstdint>
#include <vector>

#include "engine/btree/btree.h"
#include "engine/btree/spread.h"
#include "engine/btree/tree_path.h"
#include "engine/format/btree_page.h"
#include "engine/io/resumable.h"
#include "engine/storage/page_operations.h"

namespace orrery {

class Balance final : public Resumable<Balance> {
 public:
  enum class State : uint8_t {
    kLevel,
    kDeepen,
    kAppend,
    kFetch,
    kFetched,
    kPlan,
    kAllocate,
    kDeal,
    kFree,
    kCollapse,
    kCollapseFetched,
  };
  static constexpr Edge<State> kEdges[] = {
      {State::kLevel, State::kDeepen},   // the root is too full
      {State::kDeepen, State::kLevel},   // now its child is
      {State::kLevel, State::kAppend},   // the last leaf is too full, by its last cell
      {State::kAppend, State::kLevel},   // up: the parent has a new divider
      {State::kLevel, State::kFetch},    // neighbours are needed
      {State::kFetch, State::kFetched},  // one was not in the cache
      {State::kFetched, State::kFetch},
      {State::kFetch, State::kPlan},
      {State::kPlan, State::kAllocate},
      {State::kPlan, State::kDeal},
      {State::kAllocate, State::kAllocate},
      {State::kAllocate, State::kDeal},
      {State::kDeal, State::kFree},
      {State::kFree, State::kFree},
      {State::kFree, State::kLevel},      // up
      {State::kLevel, State::kCollapse},  // the root has a single child
      {State::kCollapse, State::kCollapseFetched},
      {State::kCollapse, State::kFree},  // the child is not needed any more
      {State::kCollapseFetched, State::kFree},
  };

  Balance(Btree& btree, TreePath& path);
  ~Balance() { Abandon(); }

  // The last page of the path may be too empty.
  void Start();
  // A cell does not fit before `index` in the last page of the path. It stays valid until the end.
  // In an interior page it has its left child.
  void Start(uint32_t index, Bytes cell);

 private:
  friend Resumable;
  Next Run(State state);
  Next Level();
  Next Deepen();
  Next Append();
  Next Fetch();
  Next Fetched();
  Next Plan();
  Next Allocate();
  Next Deal();
  Next FreeSpare();
  Next Collapse();
  Next CollapseFetched();
  Next TakeOver(PageRef child);
  void OnAbandon() override;

  Status AddPage(PageRef page);
  Status Collect();
  Status DealToPages();
  void MakeDivider(PageNumber left_child, Bytes bytes, const BtreeCell& cell,
                   std::vector<std::byte>& divider) const;
  Status DealToParent(uint32_t new_count);
  Status InsertDividers(uint32_t index, uint32_t count);
  Status Reopen(TreePath::Level& level);
  Next Corrupt(PageNumber number, Defect defect);
  bool IsAppend();
  bool is_leaf() const {
    return kind_ == BtreePageKind::kTableLeaf || kind_ == BtreePageKind::kIndexLeaf;
  }

  static constexpr uint32_t kSiblingsMax = 3;

  Btree& btree_;
  Pager& pager_;
  TreePath& path_;
  FetchPage fetch_;
  AllocatePage allocate_;
  FreePage free_;

  uint32_t level_ = 0;  // of the page at hand
  // Cells that wait for room in the page at hand, to go in one after another before pending_index_.
  std::array<Bytes, kSpreadPagesMax - 1> pending_;
  uint32_t pending_count_ = 0;
  uint32_t pending_index_ = 0;

  // The page at hand and its neighbours.
  BtreePageKind kind_ = BtreePageKind::kTableLeaf;
  uint32_t first_child_ = 0;    // index in the parent of the first of them
  uint32_t sibling_count_ = 0;  // before
  std::array<PageRef, kSpreadPagesMax> pages_;
  uint32_t page_count_ = 0;  // fetched or allocated so far

  std::vector<std::byte> old_bytes_;  // copies of the siblings, and of dividers and pending cells
  std::vector<Bytes> cells_;          // in old_bytes_, in order
  std::vector<uint32_t> sizes_;
  PageNumber right_child_ = kNoPage;  // of the last sibling
  Spread spread_;
  std::array<std::vector<std::byte>, kSpreadPagesMax - 1> dividers_;
  std::array<PageNumber, kSiblingsMax> spare_;
  uint32_t spare_count_ = 0;
  bool freeing_ = false;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_BTREE_BALANCE_H_
