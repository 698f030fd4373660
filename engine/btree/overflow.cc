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

Defect PayloadSoFar::Start(const Pager& pager, const BtreePage& page, const BtreeCell& cell,
                           PageNumber number) {
  if (cell.payload_size / pager.page_size() > pager.page_count()) {
    return "payload is larger than the file";
  }
  const std::byte* const local = page.data() + cell.local_offset;
  bytes.assign(local, local + cell.local_size);
  next_page = cell.overflow_page;
  from_page = number;
  total_size = cell.payload_size;
  return nullptr;
}

Defect PayloadSoFar::CheckNext(const Pager& pager) const {
  if (next_page == kNoPage) return kEndsEarly;
  return PageExists(pager, next_page) ? nullptr : kLeavesFile;
}

void PayloadSoFar::Append(const PageRef& next, uint32_t usable_size) {
  const size_t size =
      std::min<uint64_t>(total_size - bytes.size(), usable_size - kOverflowHeaderSize);
  const std::byte* const content = next.data() + kOverflowHeaderSize;
  bytes.insert(bytes.end(), content, content + size);
  from_page = next.number();
  next_page = LoadBig<uint32_t>(next.data());
}

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
    if (const Defect defect = payload_->CheckNext(pager_)) {
      return Fail(CorruptPage(pager_, payload_->from_page, defect));
    }
    const PageRef page = pager_.TryPage(next, kReadSite);
    if (!page) {
      fetch_.Start(pager_, next, kReadSite);
      return Await(fetch_, State::kArrived);
    }
    payload_->Append(page, pager_.usable_size());
  }
  return Done({});
}

ReadOverflow::Next ReadOverflow::Arrived() {
  payload_->Append(fetch_.Take(), pager_.usable_size());
  return Goto(State::kRead);
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
    pager_.NoteOwner(page.number(), PageUse::kOverflowNext, previous_.number());
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
