// DeleteRow takes out the row at which a path stands. Only leaves of a table tree hold rows, so
// nothing has to take its place.
//
// When it fails or is abandoned the tree is half changed: the statement must be rolled back.

#ifndef ORRERY_ENGINE_BTREE_DELETE_H_
#define ORRERY_ENGINE_BTREE_DELETE_H_

#include "engine/btree/balance.h"
#include "engine/btree/insert.h"
#include "engine/btree/overflow.h"
#include "engine/io/resumable.h"

namespace orrery {

class DeleteRow final : public Resumable<DeleteRow, PathAfter> {
 public:
  enum class State : uint8_t { kFreeChain, kRemove, kBalanced, kNoted };
  static constexpr Edge<State> kEdges[] = {
      {State::kFreeChain, State::kRemove},
      {State::kRemove, State::kBalanced},  // the leaf has become too empty
      {State::kRemove, State::kNoted},     // in a file with pointer maps
      {State::kBalanced, State::kNoted},
  };

  DeleteRow(Btree& btree, TreePath& path);
  ~DeleteRow() { Abandon(); }
  void Start();

 private:
  friend Resumable;
  Next Run(State state);
  Next FreeChain();
  Next Remove();
  Next Balanced();
  Next End(PathAfter after);
  void OnAbandon() override { path_.Clear(); }

  Pager& pager_;
  TreePath& path_;
  FreeOverflow free_overflow_;
  Balance balance_;
  WritePointerMap write_pointer_map_;
  PathAfter path_after_ = PathAfter::kStands;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_BTREE_DELETE_H_
