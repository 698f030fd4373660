// Goes back to a savepoint: the log goes back to where it was, before-images go back into their
// pages, and pages that were clean then are forgotten, to be read again. One of those that somebody
// has pinned is read again in place.

#ifndef ORRERY_ENGINE_STORAGE_UNDO_SAVEPOINT_H_
#define ORRERY_ENGINE_STORAGE_UNDO_SAVEPOINT_H_

#include <vector>

#include "engine/io/resumable.h"
#include "engine/io/transfer.h"
#include "engine/storage/page_set.h"
#include "engine/storage/pager_core.h"

namespace orrery {

class UndoToSavepoint final : public Resumable<UndoToSavepoint> {
 public:
  enum class State : uint8_t { kBegin, kUndo, kReload, kReloaded, kImage, kImageRead };
  static constexpr Edge<State> kEdges[] = {
      {State::kBegin, State::kUndo},
      {State::kUndo, State::kReload},
      {State::kReload, State::kReloaded},  // a pinned page's read has finished
      {State::kReloaded, State::kReloaded},
      {State::kReloaded, State::kReload},
      {State::kReload, State::kImage},
      {State::kImage, State::kImageRead},  // an image came from the file
      {State::kImageRead, State::kImage},
  };
  explicit UndoToSavepoint(PagerCore& core) : core_(core) {
    core.own_completions.push_back(&read_done_);
  }

  // Savepoint `index` counts from 0, the outermost. Those opened after it are closed, and with
  // `closes` it too.
  void Start(size_t index, bool closes);

 private:
  friend Resumable;
  Next Run(State state);
  Next Undo();
  Next Reload();
  Next Reloaded();
  Next NextImage();
  Next ImageRead();
  Next End();
  Next Refuse(Status status);

  // Which images count, and for which pages.
  void PlanImages();
  // Puts a page's old bytes back.
  Status Restore(const BeforeImage& image, const std::byte* bytes);
  const Savepoint& savepoint() const { return core_.undo.savepoints[index_]; }

  PagerCore& core_;
  size_t index_ = 0;
  bool closes_ = false;
  std::vector<size_t> to_restore_;  // images, in their order
  PageSet has_image_;
  size_t next_ = 0;
  std::vector<PageRef> to_reload_;
  ReadFully read_;
  Completion read_done_;
  std::vector<std::byte> bytes_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_UNDO_SAVEPOINT_H_
