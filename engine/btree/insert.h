// InsertCell writes a row into a table tree, or an entry into an index, in place of one with the
// same key.
//
//   find its place -> free the old cell's overflow chain -> write the new one's
//     -> put the cell into the page -> balance, if it does not fit there
//
// A new cell goes into a leaf. An entry that is replaced may be in an interior page, and keeps the
// child on its left.
//
// When it fails or is abandoned the tree is half changed: the statement must be rolled back.

#ifndef ORRERY_ENGINE_BTREE_INSERT_H_
#define ORRERY_ENGINE_BTREE_INSERT_H_

#include <array>
#include <cstdint>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/btree/balance.h"
#include "engine/btree/journey.h"
#include "engine/btree/overflow.h"
#include "engine/io/resumable.h"
#include "engine/storage/write_pointer_map.h"

namespace orrery {

// Where a change leaves the path it was made through.
enum class PathAfter : uint8_t {
  kStands,  // at the cell inserted; after a delete at the cell that follows, or past the leaf's
            // last
  kLost,    // pages have moved
};

class InsertCell final : public Resumable<InsertCell, PathAfter> {
 public:
  enum class State : uint8_t { kFind, kFound, kFreeOld, kWriteNew, kPlace, kBalanced, kNoted };
  static constexpr Edge<State> kEdges[] = {
      {State::kFind, State::kFound},  // a page was not in the cache
      {State::kFind, State::kFreeOld},     {State::kFind, State::kWriteNew},
      {State::kFound, State::kFreeOld},    {State::kFound, State::kWriteNew},
      {State::kFreeOld, State::kWriteNew}, {State::kWriteNew, State::kPlace},
      {State::kPlace, State::kBalanced},  // there was no room
      {State::kPlace, State::kNoted},     // in a file with pointer maps
      {State::kBalanced, State::kNoted},
  };

  // What the path shows when the operation starts.
  enum class Place : uint8_t {
    kUnknown,
    kAtCell,  // it stands at the cell to be replaced
    kAtGap,   // it stands where the new cell belongs
  };

  InsertCell(Btree& btree, TreePath& path, Journey& journey);
  ~InsertCell() { Abandon(); }
  // The place is the journey's target. `head` is what stands before the payload in a leaf's cell;
  // `payload` stays valid until the end.
  void Start(Bytes head, Bytes payload, Place place);

 private:
  friend Resumable;
  Next Run(State state);
  Next Find();
  Next Found();
  Next AtPlace();
  Next FreeOld();
  Next WriteNew();
  Next PlaceCell();
  Next Balanced();
  Next End(PathAfter after);
  void OnAbandon() override { path_.Clear(); }

  Btree& btree_;
  Pager& pager_;
  TreePath& path_;
  Journey& journey_;
  Travel travel_;
  FreeOverflow free_overflow_;
  WriteOverflow write_overflow_;
  Balance balance_;
  WritePointerMap write_pointer_map_;

  std::array<std::byte, kCellHeadSizeMax> head_;
  size_t head_size_ = 0;
  Bytes payload_;
  Place place_ = Place::kUnknown;
  bool freeing_ = false;
  std::vector<std::byte> cell_;
  uint32_t local_size_ = 0;
  PathAfter path_after_ = PathAfter::kStands;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_BTREE_INSERT_H_
