#include "engine/storage/checkpoint.h"

#include <algorithm>
#include <string>

#include "engine/storage/restart_wal.h"

namespace orrery {
namespace {

const YieldSite kCheckpoint("storage.checkpoint.begin");
const YieldSite kCheckpointCopy("storage.checkpoint.copy");
const YieldSite kCheckpointPublish("storage.checkpoint.publish");

bool IsBusy(const Status& status) { return status.primary() == ResultCode::kBusy; }

}  // namespace

CheckpointLog::CheckpointLog(PagerCore& core) : core_(core), mend_log_(core) {
  core.own_completions.push_back(&done_);
  for (Completion& landing : landings_) core.own_completions.push_back(&landing);
}

void CheckpointLog::Start(CheckpointMode mode) {
  CHECK(core_.wal.open() && !core_.view.in_write);
  CHECK(mode == CheckpointMode::kPassive || !core_.view.in_read);
  mode_ = mode;
  is_busy_ = false;
  is_complete_ = false;
  is_log_cut_ = false;
  Begin(State::kBegin);
}

CheckpointLog::Next CheckpointLog::Run(State state) {
  switch (state) {
    case State::kBegin:
      return Pause();
    case State::kLock:
      return Lock();
    case State::kLogMended:
      return LogMended();
    case State::kLogSynced:
      return LogSynced();
    case State::kRead:
      return ReadBatch();
    case State::kReadLanded:
      return ReadLanded();
    case State::kReadRest:
      return ReadRest();
    case State::kWrite:
      return WriteBatch();
    case State::kWriteLanded:
      return WriteLanded();
    case State::kWriteRest:
      return WriteRest();
    case State::kCopied:
      return CutDatabase();
    case State::kCut:
      return SyncDatabase();
    case State::kDatabaseSynced:
      return Publish();
    case State::kFinish:
      return Finish();
    case State::kLogCut:
      return LogCut();
  }
  Unreachable();
}

CheckpointLog::Next CheckpointLog::Pause() {
  if (core_.ShouldPause(kCheckpoint)) return AwaitOutcome(core_.pause, State::kLock);
  return Goto(State::kLock);
}

// ---- What may be copied ----

CheckpointLog::Next CheckpointLog::Lock() {
  if (core_.stop_requested) return Refuse(Status(ResultCode::kAbort));
  WalShm& shm = core_.wal.shm;
  Status status = shm.LockExclusive(WalLock::kCheckpoint);
  if (IsBusy(status)) {
    core_.io.Reached(Probe::kCheckpointMetAnother);
    is_busy_ = true;
    return Done({.busy = true});
  }
  if (!status.ok()) return Refuse(std::move(status));
  has_checkpoint_lock_ = true;
  if (mode_ != CheckpointMode::kPassive) {
    status = shm.LockExclusive(WalLock::kWrite);
    if (IsBusy(status)) {
      is_busy_ = true;
      mode_ = CheckpointMode::kPassive;
    } else if (!status.ok()) {
      return Refuse(std::move(status));
    } else {
      has_write_lock_ = true;
    }
  }
  Result<std::optional<uint32_t>> count = ReadProgress();
  if (!count.ok()) return Refuse(std::move(count).status());
  if (!count->has_value()) {
    is_busy_ = true;
    return End();
  }
  const uint32_t backfilled = **count;
  if (backfilled >= header_.max_frame) return Goto(State::kFinish);
  Result<uint32_t> safe = SafeFrame();
  if (!safe.ok()) return Refuse(std::move(safe).status());
  safe_frame_ = *safe;
  if (backfilled >= safe_frame_) return Goto(State::kFinish);
  status = shm.LockExclusive(ReadLock(0));
  if (IsBusy(status)) {
    core_.io.Reached(Probe::kCheckpointMetReaderOfFile);
    return Goto(State::kFinish);
  }
  if (!status.ok()) return Refuse(std::move(status));
  has_database_lock_ = true;
  if (status = PlanCopies(backfilled + 1); !status.ok()) return Refuse(std::move(status));
  if (backfilled > 0) core_.io.Reached(Probe::kCheckpointWentOn);
  shm.set_backfill_attempted(safe_frame_);
  if (!syncs()) return Goto(State::kRead);
  return MendLogFirst();
}

// Between a look at the header and one at the count a writer may begin a new generation, and the
// old one's frames would be taken for frames to copy while others are written over them. It takes
// the slots of all readers for that: one of them in our hands keeps it away.
Result<std::optional<uint32_t>> CheckpointLog::ReadProgress() {
  WalShm& shm = core_.wal.shm;
  int held_slot = 0;
  if (!has_write_lock_ && core_.wal.read_slot <= 0) {
    for (int slot = 1; slot < kReadMarkCount && held_slot == 0; ++slot) {
      Status status = shm.LockShared(ReadLock(slot));
      if (status.ok()) {
        held_slot = slot;
      } else if (!IsBusy(status)) {
        return status;
      }
    }
    if (held_slot == 0) {
      core_.io.Reached(Probe::kCheckpointMetRestart);
      return std::optional<uint32_t>();
    }
  }
  const std::optional<WalIndexHeader> header = shm.ReadHeader(header_words_);
  const uint32_t backfilled = shm.backfill_count();
  if (held_slot != 0) shm.Unlock(ReadLock(held_slot));
  // Being written, or whoever wrote it has died: the next reader sees to that.
  if (!header.has_value()) return std::optional<uint32_t>();
  header_ = *header;
  return std::optional(backfilled);
}

Result<uint32_t> CheckpointLog::SafeFrame() {
  WalShm& shm = core_.wal.shm;
  uint32_t safe = header_.max_frame;
  for (int slot = 1; slot < kReadMarkCount; ++slot) {
    const uint32_t mark = shm.read_mark(slot);
    if (mark >= safe) continue;
    if (slot == core_.wal.read_slot) {
      // Our own snapshot has moved to our commit, which may be further than the mark says.
      const uint32_t own = core_.wal.header.max_frame;
      const Status status = shm.RaiseOwnMark(slot, own);
      if (!status.ok() && !IsBusy(status)) return status;
      safe = std::min(safe, status.ok() ? own : mark);
      continue;
    }
    const Status status = shm.LockExclusive(ReadLock(slot));
    if (IsBusy(status)) {
      core_.io.Reached(Probe::kCheckpointMetReader);
      safe = mark;
      continue;
    }
    RETURN_IF_ERROR(status);
    shm.set_read_mark(slot, slot == 1 ? safe : kReadMarkNotUsed);
    shm.Unlock(ReadLock(slot));
  }
  return safe;
}

Status CheckpointLog::PlanCopies(uint32_t first_frame) {
  WalShm& shm = core_.wal.shm;
  RETURN_IF_ERROR(core_.wal.MapIndex(header_));
  const PageNumber lock_page = LockPage(header_.page_size);
  copies_.clear();
  next_copy_ = 0;
  for (uint32_t frame = first_frame; frame <= safe_frame_; ++frame) {
    const PageNumber page = shm.PageOfFrame(frame);
    if (page == kNoPage) {
      return CorruptError("WAL index " + core_.shm_path + ": frame " + std::to_string(frame) +
                          " has no page");
    }
    // A later commit may have made the database shorter.
    if (page <= header_.page_count && page != lock_page) copies_.push_back({page, frame});
  }
  // Of several frames with the same page only the last counts.
  std::sort(copies_.begin(), copies_.end(), [](const Copy& a, const Copy& b) {
    return a.page != b.page ? a.page < b.page : a.frame > b.frame;
  });
  copies_.erase(std::unique(copies_.begin(), copies_.end(),
                            [](const Copy& a, const Copy& b) { return a.page == b.page; }),
                copies_.end());
  if (buffer_page_size_ != header_.page_size) {
    buffer_ = core_.io.AllocateBytes(Allocation::kCheckpointBuffer,
                                     kBatchPageCount * size_t{header_.page_size});
    buffer_page_size_ = buffer_ == nullptr ? 0 : header_.page_size;
    if (buffer_ == nullptr) return Status(ResultCode::kNoMemory);
  }
  return OkStatus();
}

// ---- 1. The log ----

CheckpointLog::Next CheckpointLog::MendLogFirst() {
  failed_sync_count_ = core_.wal.shm.failed_sync_count();
  if (failed_sync_count_ == 0) return SyncLog();
  mend_log_.Start(header_);
  return AwaitOutcome(mend_log_, State::kLogMended);
}

CheckpointLog::Next CheckpointLog::LogMended() {
  if (!outcome().ok()) return Refuse(outcome());
  (void)mend_log_.Take();
  return SyncLog();
}

CheckpointLog::Next CheckpointLog::SyncLog() {
  core_.wal.file->Sync(SyncKind::kData, done_);
  return AwaitOutcome(done_, State::kLogSynced);
}

CheckpointLog::Next CheckpointLog::LogSynced() {
  WalShm& shm = core_.wal.shm;
  if (!outcome().ok()) {
    shm.AddFailedSync();
    return Refuse(outcome());
  }
  shm.ClearFailedSyncs(failed_sync_count_);
  // Another connection's sync may have failed while ours was under way.
  return shm.failed_sync_count() == 0 ? Goto(State::kRead) : MendLogFirst();
}

// ---- 2. The pages, batch by batch ----

CheckpointLog::Next CheckpointLog::ReadBatch() {
  if (core_.stop_requested) return Refuse(Status(ResultCode::kAbort));
  if (next_copy_ == copies_.size()) return Goto(State::kCopied);
  batch_size_ = std::min(kBatchPageCount, copies_.size() - next_copy_);
  checked_count_ = 0;
  group_.Begin();
  for (size_t i = 0; i < batch_size_; ++i) {
    const uint32_t frame = copies_[next_copy_ + i].frame;
    core_.wal.file->Read(WalFrameOffset(frame, header_.page_size) + kWalFrameHeaderSize, PageAt(i),
                         landings_[i]);
    group_.Add(landings_[i]);
  }
  group_.Seal();
  return AwaitOutcome(group_.all(), State::kReadLanded);
}

CheckpointLog::Next CheckpointLog::ReadLanded() {
  if (!outcome().ok()) return Refuse(outcome());
  for (; checked_count_ < batch_size_; ++checked_count_) {
    const size_t arrived = landings_[checked_count_].bytes();
    if (arrived == header_.page_size) continue;
    const uint32_t frame = copies_[next_copy_ + checked_count_].frame;
    read_rest_.Start(*core_.wal.file,
                     WalFrameOffset(frame, header_.page_size) + kWalFrameHeaderSize + arrived,
                     PageAt(checked_count_).subspan(arrived), done_);
    return AwaitOutcome(read_rest_, State::kReadRest);
  }
  checked_count_ = 0;
  return Goto(State::kWrite);
}

CheckpointLog::Next CheckpointLog::ReadRest() {
  if (!outcome().ok()) return Refuse(outcome());
  const size_t missing = header_.page_size - landings_[checked_count_].bytes();
  if (read_rest_.Take() < missing) {
    const uint32_t frame = copies_[next_copy_ + checked_count_].frame;
    return Refuse(Status(ResultCode::kIoErrorShortRead,
                         "log " + core_.wal_path + " ends within frame " + std::to_string(frame)));
  }
  ++checked_count_;
  return Goto(State::kReadLanded);
}

CheckpointLog::Next CheckpointLog::WriteBatch() {
  group_.Begin();
  for (size_t i = 0; i < batch_size_; ++i) {
    const PageNumber page = copies_[next_copy_ + i].page;
    core_.database->Write(uint64_t{page - 1} * header_.page_size, PageAt(i), landings_[i]);
    group_.Add(landings_[i]);
  }
  group_.Seal();
  return AwaitOutcome(group_.all(), State::kWriteLanded);
}

CheckpointLog::Next CheckpointLog::WriteLanded() {
  if (!outcome().ok()) return Refuse(outcome());
  for (; checked_count_ < batch_size_; ++checked_count_) {
    const size_t written = landings_[checked_count_].bytes();
    if (written == header_.page_size) continue;
    const PageNumber page = copies_[next_copy_ + checked_count_].page;
    write_rest_.Start(*core_.database, uint64_t{page - 1} * header_.page_size + written,
                      Bytes(PageAt(checked_count_)).subspan(written), done_);
    return AwaitOutcome(write_rest_, State::kWriteRest);
  }
  next_copy_ += batch_size_;
  if (core_.ShouldPause(kCheckpointCopy)) return AwaitOutcome(core_.pause, State::kRead);
  return Goto(State::kRead);
}

CheckpointLog::Next CheckpointLog::WriteRest() {
  if (!outcome().ok()) return Refuse(outcome());
  (void)write_rest_.Take();
  ++checked_count_;
  return Goto(State::kWriteLanded);
}

// ---- 3. The database ----

CheckpointLog::Next CheckpointLog::CutDatabase() {
  // Only the newest state says how long the file is.
  const bool is_newest =
      safe_frame_ == header_.max_frame && core_.wal.shm.FirstCopy() == header_words_;
  if (safe_frame_ == header_.max_frame && !is_newest) {
    core_.io.Reached(Probe::kCheckpointOvertaken);
  }
  Result<uint64_t> size = core_.DatabaseSize();
  if (!size.ok()) return Refuse(std::move(size).status());
  const uint64_t wanted_size = uint64_t{header_.page_count} * header_.page_size;
  if (!is_newest || *size <= wanted_size) return Goto(State::kCut);
  core_.database->Truncate(wanted_size, done_);
  return AwaitOutcome(done_, State::kCut);
}

CheckpointLog::Next CheckpointLog::SyncDatabase() {
  if (!outcome().ok()) return Refuse(outcome());
  if (!syncs()) return Goto(State::kDatabaseSynced);
  core_.database->Sync(SyncKind::kData, done_);
  return AwaitOutcome(done_, State::kDatabaseSynced);
}

// ---- 4. Publish ----

CheckpointLog::Next CheckpointLog::Publish() {
  if (!outcome().ok()) return Refuse(outcome());
  core_.wal.shm.set_backfill_count(safe_frame_);
  if (core_.ShouldPause(kCheckpointPublish)) return AwaitOutcome(core_.pause, State::kFinish);
  return Goto(State::kFinish);
}

CheckpointLog::Next CheckpointLog::Finish() {
  WalShm& shm = core_.wal.shm;
  if (std::exchange(has_database_lock_, false)) shm.Unlock(ReadLock(0));
  is_complete_ = shm.backfill_count() >= header_.max_frame;
  if (mode_ == CheckpointMode::kPassive) return End();
  if (!is_complete_) {
    is_busy_ = true;
    return End();
  }
  if (mode_ == CheckpointMode::kFull) return End();
  // The next writer begins at the log's start: no reader may be left in it.
  const Status status = shm.LockExclusive(ReadLock(1), kReadMarkCount - 1);
  if (IsBusy(status)) {
    is_busy_ = true;
    return End();
  }
  if (!status.ok()) return Refuse(status);
  has_reader_locks_ = true;
  if (mode_ == CheckpointMode::kRestart || core_.stop_requested) return End();
  core_.wal.header = header_;
  core_.wal.header_words = header_words_;
  PublishNewGeneration(core_);
  core_.wal.file->Truncate(0, done_);
  return AwaitOutcome(done_, State::kLogCut);
}

CheckpointLog::Next CheckpointLog::LogCut() {
  if (!outcome().ok()) return Refuse(outcome());
  core_.io.Reached(Probe::kCheckpointCutLog);
  is_log_cut_ = true;
  return End();
}

// ---- The end ----

CheckpointLog::Next CheckpointLog::End() {
  CheckpointResult result = {.busy = is_busy_};
  if (!is_log_cut_) {
    result.wal_frame_count = header_.max_frame;
    result.checkpointed_frame_count = std::min(core_.wal.shm.backfill_count(), header_.max_frame);
  }
  ReleaseLocks();
  return Done(result);
}

CheckpointLog::Next CheckpointLog::Refuse(Status status) {
  if (has_database_lock_) core_.io.Reached(Probe::kCheckpointFailed);
  ReleaseLocks();
  return Fail(std::move(status));
}

void CheckpointLog::ReleaseLocks() {
  WalShm& shm = core_.wal.shm;
  if (std::exchange(has_reader_locks_, false)) shm.Unlock(ReadLock(1), kReadMarkCount - 1);
  if (std::exchange(has_database_lock_, false)) shm.Unlock(ReadLock(0));
  if (std::exchange(has_write_lock_, false)) shm.Unlock(WalLock::kWrite);
  if (std::exchange(has_checkpoint_lock_, false)) shm.Unlock(WalLock::kCheckpoint);
  copies_.clear();
}

}  // namespace orrery
