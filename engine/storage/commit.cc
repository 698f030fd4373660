#include "engine/storage/commit.h"

#include <algorithm>

namespace orrery {
namespace {

const YieldSite kCommit("storage.commit.begin");
const YieldSite kCommitPublish("storage.commit.publish");

}  // namespace

CommitTransaction::Next CommitTransaction::Run(State state) {
  switch (state) {
    case State::kBegin:
      return Pause();
    case State::kCollect:
      return Collect();
    case State::kWritten:
      return Written();
    case State::kMended:
      return Mended();
    case State::kMendSynced:
      return MendSynced();
    case State::kPublish:
      return Publish();
    case State::kCheckpointed:
      checkpoint_.Abandon();  // whatever came of it, the commit stands
      return Done({});
  }
  Unreachable();
}

CommitTransaction::Next CommitTransaction::Pause() {
  core_.is_committing = true;
  if (core_.ShouldPause(kCommit)) return AwaitOutcome(core_.pause, State::kCollect);
  return Goto(State::kCollect);
}

CommitTransaction::Next CommitTransaction::Collect() {
  if (core_.stop_requested) return Refuse(Status(ResultCode::kAbort));
  if (!core_.doomed.ok()) return Refuse(core_.doomed);
  std::vector<Frame*> frames;
  core_.cache.DropIf([&](const Frame& frame) { return frame.number > core_.view.page_count; });
  core_.cache.ForEach([&](Frame& frame) {
    if (frame.dirty) frames.push_back(&frame);
  });
  const bool has_spilled = core_.wal.header.max_frame > core_.committed.max_frame;
  if (frames.empty() && !has_spilled) {
    EndWrite();
    return Done({});
  }
  Frame& first = core_.page_one.frame();
  if (first.dirty) {
    DatabaseHeader& header = core_.view.header;
    ++header.change_counter;
    header.version_valid_for = header.change_counter;
    header.library_version = kWrittenLibraryVersion;
    EncodeDatabaseHeader(header, MutableBytes(first.data, kDatabaseHeaderSize));
  } else if (frames.empty()) {
    frames.push_back(&first);  // some frame must carry the commit
  }
  std::sort(frames.begin(), frames.end(),
            [](const Frame* a, const Frame* b) { return a->number < b->number; });
  std::vector<PageRef> pages;
  pages.reserve(frames.size());
  for (Frame* frame : frames) pages.emplace_back(*frame);
  append_.Start(std::move(pages), core_.view.page_count);
  return AwaitOutcome(append_, State::kWritten);
}

CommitTransaction::Next CommitTransaction::Written() {
  if (!outcome().ok()) return Refuse(outcome());
  if (!append_.idle()) (void)append_.Take();
  Wal& wal = core_.wal;
  failed_sync_count_ = wal.shm.failed_sync_count();
  if (core_.options.synchronous >= Synchronous::kFull && failed_sync_count_ != 0) {
    // Our own sync went well, but proves nothing of what another one failed on: frames of ours, or
    // earlier ones that ours build on.
    mend_log_.Start(wal.header);
    return AwaitOutcome(mend_log_, State::kMended);
  }
  if (core_.ShouldPause(kCommitPublish)) return AwaitOutcome(core_.pause, State::kPublish);
  return Goto(State::kPublish);
}

CommitTransaction::Next CommitTransaction::Mended() {
  if (!outcome().ok()) return Refuse(outcome());
  (void)mend_log_.Take();
  core_.wal.file->Sync(SyncKind::kData, sync_done_);
  return AwaitOutcome(sync_done_, State::kMendSynced);
}

CommitTransaction::Next CommitTransaction::MendSynced() {
  if (!outcome().ok()) {
    core_.wal.shm.AddFailedSync();
    return Refuse(outcome());
  }
  core_.wal.shm.ClearFailedSyncs(failed_sync_count_);
  return Goto(State::kWritten);
}

CommitTransaction::Next CommitTransaction::Publish() {
  // Even if nobody waits any more: the frames are as durable as they get, and a crash would bring
  // them back.
  if (core_.stop_requested) core_.io.Reached(Probe::kCommitGivenUpLate);
  Wal& wal = core_.wal;
  wal.header.page_count = core_.view.page_count;
  ++wal.header.change_count;
  wal.header_words = EncodeWalIndexHeader(wal.header);
  wal.shm.PublishHeader(wal.header_words);
  core_.cached_state = wal.header_words;
  EndWrite();
  const uint32_t limit = core_.options.auto_checkpoint_frame_count;
  if (limit == 0 || wal.header.max_frame < limit || core_.stop_requested) return Done({});
  checkpoint_.Start(CheckpointMode::kPassive);
  return AwaitOutcome(checkpoint_, State::kCheckpointed);
}

// The write transaction ends; the snapshot stays, where it now is.
void CommitTransaction::EndWrite() {
  core_.commit_decided = true;
  core_.is_committing = false;
  core_.undo.Clear();
  core_.page_one.Release();
  core_.cache.BeginEditEpoch();
  core_.view.in_write = false;
  core_.wal.shm.Unlock(WalLock::kWrite);
}

CommitTransaction::Next CommitTransaction::Refuse(Status status) {
  core_.is_committing = false;
  core_.doomed = status;
  return Fail(std::move(status));
}

}  // namespace orrery
