#include "engine/btree/destroy_tree.h"

namespace orrery {

void DestroyTree::Start(Btree& btree, PageNumber root) {
  btree_ = &btree;
  root_ = root;
  Begin(State::kClear);
}

DestroyTree::Next DestroyTree::Run(State state) {
  switch (state) {
    case State::kClear:
      clear_.Start(*btree_, root_, /*keep_root=*/btree_->pager().has_pointer_maps());
      return Await(clear_, State::kCleared);
    case State::kCleared:
      return Cleared();
    case State::kMoved:
      move_.Take();
      return FreeLast();
    case State::kFreed:
      return Freed();
    case State::kNoted:
      write_pointer_map_.Take();
      return Done(last_root_ == root_ ? kNoPage : last_root_);
  }
  Unreachable();
}

DestroyTree::Next DestroyTree::Cleared() {
  Pager& pager = btree_->pager();
  (void)clear_.Take();
  if (!pager.has_pointer_maps()) return Done(kNoPage);
  last_root_ = pager.header().largest_root_page;
  if (root_ == last_root_) return FreeLast();
  if (root_ > last_root_) {
    return Fail(CorruptPage(pager, 1, "largest root page is not the largest"));
  }
  move_.Start(*btree_, last_root_, root_, /*is_root=*/true);
  return Await(move_, State::kMoved);
}

DestroyTree::Next DestroyTree::FreeLast() {
  free_.Start(btree_->pager(), last_root_);
  return Await(free_, State::kFreed);
}

DestroyTree::Next DestroyTree::Freed() {
  Pager& pager = btree_->pager();
  free_.Take();
  PageNumber largest = last_root_ - 1;
  while (pager.IsMapOrLockPage(largest)) --largest;
  pager.SetLargestRoot(largest);
  write_pointer_map_.Start(pager);
  return Await(write_pointer_map_, State::kNoted);
}

}  // namespace orrery
