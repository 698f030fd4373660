#include "engine/storage/write_pages.h"

namespace orrery {
namespace {

constexpr size_t kRunPageCountMax = 128;

}  // namespace

void WritePages::Start(std::vector<PageRef> pages) {
  const RollbackJournal& journal = core_.journal;
  CHECK(journal.active && (journal.synced || !journal.is_file()) && !done_.in_flight());
  CHECK(core_.database_lock == DatabaseLock::kExclusive);
  pages_ = std::move(pages);
  next_page_ = 0;
  for (const PageRef& page : pages_) {
    Frame& frame = page.frame();
    CHECK(frame.state == Frame::State::kLoaded && !frame.writing);
    frame.writing = true;
    frame.changed_while_writing = false;
    frame.edit_epoch = 0;  // so that a change meanwhile is noticed
  }
  Begin(State::kRun);
}

WritePages::Next WritePages::Run(State state) {
  switch (state) {
    case State::kRun:
      return WriteRun();
    case State::kRunWritten:
      return RunWritten();
  }
  Unreachable();
}

WritePages::Next WritePages::WriteRun() {
  if (next_page_ == pages_.size()) {
    ReleasePages();
    return Done({});
  }
  if (core_.stop_requested) return Refuse(Status(ResultCode::kAbort));
  const size_t page_size = core_.cache.page_size();
  const PageNumber first = pages_[next_page_].number();
  parts_.clear();
  for (size_t i = next_page_; i < pages_.size() && parts_.size() < kRunPageCountMax; ++i) {
    const PageRef& page = pages_[i];
    if (page.number() != first + parts_.size()) break;
    parts_.emplace_back(page.data(), page_size);
    // What changed before is in the bytes that go now.
    page.frame().changed_while_writing = false;
  }
  run_size_ = parts_.size();
  core_.journal.database_changed = true;
  write_.Start(*core_.database, uint64_t{first - 1} * page_size, parts_, done_);
  return AwaitOutcome(write_, State::kRunWritten);
}

WritePages::Next WritePages::RunWritten() {
  if (!outcome().ok()) return Refuse(outcome());
  (void)write_.Take();
  for (size_t i = 0; i < run_size_; ++i) {
    Frame& frame = pages_[next_page_ + i].frame();
    if (frame.state == Frame::State::kLoaded && !frame.changed_while_writing) frame.dirty = false;
  }
  next_page_ += run_size_;
  return Goto(State::kRun);
}

WritePages::Next WritePages::Refuse(Status status) {
  ReleasePages();
  return Fail(std::move(status));
}

void WritePages::ReleasePages() {
  for (PageRef& page : pages_) page.frame().writing = false;
  pages_.clear();
}

}  // namespace orrery
