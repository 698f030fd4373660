// Makes room: moves before-images beyond a small amount to their file, and in a full cache writes
// dirty pages nobody uses to the log, uncommitted. It is the pager's and driven by whoever needs
// room (PagerCore::MakeRoom); when that one goes away, the next who needs room drives on, or the
// end of the transaction does.

#ifndef ORRERY_ENGINE_STORAGE_MAKE_ROOM_H_
#define ORRERY_ENGINE_STORAGE_MAKE_ROOM_H_

#include "engine/io/resumable.h"
#include "engine/storage/append_frames.h"
#include "engine/storage/flush_undo.h"
#include "engine/storage/pager_core.h"

namespace orrery {

class MakeCacheRoom final : public Resumable<MakeCacheRoom> {
 public:
  enum class State : uint8_t { kBegin, kFlushed, kWritten };
  static constexpr Edge<State> kEdges[] = {
      {State::kBegin, State::kFlushed},    // the images are where they belong
      {State::kFlushed, State::kWritten},  // the pages are in the log
  };
  MakeCacheRoom(PagerCore& core, AppendFrames& append)
      : core_(core), append_(append), flush_(core) {}
  void Start() { Begin(State::kBegin); }

 private:
  friend Resumable;
  Next Run(State state);
  Next Flush();
  Next Spill();
  Next Written();

  PagerCore& core_;
  AppendFrames& append_;
  FlushUndo flush_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_MAKE_ROOM_H_
