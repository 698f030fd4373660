// A tree is freed from its leaves up, so that a page is read before anything it points to is gone.

#include <utility>

#include "engine/btree/btree.h"

namespace orrery {
namespace {
const YieldSite kClearSite("btree.clear.descend");
}  // namespace

void ClearTree::Start(Btree& btree, PageNumber root, bool keep_root) {
  CHECK(keep_root || root != 1);
  btree.WillChange(root, nullptr);
  parts_ = std::make_unique<Parts>(btree);
  root_ = root;
  keep_root_ = keep_root;
  next_ = root;
  row_count_ = 0;
  Begin(State::kEnter);
}

ClearTree::Next ClearTree::Run(State state) {
  switch (state) {
    case State::kEnter:
      return Enter();
    case State::kEntered:
      return Entered();
    case State::kCell:
      return Cell();
    case State::kChild:
      return Child();
    case State::kLeave:
      return Leave();
    case State::kFreed:
      return Freed();
    case State::kNoted:
      return Ended(outcome());
  }
  Unreachable();
}

ClearTree::Next ClearTree::Enter() {
  Pager& pager = parts_->btree.pager();
  if (!PageExists(pager, next_)) {
    const PageNumber from = parts_->path.empty() ? next_ : parts_->path.top().ref.number();
    return Ended(CorruptPage(pager, from, MissingChild(next_)));
  }
  if (parts_->freed[next_] || parts_->path.Holds(next_)) {
    return Ended(CorruptPage(pager, next_, "page is in the tree twice"));
  }
  PageRef page = pager.TryPage(next_, kClearSite);
  if (page) return GoTo(std::move(page));
  parts_->fetch.Start(pager, next_, kClearSite);
  return AwaitOutcome(parts_->fetch, State::kEntered);
}

ClearTree::Next ClearTree::Entered() {
  if (!outcome().ok()) return Ended(outcome());
  return GoTo(parts_->fetch.Take());
}

ClearTree::Next ClearTree::GoTo(PageRef page) {
  if (const Defect defect = parts_->path.Push(std::move(page), next_)) {
    return Ended(CorruptPage(parts_->btree.pager(), next_, defect));
  }
  const BtreePage& here = parts_->path.top().page;
  if (here.is_leaf() || !here.is_table()) row_count_ += here.cell_count();
  return Goto(State::kCell);
}

ClearTree::Next ClearTree::Cell() {
  const TreePath::Level& here = parts_->path.top();
  if (here.index >= here.page.cell_count()) return Goto(State::kChild);
  BtreeCell cell;
  if (const Defect defect = here.page.ParseCell(here.index, &cell)) {
    return Ended(CorruptPage(parts_->btree.pager(), here.ref.number(), defect));
  }
  if (cell.overflow_page == kNoPage && cell.local_size == cell.payload_size) {
    return Goto(State::kChild);
  }
  parts_->freeing_chain = true;
  parts_->free_overflow.Start(cell, here.ref.number(), parts_->path);
  return AwaitOutcome(parts_->free_overflow, State::kChild);
}

// An interior page has one child more than cells.
ClearTree::Next ClearTree::Child() {
  if (parts_->freeing_chain) {
    parts_->freeing_chain = false;
    if (!outcome().ok()) return Ended(outcome());
    parts_->free_overflow.Take();
  }
  TreePath::Level& here = parts_->path.top();
  const uint32_t count = here.page.cell_count();
  if (here.page.is_leaf()) {
    if (++here.index < count) return Goto(State::kCell);
    return Goto(State::kLeave);
  }
  if (here.index > count) return Goto(State::kLeave);
  next_ = here.page.Child(here.index++);
  return Goto(State::kEnter);
}

ClearTree::Next ClearTree::Leave() {
  TreePath::Level& here = parts_->path.top();
  const PageNumber number = here.ref.number();
  Pager& pager = parts_->btree.pager();
  if (number == root_ && keep_root_) {
    const BtreePageKind kind =
        here.page.is_table() ? BtreePageKind::kTableLeaf : BtreePageKind::kIndexLeaf;
    WriteBtreePage(here.ref.Edit(), number, pager.usable_size(), kind, {}, kNoPage);
    return AllFreed();
  }
  parts_->path.Pop();
  parts_->freed[number] = true;
  parts_->free.Start(pager, number);
  return AwaitOutcome(parts_->free, State::kFreed);
}

ClearTree::Next ClearTree::Freed() {
  if (!outcome().ok()) return Ended(outcome());
  parts_->free.Take();
  if (!parts_->path.empty()) return Goto(State::kCell);
  return AllFreed();
}

ClearTree::Next ClearTree::AllFreed() {
  Pager& pager = parts_->btree.pager();
  if (!pager.has_owner_notes()) return Ended(OkStatus());
  parts_->path.Clear();
  parts_->write_pointer_map.Start(pager);
  return AwaitOutcome(parts_->write_pointer_map, State::kNoted);
}

// Every end releases the pages.
ClearTree::Next ClearTree::Ended(Status status) {
  parts_.reset();
  if (!status.ok()) return Fail(std::move(status));
  return Done(row_count_);
}

}  // namespace orrery
