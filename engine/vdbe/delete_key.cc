#include "engine/vdbe/delete_key.h"

namespace orrery {

void DeleteKey::Start(IndexCursor& cursor, std::span<const Value> key) {
  cursor_ = &cursor;
  key_ = key;
  Begin(State::kSeek);
}

DeleteKey::Next DeleteKey::Run(State state) {
  switch (state) {
    case State::kSeek:
      return Seek();
    case State::kDelete:
      return Delete();
  }
  Unreachable();
}

DeleteKey::Next DeleteKey::Seek() {
  IoResult<bool> found = cursor_->Seek(key_, SeekMode::kEqual);
  if (found.pending()) return AwaitOutcome(*found.waiting().on, State::kSeek);
  if (found.failed()) return Fail(std::move(found).status());
  return *found ? Goto(State::kDelete) : Done(false);
}

DeleteKey::Next DeleteKey::Delete() {
  IoResult<> deleted = cursor_->Delete();
  if (deleted.pending()) return AwaitOutcome(*deleted.waiting().on, State::kDelete);
  if (deleted.failed()) return Fail(std::move(deleted).status());
  return Done(true);
}

}  // namespace orrery
