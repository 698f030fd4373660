// Rebuilds the WAL index from the log: after a crash, and by the first connection. Frames count
// from the first one on for as long as salts and checksums are right, and up to the last that
// commits.
//
// The tables are made in private memory and then stored where they differ. Connections that were
// reading when a writer died are still using them, and what they use does not differ.

#ifndef ORRERY_ENGINE_STORAGE_RECOVER_WAL_H_
#define ORRERY_ENGINE_STORAGE_RECOVER_WAL_H_

#include <memory>
#include <vector>

#include "engine/io/resumable.h"
#include "engine/io/transfer.h"
#include "engine/storage/pager_core.h"

namespace orrery {

class RecoverWal final : public Resumable<RecoverWal> {
 public:
  enum class State : uint8_t { kBegin, kLock, kHeader, kAskFrames, kFrames, kPublish };
  static constexpr Edge<State> kEdges[] = {
      {State::kBegin, State::kLock},        // a read of an abandoned run has landed
      {State::kLock, State::kHeader},       // the log's header arrived
      {State::kLock, State::kPublish},      // there is no log
      {State::kHeader, State::kAskFrames},  // it is valid
      {State::kHeader, State::kPublish},    // it is not: an empty log
      {State::kAskFrames, State::kFrames},  // some frames arrived
      {State::kFrames, State::kAskFrames}, {State::kFrames, State::kPublish},  // the log ends
  };
  explicit RecoverWal(PagerCore& core) : core_(core) {
    core.own_completions.push_back(&read_done_);
  }
  // The write lock is held. kBusy when somebody else has the log. The caller, when it gives up,
  // releases the locks.
  void Start() { Begin(State::kBegin); }

 private:
  friend Resumable;
  Next Run(State state);
  Next Lock();
  Next TakeHeader();
  Next AskFrames();
  Next TakeFrames();
  Next Publish();
  Next Refuse(Status status);

  Status StoreTables();
  void ResetReadMarks();

  PagerCore& core_;
  ReadFully read_;
  Completion read_done_;
  std::unique_ptr<std::byte[]> buffer_;
  size_t buffer_size_ = 0;

  WalIndexHeader found_;           // up to the last commit
  WalChecksum checksum_;           // of the last valid frame
  std::vector<PageNumber> pages_;  // of each valid frame
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_RECOVER_WAL_H_
