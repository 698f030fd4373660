#include "engine/vdbe/frames.h"

#include <algorithm>

#include "engine/value/affinity.h"
#include "engine/value/arithmetic.h"

namespace orrery {

Peers::Peers(std::span<const Sorter::Entry> rows, const SortKey& order, size_t partition_count) {
  const auto same = [&](const Sorter::Entry& a, const Sorter::Entry& b) {
    for (size_t i = partition_count; i < order.size(); ++i) {
      if (CompareSorted(a.key[i], b.key[i], order[i]) != 0) return false;
    }
    return true;
  };
  groups_.reserve(rows.size());
  for (size_t row = 0; row < rows.size(); ++row) {
    if (row == 0 || !same(rows[row - 1], rows[row])) group_starts_.push_back(row);
    groups_.push_back(group_starts_.size() - 1);
  }
  group_starts_.push_back(rows.size());
}

Status CheckDistance(const WindowFrame& frame, bool is_start, Value& distance) {
  const bool is_range = frame.unit == FrameUnit::kRange;
  ApplyAffinity(distance, Affinity::kNumeric);
  const bool is_number = distance.is_integer() || (is_range && distance.is_real());
  const bool is_negative = (distance.is_integer() && distance.integer() < 0) ||
                           (distance.is_real() && distance.real() < 0);
  if (is_number && !is_negative) return OkStatus();
  return Status(ResultCode::kError, std::string("frame ") + (is_start ? "starting" : "ending") +
                                        " offset must be a non-negative " +
                                        (is_range ? "number" : "integer"));
}

size_t Frames::Moved(size_t number, bool forward, const Value& distance, size_t max) {
  const auto step = static_cast<uint64_t>(distance.integer());
  if (!forward) return step > number ? 0 : number - step;
  return step > max - number ? max : number + step;
}

// Where the values begin, or end, that are no further than the distance from the row's. As in
// SQLite the earlier of two values is moved towards the later one, which shows where that
// overflows.
size_t Frames::RangeEdge(size_t row, bool forward, const Value& distance, bool is_start) const {
  const auto moved = [&](const Value& value) {
    if (!value.is_integer() && !value.is_real()) return value;
    return by_->descending ? Subtract(value, distance) : Add(value, distance);
  };
  const Value& own = rows_[row].key[column_];
  const Value limit = forward ? moved(own) : own;
  const auto edge = std::partition_point(rows_.begin(), rows_.end(), [&](const auto& entry) {
    const Value& other = entry.key[column_];
    const int order = CompareSorted(forward ? other : moved(other), limit, *by_);
    return is_start ? order < 0 : order <= 0;
  });
  return static_cast<size_t>(edge - rows_.begin());
}

size_t Frames::Start(size_t row) const {
  const FrameEdgeKind kind = frame_.start;
  if (kind == FrameEdgeKind::kUnboundedPreceding) return 0;
  const size_t group = peers_.GroupOf(row);
  if (kind == FrameEdgeKind::kCurrentRow) {
    return frame_.unit == FrameUnit::kRows ? row : peers_.StartOf(group);
  }
  const bool forward = kind == FrameEdgeKind::kFollowing;
  switch (frame_.unit) {
    case FrameUnit::kRows:
      return Moved(row, forward, start_distance_, rows_.size());
    case FrameUnit::kGroups:
      return peers_.StartOf(Moved(group, forward, start_distance_, peers_.group_count()));
    case FrameUnit::kRange:
      return RangeEdge(row, forward, start_distance_, /*is_start=*/true);
  }
  Unreachable();
}

size_t Frames::End(size_t row) const {
  const FrameEdgeKind kind = frame_.end;
  if (kind == FrameEdgeKind::kUnboundedFollowing) return rows_.size();
  const size_t group = peers_.GroupOf(row);
  if (kind == FrameEdgeKind::kCurrentRow) {
    return frame_.unit == FrameUnit::kRows ? row + 1 : peers_.EndOf(group);
  }
  const bool forward = kind == FrameEdgeKind::kFollowing;
  switch (frame_.unit) {
    case FrameUnit::kRows:  // the row after the last one
      return Moved(row + 1, forward, end_distance_, rows_.size());
    case FrameUnit::kGroups:
      return peers_.StartOf(Moved(group + 1, forward, end_distance_, peers_.group_count()));
    case FrameUnit::kRange:
      return RangeEdge(row, forward, end_distance_, /*is_start=*/false);
  }
  Unreachable();
}

bool Frames::Excludes(size_t row, size_t other) const {
  switch (frame_.exclude) {
    case FrameExclude::kUnsaid:
    case FrameExclude::kNoOthers:
      return false;
    case FrameExclude::kCurrentRow:
      return row == other;
    case FrameExclude::kGroup:
      return peers_.GroupOf(row) == peers_.GroupOf(other);
    case FrameExclude::kTies:
      return row != other && peers_.GroupOf(row) == peers_.GroupOf(other);
  }
  Unreachable();
}

}  // namespace orrery
