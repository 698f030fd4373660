// CreateTree makes an empty tree; answers its root page. In a file with pointer maps the roots come
// before all other pages, so the page that is where the new root belongs moves away first.

#ifndef ORRERY_ENGINE_BTREE_CREATE_TREE_H_
#define ORRERY_ENGINE_BTREE_CREATE_TREE_H_

#include "engine/btree/btree.h"
#include "engine/btree/move_page.h"
#include "engine/io/resumable.h"
#include "engine/storage/page_operations.h"
#include "engine/storage/write_pointer_map.h"

namespace orrery {

class CreateTree final : public Resumable<CreateTree, PageNumber> {
 public:
  enum class State : uint8_t {
    kAllocate,
    kAllocated,
    kOwner,
    kTrunk,
    kTrunkCopy,
    kMoved,
    kWrite,
    kNoted,
  };
  static constexpr Edge<State> kEdges[] = {
      {State::kAllocate, State::kAllocated},
      // With pointer maps, when another page is to be had than the one where the root belongs.
      {State::kAllocated, State::kOwner},
      {State::kOwner, State::kMoved},  // that one is in use
      {State::kOwner, State::kTrunk},  // it is free: the freelist gets the other one in its place
      {State::kTrunk, State::kTrunk},
      {State::kTrunk, State::kTrunkCopy},  // it is a trunk itself
      {State::kTrunk, State::kWrite},
      {State::kTrunkCopy, State::kWrite},
      {State::kMoved, State::kWrite},
      {State::kAllocated, State::kNoted},
      {State::kWrite, State::kNoted},
  };
  ~CreateTree() { Abandon(); }

  // In a write transaction.
  void Start(Btree& btree, TreeKind kind = TreeKind::kTable);

 private:
  friend Resumable;
  Next Run(State state);
  Next TakeSpare();
  Next TakeOwner();
  Next LookInTrunk();
  Next ReplaceTrunk();
  Next FetchRoot();
  Next Write(PageRef page);
  void OnAbandon() override;

  Btree* btree_ = nullptr;
  TreeKind kind_ = TreeKind::kTable;
  AllocatePage allocate_;
  PageNumber root_ = kNoPage;
  PageNumber spare_ = kNoPage;  // the page that was to be had
  FetchPage fetch_;
  PageRef trunk_;             // where root_ was not found, or which it is
  PageRef trunk_before_;      // the one that leads to trunk_, if any does
  uint32_t trunk_count_ = 0;  // looked at
  MovePage move_;
  WritePointerMap write_pointer_map_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_BTREE_CREATE_TREE_H_
