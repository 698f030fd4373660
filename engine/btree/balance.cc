#include "engine/btree/balance.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/btree/pointer_notes.h"

namespace orrery {
namespace {
const YieldSite kSiblingSite("btree.balance.sibling");
const YieldSite kOnlyChildSite("btree.balance.only_child");

BtreePageKind InteriorKind(const BtreePage& page) {
  return page.is_table() ? BtreePageKind::kTableInterior : BtreePageKind::kIndexInterior;
}

// No cell of an interior page or of an index is larger: LocalPayloadMax() is hardly above a
// quarter.
uint32_t KeptCellSizeMax(uint32_t usable_size) { return usable_size / 4 + 64; }
}  // namespace

Balance::Balance(Btree& btree, TreePath& path)
    : btree_(btree), pager_(btree.pager()), path_(path) {}

void Balance::Start() {
  level_ = path_.depth() - 1;
  pending_count_ = 0;
  spare_count_ = 0;
  freeing_ = false;
  Begin(State::kLevel);
}

void Balance::Start(uint32_t index, Bytes cell) {
  Start();
  pending_[0] = cell;
  pending_count_ = 1;
  pending_index_ = index;
}

Balance::Next Balance::Run(State state) {
  switch (state) {
    case State::kLevel:
      return Level();
    case State::kDeepen:
      return Deepen();
    case State::kAppend:
      return Append();
    case State::kFetch:
      return Fetch();
    case State::kFetched:
      return Fetched();
    case State::kPlan:
      return Plan();
    case State::kAllocate:
      return Allocate();
    case State::kDeal:
      return Deal();
    case State::kFree:
      return FreeSpare();
    case State::kCollapse:
      return Collapse();
    case State::kCollapseFetched:
      return CollapseFetched();
  }
  Unreachable();
}

Balance::Next Balance::Corrupt(PageNumber number, Defect defect) {
  return Fail(CorruptPage(pager_, number, defect));
}

void Balance::OnAbandon() {
  for (PageRef& page : pages_) page.Release();
  path_.Clear();
}

Balance::Next Balance::Level() {
  TreePath::Level& here = path_[level_];
  kind_ = here.page.kind();
  if (pending_count_ > 0) {
    if (level_ == 0 || IsAppend()) {
      allocate_.Start(pager_);
      return Await(allocate_, level_ == 0 ? State::kDeepen : State::kAppend);
    }
  } else if (level_ == 0) {
    if (!here.page.is_leaf() && here.page.cell_count() == 0) return Goto(State::kCollapse);
    return Done({});
  } else {
    uint32_t free_size = 0;
    if (const Defect defect = here.page.FreeSize(&free_size)) {
      return Corrupt(here.ref.number(), defect);
    }
    // A page that is at least a third full is left as it is.
    if (free_size * 3 <= pager_.usable_size() * 2) return Done({});
  }

  const TreePath::Level& parent = path_[level_ - 1];
  const uint32_t child_count = parent.page.cell_count() + 1;
  sibling_count_ = std::min(child_count, kSiblingsMax);
  first_child_ = parent.index == 0 ? 0 : parent.index - 1;
  first_child_ = std::min(first_child_, child_count - sibling_count_);
  page_count_ = 0;
  return Goto(State::kFetch);
}

// The root keeps its number, so its content moves down.
Balance::Next Balance::Deepen() {
  PageRef child = allocate_.Take();
  TreePath::Level& root = path_[0];
  if (path_.Holds(child.number())) return Corrupt(child.number(), "page in use is on the freelist");
  uint32_t used_size = 0;
  if (const Defect defect = root.page.UsedSize(&used_size)) {
    return Corrupt(root.ref.number(), defect);
  }
  cells_.clear();
  for (uint32_t i = 0; i < root.page.cell_count(); ++i) {
    BtreeCell cell;
    CHECK(root.page.ParseCell(i, &cell) == nullptr);
    cells_.emplace_back(root.page.data() + cell.offset, cell.size);
  }
  const PageNumber number = child.number();
  WriteBtreePage(child.Edit(), number, pager_.usable_size(), kind_, cells_,
                 root.page.is_leaf() ? kNoPage : root.page.right_child());
  NoteOwnersIn(pager_, number, child.data());
  pager_.NoteOwner(number, PageUse::kTreeChild, root.ref.number());

  path_.Cut(1);
  WriteBtreePage(root.ref.Edit(), root.ref.number(), pager_.usable_size(), InteriorKind(root.page),
                 {}, number);
  if (Status status = Reopen(root); !status.ok()) return Fail(std::move(status));
  root.index = 0;
  if (const Defect defect = path_.PushNew(std::move(child), number)) return Corrupt(number, defect);
  pager_.io().Reached(Probe::kRootSplit);
  level_ = 1;
  return Goto(State::kLevel);
}

bool Balance::IsAppend() {
  const TreePath::Level& here = path_[level_];
  const TreePath::Level& parent = path_[level_ - 1];
  return kind_ == BtreePageKind::kTableLeaf && here.page.cell_count() > 0 &&
         pending_index_ == here.page.cell_count() && parent.index == parent.page.cell_count();
}

Balance::Next Balance::Append() {
  PageRef page = allocate_.Take();
  const TreePath::Level& here = path_[level_];
  TreePath::Level& parent = path_[level_ - 1];
  if (path_.Holds(page.number())) return Corrupt(page.number(), "page in use is on the freelist");
  int64_t last_rowid = 0;
  if (const Defect defect = here.page.Rowid(here.page.cell_count() - 1, &last_rowid)) {
    return Corrupt(here.ref.number(), defect);
  }
  WriteBtreePage(page.Edit(), page.number(), pager_.usable_size(), kind_,
                 std::span(pending_.data(), 1), kNoPage);
  NoteOwnersIn(pager_, page.number(), page.data());
  pager_.NoteOwner(page.number(), PageUse::kTreeChild, parent.ref.number());
  pending_count_ = 0;
  dividers_[0].resize(kTableInteriorCellSizeMax);
  dividers_[0].resize(EncodeTableInteriorCell(here.ref.number(), last_rowid, dividers_[0].data()));
  const uint32_t index = parent.page.cell_count();
  const Defect defect =
      BtreePageEditor(parent.ref.Edit(), parent.page).SetChild(index, page.number());
  if (defect != nullptr) return Corrupt(parent.ref.number(), defect);
  if (Status status = InsertDividers(index, 1); !status.ok()) return Fail(std::move(status));
  pager_.io().Reached(Probe::kPageAppended);
  path_.Cut(level_--);
  return Goto(State::kLevel);
}

Balance::Next Balance::Fetch() {
  const TreePath::Level& parent = path_[level_ - 1];
  while (page_count_ < sibling_count_) {
    const uint32_t index = first_child_ + page_count_;
    if (index == parent.index) {
      pages_[page_count_++] = path_[level_].ref.Clone();
      continue;
    }
    const PageNumber number = parent.page.Child(index);
    if (!PageExists(pager_, number) || number == 1 || path_.Holds(number)) {
      return Corrupt(parent.ref.number(), "child page cannot be there");
    }
    PageRef page = pager_.TryPage(number, kSiblingSite);
    if (!page) {
      fetch_.Start(pager_, number, kSiblingSite);
      return Await(fetch_, State::kFetched);
    }
    if (Status status = AddPage(std::move(page)); !status.ok()) return Fail(std::move(status));
  }
  return Goto(State::kPlan);
}

Balance::Next Balance::Fetched() {
  if (Status status = AddPage(fetch_.Take()); !status.ok()) return Fail(std::move(status));
  return Goto(State::kFetch);
}

// A sibling, or a new page.
Status Balance::AddPage(PageRef page) {
  for (uint32_t i = 0; i < page_count_; ++i) {
    if (pages_[i].number() == page.number()) {
      return CorruptPage(pager_, page.number(), "page is in the tree twice");
    }
  }
  pages_[page_count_++] = std::move(page);
  return OkStatus();
}

Balance::Next Balance::Plan() {
  if (Status status = Collect(); !status.ok()) return Fail(std::move(status));
  sizes_.clear();
  for (const Bytes cell : cells_) {
    sizes_.push_back(std::max(static_cast<uint32_t>(cell.size()), kCellSizeMin) + 2);
  }
  spread_ = PlanSpread(sizes_, pager_.usable_size() - (is_leaf() ? 8 : 12),
                       /*keeps_all=*/kind_ == BtreePageKind::kTableLeaf);
  if (spread_.page_count == 0) {
    return Corrupt(path_[level_ - 1].ref.number(), "children hold cells that do not fit");
  }
  if (page_count_ >= spread_.page_count) return Goto(State::kDeal);
  allocate_.Start(pager_);
  return Await(allocate_, State::kAllocate);
}

// Copies the cells of all siblings, with the dividers between them in an interior level and the
// cells that wait. The pages can be written anew then.
Status Balance::Collect() {
  const uint32_t usable_size = pager_.usable_size();
  const TreePath::Level& parent = path_[level_ - 1];
  const size_t kept_cells_size = (pending_.size() + kSiblingsMax) * KeptCellSizeMax(usable_size);
  old_bytes_.resize(sibling_count_ * size_t{usable_size} + kept_cells_size);
  std::byte* kept_cell = old_bytes_.data() + sibling_count_ * size_t{usable_size};
  const auto keep = [&](Bytes cell) {
    CHECK(cell.size() <= KeptCellSizeMax(usable_size));
    std::memcpy(kept_cell, cell.data(), cell.size());
    cells_.emplace_back(kept_cell, cell.size());
    return std::exchange(kept_cell, kept_cell + cell.size());
  };
  const auto add_pending = [&] {
    for (uint32_t i = 0; i < pending_count_; ++i) {
      // A leaf's cell is the caller's; dividers are ours and about to be made anew.
      if (is_leaf()) {
        cells_.push_back(pending_[i]);
      } else {
        keep(pending_[i]);
      }
    }
  };

  cells_.clear();
  for (uint32_t sibling = 0; sibling < sibling_count_; ++sibling) {
    const PageNumber number = pages_[sibling].number();
    const bool at_hand = first_child_ + sibling == parent.index;
    std::byte* const copy = old_bytes_.data() + sibling * size_t{usable_size};
    std::memcpy(copy, pages_[sibling].data(), usable_size);
    BtreePage page;
    uint32_t used_size = 0;
    if (const Defect defect = BtreePage::Open(copy, number, usable_size, &page)) {
      return CorruptPage(pager_, number, defect);
    }
    if (const Defect defect = page.UsedSize(&used_size)) return CorruptPage(pager_, number, defect);
    if (page.kind() != kind_ || (page.cell_count() == 0 && !at_hand)) {
      return CorruptPage(pager_, number, "page cannot be a sibling");
    }
    for (uint32_t i = 0; i < page.cell_count(); ++i) {
      if (at_hand && i == pending_index_) add_pending();
      BtreeCell cell;
      CHECK(page.ParseCell(i, &cell) == nullptr);
      cells_.emplace_back(copy + cell.offset, cell.size);
    }
    if (at_hand && pending_index_ >= page.cell_count()) add_pending();
    if (!page.is_leaf()) right_child_ = page.right_child();
    if (kind_ == BtreePageKind::kTableLeaf || sibling + 1 == sibling_count_) continue;
    // The divider after this page comes down: in an interior level it gets the page's right child.
    BtreeCell divider;
    if (const Defect defect = parent.page.ParseCell(first_child_ + sibling, &divider)) {
      return CorruptPage(pager_, parent.ref.number(), defect);
    }
    const Bytes bytes(parent.page.data() + divider.offset, divider.content_size());
    if (page.is_leaf()) {
      keep(bytes.subspan(kPageNumberSize));
    } else {
      StoreBig<uint32_t>(keep(bytes), right_child_);
    }
  }
  pending_count_ = 0;
  return OkStatus();
}

Balance::Next Balance::Allocate() {
  PageRef page = allocate_.Take();
  if (path_.Holds(page.number())) return Corrupt(page.number(), "page in use is on the freelist");
  if (Status status = AddPage(std::move(page)); !status.ok()) return Fail(std::move(status));
  if (page_count_ == spread_.page_count) return Goto(State::kDeal);
  allocate_.Start(pager_);
  return Await(allocate_, State::kAllocate);
}

Balance::Next Balance::Deal() {
  // Neighbours in the tree become neighbours in the file, as far as these pages allow.
  std::sort(pages_.begin(), pages_.begin() + page_count_,
            [](const PageRef& a, const PageRef& b) { return a.number() < b.number(); });
  if (Status status = DealToPages(); !status.ok()) return Fail(std::move(status));
  if (Status status = DealToParent(spread_.page_count); !status.ok()) {
    return Fail(std::move(status));
  }
  if (!is_leaf()) pager_.io().Reached(Probe::kInteriorBalanced);
  if (sibling_count_ == kSiblingsMax) pager_.io().Reached(Probe::kThreeSiblings);
  spare_count_ = 0;
  for (uint32_t i = spread_.page_count; i < page_count_; ++i) {
    pager_.io().Reached(Probe::kSiblingFreed);
    spare_[spare_count_++] = pages_[i].number();
  }
  for (PageRef& page : pages_) page.Release();
  path_.Cut(level_--);
  return Goto(State::kFree);
}

// Writes the children, and makes the dividers: in a table's leaf level copies of each page's last
// rowid, else the cells between the shares.
Status Balance::DealToPages() {
  const bool keeps_all = kind_ == BtreePageKind::kTableLeaf;
  for (uint32_t i = 0; i < spread_.page_count; ++i) {
    const Share share = spread_.shares[i];
    const PageNumber number = pages_[i].number();
    PageNumber right_child = right_child_;
    if (i + 1 < spread_.page_count) {
      BtreeCell cell;
      const Bytes bytes = cells_[share.first + share.count - (keeps_all ? 1 : 0)];
      if (const Defect defect = ParseBtreeCell(kind_, bytes, pager_.usable_size(), &cell)) {
        return CorruptPage(pager_, number, defect);
      }
      right_child = cell.left_child;
      MakeDivider(number, bytes, cell, dividers_[i]);
    }
    WriteBtreePage(pages_[i].Edit(), number, pager_.usable_size(), kind_,
                   std::span(cells_).subspan(share.first, share.count), right_child);
    NoteOwnersIn(pager_, number, pages_[i].data());
    pager_.NoteOwner(number, PageUse::kTreeChild, path_[level_ - 1].ref.number());
  }
  return OkStatus();
}

// A cell of this level as the cell of the parent whose left child is `left_child`.
void Balance::MakeDivider(PageNumber left_child, Bytes bytes, const BtreeCell& cell,
                          std::vector<std::byte>& divider) const {
  if (kind_ == BtreePageKind::kTableLeaf) {
    divider.resize(kTableInteriorCellSizeMax);
    divider.resize(EncodeTableInteriorCell(left_child, cell.rowid, divider.data()));
    return;
  }
  // A small cell of a leaf is padded, which it must not be above.
  const Bytes content = bytes.first(cell.content_size()).subspan(is_leaf() ? 0 : kPageNumberSize);
  divider.resize(kPageNumberSize + content.size());
  StoreBig<uint32_t>(divider.data(), left_child);
  std::memcpy(divider.data() + kPageNumberSize, content.data(), content.size());
}

Status Balance::DealToParent(uint32_t new_count) {
  TreePath::Level& parent = path_[level_ - 1];
  BtreePageEditor editor(parent.ref.Edit(), parent.page);
  Defect defect = nullptr;
  for (uint32_t i = 1; i < sibling_count_ && defect == nullptr; ++i) {
    defect = editor.Remove(first_child_);
  }
  if (defect == nullptr) defect = editor.SetChild(first_child_, pages_[new_count - 1].number());
  if (defect != nullptr) return CorruptPage(pager_, parent.ref.number(), defect);
  return InsertDividers(first_child_, new_count - 1);
}

// All of them or none: those that do not fit make the parent the next page that is too full.
Status Balance::InsertDividers(uint32_t index, uint32_t count) {
  TreePath::Level& parent = path_[level_ - 1];
  uint32_t size = 0;
  for (uint32_t i = 0; i < count; ++i) size += static_cast<uint32_t>(dividers_[i].size()) + 2;
  uint32_t free_size = 0;
  Defect defect = parent.page.FreeSize(&free_size);
  if (defect != nullptr) return CorruptPage(pager_, parent.ref.number(), defect);
  if (size > free_size) {
    for (uint32_t i = 0; i < count; ++i) pending_[i] = dividers_[i];
    pending_count_ = count;
    pending_index_ = index;
    return OkStatus();
  }
  BtreePageEditor editor(parent.ref.Edit(), parent.page);
  for (uint32_t i = 0; i < count; ++i) {
    if (editor.Insert(index + i, dividers_[i], btree_.scratch(), &defect) !=
        BtreePageEditor::Inserted::kYes) {
      return CorruptPage(pager_, parent.ref.number(), "free space corruption");
    }
    NoteOwnersOf(pager_, parent.ref.number(), parent.page.kind(), dividers_[i]);
  }
  return OkStatus();
}

Balance::Next Balance::FreeSpare() {
  if (freeing_) free_.Take();
  freeing_ = spare_count_ > 0;
  if (!freeing_) return Goto(State::kLevel);
  free_.Start(pager_, spare_[--spare_count_]);
  return Await(free_, State::kFree);
}

Balance::Next Balance::Collapse() {
  const TreePath::Level& root = path_[0];
  const PageNumber number = root.page.right_child();
  if (!PageExists(pager_, number) || number == 1 || path_.Holds(number)) {
    return Corrupt(root.ref.number(), "child page cannot be there");
  }
  PageRef child = pager_.TryPage(number, kOnlyChildSite);
  if (child) return TakeOver(std::move(child));
  fetch_.Start(pager_, number, kOnlyChildSite);
  return Await(fetch_, State::kCollapseFetched);
}

Balance::Next Balance::CollapseFetched() { return TakeOver(fetch_.Take()); }

Balance::Next Balance::TakeOver(PageRef child) {
  TreePath::Level& root = path_[0];
  BtreePage page;
  uint32_t used_size = 0;
  Defect defect = BtreePage::Open(child.data(), child.number(), pager_.usable_size(), &page);
  if (defect == nullptr) defect = page.UsedSize(&used_size);
  if (defect == nullptr && page.is_table() != root.page.is_table()) {
    defect = "page of another kind of tree";
  }
  if (defect != nullptr) return Corrupt(child.number(), defect);
  // Page 1 has less room than its child; the root then stays above it.
  if (root.page.header_offset() + used_size > pager_.usable_size()) return Done({});

  cells_.clear();
  for (uint32_t i = 0; i < page.cell_count(); ++i) {
    BtreeCell cell;
    CHECK(page.ParseCell(i, &cell) == nullptr);
    cells_.emplace_back(child.data() + cell.offset, cell.size);
  }
  WriteBtreePage(root.ref.Edit(), root.ref.number(), pager_.usable_size(), page.kind(), cells_,
                 page.is_leaf() ? kNoPage : page.right_child());
  NoteOwnersIn(pager_, root.ref.number(), root.ref.data());
  if (Status status = Reopen(root); !status.ok()) return Fail(std::move(status));
  pager_.io().Reached(Probe::kRootCollapsed);
  spare_[spare_count_++] = child.number();
  child.Release();
  return Goto(State::kFree);
}

Status Balance::Reopen(TreePath::Level& level) {
  const PageNumber number = level.ref.number();
  if (const Defect defect =
          BtreePage::Open(level.ref.data(), number, pager_.usable_size(), &level.page)) {
    return CorruptPage(pager_, number, defect);
  }
  return OkStatus();
}

}  // namespace orrery
