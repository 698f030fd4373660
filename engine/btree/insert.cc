#include "engine/btree/insert.h"

#include <algorithm>
#include <cstring>

#include "engine/base/varint.h"
#include "engine/format/payload_layout.h"

namespace orrery {

InsertRow::InsertRow(Btree& btree, TreePath& path, Journey& journey)
    : btree_(btree),
      pager_(btree.pager()),
      path_(path),
      journey_(journey),
      travel_(pager_, journey),
      free_overflow_(pager_),
      write_overflow_(pager_),
      balance_(btree, path) {}

void InsertRow::Start(int64_t rowid, Bytes payload, Place place) {
  rowid_ = rowid;
  payload_ = payload;
  place_ = place;
  freeing_ = false;
  Begin(State::kFind);
}

InsertRow::Next InsertRow::Run(State state) {
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
  }
  Unreachable();
}

InsertRow::Next InsertRow::Find() {
  if (payload_.size() > kPayloadSizeMax) return Fail(Status(ResultCode::kTooBig));
  if (place_ != Place::kUnknown) return AtPlace();
  switch (journey_.ToRowid(rowid_, SeekMode::kEqual)) {
    case Journey::Outcome::kOnRow:
      place_ = Place::kAtRow;
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

InsertRow::Next InsertRow::Found() {
  place_ = travel_.Take() ? Place::kAtRow : Place::kAtGap;
  return AtPlace();
}

InsertRow::Next InsertRow::AtPlace() {
  CHECK(!path_.empty());  // a write transaction has made page 1
  return Goto(place_ == Place::kAtRow ? State::kFreeOld : State::kWriteNew);
}

InsertRow::Next InsertRow::FreeOld() {
  const TreePath::Level& leaf = path_.top();
  BtreeCell old;
  if (const Defect defect = leaf.page.ParseCell(leaf.index, &old)) {
    return Fail(CorruptPage(pager_, leaf.ref.number(), defect));
  }
  if (old.local_size == old.payload_size) return Goto(State::kWriteNew);
  freeing_ = true;
  free_overflow_.Start(old, leaf.ref.number(), path_);
  return Await(free_overflow_, State::kWriteNew);
}

InsertRow::Next InsertRow::WriteNew() {
  if (freeing_) free_overflow_.Take();
  local_size_ = LocalPayloadSize(/*table_leaf=*/true, payload_.size(), pager_.usable_size());
  const bool spills = local_size_ < payload_.size();
  cell_.resize(2 * kVarintSizeMax + local_size_ + 4);
  uint32_t size = EncodeTableLeafHead(payload_.size(), rowid_, cell_.data());
  if (local_size_ > 0) std::memcpy(cell_.data() + size, payload_.data(), local_size_);
  size += local_size_;
  cell_.resize(size + (spills ? 4 : 0));
  if (!spills) return Goto(State::kPlace);
  write_overflow_.Start(payload_.subspan(local_size_));
  return Await(write_overflow_, State::kPlace);
}

InsertRow::Next InsertRow::PlaceCell() {
  if (local_size_ < payload_.size()) {
    StoreBig<uint32_t>(cell_.data() + cell_.size() - 4, write_overflow_.Take());
  }
  cell_.resize(std::max<size_t>(cell_.size(), kCellSizeMin));
  TreePath::Level& leaf = path_.top();
  BtreePageEditor editor(leaf.ref.Edit(), leaf.page);
  Defect defect = nullptr;
  if (place_ == Place::kAtRow) {
    BtreeCell old;
    defect = leaf.page.ParseCell(leaf.index, &old);
    if (defect == nullptr && old.size == cell_.size()) {
      defect = editor.Overwrite(leaf.index, cell_);
      if (defect == nullptr) return Done(PathAfter::kStands);
    }
    if (defect == nullptr) defect = editor.Remove(leaf.index);
  }
  if (defect == nullptr) {
    switch (editor.Insert(leaf.index, cell_, btree_.scratch(), &defect)) {
      case BtreePageEditor::Inserted::kYes:
        return Done(PathAfter::kStands);
      case BtreePageEditor::Inserted::kDamaged:
        break;
      case BtreePageEditor::Inserted::kNoRoom:
        balance_.Start(leaf.index, cell_);
        return Await(balance_, State::kBalanced);
    }
  }
  return Fail(CorruptPage(pager_, leaf.ref.number(), defect));
}

InsertRow::Next InsertRow::Balanced() {
  balance_.Take();
  path_.Clear();
  return Done(PathAfter::kLost);
}

}  // namespace orrery
