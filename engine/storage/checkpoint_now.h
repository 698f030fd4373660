// The checkpoint that somebody asked for, outside any transaction: finds out first whether the file
// has a log at all, as a read transaction does.

#ifndef ORRERY_ENGINE_STORAGE_CHECKPOINT_NOW_H_
#define ORRERY_ENGINE_STORAGE_CHECKPOINT_NOW_H_

#include "engine/io/resumable.h"
#include "engine/storage/begin_read.h"
#include "engine/storage/checkpoint.h"
#include "engine/storage/pager_core.h"

namespace orrery {

class CheckpointNow final : public Resumable<CheckpointNow, CheckpointResult> {
 public:
  enum class State : uint8_t { kBegin, kLooked, kDone };
  static constexpr Edge<State> kEdges[] = {
      {State::kBegin, State::kLooked},
      {State::kLooked, State::kDone},
  };
  CheckpointNow(PagerCore& core, BeginReadTransaction& begin_read, CheckpointLog& checkpoint)
      : core_(core), begin_read_(begin_read), checkpoint_(checkpoint) {}
  void Start(CheckpointMode mode) {
    mode_ = mode;
    Begin(State::kBegin);
  }

 private:
  friend Resumable;
  Next Run(State state);
  Next Look();
  Next Looked();

  PagerCore& core_;
  BeginReadTransaction& begin_read_;
  CheckpointLog& checkpoint_;
  CheckpointMode mode_ = CheckpointMode::kPassive;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_CHECKPOINT_NOW_H_
