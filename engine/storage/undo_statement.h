// Undoes the open statement: the log goes back to where it was, before-images go back into their
// pages, and pages that the statement was the first to change are forgotten, to be read again. One
// of those that somebody has pinned is read again in place.

#ifndef ORRERY_ENGINE_STORAGE_UNDO_STATEMENT_H_
#define ORRERY_ENGINE_STORAGE_UNDO_STATEMENT_H_

#include <vector>

#include "engine/io/resumable.h"
#include "engine/storage/pager_core.h"

namespace orrery {

class UndoStatement final : public Resumable<UndoStatement> {
 public:
  enum class State : uint8_t { kBegin, kUndo, kReload, kReloaded, kRestore };
  static constexpr Edge<State> kEdges[] = {
      {State::kBegin, State::kUndo},        {State::kUndo, State::kReload},
      {State::kReload, State::kReloaded},  // a pinned page's read has finished
      {State::kReloaded, State::kReloaded}, {State::kReloaded, State::kReload},
      {State::kReload, State::kRestore},
  };
  explicit UndoStatement(PagerCore& core) : core_(core) {}
  void Start() { Begin(State::kBegin); }

 private:
  friend Resumable;
  Next Run(State state);
  Next Undo();
  Next Reload();
  Next Reloaded();
  Next Restore();
  Next Refuse(Status status);
  bool HasBeforeImage(PageNumber page) const;

  PagerCore& core_;
  std::vector<PageRef> to_reload_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_UNDO_STATEMENT_H_
