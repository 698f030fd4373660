#include "engine/btree/index_journey.h"

#include <utility>

namespace orrery {
namespace {
const YieldSite kSeekSite("btree.index.seek.descend");
const YieldSite kEndsSite("btree.index.ends.descend");
const YieldSite kStepSite("btree.index.step.descend");
const YieldSite kCompareSite("btree.index.compare.overflow");
const YieldSite kEntrySite("btree.index.entry.overflow");
}  // namespace

Journey::Outcome IndexJourney::ToFirst() {
  toward_ = Toward::kFirst;
  site_ = &kEndsSite;
  return FromRoot();
}

Journey::Outcome IndexJourney::ToLast() {
  toward_ = Toward::kLast;
  site_ = &kEndsSite;
  return FromRoot();
}

Journey::Outcome IndexJourney::ToKey(std::span<const Value> key, SeekMode mode) {
  toward_ = Toward::kKey;
  key_ = key;
  mode_ = mode;
  met_equal_ = false;
  site_ = &kSeekSite;
  return FromRoot();
}

// The root stays pinned from one journey to the next.
Journey::Outcome IndexJourney::FromRoot() {
  need_ = Need::kTree;
  if (path_.empty()) return Down();
  path_.Cut(1);
  const Outcome outcome = Look();
  return outcome == Outcome::kGoesOn ? Down() : outcome;
}

Journey::Outcome IndexJourney::Down() {
  while (true) {
    Outcome outcome = DownOne();
    if (outcome == Outcome::kGoesOn) outcome = Look();
    if (outcome != Outcome::kGoesOn) return outcome;
  }
}

Journey::Outcome IndexJourney::Arrive(PageRef page) {
  Outcome outcome = Outcome::kGoesOn;
  switch (std::exchange(need_, Need::kTree)) {
    case Need::kTree:
      outcome = Enter(std::move(page), missing());
      if (outcome == Outcome::kGoesOn) outcome = Look();
      break;
    case Need::kComparison:
      payload_.Append(page, pager_.usable_size());
      outcome = Search();
      break;
    case Need::kEntry:
      payload_.Append(page, pager_.usable_size());
      outcome = ReadEntry();
      break;
  }
  return outcome == Outcome::kGoesOn ? Down() : outcome;
}

// Chooses the cell or child in the page just reached.
Journey::Outcome IndexJourney::Look() {
  TreePath::Level& here = path_.top();
  const bool leaf = here.page.is_leaf();
  const uint32_t count = here.page.cell_count();
  if (toward_ == Toward::kKey) {
    low_ = 0;
    high_ = count;
    is_reading_ = false;
    return Search();
  }
  here.index = toward_ == Toward::kFirst ? 0 : count - (leaf && count > 0 ? 1 : 0);
  if (!leaf) return Outcome::kGoesOn;
  return count > 0 ? Stand() : Outcome::kNoRow;
}

// The first cell of the page that is not below the key, or the first above it.
Journey::Outcome IndexJourney::Search() {
  TreePath::Level& here = path_.top();
  const bool is_whole_key = key_.size() == order_.size();
  while (low_ < high_) {
    const uint32_t middle = (low_ + high_) / 2;
    std::weak_ordering order = std::weak_ordering::equivalent;
    const Outcome outcome = Compare(middle, &order);
    if (outcome != Outcome::kGoesOn) return outcome;
    if (order == 0) {
      met_equal_ = true;
      // There is no other entry with this key, so the children need not be looked into.
      if (is_whole_key && mode_ != SeekMode::kGreater && mode_ != SeekMode::kLess) {
        here.index = middle;
        return Stand();
      }
    }
    if (order < 0 || (order == 0 && !wants_lower_bound())) {
      low_ = middle + 1;
    } else {
      high_ = middle;
    }
  }
  here.index = low_;
  return here.page.is_leaf() ? Settle() : Outcome::kGoesOn;
}

// kGoesOn: `order` says how the cell stands to the key.
Journey::Outcome IndexJourney::Compare(uint32_t cell_index, std::weak_ordering* order) {
  const TreePath::Level& here = path_.top();
  while (true) {
    if (!is_reading_) {
      if (const Defect defect = here.page.ParseCell(cell_index, &cell_)) [[unlikely]] {
        return Damaged(here.ref.number(), defect);
      }
    }
    const Bytes bytes = is_reading_
                            ? Bytes(payload_.bytes)
                            : Bytes(here.page.data() + cell_.local_offset, cell_.local_size);
    const RecordComparison compared = CompareRecord(bytes, cell_.payload_size, key_, order_);
    if (compared.defect != nullptr) [[unlikely]]
      return Damaged(here.ref.number(), compared.defect);
    if (compared.wanted_size == 0) [[likely]] {
      is_reading_ = false;
      site_ = &kSeekSite;
      *order = compared.order;
      return Outcome::kGoesOn;
    }
    if (!is_reading_) {
      const PageNumber number = here.ref.number();
      if (const Defect defect = payload_.Start(pager_, here.page, cell_, number)) {
        return Damaged(number, defect);
      }
      is_reading_ = true;
    }
    site_ = &kCompareSite;
    const Outcome outcome = ReadTo(compared.wanted_size);
    if (outcome == Outcome::kMiss) need_ = Need::kComparison;
    if (outcome != Outcome::kGoesOn) return outcome;
  }
}

// From the place of the key in its leaf to the entry that is asked for, which may be above or in
// another leaf.
Journey::Outcome IndexJourney::Settle() {
  TreePath::Level& leaf = path_.top();
  switch (mode_) {
    case SeekMode::kEqual:
      if (!met_equal_) return Outcome::kNoRow;
      [[fallthrough]];
    case SeekMode::kGreater:
    case SeekMode::kGreaterOrEqual:
      return leaf.index < leaf.page.cell_count() ? Stand() : ClimbForward();
    case SeekMode::kLessOrEqual:
    case SeekMode::kLess:
      if (leaf.index == 0) return ClimbBackward();
      --leaf.index;
      return Stand();
  }
  Unreachable();
}

Journey::Outcome IndexJourney::Stand() {
  const TreePath::Level& here = path_.top();
  if (const Defect defect = here.page.ParseCell(here.index, &cell_)) [[unlikely]] {
    return Damaged(here.ref.number(), defect);
  }
  if (is_local()) [[likely]]
    return Outcome::kOnRow;
  if (const Defect defect = payload_.Start(pager_, here.page, cell_, here.ref.number())) {
    return Damaged(here.ref.number(), defect);
  }
  return ReadEntry();
}

Journey::Outcome IndexJourney::ReadEntry() {
  while (true) {
    const RecordPrefix key = FindRecordPrefix(payload_.bytes, cell_.payload_size, order_.size());
    if (key.defect != nullptr) return Damaged(path_.top().ref.number(), key.defect);
    if (key.size <= payload_.bytes.size()) return Outcome::kOnRow;
    site_ = &kEntrySite;
    const Outcome outcome = ReadTo(key.size);
    if (outcome == Outcome::kMiss) need_ = Need::kEntry;
    if (outcome != Outcome::kGoesOn) return outcome;
  }
}

Journey::Outcome IndexJourney::ReadTo(uint64_t size) {
  while (payload_.bytes.size() < size) {
    if (const Defect defect = payload_.CheckNext(pager_)) {
      return Damaged(payload_.from_page, defect);
    }
    const PageRef page = pager_.TryPage(payload_.next_page, *site_);
    if (!page) return Miss(payload_.next_page);
    payload_.Append(page, pager_.usable_size());
  }
  return Outcome::kGoesOn;
}

Journey::Outcome IndexJourney::Forward() {
  need_ = Need::kTree;
  TreePath::Level& here = path_.top();
  if (!here.page.is_leaf()) {
    ++here.index;
    toward_ = Toward::kFirst;
    site_ = &kStepSite;
    return Down();
  }
  if (here.index + 1 < here.page.cell_count()) {
    ++here.index;
    return Stand();
  }
  return ClimbForward();
}

Journey::Outcome IndexJourney::Backward() {
  need_ = Need::kTree;
  TreePath::Level& here = path_.top();
  if (!here.page.is_leaf()) {
    toward_ = Toward::kLast;
    site_ = &kStepSite;
    return Down();
  }
  if (here.index > 0) {
    --here.index;
    return Stand();
  }
  return ClimbBackward();
}

// To the nearest interior entry on that side.
Journey::Outcome IndexJourney::ClimbForward() {
  while (path_.depth() > 1) {
    path_.Pop();
    const TreePath::Level& here = path_.top();
    if (here.index < here.page.cell_count()) return Stand();
  }
  return Outcome::kNoRow;
}

Journey::Outcome IndexJourney::ClimbBackward() {
  while (path_.depth() > 1) {
    path_.Pop();
    TreePath::Level& here = path_.top();
    if (here.index > 0) {
      --here.index;
      return Stand();
    }
  }
  return Outcome::kNoRow;
}

}  // namespace orrery
