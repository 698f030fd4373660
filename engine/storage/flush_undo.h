// Writes before-images to a temporary file, so that they do not take up memory without bound. It is
// part of making room (make_room.h) and changes nothing but where the images are.
//
// The bytes on their way are copies: the images may go meanwhile, when their savepoint is closed.

#ifndef ORRERY_ENGINE_STORAGE_FLUSH_UNDO_H_
#define ORRERY_ENGINE_STORAGE_FLUSH_UNDO_H_

#include <vector>

#include "engine/io/resumable.h"
#include "engine/io/transfer.h"
#include "engine/storage/pager_core.h"

namespace orrery {

class FlushUndo final : public Resumable<FlushUndo> {
 public:
  enum class State : uint8_t { kBatch, kWritten };
  static constexpr Edge<State> kEdges[] = {
      {State::kBatch, State::kWritten}, {State::kWritten, State::kBatch},  // more images are left
  };
  explicit FlushUndo(PagerCore& core) : core_(core) { core.own_completions.push_back(&done_); }
  // Nothing happens when few images are in memory.
  void Start() { Begin(State::kBatch); }

 private:
  friend Resumable;
  Next Run(State state);
  Next WriteBatch();
  Next Written();
  Next End(Status status);

  PagerCore& core_;
  WriteFully write_;
  Completion done_;
  std::vector<std::byte> bytes_;
  uint64_t generation_ = 0;
  size_t batch_size_ = 0;  // in images
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_FLUSH_UNDO_H_
