#include "engine/btree/table_cursor.h"

#include <algorithm>
#include <string>
#include <utility>

#include "engine/btree/btree.h"
#include "engine/btree/delete.h"
#include "engine/btree/insert.h"

namespace orrery {

struct TableCursor::Operations {
  explicit Operations(TableCursor& cursor)
      : travel(cursor.pager_, cursor.journey_),
        read(cursor.pager_),
        insert(cursor.btree_, cursor.path_, cursor.journey_),
        remove(cursor.btree_, cursor.path_) {}

  Travel travel;
  ReadOverflow read;
  InsertCell insert;
  DeleteRow remove;
};

TableCursor::TableCursor(Btree& btree, PageNumber root)
    : btree_(btree),
      pager_(btree.pager()),
      path_(pager_, TreeFamily::kTable),
      journey_(pager_, path_, root) {
  Join(btree, root);
}

TableCursor::~TableCursor() = default;

TableCursor::Operations& TableCursor::operations() {
  if (operations_ == nullptr) operations_ = std::make_unique<Operations>(*this);
  return *operations_;
}

// What a failed or abandoned operation may still hold goes with it.
void TableCursor::ForgetPages() {
  if (call_ != Call::kNone) operations_.reset();
  call_ = Call::kNone;
  known_ = Known::kNothing;
  path_.Clear();
}

Status TableCursor::DamagedRow(std::string_view what) const {
  CHECK(place_ == Place::kOnRow);
  return CorruptPage(pager_, path_.top().ref.number(),
                     "row " + std::to_string(rowid_) + ": " + std::string(what));
}

void TableCursor::Reset() {
  ForgetPages();
  place_ = Place::kNowhere;
}

// The call in progress, if any, begins again from the place kept here. Moves set that place when
// they start to wait; a change in progress has set it to kNowhere.
void TableCursor::LetGo() {
  if (call_ != Call::kNone) pager_.io().Reached(Probe::kMoveBegunAgain);
  ForgetPages();
  switch (place_) {
    case Place::kOnRow:
      place_ = Place::kOnRowid;
      return;
    case Place::kBeforeCell:
      place_ = Place::kGap;
      return;
    case Place::kInsertion:
      place_ = Place::kNowhere;
      return;
    case Place::kNowhere:
    case Place::kOnRowid:
    case Place::kGap:
      return;
  }
}

Status TableCursor::Failed(Status status) {
  Reset();
  return status;
}

// -- Moving --

IoResult<bool> TableCursor::First() { return Step(Call::kFirst); }
IoResult<bool> TableCursor::Last() { return Step(Call::kLast); }
IoResult<bool> TableCursor::Previous() { return Step(Call::kPrevious); }
IoResult<bool> TableCursor::Seek(int64_t rowid, SeekMode mode) {
  return Move(Call::kSeek, rowid, mode);
}

IoResult<bool> TableCursor::Move(Call call, int64_t rowid, SeekMode mode) {
  if (call_ == Call::kNone) {
    known_ = Known::kNothing;
    const Journey::Outcome outcome = StartMove(call, rowid, mode);
    if (outcome != Journey::Outcome::kMiss) [[likely]]
      return Moved(call, outcome, rowid, mode);
    operations().travel.Start();
    call_ = call;
    // Where the call begins again, should the tree change meanwhile.
    const bool from_row =
        call == Call::kRestore || ((call == Call::kNext || call == Call::kPrevious) &&
                                   place_ != Place::kGap && place_ != Place::kBeforeCell);
    const bool from_gap =
        call != Call::kRestore && !from_row && (call == Call::kNext || call == Call::kPrevious);
    place_ = from_row ? Place::kOnRowid : from_gap ? Place::kGap : Place::kNowhere;
  }
  CHECK(call_ == call);
  IoResult<bool> found = operations_->travel.Resume();
  if (found.pending()) return found;
  if (found.failed()) return Failed(std::move(found).status());
  call_ = Call::kNone;
  return Moved(call, *found ? Journey::Outcome::kOnRow : Journey::Outcome::kNoRow, rowid, mode);
}

Journey::Outcome TableCursor::StartMove(Call call, int64_t rowid, SeekMode mode) {
  switch (call) {
    case Call::kSeek:
      return journey_.ToRowid(rowid, mode);
    case Call::kRestore:
      return journey_.ToRowid(rowid_, SeekMode::kEqual);
    case Call::kFirst:
      return journey_.ToFirst();
    case Call::kLast:
      return journey_.ToLast();
    case Call::kNext:
      return StartStep(/*forward=*/true);
    case Call::kPrevious:
      return StartStep(/*forward=*/false);
    case Call::kNone:
    case Call::kPayload:
    case Call::kInsert:
    case Call::kDelete:
      break;
  }
  Unreachable();
}

Journey::Outcome TableCursor::StartStep(bool forward) {
  switch (place_) {
    case Place::kNowhere:
    case Place::kInsertion:
      return Journey::Outcome::kNoRow;
    case Place::kOnRowid:
    case Place::kGap:
      pager_.io().Reached(place_ == Place::kGap ? Probe::kWentOnFromGap : Probe::kWentOnFromRow);
      return journey_.ToRowid(rowid_, forward ? SeekMode::kGreater : SeekMode::kLess);
    case Place::kOnRow:
      return forward ? journey_.Forward() : journey_.Backward();
    case Place::kBeforeCell: {
      TreePath::Level& leaf = path_.top();
      if (!forward) return journey_.Backward();
      if (leaf.index < leaf.page.cell_count()) return Journey::Outcome::kOnRow;
      if (leaf.page.cell_count() == 0) return Journey::Outcome::kNoRow;  // the root
      leaf.index = leaf.page.cell_count() - 1;
      return journey_.Forward();
    }
  }
  Unreachable();
}

IoResult<bool> TableCursor::Moved(Call call, Journey::Outcome outcome, int64_t rowid,
                                  SeekMode mode) {
  if (outcome == Journey::Outcome::kDamaged) return Failed(journey_.damage());
  if (outcome == Journey::Outcome::kOnRow) return Arrived();
  if (call == Call::kRestore) {
    place_ = Place::kGap;
    path_.Clear();
  } else if (call == Call::kSeek && mode == SeekMode::kEqual && !path_.empty()) {
    place_ = Place::kInsertion;
    rowid_ = rowid;
  } else {
    place_ = Place::kNowhere;
  }
  return false;
}

// The path stands at a row.
IoResult<bool> TableCursor::Arrived() {
  const TreePath::Level& leaf = path_.top();
  if (leaf.page.TryLocalRow(leaf.index, &local_row_)) [[likely]] {
    rowid_ = local_row_.rowid;
    known_ = Known::kLocalRow;
  } else if (const Defect defect = leaf.page.Rowid(leaf.index, &rowid_)) [[unlikely]] {
    return Failed(CorruptPage(pager_, leaf.ref.number(), defect));
  }
  place_ = Place::kOnRow;
  return true;
}

IoResult<bool> TableCursor::Restore() {
  IoResult<bool> found = Move(Call::kRestore, 0, SeekMode::kEqual);
  if (found.done()) pager_.io().Reached(*found ? Probe::kRowFoundAgain : Probe::kRowGone);
  return found;
}

// -- The row --

IoResult<PayloadView> TableCursor::PayloadOfCell(uint64_t wanted_size) {
  if (place_ == Place::kOnRowid) [[unlikely]]
    IO_RETURN_IF_NOT_DONE(PayloadView, Restore());
  if (place_ != Place::kOnRow) return PayloadView{.gone = true};
  if (known_ != Known::kCell) {
    if (Status status = StartPayload(); !status.ok()) return status;
  }
  const uint64_t size = std::min(wanted_size, cell_.payload_size);
  if (size <= cell_.local_size) [[likely]] {
    return PayloadView{Bytes(path_.top().page.data() + cell_.local_offset, cell_.local_size),
                       cell_.payload_size};
  }
  if (call_ == Call::kNone) {
    if (payload_.bytes.size() < size) {
      if (payload_.bytes.empty()) {
        const TreePath::Level& leaf = path_.top();
        const PageNumber number = leaf.ref.number();
        if (const Defect defect = payload_.Start(pager_, leaf.page, cell_, number)) {
          return CorruptPage(pager_, number, defect);
        }
      }
      call_ = Call::kPayload;
      operations().read.Start(payload_, size);
    }
  }
  if (call_ != Call::kNone) {
    CHECK(call_ == Call::kPayload);
    IoResult<> read = operations_->read.Resume();
    if (read.pending()) return read.waiting();
    call_ = Call::kNone;
    if (read.failed()) return std::move(read).status();
  }
  return PayloadView{payload_.bytes, cell_.payload_size};
}

Status TableCursor::StartPayload() {
  const TreePath::Level& leaf = path_.top();
  if (const Defect defect = leaf.page.ParseCell(leaf.index, &cell_)) {
    return CorruptPage(pager_, leaf.ref.number(), defect);
  }
  known_ = Known::kCell;
  payload_.bytes.clear();
  return OkStatus();
}

// -- Changing --

IoResult<> TableCursor::Insert(int64_t rowid, Bytes payload, bool append) {
  if (call_ == Call::kNone) {
    btree_.WillChange(journey_.root(), this);
    InsertCell::Place place = InsertCell::Place::kUnknown;
    if (place_ == Place::kOnRow && rowid_ == rowid) {
      place = InsertCell::Place::kAtCell;
    } else if ((place_ == Place::kInsertion || place_ == Place::kBeforeCell) && rowid_ == rowid) {
      place = InsertCell::Place::kAtGap;
    } else if (append && StandsAtEndBelow(rowid)) {
      ++path_.top().index;
      place = InsertCell::Place::kAtGap;
    }
    place_ = Place::kNowhere;
    known_ = Known::kNothing;
    call_ = Call::kInsert;
    journey_.SetTarget(rowid);
    std::byte head[kCellHeadSizeMax];
    const uint32_t head_size = EncodeTableLeafHead(payload.size(), rowid, head);
    operations().insert.Start(Bytes(head, head_size), payload, place);
  }
  CHECK(call_ == Call::kInsert);
  IoResult<PathAfter> inserted = operations_->insert.Resume();
  if (inserted.pending()) return inserted.waiting();
  if (inserted.failed()) return Failed(std::move(inserted).status());
  call_ = Call::kNone;
  rowid_ = rowid;
  place_ = *inserted == PathAfter::kStands ? Place::kOnRow : Place::kOnRowid;
  return Unit();
}

// The cursor is on the last row of the tree, and that row is below `rowid`.
bool TableCursor::StandsAtEndBelow(int64_t rowid) {
  if (place_ != Place::kOnRow || rowid_ >= rowid) return false;
  for (uint32_t i = 0; i < path_.depth(); ++i) {
    const TreePath::Level& level = path_[i];
    const uint32_t last = level.page.cell_count() - (level.page.is_leaf() ? 1 : 0);
    if (level.index != last) return false;
  }
  return true;
}

IoResult<> TableCursor::Delete() {
  if (place_ == Place::kOnRowid) IO_RETURN_IF_NOT_DONE(Unit, Restore());
  if (call_ == Call::kNone) {
    if (place_ != Place::kOnRow) return Unit();
    btree_.WillChange(journey_.root(), this);
    place_ = Place::kNowhere;
    known_ = Known::kNothing;
    call_ = Call::kDelete;
    operations().remove.Start();
  }
  CHECK(call_ == Call::kDelete);
  IoResult<PathAfter> removed = operations_->remove.Resume();
  if (removed.pending()) return removed.waiting();
  if (removed.failed()) return Failed(std::move(removed).status());
  call_ = Call::kNone;
  place_ = *removed == PathAfter::kStands ? Place::kBeforeCell : Place::kGap;
  return Unit();
}

}  // namespace orrery
