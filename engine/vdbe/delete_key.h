// DeleteKey looks for a key in an index and deletes its entry. Answers whether there was one.

#ifndef ORRERY_ENGINE_VDBE_DELETE_KEY_H_
#define ORRERY_ENGINE_VDBE_DELETE_KEY_H_

#include <cstdint>
#include <span>

#include "engine/btree/index_cursor.h"
#include "engine/io/resumable.h"
#include "engine/value/value.h"

namespace orrery {

class DeleteKey final : public Resumable<DeleteKey, bool> {
 public:
  enum class State : uint8_t { kSeek, kDelete };
  static constexpr Edge<State> kEdges[] = {
      {State::kSeek, State::kSeek},
      {State::kSeek, State::kDelete},
      {State::kDelete, State::kDelete},
  };
  ~DeleteKey() { Abandon(); }

  // Moves `cursor`. It and `key` outlive the operation.
  void Start(IndexCursor& cursor, std::span<const Value> key);

 private:
  friend Resumable;
  Next Run(State state);
  Next Seek();
  Next Delete();

  IndexCursor* cursor_ = nullptr;
  std::span<const Value> key_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_VDBE_DELETE_KEY_H_
