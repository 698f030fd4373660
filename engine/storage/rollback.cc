#include "engine/storage/rollback.h"

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
      if (core_.view.in_write) core_.UndoWrite();
      core_.EndRead();
      return Done({});
  }
  Unreachable();
}

}  // namespace orrery
