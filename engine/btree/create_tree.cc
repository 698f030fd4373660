#include "engine/btree/create_tree.h"

#include <cstring>
#include <utility>

#include "engine/format/freelist_trunk.h"

namespace orrery {
namespace {
const YieldSite kOwnerSite("btree.create_tree.owner");
const YieldSite kTrunkSite("btree.create_tree.trunk");
const YieldSite kRootSite("btree.create_tree.root");
}  // namespace

void CreateTree::Start(Btree& btree, TreeKind kind) {
  btree_ = &btree;
  kind_ = kind;
  trunk_count_ = 0;
  btree.WillChange(kNoPage, nullptr);
  Begin(State::kAllocate);
}

CreateTree::Next CreateTree::Run(State state) {
  switch (state) {
    case State::kAllocate:
      allocate_.Start(btree_->pager());
      return Await(allocate_, State::kAllocated);
    case State::kAllocated:
      return TakeSpare();
    case State::kOwner:
      return TakeOwner();
    case State::kTrunk:
      return LookInTrunk();
    case State::kTrunkCopy:
      return ReplaceTrunk();
    case State::kMoved:
      move_.Take();
      return FetchRoot();
    case State::kWrite:
      return Write(fetch_.Take());
    case State::kNoted:
      write_pointer_map_.Take();
      return Done(root_);
  }
  Unreachable();
}

void CreateTree::OnAbandon() {
  trunk_.Release();
  trunk_before_.Release();
}

CreateTree::Next CreateTree::TakeSpare() {
  Pager& pager = btree_->pager();
  PageRef page = allocate_.Take();
  spare_ = root_ = page.number();
  if (!pager.has_pointer_maps()) return Write(std::move(page));
  root_ = pager.header().largest_root_page + 1;
  while (pager.IsMapOrLockPage(root_)) ++root_;
  if (root_ == spare_) return Write(std::move(page));
  if (root_ > pager.page_count()) {
    return Fail(CorruptPage(pager, 1, "largest root page is beyond the end"));
  }
  fetch_.Start(pager, PointerMapPage(root_, pager.usable_size(), pager.page_size()), kOwnerSite);
  return Await(fetch_, State::kOwner);
}

CreateTree::Next CreateTree::TakeOwner() {
  Pager& pager = btree_->pager();
  const PageRef map = fetch_.Take();
  if (OwnerIn(map.data(), map.number(), root_).use != PageUse::kFree) {
    move_.Start(*btree_, root_, spare_);
    return Await(move_, State::kMoved);
  }
  fetch_.Start(pager, pager.header().first_freelist_trunk, kTrunkSite);
  return Await(fetch_, State::kTrunk);
}

CreateTree::Next CreateTree::LookInTrunk() {
  Pager& pager = btree_->pager();
  trunk_before_ = std::exchange(trunk_, fetch_.Take());
  if (trunk_.number() == root_) {
    fetch_.Start(pager, spare_, kTrunkSite);
    return Await(fetch_, State::kTrunkCopy);
  }
  const uint32_t leaf_count = TrunkLeafCount(trunk_.data());
  Defect defect = nullptr;
  if (leaf_count > TrunkLeafCountMax(pager.usable_size())) {
    defect = "too many leaves on a freelist trunk";
  } else if (++trunk_count_ > pager.header().freelist_page_count) {
    defect = "page that a pointer map says is free is not on the freelist";
  }
  for (uint32_t i = 0; i < leaf_count && defect == nullptr; ++i) {
    if (TrunkLeaf(trunk_.data(), i) != root_) continue;
    SetTrunkLeaf(trunk_.Edit(), i, spare_);
    return FetchRoot();
  }
  const PageNumber next = NextTrunk(trunk_.data());
  if (defect == nullptr && next == kNoPage) {
    defect = "page that a pointer map says is free is not on the freelist";
  }
  if (defect != nullptr) {
    const PageNumber number = trunk_.number();
    OnAbandon();
    return Fail(CorruptPage(pager, number, defect));
  }
  fetch_.Start(pager, next, kTrunkSite);
  return Await(fetch_, State::kTrunk);
}

CreateTree::Next CreateTree::ReplaceTrunk() {
  Pager& pager = btree_->pager();
  PageRef copy = fetch_.Take();
  std::memcpy(copy.Edit(), trunk_.data(), pager.page_size());
  if (trunk_before_) {
    SetNextTrunk(trunk_before_.Edit(), spare_);
  } else {
    pager.SetExtent(pager.page_count(), spare_, pager.header().freelist_page_count);
  }
  return FetchRoot();
}

CreateTree::Next CreateTree::FetchRoot() {
  Pager& pager = btree_->pager();
  // The move has noted this already, if there was one.
  if (trunk_) pager.NoteOwner(spare_, PageUse::kFree, kNoPage);
  OnAbandon();
  fetch_.Start(pager, root_, kRootSite);
  return Await(fetch_, State::kWrite);
}

CreateTree::Next CreateTree::Write(PageRef page) {
  Pager& pager = btree_->pager();
  WriteBtreePage(page.Edit(), root_, pager.usable_size(),
                 kind_ == TreeKind::kTable ? BtreePageKind::kTableLeaf : BtreePageKind::kIndexLeaf,
                 {}, kNoPage);
  if (!pager.has_pointer_maps()) return Done(root_);
  pager.SetLargestRoot(root_);
  pager.NoteOwner(root_, PageUse::kRoot, kNoPage);
  write_pointer_map_.Start(pager);
  return Await(write_pointer_map_, State::kNoted);
}

}  // namespace orrery
