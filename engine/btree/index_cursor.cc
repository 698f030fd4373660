#include "engine/btree/index_cursor.h"

#include <algorithm>
#include <utility>

#include "engine/btree/btree.h"
#include "engine/btree/delete_entry.h"
#include "engine/btree/insert.h"

namespace orrery {

struct IndexCursor::Operations {
  explicit Operations(IndexCursor& cursor)
      : travel(cursor.pager_, cursor.journey_),
        read(cursor.pager_),
        insert(cursor.btree_, cursor.path_, cursor.journey_),
        remove(cursor.btree_, cursor.path_, cursor.journey_) {}

  Travel travel;
  ReadOverflow read;
  InsertCell insert;
  DeleteEntry remove;
};

IndexCursor::IndexCursor(Btree& btree, PageNumber root, std::span<const KeyColumn> order)
    : btree_(btree),
      pager_(btree.pager()),
      path_(pager_, TreeFamily::kIndex),
      journey_(pager_, path_, root, order) {
  Join(btree, root);
}

IndexCursor::~IndexCursor() = default;

IndexCursor::Operations& IndexCursor::operations() {
  if (operations_ == nullptr) operations_ = std::make_unique<Operations>(*this);
  return *operations_;
}

// What a failed or abandoned operation may still hold goes with it.
void IndexCursor::ForgetPages() {
  if (call_ != Call::kNone) operations_.reset();
  call_ = Call::kNone;
  path_.Clear();
}

Status IndexCursor::DamagedRow(std::string_view what) const {
  CHECK(place_ == Place::kOnEntry);
  return CorruptPage(pager_, path_.top().ref.number(), "entry: " + std::string(what));
}

void IndexCursor::Reset() {
  ForgetPages();
  place_ = Place::kNowhere;
}

// The call in progress, if any, begins again from the place kept here. Moves set that place when
// they start to wait; a change in progress has set it to kNowhere.
void IndexCursor::LetGo() {
  if (place_ == Place::kOnEntry) {
    const Bytes key = KeyBytes();
    key_.assign(key.begin(), key.end());
    place_ = Place::kOnKey;
  } else if (place_ == Place::kBeforeCell) {
    place_ = Place::kGap;
  }
  ForgetPages();
}

Status IndexCursor::Failed(Status status) {
  Reset();
  return status;
}

// Of the entry that the path stands at: its key columns at least.
Bytes IndexCursor::KeyBytes() const {
  CHECK(place_ == Place::kOnEntry);
  return is_local_ ? Bytes(path_.top().page.data() + local_.offset, local_.size) : journey_.bytes();
}

Status IndexCursor::DecodePlace() {
  const Defect defect = DecodeKey(key_, order().size(), key_values_);
  if (defect != nullptr) [[unlikely]]
    return CorruptPage(pager_, journey_.root(), defect);
  return OkStatus();
}

// -- Moving --

IoResult<bool> IndexCursor::Move(Call call, std::span<const Value> key, SeekMode mode) {
  if (call_ == Call::kNone) {
    const bool is_step = call == Call::kNext || call == Call::kPrevious;
    if (is_step && place_ == Place::kOnEntry) {
      const Bytes here = KeyBytes();
      key_.assign(here.begin(), here.end());
    }
    const bool is_let_go = place_ == Place::kOnKey || place_ == Place::kGap;
    if (is_let_go && (is_step || call == Call::kRestore)) {
      if (Status status = DecodePlace(); !status.ok()) return Failed(std::move(status));
    }
    const Journey::Outcome outcome = StartMove(call, key, mode);
    if (outcome != Journey::Outcome::kMiss) [[likely]]
      return Moved(call, outcome);
    operations().travel.Start();
    call_ = call;
    // Where the call begins again, should the tree change meanwhile.
    if (is_step) {
      const bool from_gap = place_ == Place::kGap || place_ == Place::kBeforeCell;
      place_ = from_gap ? Place::kGap : Place::kOnKey;
    } else {
      place_ = call == Call::kRestore ? Place::kOnKey : Place::kNowhere;
    }
  }
  CHECK(call_ == call);
  IoResult<bool> found = operations_->travel.Resume();
  if (found.pending()) return found;
  if (found.failed()) return Failed(std::move(found).status());
  call_ = Call::kNone;
  return Moved(call, *found ? Journey::Outcome::kOnRow : Journey::Outcome::kNoRow);
}

Journey::Outcome IndexCursor::StartMove(Call call, std::span<const Value> key, SeekMode mode) {
  switch (call) {
    case Call::kSeek:
      return journey_.ToKey(key, mode);
    case Call::kRestore:
      return journey_.ToKey(key_values_, SeekMode::kEqual);
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

Journey::Outcome IndexCursor::StartStep(bool forward) {
  switch (place_) {
    case Place::kNowhere:
      return Journey::Outcome::kNoRow;
    case Place::kOnKey:
    case Place::kGap:
      return journey_.ToKey(key_values_, forward ? SeekMode::kGreater : SeekMode::kLess);
    case Place::kOnEntry:
      return forward ? journey_.Forward() : journey_.Backward();
    case Place::kBeforeCell: {
      TreePath::Level& leaf = path_.top();
      if (!forward) return journey_.Backward();
      if (leaf.index < leaf.page.cell_count()) return journey_.Stand();
      if (leaf.page.cell_count() == 0) return Journey::Outcome::kNoRow;  // the root
      leaf.index = leaf.page.cell_count() - 1;
      return journey_.Forward();
    }
  }
  Unreachable();
}

IoResult<bool> IndexCursor::Moved(Call call, Journey::Outcome outcome) {
  switch (outcome) {
    case Journey::Outcome::kOnRow: {
      const BtreeCell& cell = journey_.cell();
      is_local_ = journey_.is_local();
      local_ = {cell.local_offset, cell.local_size};
      place_ = Place::kOnEntry;
      return true;
    }
    case Journey::Outcome::kDamaged:
      return Failed(journey_.damage());
    case Journey::Outcome::kNoRow:
      place_ = call == Call::kRestore ? Place::kGap : Place::kNowhere;
      if (call == Call::kRestore) path_.Clear();
      return false;
    case Journey::Outcome::kMiss:
    case Journey::Outcome::kGoesOn:
      break;
  }
  Unreachable();
}

// -- The entry --

IoResult<PayloadView> IndexCursor::PayloadOfCell(uint64_t wanted_size) {
  if (place_ == Place::kOnKey) [[unlikely]]
    IO_RETURN_IF_NOT_DONE(PayloadView, Restore());
  if (place_ != Place::kOnEntry) return PayloadView{.gone = true};
  if (is_local_) return PayloadView{KeyBytes(), local_.size};
  PayloadSoFar& payload = journey_.payload();
  const uint64_t size = std::min(wanted_size, payload.total_size);
  if (call_ == Call::kNone && payload.bytes.size() < size) {
    call_ = Call::kPayload;
    operations().read.Start(payload, size);
  }
  if (call_ != Call::kNone) {
    CHECK(call_ == Call::kPayload);
    IoResult<> read = operations_->read.Resume();
    if (read.pending()) return read.waiting();
    call_ = Call::kNone;
    if (read.failed()) return std::move(read).status();
  }
  return PayloadView{payload.bytes, payload.total_size};
}

// -- Changing --

IoResult<> IndexCursor::Insert(Bytes record, bool append) {
  if (call_ == Call::kNone) {
    if (const Defect defect = DecodeKey(record, order().size(), insert_values_)) {
      return Failed(CorruptError(defect));
    }
    btree_.WillChange(journey_.root(), this);
    InsertCell::Place place = InsertCell::Place::kUnknown;
    if (append && StandsAtEndBelow(insert_values_)) {
      ++path_.top().index;
      place = InsertCell::Place::kAtGap;
    }
    place_ = Place::kNowhere;
    call_ = Call::kInsert;
    journey_.SetTarget(insert_values_);
    std::byte head[kCellHeadSizeMax];
    const uint32_t head_size = EncodeIndexLeafHead(record.size(), head);
    operations().insert.Start(Bytes(head, head_size), record, place);
  }
  CHECK(call_ == Call::kInsert);
  IoResult<PathAfter> inserted = operations_->insert.Resume();
  if (inserted.pending()) return inserted.waiting();
  if (inserted.failed()) return Failed(std::move(inserted).status());
  call_ = Call::kNone;
  if (*inserted == PathAfter::kStands) {
    const TreePath::Level& here = path_.top();
    BtreeCell cell;
    if (const Defect defect = here.page.ParseCell(here.index, &cell)) {
      return Failed(CorruptPage(pager_, here.ref.number(), defect));
    }
    if (cell.local_size == cell.payload_size) {
      is_local_ = true;
      local_ = {cell.local_offset, cell.local_size};
      place_ = Place::kOnEntry;
      return Unit();
    }
  }
  path_.Clear();
  const RecordPrefix key = FindRecordPrefix(record, record.size(), order().size());
  key_.assign(record.begin(), record.begin() + static_cast<std::ptrdiff_t>(key.size));
  place_ = Place::kOnKey;
  return Unit();
}

// The cursor is on the last entry of the tree, and that entry is below `key`.
bool IndexCursor::StandsAtEndBelow(std::span<const Value> key) {
  if (place_ != Place::kOnEntry || !path_.top().page.is_leaf()) return false;
  for (uint32_t i = 0; i < path_.depth(); ++i) {
    const TreePath::Level& level = path_[i];
    const uint32_t last = level.page.cell_count() - (level.page.is_leaf() ? 1 : 0);
    if (level.index != last) return false;
  }
  const uint64_t total_size = is_local_ ? local_.size : journey_.payload().total_size;
  const RecordComparison compared = CompareRecord(KeyBytes(), total_size, key, order());
  return compared.wanted_size == 0 && compared.defect == nullptr && compared.order < 0;
}

IoResult<> IndexCursor::Delete() {
  if (place_ == Place::kOnKey) IO_RETURN_IF_NOT_DONE(Unit, Restore());
  if (call_ == Call::kNone) {
    if (place_ != Place::kOnEntry) return Unit();
    const Bytes key = KeyBytes();
    key_.assign(key.begin(), key.end());
    btree_.WillChange(journey_.root(), this);
    place_ = Place::kNowhere;
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
