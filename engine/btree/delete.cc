#include "engine/btree/delete.h"

namespace orrery {

DeleteRow::DeleteRow(Btree& btree, TreePath& path)
    : pager_(btree.pager()), path_(path), free_overflow_(pager_), balance_(btree, path) {}

void DeleteRow::Start() {
  CHECK(!path_.empty());
  Begin(State::kFreeChain);
}

DeleteRow::Next DeleteRow::Run(State state) {
  switch (state) {
    case State::kFreeChain:
      return FreeChain();
    case State::kRemove:
      return Remove();
    case State::kBalanced:
      return Balanced();
    case State::kNoted:
      write_pointer_map_.Take();
      return Done(path_after_);
  }
  Unreachable();
}

DeleteRow::Next DeleteRow::FreeChain() {
  const TreePath::Level& leaf = path_.top();
  BtreeCell cell;
  if (const Defect defect = leaf.page.ParseCell(leaf.index, &cell)) {
    return Fail(CorruptPage(pager_, leaf.ref.number(), defect));
  }
  if (cell.local_size == cell.payload_size) return Goto(State::kRemove);
  free_overflow_.Start(cell, leaf.ref.number(), path_);
  return Await(free_overflow_, State::kRemove);
}

DeleteRow::Next DeleteRow::Remove() {
  free_overflow_.Abandon();  // forgets that it is done
  TreePath::Level& leaf = path_.top();
  uint32_t free_size = 0;
  Defect defect = BtreePageEditor(leaf.ref.Edit(), leaf.page).Remove(leaf.index);
  if (defect == nullptr) defect = leaf.page.FreeSize(&free_size);
  if (defect != nullptr) return Fail(CorruptPage(pager_, leaf.ref.number(), defect));
  if (path_.depth() == 1 || free_size * 3 <= pager_.usable_size() * 2) {
    return End(PathAfter::kStands);
  }
  balance_.Start();
  return Await(balance_, State::kBalanced);
}

DeleteRow::Next DeleteRow::Balanced() {
  balance_.Take();
  path_.Clear();
  return End(PathAfter::kLost);
}

DeleteRow::Next DeleteRow::End(PathAfter after) {
  if (!pager_.has_owner_notes()) return Done(after);
  path_after_ = after;
  write_pointer_map_.Start(pager_);
  return Await(write_pointer_map_, State::kNoted);
}

}  // namespace orrery
