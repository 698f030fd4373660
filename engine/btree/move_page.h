// MovePage gives a page another number: copies it, and makes the one page that refers to it, which
// the pointer map names, refer to the copy. In a file with pointer maps only.
// https://www.sqlite.org/fileformat2.html#pointer_map_or_ptrmap_pages

#ifndef ORRERY_ENGINE_BTREE_MOVE_PAGE_H_
#define ORRERY_ENGINE_BTREE_MOVE_PAGE_H_

#include "engine/btree/btree.h"
#include "engine/format/pointer_map.h"
#include "engine/io/resumable.h"
#include "engine/storage/page_operations.h"
#include "engine/storage/write_pointer_map.h"

namespace orrery {

class MovePage final : public Resumable<MovePage> {
 public:
  enum class State : uint8_t { kMap, kOwner, kSource, kTarget, kParent, kMove, kNoted };
  static constexpr Edge<State> kEdges[] = {
      {State::kMap, State::kOwner},     {State::kOwner, State::kSource},
      {State::kSource, State::kTarget}, {State::kTarget, State::kParent},
      {State::kTarget, State::kMove},  // a root has no parent
      {State::kParent, State::kMove},   {State::kMove, State::kNoted},
  };
  ~MovePage() { Abandon(); }

  // In a write transaction. Nobody refers to `to`. Afterwards nobody refers to `from`, whose bytes
  // are kept for a rollback. A page that is no page of a tree is kCorrupt; so is a root, unless
  // `is_root`, when it must be one, and whoever knows its number has to be told.
  void Start(Btree& btree, PageNumber from, PageNumber to, bool is_root = false);

 private:
  friend Resumable;
  Next Run(State state);
  Next TakeOwner();
  Next TakeTarget();
  Next Move();
  Defect Redirect();
  void NoteOwners();
  Next GiveUp(Status status);
  void OnAbandon() override;

  Btree* btree_ = nullptr;
  PageNumber from_ = kNoPage;
  PageNumber to_ = kNoPage;
  bool is_root_ = false;
  PageOwner owner_;
  FetchPage fetch_;
  PageRef source_;
  PageRef target_;
  PageRef parent_;
  WritePointerMap write_pointer_map_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_BTREE_MOVE_PAGE_H_
