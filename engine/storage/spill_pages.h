// Makes room in a full cache by writing dirty pages nobody uses to the log, uncommitted. It is the
// pager's and driven by whoever needs room (PagerCore::MakeRoom); when that one goes away, the next
// who needs room drives on, or the end of the transaction does.

#ifndef ORRERY_ENGINE_STORAGE_SPILL_PAGES_H_
#define ORRERY_ENGINE_STORAGE_SPILL_PAGES_H_

#include "engine/io/resumable.h"
#include "engine/storage/append_frames.h"
#include "engine/storage/pager_core.h"

namespace orrery {

class SpillPages final : public Resumable<SpillPages> {
 public:
  enum class State : uint8_t { kBegin, kWritten };
  static constexpr Edge<State> kEdges[] = {
      {State::kBegin, State::kWritten},  // the pages are in the log
  };
  SpillPages(PagerCore& core, AppendFrames& append) : core_(core), append_(append) {}
  void Start() { Begin(State::kBegin); }

 private:
  friend Resumable;
  Next Run(State state);
  Next Write();

  PagerCore& core_;
  AppendFrames& append_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_SPILL_PAGES_H_
