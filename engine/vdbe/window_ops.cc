// Window functions: the sorted rows are taken apart into partitions, and each call is made for each
// row.

#include <algorithm>

#include "engine/format/record.h"
#include "engine/vdbe/machine.h"
#include "engine/vdbe/window.h"

namespace orrery {
namespace {

Status CheckDistances(const WindowCall& call, std::span<Value> distances) {
  if (HasDistance(call.frame.start)) {
    RETURN_IF_ERROR(CheckDistance(call.frame, /*is_start=*/true, distances[0]));
  }
  if (HasDistance(call.frame.end)) {
    RETURN_IF_ERROR(CheckDistance(call.frame, /*is_start=*/false, distances[1]));
  }
  return OkStatus();
}

// Calls each function for the rows of one partition. False when one of them has failed.
Result<bool> RunPartition(const WindowPlan& plan, std::span<Value> distances, Sorter& sorter,
                          std::span<const Sorter::Entry> rows, ConnectionFacts& facts) {
  const SortKey& key = *sorter.sort_key;
  const Peers peers(rows, key, plan.partition_count);
  Partition partition{.rows = rows, .columns = {}, .peers = peers};
  partition.columns.reserve(rows.size());
  for (const Sorter::Entry& row : rows) {
    ASSIGN_OR_RETURN(Key columns, DecodeRecord(row.record.bytes()));
    partition.columns.push_back(std::move(columns));
  }
  const bool is_ordered = key.size() > plan.partition_count;
  const SortColumn* const by = is_ordered ? &key[plan.partition_count] : nullptr;
  bool all_is_well = true;
  for (size_t i = 0; i < plan.calls.size(); ++i) {
    const WindowCall& call = plan.calls[i];
    const Frames frames(rows, peers, call.frame, by, plan.partition_count, distances[2 * i],
                        distances[2 * i + 1]);
    Sorter::WindowValues& made = sorter.window_values[i];
    made.error = CheckDistances(call, distances.subspan(2 * i, 2));
    if (made.error.ok()) made.error = WindowRun(call, partition, frames, facts).Run(made.values);
    all_is_well = all_is_well && made.error.ok();
  }
  return all_is_well;
}

}  // namespace

Flow Machine::OpWindow(const Instruction& in) {
  const WindowPlan& plan = *std::get<std::shared_ptr<const WindowPlan>>(in.p4);
  Sorter& sorter = std::get<Sorter>(CursorAt(in.p1).rows);
  const std::span<Value> distances =
      std::span(registers_).subspan(static_cast<size_t>(in.p2), 2 * plan.calls.size());
  sorter.window_values.assign(plan.calls.size(), {});
  const std::span<const Sorter::Entry> entries = sorter.entries;
  const auto is_of_next = [&](size_t i) {
    for (size_t column = 0; column < plan.partition_count; ++column) {
      if (CompareSorted(entries[i - 1].key[column], entries[i].key[column],
                        (*sorter.sort_key)[column]) != 0) {
        return true;
      }
    }
    return false;
  };
  size_t first = 0;
  for (size_t i = 1; i <= entries.size(); ++i) {
    if (i < entries.size() && !is_of_next(i)) continue;
    Result<bool> all_is_well =
        RunPartition(plan, distances, sorter, entries.subspan(first, i - first), session_);
    if (!all_is_well.ok()) return Fail(std::move(all_is_well).status());
    if (!*all_is_well) break;  // which comes out at the row that it is about
    first = i;
  }
  return Flow::kNext;
}

Flow Machine::OpWindowValue(const Instruction& in) {
  const Sorter& sorter = std::get<Sorter>(CursorAt(in.p1).rows);
  const Sorter::WindowValues& made = sorter.window_values[static_cast<size_t>(in.p2)];
  if (sorter.position >= made.values.size()) return Fail(made.error);
  Register(in.p3) = made.values[sorter.position];
  return Flow::kNext;
}

}  // namespace orrery
