#include "engine/storage/checkpoint_now.h"

namespace orrery {

CheckpointNow::Next CheckpointNow::Run(State state) {
  switch (state) {
    case State::kBegin:
      return Look();
    case State::kLooked:
      return Looked();
    case State::kDone:
      return Done(checkpoint_.Take());
  }
  Unreachable();
}

CheckpointNow::Next CheckpointNow::Look() {
  if (core_.options.read_only) return Fail(Status(ResultCode::kReadOnly));
  if (core_.view.in_read) return Fail(Status(ResultCode::kLocked));
  begin_read_.Start();
  return Await(begin_read_, State::kLooked);
}

CheckpointNow::Next CheckpointNow::Looked() {
  (void)begin_read_.Take();
  core_.EndRead();
  if (!core_.wal.open()) return Done({.is_wal = false});
  checkpoint_.Start(mode_);
  return Await(checkpoint_, State::kDone);
}

}  // namespace orrery
