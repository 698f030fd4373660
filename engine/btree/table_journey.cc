#include "engine/btree/table_journey.h"

#include <utility>

namespace orrery {
namespace {
const YieldSite kSeekSite("btree.seek.descend");
const YieldSite kEndsSite("btree.ends.descend");
const YieldSite kStepSite("btree.step.descend");
}  // namespace

Journey::Outcome TableJourney::ToFirst() {
  toward_ = Toward::kFirst;
  site_ = &kEndsSite;
  return FromRoot();
}

Journey::Outcome TableJourney::ToLast() {
  toward_ = Toward::kLast;
  site_ = &kEndsSite;
  return FromRoot();
}

Journey::Outcome TableJourney::ToRowid(int64_t rowid, SeekMode mode) {
  toward_ = Toward::kKey;
  rowid_ = rowid;
  mode_ = mode;
  site_ = &kSeekSite;
  return FromRoot();
}

// The root stays pinned from one journey to the next.
Journey::Outcome TableJourney::FromRoot() {
  if (path_.empty()) return Down();
  path_.Cut(1);
  const Outcome outcome = Look();
  return outcome == Outcome::kGoesOn ? Down() : outcome;
}

Journey::Outcome TableJourney::Down() {
  while (true) {
    Outcome outcome = DownOne();
    if (outcome == Outcome::kGoesOn) outcome = Look();
    if (outcome != Outcome::kGoesOn) return outcome;
  }
}

Journey::Outcome TableJourney::Arrive(PageRef page) {
  Outcome outcome = Enter(std::move(page), missing());
  if (outcome == Outcome::kGoesOn) outcome = Look();
  return outcome == Outcome::kGoesOn ? Down() : outcome;
}

// Chooses the cell or child in the page just reached.
Journey::Outcome TableJourney::Look() {
  TreePath::Level& here = path_.top();
  const bool leaf = here.page.is_leaf();
  const uint32_t count = here.page.cell_count();
  if (toward_ == Toward::kKey) {
    const BtreePage::Found found = here.page.Search(rowid_);
    if (found.defect != nullptr) [[unlikely]]
      return Damaged(here.ref.number(), found.defect);
    here.index = found.index;
    return leaf ? Settle(found.equal) : Outcome::kGoesOn;
  }
  here.index = toward_ == Toward::kFirst ? 0 : count - (leaf && count > 0 ? 1 : 0);
  if (!leaf) return Outcome::kGoesOn;
  return count > 0 ? Outcome::kOnRow : Outcome::kNoRow;
}

// From the first cell that is not below the rowid to the one that is asked for, which may be in the
// leaf beside.
Journey::Outcome TableJourney::Settle(bool equal) {
  TreePath::Level& leaf = path_.top();
  switch (mode_) {
    case SeekMode::kEqual:
      return equal ? Outcome::kOnRow : Outcome::kNoRow;
    case SeekMode::kGreater:
      if (equal) ++leaf.index;
      [[fallthrough]];
    case SeekMode::kGreaterOrEqual:
      return leaf.index < leaf.page.cell_count() ? Outcome::kOnRow : ClimbForward();
    case SeekMode::kLessOrEqual:
      if (equal) return Outcome::kOnRow;
      [[fallthrough]];
    case SeekMode::kLess:
      if (leaf.index == 0) return ClimbBackward();
      --leaf.index;
      return Outcome::kOnRow;
  }
  Unreachable();
}

Journey::Outcome TableJourney::Forward() {
  TreePath::Level& leaf = path_.top();
  if (leaf.index + 1 < leaf.page.cell_count()) {
    ++leaf.index;
    return Outcome::kOnRow;
  }
  const Outcome outcome = ClimbForward();
  return outcome == Outcome::kGoesOn ? Down() : outcome;
}

Journey::Outcome TableJourney::Backward() {
  TreePath::Level& leaf = path_.top();
  if (leaf.index > 0) {
    --leaf.index;
    return Outcome::kOnRow;
  }
  const Outcome outcome = ClimbBackward();
  return outcome == Outcome::kGoesOn ? Down() : outcome;
}

// A step that leaves its leaf climbs to the nearest page with a child further on, and goes down
// that child's near edge.
Journey::Outcome TableJourney::ClimbForward() {
  while (path_.depth() > 1) {
    path_.Pop();
    TreePath::Level& here = path_.top();
    if (here.index < here.page.cell_count()) {
      ++here.index;
      toward_ = Toward::kFirst;
      site_ = &kStepSite;
      return Outcome::kGoesOn;
    }
  }
  return Outcome::kNoRow;
}

Journey::Outcome TableJourney::ClimbBackward() {
  while (path_.depth() > 1) {
    path_.Pop();
    TreePath::Level& here = path_.top();
    if (here.index > 0) {
      --here.index;
      toward_ = Toward::kLast;
      site_ = &kStepSite;
      return Outcome::kGoesOn;
    }
  }
  return Outcome::kNoRow;
}

}  // namespace orrery
