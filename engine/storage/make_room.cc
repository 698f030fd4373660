#include "engine/storage/make_room.h"

#include <algorithm>

namespace orrery {
namespace {

// Enough that one write serves many pages, few enough that half of a small cache stays.
size_t SpillCount(uint32_t cache_limit) { return std::clamp<size_t>(cache_limit / 4, 4, 128); }

}  // namespace

MakeCacheRoom::Next MakeCacheRoom::Run(State state) {
  switch (state) {
    case State::kBegin:
      return Flush();
    case State::kFlushed:
      return Spill();
    case State::kWritten:
      return Written();
  }
  Unreachable();
}

MakeCacheRoom::Next MakeCacheRoom::Flush() {
  if (!core_.undo.must_flush(core_.cache.page_size())) return Goto(State::kFlushed);
  flush_.Start();
  return Await(flush_, State::kFlushed);
}

MakeCacheRoom::Next MakeCacheRoom::Spill() {
  if (!flush_.idle()) (void)flush_.Take();
  if (!core_.cache.must_spill()) return Done({});
  std::vector<Frame*> frames = core_.cache.SpillCandidates(SpillCount(core_.cache.limit()));
  if (frames.empty()) return Done({});
  std::sort(frames.begin(), frames.end(),
            [](const Frame* a, const Frame* b) { return a->number < b->number; });
  std::vector<PageRef> pages;
  for (Frame* frame : frames) pages.emplace_back(*frame);
  append_.Start(std::move(pages), 0);
  return Await(append_, State::kWritten);
}

MakeCacheRoom::Next MakeCacheRoom::Written() {
  (void)append_.Take();
  return Done({});
}

Result<Frame*> PagerCore::TakeFrame(PageNumber number) {
  if (may_spill() && undo.must_flush(cache.page_size())) return nullptr;
  return cache.Take(number, may_spill());
}

IoResult<> PagerCore::MakeRoom() {
  if (make_room->idle()) make_room->Start();
  return make_room->Resume();
}

}  // namespace orrery
