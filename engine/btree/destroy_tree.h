// DestroyTree frees all pages of a tree, the root too. In a file with pointer maps the roots come
// before all other pages, so the last of them takes the place of the one that goes.

#ifndef ORRERY_ENGINE_BTREE_DESTROY_TREE_H_
#define ORRERY_ENGINE_BTREE_DESTROY_TREE_H_

#include "engine/btree/btree.h"
#include "engine/btree/move_page.h"
#include "engine/io/resumable.h"
#include "engine/storage/page_operations.h"
#include "engine/storage/write_pointer_map.h"

namespace orrery {

// Answers which page the root was that now has the number of the one destroyed; kNoPage: none.
class DestroyTree final : public Resumable<DestroyTree, PageNumber> {
 public:
  enum class State : uint8_t { kClear, kCleared, kMoved, kFreed, kNoted };
  static constexpr Edge<State> kEdges[] = {
      {State::kClear, State::kCleared}, {State::kCleared, State::kMoved},
      {State::kCleared, State::kFreed}, {State::kMoved, State::kFreed},
      {State::kFreed, State::kNoted},
  };

  // In a write transaction. No cursor is on the tree, nor on the one whose root moves.
  void Start(Btree& btree, PageNumber root);

 private:
  friend Resumable;
  Next Run(State state);
  Next Cleared();
  Next FreeLast();
  Next Freed();

  Btree* btree_ = nullptr;
  PageNumber root_ = kNoPage;
  PageNumber last_root_ = kNoPage;
  ClearTree clear_;
  MovePage move_;
  FreePage free_;
  WritePointerMap write_pointer_map_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_BTREE_DESTROY_TREE_H_
