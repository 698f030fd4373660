// Frames are the rows of one partition as the frames of a window see them: where the frame of each
// row begins and ends. The rows are sorted, so neither ever goes back from one row to the next.
// https://www.sqlite.org/windowfunctions.html#framespec

#ifndef ORRERY_ENGINE_VDBE_FRAMES_H_
#define ORRERY_ENGINE_VDBE_FRAMES_H_

#include <span>
#include <vector>

#include "engine/base/status.h"
#include "engine/program/program.h"
#include "engine/vdbe/cursor.h"

namespace orrery {

// Rows with the same values of ORDER BY are peers, and make up a group.
class Peers {
 public:
  // `order` compares the columns behind the first `partition_count` of each key.
  Peers(std::span<const Sorter::Entry> rows, const SortKey& order, size_t partition_count);

  size_t group_count() const { return group_starts_.size() - 1; }
  size_t GroupOf(size_t row) const { return groups_[row]; }
  // `group` may be group_count(): one past the last row.
  size_t StartOf(size_t group) const { return group_starts_[group]; }
  size_t EndOf(size_t group) const { return group_starts_[group + 1]; }

 private:
  std::vector<size_t> groups_;  // of each row
  std::vector<size_t> group_starts_;
};

// Whether a distance is one: a non-negative integer, or for RANGE number; makes a number of it.
Status CheckDistance(const WindowFrame& frame, bool is_start, Value& distance);

class Frames {
 public:
  // All outlive it. `by` and `column` are of ORDER BY's first term. The distances have been
  // checked.
  Frames(std::span<const Sorter::Entry> rows, const Peers& peers, const WindowFrame& frame,
         const SortColumn* by, size_t column, const Value& start_distance,
         const Value& end_distance)
      : rows_(rows),
        peers_(peers),
        frame_(frame),
        by_(by),
        column_(column),
        start_distance_(start_distance),
        end_distance_(end_distance) {}

  // The frame of a row: [Start, End), or nothing when that runs backwards.
  size_t Start(size_t row) const;
  size_t End(size_t row) const;
  // What EXCLUDE takes out of the frame of `row`.
  bool Excludes(size_t row, size_t other) const;

 private:
  // `number` moved by a distance, but not below 0 or above `max`.
  static size_t Moved(size_t number, bool forward, const Value& distance, size_t max);
  size_t RangeEdge(size_t row, bool forward, const Value& distance, bool is_start) const;

  const std::span<const Sorter::Entry> rows_;
  const Peers& peers_;
  const WindowFrame& frame_;
  const SortColumn* const by_;
  const size_t column_;
  const Value& start_distance_;
  const Value& end_distance_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_VDBE_FRAMES_H_
