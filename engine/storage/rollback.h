// Ends a write transaction by undoing it, and the read transaction with it. The pager has seen to
// it that nothing of ours is still being written: once the locks are gone, that space is another's.
//
// In WAL mode that is a matter of forgetting. In rollback mode too, as long as nothing has been
// written to the database file; otherwise the journal is played back and ended. When that fails, or
// when nobody knows how a commit's end went, the journal is left to whoever reads the file next.

#ifndef ORRERY_ENGINE_STORAGE_ROLLBACK_H_
#define ORRERY_ENGINE_STORAGE_ROLLBACK_H_

#include "engine/io/resumable.h"
#include "engine/storage/finish_journal.h"
#include "engine/storage/pager_core.h"
#include "engine/storage/play_back_journal.h"

namespace orrery {

class RollbackTransaction final : public Resumable<RollbackTransaction> {
 public:
  enum class State : uint8_t { kBegin, kUndo, kPlayedBack, kEnded };
  static constexpr Edge<State> kEdges[] = {
      {State::kBegin, State::kUndo},
      {State::kUndo, State::kPlayedBack},  // the file is as it was
      {State::kUndo, State::kEnded},       // it had not been changed
      {State::kPlayedBack, State::kEnded},
  };
  explicit RollbackTransaction(PagerCore& core) : core_(core), play_back_(core), finish_(core) {}
  void Start() { Begin(State::kBegin); }

 private:
  friend Resumable;
  Next Run(State state);
  Next Undo();
  Next UndoJournal();
  Next PlayedBack();
  Next Ended();
  // Leaves the journal as it is.
  Next LeaveJournal();

  PagerCore& core_;
  PlayBackJournal play_back_;
  FinishJournal finish_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_ROLLBACK_H_
