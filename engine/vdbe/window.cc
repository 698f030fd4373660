#include "engine/vdbe/window.h"

#include <algorithm>
#include <optional>

#include "engine/value/affinity.h"
#include "engine/value/arithmetic.h"
#include "engine/value/logic.h"

namespace orrery {
namespace {

// An integer above 0, as ntile() and nth_value() want one; empty for anything else.
std::optional<int64_t> PositiveInteger(Value value) {
  ApplyAffinity(value, Affinity::kNumeric);
  if (!value.is_integer() || value.integer() <= 0) return std::nullopt;
  return value.integer();
}

Value Count(size_t count) { return Value::Integer(static_cast<int64_t>(count)); }

}  // namespace

Status WindowRun::Run(std::vector<Value>& values) {
  if (call_.function->window == WindowFunction::kNone) {
    // Where EXCLUDE NO OTHERS is said, each frame is summed up anew as well, as in SQLite.
    return call_.frame.exclude == FrameExclude::kUnsaid ? RunAggregate(values)
                                                        : RunFromAnew(values);
  }
  for (size_t row = 0; row < row_count(); ++row) {
    ASSIGN_OR_RETURN(Value value, ValueOf(row));
    value.MakeOwned();
    values.push_back(std::move(value));
  }
  return OkStatus();
}

// -- Aggregates --

std::unique_ptr<Aggregate> WindowRun::NewAggregate() const {
  const Function& function = *call_.function;
  return function.of_frame != nullptr ? function.of_frame() : function.aggregate();
}

bool WindowRun::Counts(size_t row) const {
  if (call_.filter < 0) return true;
  return Truth(partition_.columns[row][static_cast<size_t>(call_.filter)]).value_or(false);
}

Status WindowRun::Step(Aggregate& aggregate, size_t row) {
  if (!Counts(row)) return OkStatus();
  FunctionCall call(facts_, *call_.collation);
  aggregate.Step(call, ArgumentsOf(row));
  return call.error();
}

Status WindowRun::TakeBack(Aggregate& aggregate, size_t row) {
  if (!Counts(row)) return OkStatus();
  FunctionCall call(facts_, *call_.collation);
  aggregate.TakeBack(call, ArgumentsOf(row));
  return call.error();
}

Result<Value> WindowRun::ResultOf(Aggregate& aggregate) {
  FunctionCall call(facts_, *call_.collation);
  aggregate.Final(call);
  RETURN_IF_ERROR(call.error());
  Value value = call.TakeResult();
  value.MakeOwned();
  return value;
}

Status WindowRun::RunAggregate(std::vector<Value>& values) {
  std::unique_ptr<Aggregate> aggregate = NewAggregate();
  size_t first = 0;  // the rows in it: [first, last)
  size_t last = 0;
  const auto take_back_to = [&](size_t start) -> Status {
    for (; first < std::min(start, last); ++first) RETURN_IF_ERROR(TakeBack(*aggregate, first));
    return OkStatus();
  };
  // In SQLite's order, which shows in what is rounded and in what overflows on the way.
  const WindowFrame& frame = call_.frame;
  const bool takes_back_last =
      frame.unit == FrameUnit::kRange &&
      (frame.start == FrameEdgeKind::kFollowing || frame.end == FrameEdgeKind::kPreceding);
  bool is_new = true;  // the last of `values` is not that of the frame
  for (size_t row = 0; row < row_count(); ++row) {
    const size_t start = frames_.Start(row);
    const size_t end = frames_.End(row);
    if (start > end) {
      ASSIGN_OR_RETURN(Value nothing, ResultOf(*NewAggregate()));
      values.push_back(std::move(nothing));
      is_new = true;
      continue;
    }
    is_new = is_new || start != first || end != last;
    if (start > first && !aggregate->can_take_back()) {
      aggregate = NewAggregate();
      first = last = start;
    }
    if (!takes_back_last) RETURN_IF_ERROR(take_back_to(start));
    for (; last < end; ++last) RETURN_IF_ERROR(Step(*aggregate, last));
    RETURN_IF_ERROR(take_back_to(start));
    if (is_new) {
      ASSIGN_OR_RETURN(Value value, ResultOf(*aggregate));
      values.push_back(std::move(value));
    } else {
      values.push_back(values.back());
    }
    is_new = false;
  }
  return OkStatus();
}

Status WindowRun::RunFromAnew(std::vector<Value>& values) {
  for (size_t row = 0; row < row_count(); ++row) {
    const std::unique_ptr<Aggregate> aggregate = NewAggregate();
    const size_t end = frames_.End(row);
    for (size_t other = frames_.Start(row); other < end; ++other) {
      if (!frames_.Excludes(row, other)) RETURN_IF_ERROR(Step(*aggregate, other));
    }
    ASSIGN_OR_RETURN(Value value, ResultOf(*aggregate));
    values.push_back(std::move(value));
  }
  return OkStatus();
}

// -- Functions of the row's place --

Result<Value> WindowRun::ValueOf(size_t row) const {
  const size_t group = partition_.peers.GroupOf(row);
  switch (call_.function->window) {
    case WindowFunction::kNone:
      break;
    case WindowFunction::kRowNumber:
      return Count(row + 1);
    case WindowFunction::kRank:
      return Count(partition_.peers.StartOf(group) + 1);
    case WindowFunction::kDenseRank:
      return Count(group + 1);
    case WindowFunction::kPercentRank:
      return Rank(row);
    case WindowFunction::kCumeDist:
      return Value::Real(static_cast<double>(partition_.peers.EndOf(group)) /
                         static_cast<double>(row_count()));
    case WindowFunction::kNtile:
      return Tile(row);
    case WindowFunction::kLag:
      return Neighbour(row, /*is_later=*/false);
    case WindowFunction::kLead:
      return Neighbour(row, /*is_later=*/true);
    case WindowFunction::kFirstValue:
      return First(row);
    case WindowFunction::kLastValue:
      return Last(row);
    case WindowFunction::kNthValue:
      return Nth(row);
  }
  Unreachable();
}

Value WindowRun::Rank(size_t row) const {
  if (row_count() <= 1) return Value::Real(0);
  const size_t before = partition_.peers.StartOf(partition_.peers.GroupOf(row));
  return Value::Real(static_cast<double>(before) / static_cast<double>(row_count() - 1));
}

// The first tiles have one row more when it does not come out even.
Result<Value> WindowRun::Tile(size_t row) const {
  const std::optional<int64_t> tile_count = PositiveInteger(ArgumentsOf(0)[0]);
  if (!tile_count) {
    return Status(ResultCode::kError, "argument of ntile must be a positive integer");
  }
  const auto count = static_cast<uint64_t>(*tile_count);
  const uint64_t size = row_count() / count;
  if (size == 0) return Count(row + 1);
  const uint64_t larger_count = row_count() % count;
  const uint64_t in_larger = larger_count * (size + 1);
  if (row < in_larger) return Count(row / (size + 1) + 1);
  return Count(larger_count + (row - in_larger) / size + 1);
}

// lag() and lead(): the first argument of another row, by the second; else the third.
Value WindowRun::Neighbour(size_t row, bool is_later) const {
  const Arguments own = ArgumentsOf(row);
  const Value distance = own.size() > 1 ? own[1] : Value::Integer(1);
  Value place = is_later ? Add(Count(row), distance) : Subtract(Count(row), distance);
  ApplyAffinity(place, Affinity::kNumeric);
  const bool is_there = place.is_integer() && place.integer() >= 0 &&
                        static_cast<uint64_t>(place.integer()) < row_count();
  if (is_there) return ArgumentsOf(static_cast<size_t>(place.integer()))[0];
  return own.size() > 2 ? own[2] : Value::Null();
}

// -- Functions of the frame's rows --

Value WindowRun::First(size_t row) const {
  const size_t end = frames_.End(row);
  for (size_t other = frames_.Start(row); other < end; ++other) {
    if (!frames_.Excludes(row, other)) return ArgumentsOf(other)[0];
  }
  return Value::Null();
}

Value WindowRun::Last(size_t row) const {
  const size_t start = frames_.Start(row);
  for (size_t other = frames_.End(row); other > start; --other) {
    if (!frames_.Excludes(row, other - 1)) return ArgumentsOf(other - 1)[0];
  }
  return Value::Null();
}

Result<Value> WindowRun::Nth(size_t row) const {
  const std::optional<int64_t> n = PositiveInteger(ArgumentsOf(row)[1]);
  if (!n) {
    return Status(ResultCode::kError, "second argument to nth_value must be a positive integer");
  }
  const size_t start = frames_.Start(row);
  const size_t end = frames_.End(row);
  auto left = static_cast<uint64_t>(*n);
  if (call_.frame.exclude <= FrameExclude::kNoOthers) {
    const bool is_there = start < end && left <= end - start;
    return is_there ? ArgumentsOf(start + left - 1)[0] : Value::Null();
  }
  for (size_t other = start; other < end; ++other) {
    if (!frames_.Excludes(row, other) && --left == 0) return ArgumentsOf(other)[0];
  }
  return Value::Null();
}

}  // namespace orrery
