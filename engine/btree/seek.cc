// Journeys that start at the root, and the way down that all journeys share.

#include <utility>

#include "engine/btree/journey.h"

namespace orrery {
namespace {
const YieldSite kSeekSite("btree.seek.descend");
const YieldSite kEndsSite("btree.ends.descend");
}  // namespace

Journey::Outcome Journey::ToFirst() {
  toward_ = Toward::kFirst;
  site_ = &kEndsSite;
  return FromRoot();
}

Journey::Outcome Journey::ToLast() {
  toward_ = Toward::kLast;
  site_ = &kEndsSite;
  return FromRoot();
}

Journey::Outcome Journey::ToRowid(int64_t rowid, SeekMode mode) {
  toward_ = Toward::kRowid;
  rowid_ = rowid;
  mode_ = mode;
  site_ = &kSeekSite;
  return FromRoot();
}

// The root stays pinned from one journey to the next.
Journey::Outcome Journey::FromRoot() {
  if (path_.empty()) return Down();
  path_.Cut(1);
  const Outcome outcome = Look();
  return outcome == Outcome::kGoesOn ? Down() : outcome;
}

Journey::Outcome Journey::Down() {
  while (true) {
    PageNumber next = root_;
    if (path_.empty()) {
      // A database that nobody has written to has no pages, and an empty schema.
      if (pager_.page_count() == 0) return Outcome::kNoRow;
      if (!PageExists(pager_, next)) return Damaged(next, "root page is not in the file");
    } else {
      const TreePath::Level& here = path_.top();
      next = here.page.Child(here.index);
      if (!PageExists(pager_, next)) [[unlikely]] {
        return Damaged(here.ref.number(), "child page is not in the file");
      }
    }
    PageRef page = pager_.TryPage(next, *site_);
    if (!page) {
      missing_ = next;
      return Outcome::kMiss;
    }
    const Outcome outcome = Enter(std::move(page), next);
    if (outcome != Outcome::kGoesOn) return outcome;
  }
}

Journey::Outcome Journey::Arrive(PageRef page) {
  const Outcome outcome = Enter(std::move(page), missing_);
  return outcome == Outcome::kGoesOn ? Down() : outcome;
}

Journey::Outcome Journey::Enter(PageRef page, PageNumber number) {
  if (const Defect defect = path_.Push(std::move(page), number)) [[unlikely]] {
    return Damaged(number, defect);
  }
  return Look();
}

// Chooses the cell or child in the page just reached.
Journey::Outcome Journey::Look() {
  TreePath::Level& here = path_.top();
  const bool leaf = here.page.is_leaf();
  const uint32_t count = here.page.cell_count();
  if (toward_ == Toward::kRowid) {
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
Journey::Outcome Journey::Settle(bool equal) {
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

Journey::Outcome Journey::Damaged(PageNumber number, Defect defect) {
  damaged_page_ = number;
  defect_ = defect;
  return Outcome::kDamaged;
}

Travel::Next Travel::Run(State state) {
  switch (state) {
    case State::kFetch:
      return Fetch();
    case State::kArrive:
      return Arrive();
  }
  Unreachable();
}

Travel::Next Travel::Fetch() {
  fetch_.Start(pager_, journey_.missing(), journey_.site());
  return Await(fetch_, State::kArrive);
}

Travel::Next Travel::Arrive() {
  switch (journey_.Arrive(fetch_.Take())) {
    case Journey::Outcome::kOnRow:
      return Done(true);
    case Journey::Outcome::kNoRow:
      return Done(false);
    case Journey::Outcome::kMiss:
      return Goto(State::kFetch);
    case Journey::Outcome::kDamaged:
      return Fail(journey_.damage());
    case Journey::Outcome::kGoesOn:
      break;
  }
  Unreachable();
}

}  // namespace orrery
