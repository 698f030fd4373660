// Copies committed pages from the log to the database file, so that the log can be used from its
// start again. What each mode does beyond that, and when a lock keeps it from doing it, is as in
// https://www.sqlite.org/c3ref/wal_checkpoint_v2.html, without a busy handler.
//
// The order is what keeps the file whole across a crash:
//   1. the log is synced, so that whatever reaches the database is durable in the log
//   2. pages are written to the database, up to where every reader's mark allows
//   3. the database is synced
//   4. the backfill count is published: from here on the log's frames may be given up
// A failure or a stop at any place leaves the count as it was, and everything is copied again.
//
// Nothing is given up while our own writes to the database are in flight: the locks stay until they
// have landed, or an old page could land on a newer one.

#ifndef ORRERY_ENGINE_STORAGE_CHECKPOINT_H_
#define ORRERY_ENGINE_STORAGE_CHECKPOINT_H_

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "engine/io/completion_group.h"
#include "engine/io/resumable.h"
#include "engine/io/transfer.h"
#include "engine/storage/mend_log.h"
#include "engine/storage/pager_core.h"

namespace orrery {

class CheckpointLog final : public Resumable<CheckpointLog, CheckpointResult> {
 public:
  enum class State : uint8_t {
    kBegin,
    kLock,
    kLogMended,
    kLogSynced,
    kRead,
    kReadLanded,
    kReadRest,
    kWrite,
    kWriteLanded,
    kWriteRest,
    kCopied,
    kCut,
    kDatabaseSynced,
    kFinish,
    kLogCut
  };
  static constexpr Edge<State> kEdges[] = {
      {State::kBegin, State::kLock},
      {State::kLock, State::kLogMended},  // the log may have lost what an earlier sync failed on
      {State::kLock, State::kLogSynced},
      {State::kLock, State::kFinish},  // there is nothing to copy, or nothing may be copied
      {State::kLogMended, State::kLogSynced},
      {State::kLogSynced, State::kLogMended},  // a sync has failed meanwhile
      {State::kLogSynced, State::kLogSynced},
      {State::kLogSynced, State::kRead},
      {State::kLock, State::kRead},            // synchronous is OFF
      {State::kRead, State::kReadLanded},      // a batch of pages has been read
      {State::kRead, State::kCopied},          // all have been written
      {State::kReadLanded, State::kReadRest},  // one by one: a read was short
      {State::kReadRest, State::kReadLanded},
      {State::kReadLanded, State::kWrite},
      {State::kWrite, State::kWriteLanded},
      {State::kWriteLanded, State::kWriteRest},  // a write was short
      {State::kWriteRest, State::kWriteLanded},
      {State::kWriteLanded, State::kRead},
      {State::kCopied, State::kCut},  // the file has been cut to its new length
      {State::kCut, State::kDatabaseSynced},
      {State::kDatabaseSynced, State::kFinish},
      {State::kFinish, State::kLogCut},  // the log's file has been cut to nothing
  };
  explicit CheckpointLog(PagerCore& core);

  // The log is open. In a read transaction only just after a commit, and only kPassive.
  void Start(CheckpointMode mode);
  // True when the last checkpoint left nothing in the log that is not in the database.
  bool is_complete() const { return is_complete_; }

 private:
  static constexpr size_t kBatchPageCount = 32;

  friend Resumable;
  Next Run(State state);
  Next Pause();
  Next Lock();
  Next MendLogFirst();
  Next LogMended();
  Next SyncLog();
  Next LogSynced();
  Next ReadBatch();
  Next ReadLanded();
  Next ReadRest();
  Next WriteBatch();
  Next WriteLanded();
  Next WriteRest();
  Next CutDatabase();
  Next SyncDatabase();
  Next Publish();
  Next Finish();
  Next LogCut();
  Next Refuse(Status status);
  Next End();

  bool syncs() const { return core_.options.synchronous != Synchronous::kOff; }
  // Reads header_ and answers how many frames have been copied; nothing when that cannot be said
  // now.
  Result<std::optional<uint32_t>> ReadProgress();
  // How far may be copied without changing what any reader sees.
  Result<uint32_t> SafeFrame();
  Status PlanCopies(uint32_t first_frame);
  void ReleaseLocks();
  MutableBytes PageAt(size_t index) const {
    return {buffer_.get() + index * size_t{header_.page_size}, header_.page_size};
  }

  struct Copy {
    PageNumber page;
    uint32_t frame;
  };

  PagerCore& core_;
  MendLog mend_log_;
  CheckpointMode mode_ = CheckpointMode::kPassive;
  bool is_busy_ = false;
  bool is_complete_ = false;
  bool is_log_cut_ = false;
  bool has_checkpoint_lock_ = false;
  bool has_write_lock_ = false;
  bool has_database_lock_ = false;  // read slot 0, exclusively
  bool has_reader_locks_ = false;   // read slots 1 to 4, exclusively

  WalIndexHeader header_;  // of the state that is copied
  WalIndexHeaderWords header_words_{};
  uint32_t safe_frame_ = 0;
  uint32_t failed_sync_count_ = 0;  // that the mending took care of

  std::vector<Copy> copies_;  // in the order of pages
  size_t next_copy_ = 0;
  size_t batch_size_ = 0;
  size_t checked_count_ = 0;  // of the batch, after landing
  std::unique_ptr<std::byte[]> buffer_;
  size_t buffer_page_size_ = 0;
  CompletionGroup group_;
  std::array<Completion, kBatchPageCount> landings_;
  ReadFully read_rest_;
  WriteFully write_rest_;
  Completion done_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_CHECKPOINT_H_
