#include "engine/btree/shrink_file.h"

#include <algorithm>

#include "engine/format/freelist_trunk.h"

namespace orrery {
namespace {
const YieldSite kListSite("btree.shrink_file.list");
const YieldSite kTrunkSite("btree.shrink_file.trunk");
}  // namespace

void ShrinkFile::Start(Btree& btree, uint32_t page_limit) {
  btree_ = &btree;
  page_limit_ = page_limit;
  free_.clear();
  used_count_ = next_free_ = 0;
  trunk_ = kNoPage;
  next_trunk_ = btree.pager().header().first_freelist_trunk;
  CHECK(btree.pager().has_pointer_maps());
  btree.WillChange(kNoPage, nullptr);
  Begin(State::kList);
}

ShrinkFile::Next ShrinkFile::Run(State state) {
  switch (state) {
    case State::kList:
      return List();
    case State::kTrunk:
      return TakeTrunk();
    case State::kPlan:
      return Plan();
    case State::kMove:
      return Move();
    case State::kMoved:
      move_.Take();
      return Goto(State::kMove);
    case State::kNewTrunk:
      return NewTrunk();
    case State::kNewTrunkRead:
      FillTrunk(fetch_.Take());
      return Goto(State::kNewTrunk);
  }
  Unreachable();
}

ShrinkFile::Next ShrinkFile::List() {
  if (next_trunk_ == kNoPage) return Goto(State::kPlan);
  fetch_.Start(btree_->pager(), next_trunk_, kListSite);
  return Await(fetch_, State::kTrunk);
}

ShrinkFile::Next ShrinkFile::TakeTrunk() {
  const Pager& pager = btree_->pager();
  const PageRef trunk = fetch_.Take();
  const uint32_t leaf_count = TrunkLeafCount(trunk.data());
  if (leaf_count > TrunkLeafCountMax(pager.usable_size()) ||
      free_.size() + leaf_count >= pager.header().freelist_page_count) {
    return Fail(CorruptPage(pager, trunk.number(), "freelist is longer than it should be"));
  }
  free_.push_back(trunk.number());
  for (uint32_t i = 0; i < leaf_count; ++i) free_.push_back(TrunkLeaf(trunk.data(), i));
  next_trunk_ = NextTrunk(trunk.data());
  return Goto(State::kList);
}

ShrinkFile::Next ShrinkFile::Plan() {
  const Pager& pager = btree_->pager();
  std::ranges::sort(free_);
  if (free_.size() != pager.header().freelist_page_count) {
    return Fail(CorruptPage(pager, 1, "freelist is shorter than it should be"));
  }
  const bool is_damaged =
      std::ranges::adjacent_find(free_) != free_.end() ||
      std::ranges::any_of(free_, [&](PageNumber page) {
        return page < 2 || !PageExists(pager, page) || pager.IsMapOrLockPage(page);
      });
  if (is_damaged) return Fail(CorruptPage(pager, 1, "freelist has a page that cannot be free"));
  end_ = from_ = pager.page_count();
  size_t left = std::min<size_t>(page_limit_, free_.size());
  if (left == 0) return Done({});
  while (left > 0 || pager.IsMapOrLockPage(end_)) {
    if (!pager.IsMapOrLockPage(end_)) --left;
    --end_;
  }
  return Goto(State::kMove);
}

// There are as many free pages before the end as pages in use beyond it, or more.
ShrinkFile::Next ShrinkFile::Move() {
  const Pager& pager = btree_->pager();
  const auto is_used = [&](PageNumber page) {
    return !pager.IsMapOrLockPage(page) && !std::ranges::binary_search(free_, page);
  };
  while (from_ > end_ && !is_used(from_)) --from_;
  if (from_ > end_) {
    move_.Start(*btree_, from_--, free_[used_count_++]);
    return Await(move_, State::kMoved);
  }
  const auto first_beyond = std::ranges::upper_bound(free_, end_);
  free_count_ = static_cast<size_t>(first_beyond - free_.begin());
  next_free_ = used_count_;
  return Goto(State::kNewTrunk);
}

ShrinkFile::Next ShrinkFile::NewTrunk() {
  if (next_free_ == free_count_) return End();
  fetch_.Start(btree_->pager(), free_[next_free_], kTrunkSite);
  return Await(fetch_, State::kNewTrunkRead);
}

void ShrinkFile::FillTrunk(PageRef page) {
  const size_t leaf_count = std::min<size_t>(free_count_ - ++next_free_,
                                             TrunkLeafCountToFill(btree_->pager().usable_size()));
  std::byte* const bytes = page.Edit();
  SetNextTrunk(bytes, std::exchange(trunk_, page.number()));
  SetTrunkLeafCount(bytes, static_cast<uint32_t>(leaf_count));
  for (size_t i = 0; i < leaf_count; ++i) {
    SetTrunkLeaf(bytes, static_cast<uint32_t>(i), free_[next_free_++]);
  }
}

ShrinkFile::Next ShrinkFile::End() {
  // Pages beyond the end go, whoever looks at them.
  btree_->InvalidateAll();
  btree_->pager().SetExtent(end_, trunk_, static_cast<uint32_t>(free_count_ - used_count_));
  return Done({});
}

}  // namespace orrery
