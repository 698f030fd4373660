#include "engine/storage/append_frames.h"

#include <algorithm>
#include <bit>

namespace orrery {
namespace {

constexpr size_t kBatchPageCountMax = 128;

}  // namespace

void AppendFrames::Start(std::vector<PageRef> pages, PageNumber commit_page_count) {
  CHECK(core_.view.in_write && core_.wal.is_writer() && !pages.empty() && !done_.in_flight());
  pages_ = std::move(pages);
  commit_page_count_ = commit_page_count;
  next_page_ = 0;
  for (const PageRef& page : pages_) {
    Frame& frame = page.frame();
    CHECK(frame.state == Frame::State::kLoaded && !frame.writing);
    frame.writing = true;
    frame.changed_while_writing = false;
    frame.edit_epoch = 0;  // so that a change meanwhile is noticed
  }
  Begin(State::kBegin);
}

AppendFrames::Next AppendFrames::Run(State state) {
  switch (state) {
    case State::kBegin:
      return Prepare();
    case State::kTailCut:
      return SyncTail();
    case State::kTailSynced:
      return AfterTail();
    case State::kHeader:
      return WriteHeader();
    case State::kHeaderWritten:
      return SyncHeader();
    case State::kHeaderSynced:
      return SyncHeaderDirectory();
    case State::kHeaderDurable:
      return AfterHeader();
    case State::kBatch:
      return WriteBatch();
    case State::kBatchWritten:
      return TakeBatch();
    case State::kSync:
      return SyncLog();
    case State::kSyncDirectory:
      return SyncDirectory();
    case State::kDirectorySynced:
      return AfterDirectory();
    case State::kEnd:
      return End();
  }
  Unreachable();
}

AppendFrames::Next AppendFrames::Prepare() {
  WalIndexHeader& log = core_.wal.header;
  // Whatever may fail for want of memory does so before anything is written.
  const auto last_frame = static_cast<uint32_t>(log.max_frame + pages_.size());
  if (Status status = core_.wal.shm.MapRegion(RegionOfFrame(last_frame)); !status.ok()) {
    return Refuse(std::move(status));
  }
  core_.has_appended = true;
  if (log.max_frame == 0) return Goto(State::kHeader);
  Result<bool> has_tail = HasSuspectTail();
  if (!has_tail.ok()) return Refuse(std::move(has_tail).status());
  if (!*has_tail) return Goto(State::kBatch);
  core_.wal.file->Truncate(core_.wal.OffsetOf(log.max_frame + 1), done_);
  return AwaitOutcome(done_, State::kTailCut);
}

// ---- What a crash has left behind the last commit ----

Result<bool> AppendFrames::HasSuspectTail() {
  const Wal& wal = core_.wal;
  const bool is_first = wal.header.max_frame == core_.committed.max_frame;
  // A recovery counts as a failed sync.
  if (!is_first || !syncs() || wal.shm.failed_sync_count() == 0) return false;
  ASSIGN_OR_RETURN(const uint64_t size, wal.file->Size());
  return size > wal.OffsetOf(wal.header.max_frame + 1);
}

AppendFrames::Next AppendFrames::SyncTail() {
  if (!outcome().ok()) return Refuse(outcome());
  core_.wal.file->Sync(SyncKind::kData, done_);
  return AwaitOutcome(done_, State::kTailSynced);
}

AppendFrames::Next AppendFrames::AfterTail() {
  if (!outcome().ok()) {
    core_.wal.shm.AddFailedSync();
    return Refuse(outcome());
  }
  core_.io.Reached(Probe::kTailCut);
  return Goto(State::kBatch);
}

// ---- The log's header ----

AppendFrames::Next AppendFrames::WriteHeader() {
  Wal& wal = core_.wal;
  WalIndexHeader& log = wal.header;
  if (log.salt1 == 0 && log.salt2 == 0) {
    std::array<std::byte, 8> salts;
    core_.io.RandomBytes(salts);
    log.salt1 = LoadBig<uint32_t>(salts.data());
    log.salt2 = LoadBig<uint32_t>(salts.data() + 4);
  }
  log.big_endian_checksums = std::endian::native == std::endian::big;
  log.page_size = core_.cache.page_size();
  WalHeader header = {
      .big_endian_checksums = log.big_endian_checksums,
      .page_size = log.page_size,
      .checkpoint_sequence = wal.checkpoint_sequence,
      .salt1 = log.salt1,
      .salt2 = log.salt2,
  };
  failed_sync_count_ = wal.shm.failed_sync_count();
  header_bytes_ = EncodeWalHeader(header);
  log.frame_checksum = header.checksum;
  write_.Start(*wal.file, 0, header_bytes_, done_);
  return AwaitOutcome(write_, State::kHeaderWritten);
}

AppendFrames::Next AppendFrames::SyncHeader() {
  if (!outcome().ok()) return Refuse(outcome());
  (void)write_.Take();
  if (!syncs()) return Goto(State::kBatch);
  core_.wal.file->Sync(SyncKind::kData, done_);
  return AwaitOutcome(done_, State::kHeaderSynced);
}

AppendFrames::Next AppendFrames::SyncHeaderDirectory() {
  if (!outcome().ok()) {
    core_.wal.shm.AddFailedSync();
    return Refuse(outcome());
  }
  // No frame from before counts any more.
  core_.wal.shm.ClearFailedSyncs(failed_sync_count_);
  if (core_.wal.directory_synced) return Goto(State::kBatch);
  core_.io.SyncDirectoryOf(core_.wal_path, done_);
  return AwaitOutcome(done_, State::kHeaderDurable);
}

AppendFrames::Next AppendFrames::AfterHeader() {
  if (!outcome().ok()) return Refuse(outcome());
  core_.wal.directory_synced = true;
  return Goto(State::kBatch);
}

// ---- Frames ----

AppendFrames::Next AppendFrames::WriteBatch() {
  if (core_.stop_requested) {
    core_.io.Reached(Probe::kAppendStopped);
    return Refuse(Status(ResultCode::kAbort));
  }
  const Wal& wal = core_.wal;
  const WalIndexHeader& log = wal.header;
  batch_size_ = std::min(kBatchPageCountMax, pages_.size() - next_page_);
  frame_headers_.resize(batch_size_);
  checksums_.resize(batch_size_);
  parts_.clear();
  WalChecksum checksum = log.frame_checksum;
  for (size_t i = 0; i < batch_size_; ++i) {
    const PageRef& page = pages_[next_page_ + i];
    const Bytes bytes(page.data(), log.page_size);
    const bool is_last = next_page_ + i + 1 == pages_.size();
    WalFrameHeader header = {
        .page = page.number(),
        .commit_page_count = is_last ? commit_page_count_ : 0,
        .salt1 = log.salt1,
        .salt2 = log.salt2,
    };
    checksum = FrameChecksum(checksum, header, bytes, log.big_endian_checksums);
    header.checksum = checksum;
    checksums_[i] = checksum;
    EncodeWalFrameHeader(header, frame_headers_[i]);
    parts_.push_back(frame_headers_[i]);
    parts_.push_back(bytes);
  }
  write_.Start(*wal.file, wal.OffsetOf(log.max_frame + 1), parts_, done_);
  return AwaitOutcome(write_, State::kBatchWritten);
}

AppendFrames::Next AppendFrames::TakeBatch() {
  if (!outcome().ok()) return Refuse(outcome());
  (void)write_.Take();
  Result<bool> counts = EnterBatch();
  if (!counts.ok()) return Refuse(std::move(counts).status());
  if (!*counts) return Goto(State::kEnd);
  next_page_ += batch_size_;
  if (next_page_ < pages_.size()) return Goto(State::kBatch);
  const bool is_durable =
      commit_page_count_ != 0 && core_.options.synchronous >= Synchronous::kFull;
  return Goto(is_durable ? State::kSync : State::kEnd);
}

Result<bool> AppendFrames::EnterBatch() {
  WalIndexHeader& log = core_.wal.header;
  for (size_t i = 0; i < batch_size_; ++i) {
    // The checksums are of bytes that are no more, from this frame on.
    if (pages_[next_page_ + i].frame().changed_while_writing) {
      CHECK(commit_page_count_ == 0);
      core_.io.Reached(Probe::kPageChangedWhileSpilled);
      return false;
    }
  }
  for (size_t i = 0; i < batch_size_; ++i) {
    Frame& frame = pages_[next_page_ + i].frame();
    RETURN_IF_ERROR(core_.wal.shm.AppendFrame(log.max_frame + 1, frame.number));
    ++log.max_frame;
    log.frame_checksum = checksums_[i];
    // A page dropped meanwhile is only in the log now.
    if (frame.state != Frame::State::kLoaded) continue;
    core_.KeepBeforeImage(frame);
    frame.dirty = false;
    frame.wal_frame = log.max_frame;
  }
  return true;
}

// ---- Durability ----

AppendFrames::Next AppendFrames::SyncLog() {
  core_.wal.file->Sync(SyncKind::kData, done_);
  return AwaitOutcome(done_, State::kSyncDirectory);
}

AppendFrames::Next AppendFrames::SyncDirectory() {
  if (!outcome().ok()) {
    core_.io.Reached(Probe::kLogSyncFailed);
    core_.wal.shm.AddFailedSync();
    return Refuse(outcome());
  }
  if (core_.wal.directory_synced) return Goto(State::kEnd);
  core_.io.SyncDirectoryOf(core_.wal_path, done_);
  return AwaitOutcome(done_, State::kDirectorySynced);
}

AppendFrames::Next AppendFrames::AfterDirectory() {
  if (!outcome().ok()) return Refuse(outcome());
  core_.wal.directory_synced = true;
  return Goto(State::kEnd);
}

AppendFrames::Next AppendFrames::End() {
  ReleasePages();
  return Done({});
}

AppendFrames::Next AppendFrames::Refuse(Status status) {
  ReleasePages();
  return Fail(std::move(status));
}

void AppendFrames::ReleasePages() {
  for (PageRef& page : pages_) page.frame().writing = false;
  pages_.clear();
}

}  // namespace orrery
