// ShrinkFile takes free pages out of a database with pointer maps and makes it shorter by as many:
// what is at its end moves into free pages before. The commit cuts the file. It is what PRAGMA
// incremental_vacuum does, and every commit with auto_vacuum FULL.
//
//   the freelist, read whole -> each page in use beyond the new end moves into the first free one
//     -> a new freelist of what is still free -> the new end

#ifndef ORRERY_ENGINE_BTREE_SHRINK_FILE_H_
#define ORRERY_ENGINE_BTREE_SHRINK_FILE_H_

#include <cstdint>
#include <vector>

#include "engine/btree/btree.h"
#include "engine/btree/move_page.h"
#include "engine/io/resumable.h"
#include "engine/storage/page_operations.h"

namespace orrery {

class ShrinkFile final : public Resumable<ShrinkFile> {
 public:
  enum class State : uint8_t { kList, kTrunk, kPlan, kMove, kMoved, kNewTrunk, kNewTrunkRead };
  static constexpr Edge<State> kEdges[] = {
      {State::kList, State::kTrunk},
      {State::kTrunk, State::kList},
      {State::kList, State::kPlan},  // that was the freelist
      {State::kPlan, State::kMove},
      {State::kMove, State::kMoved},
      {State::kMoved, State::kMove},
      {State::kMove, State::kNewTrunk},  // no page in use is left beyond the end
      {State::kNewTrunk, State::kNewTrunkRead},
      {State::kNewTrunkRead, State::kNewTrunk},
  };

  // In a write transaction; takes out at most so many pages.
  void Start(Btree& btree, uint32_t page_limit);

 private:
  friend Resumable;
  Next Run(State state);
  Next List();
  Next TakeTrunk();
  Next Plan();
  Next Move();
  Next NewTrunk();
  void FillTrunk(PageRef page);
  Next End();

  Btree* btree_ = nullptr;
  uint32_t page_limit_ = 0;
  FetchPage fetch_;
  PageNumber next_trunk_ = kNoPage;
  std::vector<PageNumber> free_;  // all free pages, in order once they are known
  PageNumber end_ = kNoPage;      // the last page when it is done
  PageNumber from_ = kNoPage;     // the next to be moved, if it is in use
  size_t used_count_ = 0;         // of free_, those that pages have moved into
  MovePage move_;
  size_t free_count_ = 0;       // of free_, those before the end
  size_t next_free_ = 0;        // the next that goes on the new freelist
  PageNumber trunk_ = kNoPage;  // the newest trunk of it
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_BTREE_SHRINK_FILE_H_
