#include "engine/btree/insert.h"

#include <algorithm>
#include <cstring>

#include "engine/base/varint.h"
#include "engine/format/payload_layout.h"

namespace orrery {

InsertCell::InsertCell(Btree& btree, TreePath& path, Journey& journey)
    : btree_(btree),
      pager_(btree.pager()),
      path_(path),
      journey_(journey),
      travel_(pager_, journey),
      free_overflow_(pager_),
      write_overflow_(pager_),
      balance_(btree, path) {}

void InsertCell::Start(Bytes head, Bytes payload, Place place) {
  CHECK(head.size() <= head_.size());
  std::memcpy(head_.data(), head.data(), head.size());
  head_size_ = head.size();
  payload_ = payload;
  place_ = place;
  freeing_ = false;
  Begin(State::kFind);
}

InsertCell::Next InsertCell::Run(State state) {
  switch (state) {
    case State::kFind:
      return Find();
    case State::kFound:
      return Found();
    case State::kFreeOld:
      return FreeOld();
    case State::kWriteNew:
      return WriteNew();
    case State::kPlace:
      return PlaceCell();
    case State::kBalanced:
      return Balanced();
    case State::kNoted:
      write_pointer_map_.Take();
      return Done(path_after_);
  }
  Unreachable();
}

InsertCell::Next InsertCell::Find() {
  if (payload_.size() > kPayloadSizeMax) return Fail(Status(ResultCode::kTooBig));
  if (place_ != Place::kUnknown) return AtPlace();
  switch (journey_.ToTarget()) {
    case Journey::Outcome::kOnRow:
      place_ = Place::kAtCell;
      return AtPlace();
    case Journey::Outcome::kNoRow:
      place_ = Place::kAtGap;
      return AtPlace();
    case Journey::Outcome::kDamaged:
      return Fail(journey_.damage());
    case Journey::Outcome::kMiss:
      travel_.Start();
      return Await(travel_, State::kFound);
    case Journey::Outcome::kGoesOn:
      break;
  }
  Unreachable();
}

InsertCell::Next InsertCell::Found() {
  place_ = travel_.Take() ? Place::kAtCell : Place::kAtGap;
  return AtPlace();
}

InsertCell::Next InsertCell::AtPlace() {
  CHECK(!path_.empty());  // a write transaction has made page 1
  return Goto(place_ == Place::kAtCell ? State::kFreeOld : State::kWriteNew);
}

InsertCell::Next InsertCell::FreeOld() {
  const TreePath::Level& here = path_.top();
  BtreeCell old;
  if (const Defect defect = here.page.ParseCell(here.index, &old)) {
    return Fail(CorruptPage(pager_, here.ref.number(), defect));
  }
  if (old.local_size == old.payload_size) return Goto(State::kWriteNew);
  freeing_ = true;
  free_overflow_.Start(old, here.ref.number(), path_);
  return Await(free_overflow_, State::kWriteNew);
}

InsertCell::Next InsertCell::WriteNew() {
  if (freeing_) free_overflow_.Take();
  const BtreePage& page = path_.top().page;
  local_size_ = LocalPayloadSize(page.is_table(), payload_.size(), pager_.usable_size());
  const size_t child_size = page.is_leaf() ? 0 : kPageNumberSize;
  const bool spills = local_size_ < payload_.size();
  cell_.resize(child_size + head_size_ + local_size_ + (spills ? kPageNumberSize : 0));
  std::byte* at = cell_.data();
  if (child_size != 0) StoreBig<uint32_t>(at, page.Child(path_.top().index));
  at += child_size;
  std::memcpy(at, head_.data(), head_size_);
  at += head_size_;
  if (local_size_ > 0) std::memcpy(at, payload_.data(), local_size_);
  if (!spills) return Goto(State::kPlace);
  write_overflow_.Start(payload_.subspan(local_size_));
  return Await(write_overflow_, State::kPlace);
}

InsertCell::Next InsertCell::PlaceCell() {
  if (local_size_ < payload_.size()) {
    const PageNumber first = write_overflow_.Take();
    StoreBig<uint32_t>(cell_.data() + cell_.size() - 4, first);
    pager_.NoteOwner(first, PageUse::kOverflowFirst, path_.top().ref.number());
  }
  cell_.resize(std::max<size_t>(cell_.size(), kCellSizeMin));
  TreePath::Level& here = path_.top();
  BtreePageEditor editor(here.ref.Edit(), here.page);
  Defect defect = nullptr;
  if (place_ == Place::kAtCell) {
    BtreeCell old;
    defect = here.page.ParseCell(here.index, &old);
    if (defect == nullptr && old.size == cell_.size()) {
      defect = editor.Overwrite(here.index, cell_);
      if (defect == nullptr) {
        pager_.io().Reached(Probe::kCellOverwritten);
        return End(PathAfter::kStands);
      }
    }
    if (defect == nullptr) defect = editor.Remove(here.index);
  }
  if (defect == nullptr) {
    switch (editor.Insert(here.index, cell_, btree_.scratch(), &defect)) {
      case BtreePageEditor::Inserted::kYes:
        return End(PathAfter::kStands);
      case BtreePageEditor::Inserted::kDamaged:
        break;
      case BtreePageEditor::Inserted::kNoRoom:
        balance_.Start(here.index, cell_);
        return Await(balance_, State::kBalanced);
    }
  }
  return Fail(CorruptPage(pager_, here.ref.number(), defect));
}

InsertCell::Next InsertCell::Balanced() {
  balance_.Take();
  path_.Clear();
  return End(PathAfter::kLost);
}

InsertCell::Next InsertCell::End(PathAfter after) {
  if (!pager_.has_owner_notes()) return Done(after);
  path_after_ = after;
  write_pointer_map_.Start(pager_);
  return Await(write_pointer_map_, State::kNoted);
}

}  // namespace orrery
