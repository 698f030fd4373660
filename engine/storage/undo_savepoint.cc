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
  next_ = 0;
  Begin(State::kBegin);
}

UndoToSavepoint::Next UndoToSavepoint::Run(State state) {
  switch (state) {
    case State::kBegin:
      if (core_.ShouldPause(kBeginUndo)) return AwaitOutcome(core_.pause, State::kUndo);
      return Goto(State::kUndo);
    case State::kUndo:
      return Undo();
    case State::kReload:
      return Reload();
    case State::kReloaded:
      return Reloaded();
    case State::kImage:
      return NextImage();
    case State::kImageRead:
      return ImageRead();
  }
  Unreachable();
}

void UndoToSavepoint::PlanImages() {
  const std::vector<BeforeImage>& images = core_.undo.images;
  to_restore_.clear();
  has_image_.Clear();
  for (size_t i = savepoint().first_image; i < images.size(); ++i) {
    const BeforeImage& image = images[i];
    // Of a page that had changed since: what it was at the savepoint is told by an older image, or
    // it was clean.
    if (image.last_epoch >= savepoint().first_edit_epoch) continue;
    if (image.page > savepoint().view.page_count) continue;
    if (has_image_.Insert(image.page)) to_restore_.push_back(i);
  }
}

UndoToSavepoint::Next UndoToSavepoint::Undo() {
  if (!core_.doomed.ok()) return Refuse(core_.doomed);
  PlanImages();
  Wal& wal = core_.wal;
  const WalIndexHeader& position = savepoint().log_position;
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
    if (has_image_.Contains(frame->number)) continue;  // its bytes come back later
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

// ---- Pinned pages, one after another ----

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
  if (Status status = core_.StartLoad(frame); !status.ok()) return Refuse(std::move(status));
  return AwaitOutcome(frame.completion, State::kReloaded);
}

UndoToSavepoint::Next UndoToSavepoint::Reloaded() {
  Frame& frame = to_reload_.back().frame();
  if (frame.completion.in_flight()) return AwaitOutcome(frame.completion, State::kReloaded);
  Result<bool> loaded = core_.FinishLoad(frame);
  if (!loaded.ok()) return Refuse(std::move(loaded).status());
  if (!*loaded) return AwaitOutcome(frame.completion, State::kReloaded);
  to_reload_.pop_back();
  return Goto(State::kReload);
}

// ---- Before-images ----

UndoToSavepoint::Next UndoToSavepoint::NextImage() {
  UndoLog& undo = core_.undo;
  const size_t page_size = core_.cache.page_size();
  for (; next_ < to_restore_.size(); ++next_) {
    const size_t index = to_restore_[next_];
    const BeforeImage& image = undo.images[index];
    if (image.bytes == nullptr) {
      bytes_.resize(page_size);
      read_.Start(*undo.file, index * page_size, bytes_, read_done_);
      return AwaitOutcome(read_, State::kImageRead);
    }
    if (Status status = Restore(image, image.bytes.get()); !status.ok()) {
      return Refuse(std::move(status));
    }
  }
  return End();
}

UndoToSavepoint::Next UndoToSavepoint::ImageRead() {
  if (!outcome().ok()) return Refuse(outcome());
  if (read_.Take() < bytes_.size()) {
    return Refuse(Status(ResultCode::kIoErrorShortRead, "the sub-journal is too short"));
  }
  Status status = Restore(core_.undo.images[to_restore_[next_]], bytes_.data());
  if (!status.ok()) return Refuse(std::move(status));
  ++next_;
  return Goto(State::kImage);
}

Status UndoToSavepoint::Restore(const BeforeImage& image, const std::byte* bytes) {
  PageCache& cache = core_.cache;
  Frame* frame = cache.Find(image.page);
  if (frame != nullptr && frame->state == Frame::State::kLoading) {
    cache.Drop(*frame);
    frame = nullptr;
  }
  if (frame == nullptr) {
    // Beyond the limit if need be: going back must not fail because the cache is full.
    ASSIGN_OR_RETURN(frame, cache.Take(image.page, /*may_spill=*/false));
    frame->state = Frame::State::kLoaded;
  }
  std::memcpy(frame->data, bytes, cache.page_size());
  frame->dirty = image.dirty;
  frame->wal_frame = image.wal_frame;
  frame->edit_epoch = 0;
  frame->kept_epoch = image.last_epoch;
  return OkStatus();
}

UndoToSavepoint::Next UndoToSavepoint::End() {
  UndoLog& undo = core_.undo;
  const size_t first_image = savepoint().first_image;
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
