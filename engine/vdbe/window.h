// Computes window functions over one partition: rows that are sorted, and have one value of
// PARTITION BY. An aggregate over a frame goes from row to row by what enters the frame and what
// leaves it, unless EXCLUDE makes a hole in it.

#ifndef ORRERY_ENGINE_VDBE_WINDOW_H_
#define ORRERY_ENGINE_VDBE_WINDOW_H_

#include <functional>
#include <span>
#include <vector>

#include "engine/base/status.h"
#include "engine/program/window_plan.h"
#include "engine/vdbe/cursor.h"
#include "engine/vdbe/frames.h"

namespace orrery {

struct Partition {
  std::span<const Sorter::Entry> rows;
  std::vector<Key> columns;  // of each row's record, borrowed from it
  const Peers& peers;
};

// Of one call, for each row in turn.
class WindowRun {
 public:
  // All outlive it. `frames` is not looked at by functions that have none.
  WindowRun(const WindowCall& call, const Partition& partition, const Frames& frames,
            ConnectionFacts& facts)
      : call_(call), partition_(partition), frames_(frames), facts_(facts) {}

  // Appends a value for each row; an error is that of the first row that then has none.
  Status Run(std::vector<Value>& values);

 private:
  size_t row_count() const { return partition_.rows.size(); }
  Arguments ArgumentsOf(size_t row) const {
    return Arguments(partition_.columns[row])
        .subspan(static_cast<size_t>(call_.first_argument),
                 static_cast<size_t>(call_.argument_count));
  }
  bool Counts(size_t row) const;  // FILTER lets it through

  Status RunAggregate(std::vector<Value>& values);
  Status RunFromAnew(std::vector<Value>& values);
  Status Step(Aggregate& aggregate, size_t row);
  Status TakeBack(Aggregate& aggregate, size_t row);
  Result<Value> ResultOf(Aggregate& aggregate);
  std::unique_ptr<Aggregate> NewAggregate() const;

  Result<Value> ValueOf(size_t row) const;
  Value Rank(size_t row) const;
  Result<Value> Tile(size_t row) const;
  Value Neighbour(size_t row, bool is_later) const;
  Value First(size_t row) const;
  Value Last(size_t row) const;
  Result<Value> Nth(size_t row) const;

  const WindowCall& call_;
  const Partition& partition_;
  const Frames& frames_;
  ConnectionFacts& facts_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_VDBE_WINDOW_H_
