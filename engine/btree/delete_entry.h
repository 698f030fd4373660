// DeleteEntry takes out the entry of an index at which a path stands. One in a leaf just goes; one
// in an interior page parts two children, so the entry before it, which is in a leaf, takes its
// place:
//
//   free the overflow chain -> [down to the entry before -> a copy of it takes the place above
//     -> balance, if it does not fit there, and find it again] -> out of the leaf -> balance
//
// The copy above takes the overflow chain over. Until the leaf's is out the tree has the same entry
// twice, side by side.
//
// When it fails or is abandoned the tree is half changed: the statement must be rolled back.

#ifndef ORRERY_ENGINE_BTREE_DELETE_ENTRY_H_
#define ORRERY_ENGINE_BTREE_DELETE_ENTRY_H_

#include <cstdint>
#include <vector>

#include "engine/btree/balance.h"
#include "engine/btree/index_journey.h"
#include "engine/btree/insert.h"
#include "engine/btree/overflow.h"
#include "engine/io/resumable.h"

namespace orrery {

class DeleteEntry final : public Resumable<DeleteEntry, PathAfter> {
 public:
  enum class State : uint8_t {
    kFreeChain,
    kChainFreed,
    kDescended,
    kReplace,
    kReplaced,
    kFoundAgain,
    kStepBack,
    kSteppedBack,
    kCheckCopy,
    kRemove,
    kBalanced,
    kNoted,
  };
  static constexpr Edge<State> kEdges[] = {
      {State::kFreeChain, State::kChainFreed},
      {State::kChainFreed, State::kRemove},     // the entry is in a leaf
      {State::kChainFreed, State::kDescended},  // a page was not in the cache
      {State::kChainFreed, State::kReplace},
      {State::kDescended, State::kReplace},
      {State::kReplace, State::kRemove},
      {State::kReplace, State::kReplaced},  // there was no room, and pages have moved
      {State::kReplaced, State::kFoundAgain},
      {State::kReplaced, State::kStepBack},
      {State::kFoundAgain, State::kStepBack},
      {State::kStepBack, State::kSteppedBack},
      {State::kStepBack, State::kCheckCopy},
      {State::kSteppedBack, State::kCheckCopy},
      {State::kCheckCopy, State::kRemove},
      {State::kRemove, State::kBalanced},  // the leaf has become too empty
      {State::kRemove, State::kNoted},     // in a file with pointer maps
      {State::kBalanced, State::kNoted},
  };

  DeleteEntry(Btree& btree, TreePath& path, IndexJourney& journey);
  ~DeleteEntry() { Abandon(); }
  void Start();

 private:
  friend Resumable;
  Next Run(State state);
  Next FreeChain();
  Next ChainFreed();
  Next Descended();
  Next Replace();
  Next Replaced();
  Next FoundAgain();
  Next StepBack();
  Next SteppedBack();
  Next CheckCopy();
  Next Remove();
  Next Balanced();
  Next End(PathAfter after);
  Next Follow(Journey::Outcome outcome, State if_there, State after_travel);
  Next Corrupt(Defect defect);
  void OnAbandon() override { path_.Clear(); }

  Btree& btree_;
  Pager& pager_;
  TreePath& path_;
  IndexJourney& journey_;
  Travel travel_;
  FreeOverflow free_overflow_;
  Balance balance_;
  WritePointerMap write_pointer_map_;
  PathAfter path_after_ = PathAfter::kStands;

  bool is_interior_ = false;
  uint32_t level_ = 0;             // of the entry to be deleted, when it is interior
  std::vector<std::byte> copy_;    // of the entry before it, as a cell of that level
  std::vector<std::byte> key_;     // its key
  std::vector<Value> key_values_;  // borrow from key_
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_BTREE_DELETE_ENTRY_H_
