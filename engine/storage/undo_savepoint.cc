#include "engine/storage/undo_savepoint.h"

#include <cstring>

namespace orrery {
namespace {

const YieldSite kBeginUndo("storage.undo_savepoint.begin");

}  // namespace

void UndoToSavepoint::Start(size_t index, bool closes) {
  CHECK(core_.view.in_write && index < core_.undo.savepoints.size());
  index_ = index;
  closes_ = closes;
  next_record_ = savepoint().first_record;
  next_image_ = 0;
  to_restore_.clear();
  restored_.Clear();
  core_.owner_notes.clear();
  Begin(State::kBegin);
}

UndoToSavepoint::Next UndoToSavepoint::Run(State state) {
  switch (state) {
    case State::kBegin:
      if (core_.ShouldPause(kBeginUndo)) return AwaitOutcome(core_.pause, State::kUndo);
      return Goto(State::kUndo);
    case State::kUndo:
      if (!core_.doomed.ok()) return Refuse(core_.doomed);
      return core_.journal.active ? UndoInJournal() : UndoInLog();
    case State::kReload:
      return Reload();
    case State::kReloaded:
      return Reloaded();
    case State::kRecord:
      return NextRecord();
    case State::kRecordRead:
      return RecordRead();
    case State::kImage:
      return NextImage();
    case State::kImageRead:
      return ImageRead();
    case State::kPutBack:
      return PutBack();
  }
  Unreachable();
}

void UndoToSavepoint::PlanImages() {
  const std::vector<BeforeImage>& images = core_.undo.images;
  for (size_t i = savepoint().first_image; i < images.size(); ++i) {
    const BeforeImage& image = images[i];
    // Of a page that had changed since: what it was at the savepoint is told by an older image or a
    // record, or it was clean.
    if (image.last_epoch >= savepoint().first_edit_epoch) continue;
    if (image.page > savepoint().view.page_count) continue;
    if (restored_.Insert(image.page)) to_restore_.push_back(i);
  }
}

// ---- The log, and pinned pages one after another ----

UndoToSavepoint::Next UndoToSavepoint::UndoInLog() {
  PlanImages();
  Wal& wal = core_.wal;
  const WalIndexHeader& position = savepoint().log_position;
  if (wal.header.max_frame > position.max_frame) core_.io.Reached(Probe::kSpillUndone);
  if (core_.has_appended) wal.shm.ForgetFramesAfter(position.max_frame);
  wal.header = position;
  core_.view = savepoint().view;

  std::vector<Frame*> stale;
  core_.cache.ForEach([&](Frame& frame) {
    const bool was_changed = frame.dirty && frame.kept_epoch >= savepoint().first_edit_epoch;
    const bool was_spilled = !frame.dirty && frame.wal_frame > position.max_frame;
    if (was_changed || was_spilled) stale.push_back(&frame);
  });
  for (Frame* frame : stale) {
    frame->edit_epoch = 0;
    if (restored_.Contains(frame->number)) continue;  // its bytes come back later
    frame->dirty = false;
    frame->kept_epoch = 0;
    if (frame->pin_count > 0 && frame->state == Frame::State::kLoaded) {
      to_reload_.emplace_back(*frame);
    } else {
      core_.cache.Drop(*frame);
    }
  }
  return Goto(State::kReload);
}

UndoToSavepoint::Next UndoToSavepoint::Reload() {
  if (to_reload_.empty()) return Goto(State::kImage);
  Frame& frame = to_reload_.back().frame();
  // A forced wait of somebody else may still be using the completion.
  if (frame.completion.in_flight()) return AwaitOutcome(frame.completion, State::kReload);
  if (frame.number > core_.view.page_count) {
    // The page was made since; there is nothing to go back to.
    core_.cache.Drop(frame);
    to_reload_.pop_back();
    return Goto(State::kReload);
  }
  frame.state = Frame::State::kLoading;
  frame.loaded_size = 0;
  frame.proof.reset();
  if (Status status = core_.StartLoad(frame); !status.ok()) return Refuse(std::move(status));
  return AwaitOutcome(frame.completion, State::kReloaded);
}

UndoToSavepoint::Next UndoToSavepoint::Reloaded() {
  Frame& frame = to_reload_.back().frame();
  if (frame.completion.in_flight()) return AwaitOutcome(frame.completion, State::kReloaded);
  Result<bool> loaded = core_.FinishLoad(frame);
  if (!loaded.ok()) return Refuse(std::move(loaded).status());
  if (!*loaded) return AwaitOutcome(frame.completion, State::kReloaded);
  core_.io.Reached(Probe::kPageReloaded);
  to_reload_.pop_back();
  return Goto(State::kReload);
}

// ---- Records of the rollback journal ----

UndoToSavepoint::Next UndoToSavepoint::UndoInJournal() {
  core_.view = savepoint().view;
  // One that has not changed since had been cut off before, and an outer savepoint may have it.
  core_.cache.DropIf([&](const Frame& frame) {
    return frame.number > core_.view.page_count && frame.kept_epoch >= savepoint().first_edit_epoch;
  });
  return Goto(State::kRecord);
}

UndoToSavepoint::Next UndoToSavepoint::NextRecord() {
  const RollbackJournal& journal = core_.journal;
  while (next_record_ < journal.record_count()) {
    if (next_record_ < journal.written_count) {
      bytes_.resize(journal.record_size());
      read_.Start(*journal.file, journal.OffsetOf(next_record_), bytes_, done_);
      return AwaitOutcome(read_, State::kRecordRead);
    }
    const auto index = static_cast<size_t>(next_record_ - journal.written_count);
    const std::byte* const record = journal.pending[index].get();
    const std::byte* const bytes = record + kJournalRecordPageAt;
    const auto page = LoadBig<uint32_t>(record);
    ++next_record_;
    if (!RestoreRecord(page, bytes)) return WritePage(page, bytes);
  }
  PlanImages();
  return Goto(State::kImage);
}

UndoToSavepoint::Next UndoToSavepoint::RecordRead() {
  if (!outcome().ok()) return Refuse(outcome());
  const size_t size = read_.Take();
  const auto page = LoadBig<uint32_t>(bytes_.data());
  const std::byte* const bytes = bytes_.data() + kJournalRecordPageAt;
  if (size < bytes_.size() || !core_.journal.kept.Contains(page)) {
    return Refuse(Status(ResultCode::kIoErrorShortRead,
                         "journal " + core_.journal_path + " has lost what was written to it"));
  }
  ++next_record_;
  return RestoreRecord(page, bytes) ? Goto(State::kRecord) : WritePage(page, bytes);
}

bool UndoToSavepoint::RestoreRecord(PageNumber page, const std::byte* bytes) {
  restored_.Insert(page);
  if (page > core_.view.page_count) return true;
  Frame* const frame = core_.cache.Find(page);
  if (frame == nullptr) return false;
  if (frame->state == Frame::State::kLoading) {
    core_.cache.Drop(*frame);
    return false;
  }
  std::memcpy(frame->data, bytes, core_.cache.page_size());
  // If nothing has been spilled, the file has these very bytes.
  frame->dirty = core_.journal.database_changed;
  frame->edit_epoch = 0;
  frame->kept_epoch = core_.cache.edit_epoch();  // the record will do for a further change
  return true;
}

UndoToSavepoint::Next UndoToSavepoint::WritePage(PageNumber page, const std::byte* bytes) {
  // Without a frame the page has been spilled, and so the journal is durable and the file ours. Or
  // it had been put back before.
  if (!core_.journal.database_changed) return Goto(State::kPutBack);
  const uint32_t page_size = core_.cache.page_size();
  write_.Start(*core_.database, uint64_t{page - 1} * page_size, Bytes(bytes, page_size), done_);
  return AwaitOutcome(write_, State::kPutBack);
}

UndoToSavepoint::Next UndoToSavepoint::PutBack() {
  if (!outcome().ok()) return Refuse(outcome());
  if (!write_.idle()) (void)write_.Take();
  return Goto(to_restore_.empty() ? State::kRecord : State::kImage);
}

// ---- Before-images ----

UndoToSavepoint::Next UndoToSavepoint::NextImage() {
  UndoLog& undo = core_.undo;
  const size_t page_size = core_.cache.page_size();
  while (next_image_ < to_restore_.size()) {
    const size_t index = to_restore_[next_image_];
    const BeforeImage& image = undo.images[index];
    if (image.bytes == nullptr) {
      bytes_.resize(page_size);
      read_.Start(*undo.file, index * page_size, bytes_, done_);
      return AwaitOutcome(read_, State::kImageRead);
    }
    ++next_image_;
    Result<bool> restored = RestoreImage(image, image.bytes.get());
    if (!restored.ok()) return Refuse(std::move(restored).status());
    if (!*restored) return WritePage(image.page, image.bytes.get());
  }
  return End();
}

UndoToSavepoint::Next UndoToSavepoint::ImageRead() {
  if (!outcome().ok()) return Refuse(outcome());
  if (read_.Take() < bytes_.size()) {
    return Refuse(Status(ResultCode::kIoErrorShortRead, "the sub-journal is too short"));
  }
  const BeforeImage& image = core_.undo.images[to_restore_[next_image_++]];
  Result<bool> restored = RestoreImage(image, bytes_.data());
  if (!restored.ok()) return Refuse(std::move(restored).status());
  return *restored ? Goto(State::kImage) : WritePage(image.page, bytes_.data());
}

Result<bool> UndoToSavepoint::RestoreImage(const BeforeImage& image, const std::byte* bytes) {
  PageCache& cache = core_.cache;
  Frame* frame = cache.Find(image.page);
  if (frame != nullptr && frame->state == Frame::State::kLoading) {
    cache.Drop(*frame);
    frame = nullptr;
  }
  if (frame == nullptr && core_.journal.active) return false;
  if (frame == nullptr) {
    // Beyond the limit if need be: going back must not fail because the cache is full.
    ASSIGN_OR_RETURN(frame, cache.Take(image.page, /*may_spill=*/false));
    frame->state = Frame::State::kLoaded;
  }
  core_.io.Reached(Probe::kImageRestored);
  std::memcpy(frame->data, bytes, cache.page_size());
  // In rollback mode the file may have what was spilled since; if nothing has been, a page that was
  // clean is as in the file.
  frame->dirty = image.dirty || core_.journal.database_changed;
  frame->wal_frame = image.wal_frame;
  frame->edit_epoch = 0;
  frame->kept_epoch = image.last_epoch;
  return true;
}

// ---- The end ----

UndoToSavepoint::Next UndoToSavepoint::End() {
  UndoLog& undo = core_.undo;
  const Savepoint& back_at = savepoint();
  if (core_.journal.active) {
    // Pages that were free: nothing was kept, since what they held does not matter.
    core_.cache.DropIf([&](const Frame& frame) {
      return frame.dirty && frame.kept_epoch >= back_at.first_edit_epoch &&
             !restored_.Contains(frame.number);
    });
  }
  const size_t first_image = back_at.first_image;
  undo.CloseSavepoints(closes_ ? index_ : index_ + 1);
  undo.DropImages(first_image);
  bytes_ = std::vector<std::byte>();
  core_.cache.BeginEditEpoch();
  return Done({});
}

UndoToSavepoint::Next UndoToSavepoint::Refuse(Status status) {
  to_reload_.clear();
  core_.doomed = status;
  return Fail(std::move(status));
}

}  // namespace orrery
