// An IndexJourney leads to an entry of an index by its key, or to the entry beside. Leaves hold
// entries and so do interior pages: an interior entry comes after all of the child on its left and
// before all of the child on its right. The path then ends at the interior page.
//
// A key that goes on in overflow pages is read as far as a comparison needs it, and those pages may
// be missing like any others. An entry that is arrived at has been read to the end of its key
// columns, so that whoever stands at it knows its place in the order without another wait.

#ifndef ORRERY_ENGINE_BTREE_INDEX_JOURNEY_H_
#define ORRERY_ENGINE_BTREE_INDEX_JOURNEY_H_

#include <cstdint>
#include <span>

#include "engine/base/bytes.h"
#include "engine/btree/journey.h"
#include "engine/btree/overflow.h"
#include "engine/format/key_order.h"
#include "engine/value/value.h"

namespace orrery {

class IndexJourney final : public Journey {
 public:
  // `order` outlives the journey.
  IndexJourney(Pager& pager, TreePath& path, PageNumber root, std::span<const KeyColumn> order)
      : Journey(pager, path, root), order_(order) {}

  std::span<const KeyColumn> order() const { return order_; }

  Outcome ToFirst();
  Outcome ToLast();
  // A key of fewer values than there are key columns is equal to every entry that begins with it;
  // kEqual then means the first of those. The values stay valid until the journey has ended.
  Outcome ToKey(std::span<const Value> key, SeekMode mode);
  void SetTarget(std::span<const Value> key) { key_ = key; }
  Outcome ToTarget() override { return ToKey(key_, SeekMode::kEqual); }
  // From the entry where the path stands.
  Outcome Forward();
  Outcome Backward();
  // The path stands at an entry by other means.
  Outcome Stand();

  Outcome Arrive(PageRef page) override;

  // -- After kOnRow --
  const BtreeCell& cell() const { return cell_; }
  bool is_local() const { return cell_.local_size == cell_.payload_size; }
  // Of an entry that is not: its key columns at least.
  PayloadSoFar& payload() { return payload_; }
  // The bytes at hand: all of the entry, or its key columns at least.
  Bytes bytes() const {
    if (!is_local()) return payload_.bytes;
    return Bytes(path_.top().page.data() + cell_.local_offset, cell_.local_size);
  }

 private:
  // What a page that is missing is needed for.
  enum class Need : uint8_t { kTree, kComparison, kEntry };

  Outcome FromRoot();
  Outcome Down();
  Outcome Look();
  Outcome Search();
  Outcome Compare(uint32_t cell_index, std::weak_ordering* order);
  Outcome Settle();
  Outcome ReadEntry();
  Outcome ReadTo(uint64_t size);
  Outcome ClimbForward();
  Outcome ClimbBackward();
  // The entry asked for is the first one at or above the key, not the first above it.
  bool wants_lower_bound() const {
    return mode_ != SeekMode::kGreater && mode_ != SeekMode::kLessOrEqual;
  }

  const std::span<const KeyColumn> order_;
  std::span<const Value> key_;
  Need need_ = Need::kTree;

  // The search in the page at hand: the cell looked for is in [low_, high_].
  uint32_t low_ = 0;
  uint32_t high_ = 0;
  bool is_reading_ = false;  // payload_ belongs to the cell that is being compared
  bool met_equal_ = false;   // so the entry that the search leads to is equal to the key

  BtreeCell cell_;
  PayloadSoFar payload_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_BTREE_INDEX_JOURNEY_H_
