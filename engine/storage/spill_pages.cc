#include "engine/storage/spill_pages.h"

#include <algorithm>

namespace orrery {
namespace {

// Enough that one write serves many pages, few enough that half of a small cache stays.
size_t SpillCount(uint32_t cache_limit) { return std::clamp<size_t>(cache_limit / 4, 4, 128); }

}  // namespace

SpillPages::Next SpillPages::Run(State state) {
  switch (state) {
    case State::kBegin:
      return Write();
    case State::kWritten:
      (void)append_.Take();
      return Done({});
  }
  Unreachable();
}

SpillPages::Next SpillPages::Write() {
  std::vector<Frame*> frames = core_.cache.SpillCandidates(SpillCount(core_.cache.limit()));
  if (frames.empty()) return Done({});
  std::sort(frames.begin(), frames.end(),
            [](const Frame* a, const Frame* b) { return a->number < b->number; });
  std::vector<PageRef> pages;
  for (Frame* frame : frames) pages.emplace_back(*frame);
  append_.Start(std::move(pages), 0);
  return Await(append_, State::kWritten);
}

IoResult<> PagerCore::MakeRoom() {
  if (spill->idle()) spill->Start();
  return spill->Resume();
}

}  // namespace orrery
