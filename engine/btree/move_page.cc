#include "engine/btree/move_page.h"

#include <cstring>
#include <string>
#include <utility>

#include "engine/btree/pointer_notes.h"

namespace orrery {
namespace {

const YieldSite kOwnerSite("btree.move_page.owner");
const YieldSite kSourceSite("btree.move_page.source");
const YieldSite kTargetSite("btree.move_page.target");
const YieldSite kParentSite("btree.move_page.parent");

}  // namespace

void MovePage::Start(Btree& btree, PageNumber from, PageNumber to, bool is_root) {
  btree_ = &btree;
  from_ = from;
  to_ = to;
  is_root_ = is_root;
  CHECK(btree.pager().has_pointer_maps() && from != to);
  Begin(State::kMap);
}

MovePage::Next MovePage::Run(State state) {
  Pager& pager = btree_->pager();
  switch (state) {
    case State::kMap:
      fetch_.Start(pager, PointerMapPage(from_, pager.usable_size(), pager.page_size()),
                   kOwnerSite);
      return Await(fetch_, State::kOwner);
    case State::kOwner:
      return TakeOwner();
    case State::kSource:
      if (!outcome().ok()) return GiveUp(outcome());
      source_ = fetch_.Take();
      fetch_.Start(pager, to_, kTargetSite);
      return AwaitOutcome(fetch_, State::kTarget);
    case State::kTarget:
      return TakeTarget();
    case State::kParent:
      if (!outcome().ok()) return GiveUp(outcome());
      parent_ = fetch_.Take();
      return Goto(State::kMove);
    case State::kMove:
      return Move();
    case State::kNoted:
      if (!outcome().ok()) return GiveUp(outcome());
      write_pointer_map_.Take();
      return Done({});
  }
  Unreachable();
}

MovePage::Next MovePage::GiveUp(Status status) {
  OnAbandon();
  return Fail(std::move(status));
}

void MovePage::OnAbandon() {
  source_.Release();
  target_.Release();
  parent_.Release();
}

MovePage::Next MovePage::TakeOwner() {
  Pager& pager = btree_->pager();
  const PageRef map = fetch_.Take();
  owner_ = OwnerIn(map.data(), map.number(), from_);
  bool is_known = false;
  switch (owner_.use) {
    case PageUse::kRoot:
      is_known = is_root_ && owner_.parent == kNoPage;
      break;
    case PageUse::kOverflowFirst:
    case PageUse::kOverflowNext:
    case PageUse::kTreeChild:
      is_known = !is_root_ && PageExists(pager, owner_.parent) && owner_.parent != from_ &&
                 owner_.parent != to_;
      break;
    case PageUse::kFree:
      break;
  }
  if (!is_known) {
    return Fail(CorruptPage(pager, map.number(),
                            "pointer map cannot be right about page " + std::to_string(from_)));
  }
  fetch_.Start(pager, from_, kSourceSite);
  return Await(fetch_, State::kSource);
}

MovePage::Next MovePage::TakeTarget() {
  if (!outcome().ok()) return GiveUp(outcome());
  target_ = fetch_.Take();
  if (is_root_) return Goto(State::kMove);
  fetch_.Start(btree_->pager(), owner_.parent, kParentSite);
  return AwaitOutcome(fetch_, State::kParent);
}

MovePage::Next MovePage::Move() {
  Pager& pager = btree_->pager();
  btree_->InvalidateAll();
  if (parent_) {
    if (const Defect defect = Redirect()) {
      return GiveUp(CorruptPage(pager, parent_.number(), defect));
    }
  }
  std::memcpy(target_.Edit(), source_.data(), pager.page_size());
  (void)source_.Edit();  // keeps its bytes
  NoteOwners();
  source_.Release();
  target_.Release();
  parent_.Release();
  write_pointer_map_.Start(pager);
  return AwaitOutcome(write_pointer_map_, State::kNoted);
}

// Makes the parent refer to the page's new number.
Defect MovePage::Redirect() {
  static constexpr char kNoSuchChild[] = "does not refer to a page that a pointer map says it does";
  if (owner_.use == PageUse::kOverflowNext) {
    if (LoadBig<uint32_t>(parent_.data()) != from_) return kNoSuchChild;
    StoreBig<uint32_t>(parent_.Edit(), to_);
    return nullptr;
  }
  BtreePage page;
  if (const Defect defect =
          BtreePage::Open(parent_.data(), parent_.number(), btree_->pager().usable_size(), &page)) {
    return defect;
  }
  if (owner_.use == PageUse::kTreeChild) {
    for (uint32_t i = 0; !page.is_leaf() && i <= page.cell_count(); ++i) {
      if (page.Child(i) == from_) return BtreePageEditor(parent_.Edit(), page).SetChild(i, to_);
    }
    return kNoSuchChild;
  }
  for (uint32_t i = 0; i < page.cell_count(); ++i) {
    BtreeCell cell;
    if (const Defect defect = page.ParseCell(i, &cell)) return defect;
    if (cell.local_size == cell.payload_size || cell.overflow_page != from_) continue;
    StoreBig<uint32_t>(parent_.Edit() + cell.local_offset + cell.local_size, to_);
    return nullptr;
  }
  return kNoSuchChild;
}

void MovePage::NoteOwners() {
  Pager& pager = btree_->pager();
  pager.NoteOwner(to_, owner_.use, owner_.parent);
  if (owner_.use == PageUse::kTreeChild || owner_.use == PageUse::kRoot) {
    NoteOwnersIn(pager, to_, target_.data());
    return;
  }
  const auto next = LoadBig<uint32_t>(target_.data());
  if (next != kNoPage) pager.NoteOwner(next, PageUse::kOverflowNext, to_);
}

}  // namespace orrery
