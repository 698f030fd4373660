#include "engine/btree/btree.h"

namespace orrery {

void CreateTree::Start(Btree& btree, TreeKind kind) {
  btree_ = &btree;
  kind_ = kind;
  btree.WillChange(kNoPage, nullptr);
  Begin(State::kAllocate);
}

CreateTree::Next CreateTree::Run(State state) {
  switch (state) {
    case State::kAllocate:
      allocate_.Start(btree_->pager());
      return Await(allocate_, State::kWrite);
    case State::kWrite: {
      PageRef page = allocate_.Take();
      WriteBtreePage(
          page.Edit(), page.number(), btree_->pager().usable_size(),
          kind_ == TreeKind::kTable ? BtreePageKind::kTableLeaf : BtreePageKind::kIndexLeaf, {},
          kNoPage);
      return Done(page.number());
    }
  }
  Unreachable();
}

}  // namespace orrery
