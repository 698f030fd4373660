// Writes pages to the end of the log, as part of the open write transaction. This is the
// connection's only writer to the log: the completion and the frame headers live here, and the
// pages stay pinned while they are written.
//
// Once a batch has been written, wal.header is moved past it and the index knows its frames, which
// nobody else looks at before the header is published. A batch whose writing failed, or whose pages
// changed meanwhile, does not count: the next one is written over it.
//
// Before the first frame of a generation the log's header is written and, unless synchronous is
// OFF, synced: it must never be that old frames are gone and the old header still stands. So is the
// directory, once: were the name to lead to an older log after a crash, its frames would be taken
// for news.
//
// After a recovery, what lies behind the last commit is cut off first, durably. It may be a commit
// that a crash has torn and that was found not to count; were ours written over it and torn in
// turn, the two together could make it whole.

#ifndef ORRERY_ENGINE_STORAGE_APPEND_FRAMES_H_
#define ORRERY_ENGINE_STORAGE_APPEND_FRAMES_H_

#include <array>
#include <vector>

#include "engine/io/resumable.h"
#include "engine/io/transfer.h"
#include "engine/storage/pager_core.h"

namespace orrery {

class AppendFrames final : public Resumable<AppendFrames> {
 public:
  enum class State : uint8_t {
    kBegin,
    kTailCut,
    kTailSynced,
    kHeader,
    kHeaderWritten,
    kHeaderSynced,
    kHeaderDurable,
    kBatch,
    kBatchWritten,
    kSync,
    kSyncDirectory,
    kDirectorySynced,
    kEnd
  };
  static constexpr Edge<State> kEdges[] = {
      {State::kBegin, State::kHeader},   // the log is empty
      {State::kBegin, State::kBatch},    // it is not
      {State::kBegin, State::kTailCut},  // nor may what is behind its end stay
      {State::kTailCut, State::kTailSynced},
      {State::kTailSynced, State::kBatch},
      {State::kHeader, State::kHeaderWritten},  // the log's header has been written
      {State::kHeaderWritten, State::kHeaderSynced},
      {State::kHeaderWritten, State::kBatch},         // synchronous is OFF
      {State::kHeaderSynced, State::kHeaderDurable},  // the log's directory has been synced
      {State::kHeaderSynced, State::kBatch},          // it had been before
      {State::kHeaderDurable, State::kBatch},
      {State::kBatch, State::kBatchWritten},
      {State::kBatchWritten, State::kBatch},  // more pages are left
      {State::kBatchWritten, State::kSync},   // all are written, and it is a commit
      {State::kBatchWritten, State::kEnd},
      {State::kSync, State::kSyncDirectory},  // the log has been synced
      {State::kSyncDirectory, State::kDirectorySynced},
      {State::kSyncDirectory, State::kEnd},
      {State::kDirectorySynced, State::kEnd},
  };
  explicit AppendFrames(PagerCore& core) : core_(core) { core.own_completions.push_back(&done_); }

  // `pages` in the order they are to be written. When `commit_page_count` is not 0 the last frame
  // commits, and the log is synced if synchronous is FULL.
  void Start(std::vector<PageRef> pages, PageNumber commit_page_count);

 private:
  friend Resumable;
  Next Run(State state);
  Next Prepare();
  Next SyncTail();
  Next AfterTail();
  Next WriteHeader();
  Next SyncHeader();
  Next SyncHeaderDirectory();
  Next AfterHeader();
  Next WriteBatch();
  Next TakeBatch();
  Next SyncLog();
  Next SyncDirectory();
  Next AfterDirectory();
  Next End();
  Next Refuse(Status status);

  Result<bool> HasSuspectTail();
  bool syncs() const { return core_.options.synchronous != Synchronous::kOff; }
  void ReleasePages();
  // True when the batch counts.
  Result<bool> EnterBatch();

  PagerCore& core_;
  WriteFully write_;
  Completion done_;  // of whatever is in flight: there is one thing at a time

  std::vector<PageRef> pages_;
  PageNumber commit_page_count_ = 0;
  uint32_t failed_sync_count_ = 0;  // when the log's header was written
  size_t next_page_ = 0;            // the first of the batch being written
  size_t batch_size_ = 0;           // in pages
  std::array<std::byte, kWalHeaderSize> header_bytes_{};
  std::vector<std::array<std::byte, kWalFrameHeaderSize>> frame_headers_;
  std::vector<WalChecksum> checksums_;  // of each frame in the batch
  std::vector<Bytes> parts_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_APPEND_FRAMES_H_
