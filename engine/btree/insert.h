// InsertRow writes a row into a table tree, in place of one with the same rowid.
//
//   find its place -> free the old row's overflow chain -> write the new one's
//     -> put the cell into the leaf -> balance, if it does not fit there
//
// When it fails or is abandoned the tree is half changed: the statement must be rolled back.

#ifndef ORRERY_ENGINE_BTREE_INSERT_H_
#define ORRERY_ENGINE_BTREE_INSERT_H_

#include <cstdint>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/btree/balance.h"
#include "engine/btree/journey.h"
#include "engine/btree/overflow.h"
#include "engine/io/resumable.h"

namespace orrery {

// Where a change leaves the path it was made through.
enum class PathAfter : uint8_t {
  kStands,  // at the row inserted; after a delete at the row that follows, or past the leaf's last
  kLost,    // pages have moved
};

class InsertRow final : public Resumable<InsertRow, PathAfter> {
 public:
  enum class State : uint8_t { kFind, kFound, kFreeOld, kWriteNew, kPlace, kBalanced };
  static constexpr Edge<State> kEdges[] = {
      {State::kFind, State::kFound},  // a page was not in the cache
      {State::kFind, State::kFreeOld},     {State::kFind, State::kWriteNew},
      {State::kFound, State::kFreeOld},    {State::kFound, State::kWriteNew},
      {State::kFreeOld, State::kWriteNew}, {State::kWriteNew, State::kPlace},
      {State::kPlace, State::kBalanced},  // there was no room
  };

  // What the path shows when the operation starts.
  enum class Place : uint8_t {
    kUnknown,
    kAtRow,  // it stands at the row to be replaced
    kAtGap,  // it stands where the new row belongs
  };

  InsertRow(Btree& btree, TreePath& path, Journey& journey);
  ~InsertRow() { Abandon(); }
  // `payload` stays valid until the end.
  void Start(int64_t rowid, Bytes payload, Place place);

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
  void OnAbandon() override { path_.Clear(); }

  Btree& btree_;
  Pager& pager_;
  TreePath& path_;
  Journey& journey_;
  Travel travel_;
  FreeOverflow free_overflow_;
  WriteOverflow write_overflow_;
  Balance balance_;

  int64_t rowid_ = 0;
  Bytes payload_;
  Place place_ = Place::kUnknown;
  bool freeing_ = false;
  std::vector<std::byte> cell_;
  uint32_t local_size_ = 0;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_BTREE_INSERT_H_
