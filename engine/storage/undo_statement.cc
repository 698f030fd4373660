#include "engine/storage/undo_statement.h"

#include <algorithm>
#include <cstring>

namespace orrery {
namespace {

const YieldSite kBeginUndo("storage.undo_statement.begin");

}  // namespace

UndoStatement::Next UndoStatement::Run(State state) {
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
    case State::kRestore:
      return Restore();
  }
  Unreachable();
}

bool UndoStatement::HasBeforeImage(PageNumber page) const {
  const std::vector<BeforeImage>& images = core_.statement.before_images;
  return std::any_of(images.begin(), images.end(),
                     [&](const BeforeImage& image) { return image.page == page; });
}

UndoStatement::Next UndoStatement::Undo() {
  if (!core_.doomed.ok()) return Refuse(core_.doomed);
  const StatementUndo& statement = core_.statement;
  CHECK(statement.open);
  Wal& wal = core_.wal;
  const WalIndexHeader& position = statement.log_position;
  if (core_.has_appended) wal.shm.ForgetFramesAfter(position.max_frame);
  wal.header = position;
  core_.view = statement.view;

  std::vector<Frame*> stale;
  core_.cache.ForEach([&](Frame& frame) {
    const bool was_changed = frame.dirty && frame.kept_epoch >= statement.first_edit_epoch;
    const bool was_spilled = !frame.dirty && frame.wal_frame > position.max_frame;
    if (was_changed || was_spilled) stale.push_back(&frame);
  });
  for (Frame* frame : stale) {
    frame->edit_epoch = 0;
    if (HasBeforeImage(frame->number)) continue;  // its bytes come back in Restore
    frame->dirty = false;
    if (frame->pin_count > 0 && frame->state == Frame::State::kLoaded) {
      to_reload_.emplace_back(*frame);
    } else {
      core_.cache.Drop(*frame);
    }
  }
  return Goto(State::kReload);
}

// ---- Pinned pages, one after another ----

UndoStatement::Next UndoStatement::Reload() {
  if (to_reload_.empty()) return Goto(State::kRestore);
  Frame& frame = to_reload_.back().frame();
  // A forced wait of somebody else may still be using the completion.
  if (frame.completion.in_flight()) return AwaitOutcome(frame.completion, State::kReload);
  if (frame.number > core_.view.page_count) {
    // The statement had made this page; there is nothing to go back to.
    core_.cache.Drop(frame);
    to_reload_.pop_back();
    return Goto(State::kReload);
  }
  frame.state = Frame::State::kLoading;
  frame.loaded_size = 0;
  if (Status status = core_.StartLoad(frame); !status.ok()) return Refuse(std::move(status));
  return AwaitOutcome(frame.completion, State::kReloaded);
}

UndoStatement::Next UndoStatement::Reloaded() {
  Frame& frame = to_reload_.back().frame();
  if (frame.completion.in_flight()) return AwaitOutcome(frame.completion, State::kReloaded);
  Result<bool> loaded = core_.FinishLoad(frame);
  if (!loaded.ok()) return Refuse(std::move(loaded).status());
  if (!*loaded) return AwaitOutcome(frame.completion, State::kReloaded);
  to_reload_.pop_back();
  return Goto(State::kReload);
}

// ---- Before-images ----

UndoStatement::Next UndoStatement::Restore() {
  PageCache& cache = core_.cache;
  for (const BeforeImage& image : core_.statement.before_images) {
    Frame* frame = cache.Find(image.page);
    if (frame != nullptr && frame->state == Frame::State::kLoading) {
      cache.Drop(*frame);
      frame = nullptr;
    }
    if (frame == nullptr) {
      // Beyond the limit if need be: going back must not fail because the cache is full.
      Result<Frame*> taken = cache.Take(image.page, /*may_spill=*/false);
      if (!taken.ok()) return Refuse(std::move(taken).status());
      frame = *taken;
      frame->state = Frame::State::kLoaded;
    }
    std::memcpy(frame->data, image.bytes.get(), cache.page_size());
    frame->dirty = image.dirty;
    frame->wal_frame = image.wal_frame;
    frame->edit_epoch = 0;
    frame->kept_epoch = 0;
  }
  core_.statement = StatementUndo();
  cache.BeginEditEpoch();
  return Done({});
}

UndoStatement::Next UndoStatement::Refuse(Status status) {
  to_reload_.clear();
  core_.doomed = status;
  return Fail(std::move(status));
}

}  // namespace orrery
