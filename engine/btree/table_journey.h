// A TableJourney leads to a row of a table by its rowid, or to the row beside. Only leaves of a
// table tree hold rows.

#ifndef ORRERY_ENGINE_BTREE_TABLE_JOURNEY_H_
#define ORRERY_ENGINE_BTREE_TABLE_JOURNEY_H_

#include <cstdint>

#include "engine/btree/journey.h"

namespace orrery {

class TableJourney final : public Journey {
 public:
  TableJourney(Pager& pager, TreePath& path, PageNumber root) : Journey(pager, path, root) {}

  Outcome ToFirst();
  Outcome ToLast();
  Outcome ToRowid(int64_t rowid, SeekMode mode);
  // What ToTarget() goes to, without a search now.
  void SetTarget(int64_t rowid) { rowid_ = rowid; }
  Outcome ToTarget() override { return ToRowid(rowid_, SeekMode::kEqual); }
  // From the cell in the leaf where the path stands.
  Outcome Forward();
  Outcome Backward();

  Outcome Arrive(PageRef page) override;

 private:
  Outcome FromRoot();
  Outcome Down();
  Outcome Look();
  Outcome Settle(bool equal);
  Outcome ClimbForward();
  Outcome ClimbBackward();

  int64_t rowid_ = 0;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_BTREE_TABLE_JOURNEY_H_
