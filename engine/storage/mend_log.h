// After a sync of the log has failed, the frames it covered may be neither on disk nor in the
// operating system's memory, and a later sync that goes well says nothing of them. Before anything
// relies on them they are read back, checked against their checksums, and written once more in
// place with the same bytes; then a sync is worth something again.
//
// Readers meanwhile see the same bytes. The caller holds a lock that keeps the log from being
// restarted: the write lock, or the checkpoint lock while frames are left to copy.

#ifndef ORRERY_ENGINE_STORAGE_MEND_LOG_H_
#define ORRERY_ENGINE_STORAGE_MEND_LOG_H_

#include <memory>

#include "engine/io/resumable.h"
#include "engine/io/transfer.h"
#include "engine/storage/pager_core.h"

namespace orrery {

class MendLog final : public Resumable<MendLog> {
 public:
  enum class State : uint8_t { kBegin, kHeaderRead, kWritten, kFramesRead };
  static constexpr Edge<State> kEdges[] = {
      {State::kBegin, State::kHeaderRead},
      {State::kHeaderRead, State::kWritten},  // the header is as it was, and has been written
      {State::kWritten, State::kFramesRead},  // frames arrived
      {State::kFramesRead, State::kWritten},
  };
  explicit MendLog(PagerCore& core) : core_(core) { core.own_completions.push_back(&done_); }

  // Up to the last frame of `header`. An error when a frame is not what it was: its commit is lost.
  void Start(const WalIndexHeader& header);

 private:
  friend Resumable;
  Next Run(State state);
  Next ReadHeader();
  Next WriteHeader();
  Next ReadFrames();
  Next WriteFrames();
  Next Refuse(Status status);

  PagerCore& core_;
  WalIndexHeader header_;
  ReadFully read_;
  WriteFully write_;
  Completion done_;
  std::unique_ptr<std::byte[]> buffer_;
  uint32_t next_frame_ = 1;
  uint32_t batch_count_ = 0;
  WalChecksum checksum_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_MEND_LOG_H_
