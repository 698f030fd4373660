#include "engine/storage/rollback.h"

#include "engine/storage/database_lock.h"

namespace orrery {
namespace {

const YieldSite kRollback("storage.rollback.begin");

}  // namespace

RollbackTransaction::Next RollbackTransaction::Run(State state) {
  switch (state) {
    case State::kBegin:
      if (core_.ShouldPause(kRollback)) return AwaitOutcome(core_.pause, State::kUndo);
      return Goto(State::kUndo);
    case State::kUndo:
      return Undo();
    case State::kPlayedBack:
      return PlayedBack();
    case State::kEnded:
      return Ended();
  }
  Unreachable();
}

RollbackTransaction::Next RollbackTransaction::Undo() {
  if (core_.view.in_write && core_.journal.active) return UndoJournal();
  if (core_.view.in_write) core_.UndoWrite();
  core_.EndRead();
  return Done({});
}

// ---- In rollback mode ----

RollbackTransaction::Next RollbackTransaction::UndoJournal() {
  const RollbackJournal& journal = core_.journal;
  if (journal.ending) return LeaveJournal();
  if (!journal.database_changed) {
    finish_.Start();
    return AwaitOutcome(finish_, State::kEnded);
  }
  // Without a journal what was written stays written.
  if (journal.mode == JournalMode::kOff) return LeaveJournal();
  play_back_.Start();
  return AwaitOutcome(play_back_, State::kPlayedBack);
}

RollbackTransaction::Next RollbackTransaction::PlayedBack() {
  if (!outcome().ok()) return LeaveJournal();
  (void)play_back_.Take();
  core_.io.Reached(Probe::kJournalPlayedBack);
  finish_.Start();
  return AwaitOutcome(finish_, State::kEnded);
}

RollbackTransaction::Next RollbackTransaction::Ended() {
  // A journal that could not be ended undoes nothing that is not undone.
  finish_.Abandon();
  core_.UndoWrite();
  core_.EndRead();
  return Done({});
}

RollbackTransaction::Next RollbackTransaction::LeaveJournal() {
  core_.io.Reached(Probe::kJournalLeft);
  core_.journal_left = true;
  core_.journal.database_changed = true;  // for all that the cache knows
  core_.UndoWrite();
  core_.EndRead();
  return Done({});
}

}  // namespace orrery
