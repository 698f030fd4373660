#include <string>

#include "engine/storage/page_operations.h"
#include "engine/storage/pager_core.h"

namespace orrery {

void FetchPage::Start(Pager& pager, PageNumber number, const YieldSite& site) {
  Start(pager.core(), number, site);
}

void FetchPage::Start(PagerCore& core, PageNumber number, const YieldSite& site) {
  core_ = &core;
  number_ = number;
  // TryPage has asked already when it refused the page.
  must_wait_ = std::exchange(core.refused, kNoPage) == number || core.io.ShouldWait(site);
  Begin(State::kLook);
}

FetchPage::Next FetchPage::Run(State state) {
  switch (state) {
    case State::kLook:
      return Look();
    case State::kLanded:
      return Landed();
    case State::kWaited:
      return Waited();
  }
  Unreachable();
}

FetchPage::Next FetchPage::Look() {
  PagerCore& core = *core_;
  if (number_ == kNoPage || number_ > core.view.page_count ||
      number_ == LockPage(core.cache.page_size())) {
    return Fail(CorruptError("page " + std::to_string(number_) + " of " + core.path +
                             " does not exist, but is referred to"));
  }
  Frame* frame = core.cache.Find(number_);
  if (frame == nullptr) {
    Result<Frame*> taken = core.TakeFrame(number_);
    if (!taken.ok()) return Fail(std::move(taken).status());
    if (*taken == nullptr) {
      IoResult<> room = core.MakeRoom();
      if (room.failed()) return Fail(std::move(room).status());
      if (room.done()) return Goto(State::kLook);
      return AwaitOutcome(*room.waiting().on, State::kLook);
    }
    frame = *taken;
    if (Status status = core.StartLoad(*frame); !status.ok()) return Fail(std::move(status));
  } else if (frame->state == Frame::State::kLoading) {
    core.io.Reached(Probe::kReadJoined);
  }
  pin_ = PageRef(*frame);
  if (frame->state == Frame::State::kLoading) {
    return AwaitOutcome(frame->completion, State::kLanded);
  }
  frame->referenced = true;
  return Deliver();
}

FetchPage::Next FetchPage::Landed() {
  Frame& frame = pin_.frame();
  // Another operation may have finished this load already, well or not.
  if (frame.completion.in_flight()) return AwaitOutcome(frame.completion, State::kLanded);
  Result<bool> loaded = core_->FinishLoad(frame);
  if (!loaded.ok()) {
    pin_.Release();
    return Fail(std::move(loaded).status());
  }
  if (!*loaded) return AwaitOutcome(frame.completion, State::kLanded);
  return Deliver();
}

FetchPage::Next FetchPage::Deliver() {
  if (!std::exchange(must_wait_, false)) return Done(std::move(pin_));
  Completion& completion = pin_.frame().completion;
  if (!completion.in_flight()) core_->io.Sleep(0, completion);
  return AwaitOutcome(completion, State::kWaited);
}

FetchPage::Next FetchPage::Waited() {
  if (pin_.frame().state != Frame::State::kLoaded) {
    pin_.Release();
    return Fail(Status(ResultCode::kAbort, "the page's transaction has ended"));
  }
  return Done(std::move(pin_));
}

void FetchPage::OnAbandon() { pin_.Release(); }

}  // namespace orrery
