// Ends a write transaction by forgetting it, and the read transaction with it. The pager has seen
// to it that nothing of ours is still being written to the log: once the write lock is gone, that
// space is another's.

#ifndef ORRERY_ENGINE_STORAGE_ROLLBACK_H_
#define ORRERY_ENGINE_STORAGE_ROLLBACK_H_

#include "engine/io/resumable.h"
#include "engine/storage/pager_core.h"

namespace orrery {

class RollbackTransaction final : public Resumable<RollbackTransaction> {
 public:
  enum class State : uint8_t { kBegin, kUndo };
  static constexpr Edge<State> kEdges[] = {{State::kBegin, State::kUndo}};
  explicit RollbackTransaction(PagerCore& core) : core_(core) {}
  void Start() { Begin(State::kBegin); }

 private:
  friend Resumable;
  Next Run(State state);

  PagerCore& core_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_ROLLBACK_H_
