// Ends a write transaction by making its pages part of the log.
//
// The decision falls in one place, when the header is published in the WAL index. Before it, every
// failure leaves the transaction open, to be rolled back; after it, nothing that happens can undo
// the commit: neither a failed checkpoint nor somebody who gives up waiting.

#ifndef ORRERY_ENGINE_STORAGE_COMMIT_H_
#define ORRERY_ENGINE_STORAGE_COMMIT_H_

#include "engine/io/resumable.h"
#include "engine/storage/append_frames.h"
#include "engine/storage/checkpoint.h"
#include "engine/storage/mend_log.h"
#include "engine/storage/pager_core.h"

namespace orrery {

class CommitTransaction final : public Resumable<CommitTransaction> {
 public:
  enum class State : uint8_t {
    kBegin,
    kCollect,
    kWritten,
    kMended,
    kMendSynced,
    kPublish,
    kCheckpointed
  };
  static constexpr Edge<State> kEdges[] = {
      {State::kBegin, State::kCollect},
      {State::kCollect, State::kWritten},  // the pages are in the log, as durable as asked
      {State::kWritten, State::kMended},   // a sync of the log has failed before
      {State::kMended, State::kMendSynced},
      {State::kMendSynced, State::kWritten},
      {State::kWritten, State::kPublish},
      {State::kPublish, State::kCheckpointed},
  };
  CommitTransaction(PagerCore& core, AppendFrames& append, CheckpointLog& checkpoint)
      : core_(core), append_(append), checkpoint_(checkpoint), mend_log_(core) {
    core.own_completions.push_back(&sync_done_);
  }
  void Start() { Begin(State::kBegin); }

 private:
  friend Resumable;
  Next Run(State state);
  Next Pause();
  Next Collect();
  Next Written();
  Next Mended();
  Next MendSynced();
  Next Publish();
  void EndWrite();
  Next Refuse(Status status);

  PagerCore& core_;
  AppendFrames& append_;
  CheckpointLog& checkpoint_;
  MendLog mend_log_;
  Completion sync_done_;
  uint32_t failed_sync_count_ = 0;  // that the mending took care of
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_COMMIT_H_
