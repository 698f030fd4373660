// AllocatePage and FreePage.

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "engine/format/freelist_trunk.h"
#include "engine/storage/make_room.h"
#include "engine/storage/page_operations.h"
#include "engine/storage/pager_core.h"

namespace orrery {
namespace {

const YieldSite kAllocate("storage.allocate_page.begin");
const YieldSite kAllocateTrunk("storage.allocate_page.trunk");
const YieldSite kAllocateLeaf("storage.allocate_page.leaf");
const YieldSite kAllocateCut("storage.allocate_page.cut");
const YieldSite kFree("storage.free_page.begin");
const YieldSite kFreeTrunk("storage.free_page.trunk");
const YieldSite kFreeSelf("storage.free_page.page");

Status FreelistError(const PagerCore& core, PageNumber trunk, std::string_view what) {
  return CorruptError("freelist page " + std::to_string(trunk) + " of " + core.path + ": " +
                      std::string(what));
}

Status InUseError(const PagerCore& core, PageNumber number) {
  return CorruptError("page " + std::to_string(number) + " of " + core.path +
                      " is in use, but listed as free");
}

bool IsFreeable(const PagerCore& core, PageNumber number) {
  return number > 1 && number <= core.view.page_count && !core.IsMapOrLockPage(number);
}

}  // namespace

// ---- Allocate ----

void AllocatePage::Start(Pager& pager) {
  core_ = &pager.core();
  has_waited_ = false;
  Begin(State::kBegin);
}

AllocatePage::Next AllocatePage::Run(State state) {
  switch (state) {
    case State::kBegin:
      return BeginWork();
    case State::kTrunk:
      return LookAtTrunk();
    case State::kTakeLeaf:
      return TakeLeaf();
    case State::kLeafRead:
      return ReadLeaf();
    case State::kExtend:
      return Extend();
    case State::kCutRead:
      return ReadCut();
  }
  Unreachable();
}

AllocatePage::Next AllocatePage::BeginWork() {
  PagerCore& core = *core_;
  CHECK(core.view.in_write);
  if (!std::exchange(has_waited_, true) && core.ShouldPause(kAllocate)) {
    return AwaitOutcome(core.pause, State::kBegin);
  }
  const DatabaseHeader& header = core.view.header;
  if (header.freelist_page_count == 0) return Goto(State::kExtend);
  if (header.freelist_page_count >= core.view.page_count) {
    return Fail(FreelistError(core, 1, "counts more free pages than there are pages"));
  }
  fetch_.Start(core, header.first_freelist_trunk, kAllocateTrunk);
  return Await(fetch_, State::kTrunk);
}

AllocatePage::Next AllocatePage::LookAtTrunk() {
  PagerCore& core = *core_;
  trunk_ = fetch_.Take();
  const std::byte* const page = trunk_.data();
  const uint32_t leaf_count = TrunkLeafCount(page);
  if (leaf_count > TrunkLeafCountMax(core.view.header.usable_size())) {
    return Refuse(FreelistError(core, trunk_.number(), "too many leaves"));
  }
  if (leaf_count > 0) {
    leaf_ = TrunkLeaf(page, leaf_count - 1);
    if (!IsFreeable(core, leaf_) || leaf_ == trunk_.number()) {
      return Refuse(FreelistError(core, trunk_.number(), "a leaf that is no page"));
    }
    return Goto(State::kTakeLeaf);
  }
  // An empty trunk is itself the page.
  core.io.Reached(Probe::kTrunkUsed);
  if (trunk_.number() == 1) return Refuse(FreelistError(core, 1, "page 1 is listed as free"));
  const PageNumber next = NextTrunk(page);
  const bool is_last = core.view.header.freelist_page_count == 1;
  if (is_last ? next != kNoPage : !IsFreeable(core, next)) {
    return Refuse(FreelistError(core, trunk_.number(), "the next trunk does not fit the count"));
  }
  core.view.header.first_freelist_trunk = next;
  --core.view.header.freelist_page_count;
  core.StoreHeader();
  std::memset(trunk_.Edit(), 0, core.cache.page_size());
  return Done(std::move(trunk_));
}

AllocatePage::Next AllocatePage::TakeLeaf() {
  PagerCore& core = *core_;
  const Frame* const frame = core.cache.Find(leaf_);
  const bool is_here = frame != nullptr && frame->state == Frame::State::kLoaded;
  if (core.journal.active && !is_here && core.journal.HeldSomething(leaf_)) {
    fetch_.Start(core, leaf_, kAllocateLeaf);
    return AwaitOutcome(fetch_, State::kLeafRead);
  }
  Completion* wait = nullptr;
  Result<PageRef> page = TakeBlank(leaf_, &wait);
  if (!page.ok()) return Refuse(std::move(page).status());
  if (wait != nullptr) return AwaitOutcome(*wait, State::kTakeLeaf);
  return DeliverLeaf(*std::move(page));
}

AllocatePage::Next AllocatePage::ReadLeaf() {
  if (!outcome().ok()) return Refuse(outcome());
  PageRef page = fetch_.Take();
  if (page.frame().pin_count > 1) {
    if (core_->make_room->idle()) return Refuse(InUseError(*core_, leaf_));
    return Goto(State::kTakeLeaf);
  }
  std::memset(page.Edit(), 0, core_->cache.page_size());
  return DeliverLeaf(std::move(page));
}

AllocatePage::Next AllocatePage::Refuse(Status status) {
  trunk_.Release();
  return Fail(std::move(status));
}

AllocatePage::Next AllocatePage::DeliverLeaf(PageRef page) {
  PagerCore& core = *core_;
  std::byte* const trunk = trunk_.Edit();
  SetTrunkLeafCount(trunk, TrunkLeafCount(trunk) - 1);
  --core.view.header.freelist_page_count;
  core.StoreHeader();
  trunk_.Release();
  return Done(std::move(page));
}

AllocatePage::Next AllocatePage::Extend() {
  PagerCore& core = *core_;
  PageNumber number = core.view.page_count;
  if (number >= kPageNumberMax - 2) {
    return Fail(Status(ResultCode::kFull, "the database has as many pages as the format allows"));
  }
  ++number;
  if (number == LockPage(core.cache.page_size())) ++number;
  if (MayBeWantedBack(number)) {
    count_before_ = std::exchange(core.view.page_count, number);
    fetch_.Start(core, number, kAllocateCut);
    return AwaitOutcome(fetch_, State::kCutRead);
  }
  Completion* wait = nullptr;
  Result<PageRef> page = TakeBlank(number, &wait);
  if (!page.ok()) return Fail(std::move(page).status());
  if (wait != nullptr) return AwaitOutcome(*wait, State::kExtend);
  return DeliverNew(*std::move(page));
}

// Whether a page beyond the last one is not in the cache, but in the file with bytes that a
// rollback needs: the database was longer earlier in the transaction. In WAL mode they are in the
// log.
bool AllocatePage::MayBeWantedBack(PageNumber number) const {
  const PagerCore& core = *core_;
  if (!core.journal.active) return false;
  const Frame* const frame = core.cache.Find(number);
  if (frame != nullptr && frame->state == Frame::State::kLoaded) return false;
  if (number <= core.journal.initial_page_count) return true;
  return std::ranges::any_of(core.undo.savepoints, [number](const Savepoint& savepoint) {
    return number <= savepoint.view.page_count;
  });
}

AllocatePage::Next AllocatePage::ReadCut() {
  const PageNumber count_before = std::exchange(count_before_, 0);
  if (!outcome().ok()) {
    core_->view.page_count = count_before;
    return Fail(outcome());
  }
  PageRef page = fetch_.Take();
  std::memset(page.Edit(), 0, core_->cache.page_size());
  return DeliverNew(std::move(page));
}

AllocatePage::Next AllocatePage::DeliverNew(PageRef page) {
  PagerCore& core = *core_;
  const PageNumber number = page.number();
  DatabaseHeader& header = core.view.header;
  core.view.page_count = header.page_count = number;
  core.StoreHeader();
  if (core.IsMapOrLockPage(number)) return Goto(State::kExtend);  // the page behind it is the one
  return Done(std::move(page));
}

Result<PageRef> AllocatePage::TakeBlank(PageNumber number, Completion** wait) {
  PagerCore& core = *core_;
  Frame* frame = core.cache.Find(number);
  // The page may well be on its way to the log or the file: it changed before it was freed.
  if (frame != nullptr && frame->in_use()) {
    if (core.make_room->idle()) return InUseError(core, number);
    IoResult<> room = core.MakeRoom();
    if (room.failed()) return std::move(room).status();
    *wait = room.pending() ? room.waiting().on : &core.pause;
    return PageRef();
  }
  if (frame != nullptr && frame->state == Frame::State::kLoading) {
    // An abandoned read of the page is under way or has landed unseen. Its bytes are not wanted.
    core.cache.Drop(*frame);
    frame = nullptr;
  }
  if (frame == nullptr) {
    Result<Frame*> taken = core.TakeFrame(number);
    if (!taken.ok()) return std::move(taken).status();
    if (*taken == nullptr) {
      IoResult<> room = core.MakeRoom();
      if (room.failed()) return std::move(room).status();
      // With room made, the same state looks again; an idle completion holds nobody up.
      *wait = room.pending() ? room.waiting().on : &core.pause;
      return PageRef();
    }
    frame = *taken;
    frame->state = Frame::State::kLoaded;
    if (core.journal.active) {
      // What the page held, nobody has read, and nobody wants back.
      core.journal.kept.Insert(number);
      frame->kept_epoch = core.cache.edit_epoch();
    }
  }
  PageRef page(*frame);
  std::memset(page.Edit(), 0, core.cache.page_size());
  return page;
}

void AllocatePage::OnAbandon() {
  trunk_.Release();
  if (count_before_ != 0) core_->view.page_count = std::exchange(count_before_, 0);
}

// ---- Free ----

void FreePage::Start(Pager& pager, PageNumber number) {
  core_ = &pager.core();
  has_waited_ = false;
  number_ = number;
  Begin(State::kBegin);
}

FreePage::Next FreePage::Run(State state) {
  switch (state) {
    case State::kBegin:
      return BeginWork();
    case State::kTrunk:
      return AddToTrunk();
    case State::kPage:
      return BecomeTrunk();
  }
  Unreachable();
}

FreePage::Next FreePage::BeginWork() {
  PagerCore& core = *core_;
  CHECK(core.view.in_write);
  if (!std::exchange(has_waited_, true) && core.ShouldPause(kFree)) {
    return AwaitOutcome(core.pause, State::kBegin);
  }
  if (!IsFreeable(core, number_)) {
    return Fail(
        CorruptError("page " + std::to_string(number_) + " of " + core.path + " cannot be freed"));
  }
  if (core.view.header.first_freelist_trunk == kNoPage) {
    fetch_.Start(core, number_, kFreeSelf);
    return Await(fetch_, State::kPage);
  }
  fetch_.Start(core, core.view.header.first_freelist_trunk, kFreeTrunk);
  return Await(fetch_, State::kTrunk);
}

FreePage::Next FreePage::AddToTrunk() {
  PagerCore& core = *core_;
  trunk_ = fetch_.Take();
  const uint32_t usable_size = core.view.header.usable_size();
  const uint32_t leaf_count = TrunkLeafCount(trunk_.data());
  if (trunk_.number() == 1 || trunk_.number() == number_ ||
      leaf_count > TrunkLeafCountMax(usable_size)) {
    const PageNumber number = trunk_.number();
    trunk_.Release();
    return Fail(FreelistError(core, number, "is no trunk"));
  }
  if (leaf_count >= TrunkLeafCountToFill(usable_size)) {
    core.io.Reached(Probe::kTrunkFull);
    fetch_.Start(core, number_, kFreeSelf);
    return AwaitOutcome(fetch_, State::kPage);
  }
  if (core.journal.active) core.journal.freed.Insert(number_);
  std::byte* const trunk = trunk_.Edit();
  SetTrunkLeaf(trunk, leaf_count, number_);
  SetTrunkLeafCount(trunk, leaf_count + 1);
  trunk_.Release();
  ++core.view.header.freelist_page_count;
  core.StoreHeader();
  core.NoteOwner(number_, {PageUse::kFree, kNoPage});
  return Done({});
}

FreePage::Next FreePage::BecomeTrunk() {
  PagerCore& core = *core_;
  trunk_.Release();
  if (!outcome().ok()) return Fail(outcome());
  PageRef page = fetch_.Take();
  std::byte* const bytes = page.Edit();
  SetNextTrunk(bytes, core.view.header.first_freelist_trunk);
  SetTrunkLeafCount(bytes, 0);
  core.view.header.first_freelist_trunk = number_;
  ++core.view.header.freelist_page_count;
  core.StoreHeader();
  core.NoteOwner(number_, {PageUse::kFree, kNoPage});
  return Done({});
}

void FreePage::OnAbandon() { trunk_.Release(); }

}  // namespace orrery
