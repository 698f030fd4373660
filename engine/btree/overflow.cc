#include "engine/btree/overflow.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/format/payload_layout.h"

namespace orrery {
namespace {
const YieldSite kReadSite("btree.overflow.read");
const YieldSite kFreeSite("btree.overflow.free");

constexpr char kEndsEarly[] = "overflow chain ends early";
constexpr char kLeavesFile[] = "overflow chain leaves the file";
}  // namespace

void ReadOverflow::Start(PayloadSoFar& payload, uint64_t wanted_size) {
  payload_ = &payload;
  wanted_size_ = wanted_size;
  payload.bytes.reserve(wanted_size);
  Begin(State::kRead);
}

ReadOverflow::Next ReadOverflow::Run(State state) {
  switch (state) {
    case State::kRead:
      return Read();
    case State::kArrived:
      return Arrived();
  }
  Unreachable();
}

ReadOverflow::Next ReadOverflow::Read() {
  while (payload_->bytes.size() < wanted_size_) {
    const PageNumber next = payload_->next_page;
    if (next == kNoPage) return Fail(CorruptPage(pager_, payload_->from_page, kEndsEarly));
    if (!PageExists(pager_, next)) {
      return Fail(CorruptPage(pager_, payload_->from_page, kLeavesFile));
    }
    const PageRef page = pager_.TryPage(next, kReadSite);
    if (!page) {
      fetch_.Start(pager_, next, kReadSite);
      return Await(fetch_, State::kArrived);
    }
    Append(page);
  }
  return Done({});
}

ReadOverflow::Next ReadOverflow::Arrived() {
  Append(fetch_.Take());
  return Goto(State::kRead);
}

void ReadOverflow::Append(const PageRef& page) {
  const uint64_t left = payload_->total_size - payload_->bytes.size();
  const size_t size = std::min<uint64_t>(left, pager_.usable_size() - kOverflowHeaderSize);
  const std::byte* const content = page.data() + kOverflowHeaderSize;
  payload_->bytes.insert(payload_->bytes.end(), content, content + size);
  payload_->from_page = page.number();
  payload_->next_page = LoadBig<uint32_t>(page.data());
}

void WriteOverflow::Start(Bytes bytes) {
  CHECK(!bytes.empty());
  left_ = bytes;
  first_ = kNoPage;
  Begin(State::kAllocate);
}

WriteOverflow::Next WriteOverflow::Run(State state) {
  switch (state) {
    case State::kAllocate:
      return Allocate();
    case State::kFill:
      return Fill();
  }
  Unreachable();
}

WriteOverflow::Next WriteOverflow::Allocate() {
  allocate_.Start(pager_);
  return Await(allocate_, State::kFill);
}

WriteOverflow::Next WriteOverflow::Fill() {
  PageRef page = allocate_.Take();
  const size_t size = std::min<size_t>(left_.size(), pager_.usable_size() - kOverflowHeaderSize);
  std::memcpy(page.Edit() + kOverflowHeaderSize, left_.data(), size);
  left_ = left_.subspan(size);
  if (previous_) {
    StoreBig<uint32_t>(previous_.Edit(), page.number());
  } else {
    first_ = page.number();
  }
  previous_ = std::move(page);
  if (!left_.empty()) return Goto(State::kAllocate);
  previous_.Release();
  return Done(first_);
}

void FreeOverflow::Start(const BtreeCell& cell, PageNumber from, const TreePath& path) {
  page_count_ = OverflowPageCount(cell.payload_size - cell.local_size, pager_.usable_size());
  path_ = &path;
  from_ = from;
  freed_count_ = 0;
  chain_.clear();
  chain_.push_back(cell.overflow_page);
  Begin(State::kCollect);
}

FreeOverflow::Next FreeOverflow::Run(State state) {
  switch (state) {
    case State::kCollect:
      return Collect();
    case State::kArrived:
      return Arrived();
    case State::kFree:
      return Free();
  }
  Unreachable();
}

// A chain that meets itself would be freed twice, so all of it is known first. The last page need
// not be read.
FreeOverflow::Next FreeOverflow::Collect() {
  if (page_count_ > pager_.page_count()) {
    return Fail(CorruptPage(pager_, from_, "payload is larger than the file"));
  }
  while (true) {
    const PageNumber last = chain_.back();
    if (last == kNoPage) return Fail(CorruptPage(pager_, from_, kEndsEarly));
    if (!PageExists(pager_, last)) return Fail(CorruptPage(pager_, from_, kLeavesFile));
    if (last == 1 || path_->Holds(last)) {
      return Fail(CorruptPage(pager_, from_, "overflow chain leads to a page of a tree"));
    }
    if (chain_.size() == page_count_) break;
    const PageRef page = pager_.TryPage(last, kFreeSite);
    if (!page) {
      fetch_.Start(pager_, last, kFreeSite);
      return Await(fetch_, State::kArrived);
    }
    from_ = last;
    chain_.push_back(LoadBig<uint32_t>(page.data()));
  }
  if (chain_.size() > 1) {
    std::vector<PageNumber> sorted = chain_;
    std::sort(sorted.begin(), sorted.end());
    if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
      return Fail(CorruptPage(pager_, from_, "overflow chain goes in circles"));
    }
  }
  return Goto(State::kFree);
}

FreeOverflow::Next FreeOverflow::Arrived() {
  const PageRef page = fetch_.Take();
  from_ = page.number();
  chain_.push_back(LoadBig<uint32_t>(page.data()));
  return Goto(State::kCollect);
}

FreeOverflow::Next FreeOverflow::Free() {
  if (freed_count_ > 0) free_.Take();
  if (freed_count_ == chain_.size()) return Done({});
  free_.Start(pager_, chain_[freed_count_++]);
  return Await(free_, State::kFree);
}

}  // namespace orrery
