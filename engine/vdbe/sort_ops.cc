// Sorting.

#include <algorithm>

#include "engine/format/record.h"
#include "engine/value/compare.h"
#include "engine/vdbe/machine.h"

namespace orrery {

int CompareSorted(const Value& a, const Value& b, const SortColumn& column) {
  if (a.is_null() != b.is_null()) return (a.is_null() ? -1 : 1) * (column.nulls_last ? -1 : 1);
  const int order = Sign(Compare(a, b, *column.collation));
  return column.descending ? -order : order;
}

bool KeyLess::operator()(const Key& a, const Key& b) const {
  for (size_t i = 0; i < sort_key->size(); ++i) {
    const int order = CompareSorted(a[i], b[i], (*sort_key)[i]);
    if (order != 0) return order < 0;
  }
  return false;
}

// The first `count` columns of a record.
Result<Key> KeyOf(const Value& record, size_t count) {
  ASSIGN_OR_RETURN(Key key, DecodeRecord(record.bytes()));
  CHECK(key.size() >= count);
  key.resize(count);
  for (Value& value : key) value.MakeOwned();
  return key;
}

namespace {

// By key; equal ones stay in the order they were inserted.
void Sort(Sorter& sorter) {
  std::sort(sorter.entries.begin(), sorter.entries.end(),
            [less = KeyLess{sorter.sort_key}](const Sorter::Entry& a, const Sorter::Entry& b) {
              if (less(a.key, b.key)) return true;
              return !less(b.key, a.key) && a.sequence < b.sequence;
            });
}

}  // namespace

Flow Machine::OpSorterOpen(const Instruction& in) {
  Cursor& cursor = CursorAt(in.p1);
  cursor.memory_size = 0;
  cursor.is_null_row = false;
  Sorter sorter;
  sorter.sort_key = &std::get<SortKey>(in.p4);
  if (in.p3 != 0) sorter.wanted_count = Register(in.p3).integer();
  cursor.rows = std::move(sorter);
  return Flow::kNext;
}

Flow Machine::OpSorterInsert(const Instruction& in) {
  Cursor& cursor = CursorAt(in.p1);
  Sorter& sorter = std::get<Sorter>(cursor.rows);
  const Value& record = Register(in.p2);
  Result<Key> key = KeyOf(record, sorter.sort_key->size());
  if (!key.ok()) return Fail(std::move(key).status());
  if (Status status = GrowMemory(cursor, 2 * record.bytes().size()); !status.ok()) {
    return Fail(std::move(status));
  }
  sorter.entries.push_back({*std::move(key), record, sorter.next_sequence++});
  // When only the first few are wanted, the others go as soon as there are many of them.
  constexpr int64_t kSlack = 256;
  if (sorter.wanted_count >= 0 &&
      std::ssize(sorter.entries) >= 2 * std::max(sorter.wanted_count, kSlack)) {
    Sort(sorter);
    sorter.entries.resize(static_cast<size_t>(sorter.wanted_count));
    cursor.memory_size = 0;
    for (const Sorter::Entry& entry : sorter.entries) {
      if (Status status = GrowMemory(cursor, 2 * entry.record.bytes().size()); !status.ok()) {
        return Fail(std::move(status));
      }
    }
  }
  return Flow::kNext;
}

Flow Machine::OpSorterSort(const Instruction& in) {
  Sorter& sorter = std::get<Sorter>(CursorAt(in.p1).rows);
  Sort(sorter);
  sorter.position = 0;
  return sorter.entries.empty() ? JumpTo(in.p2) : Flow::kNext;
}

namespace {

// Whether the entry's leading columns are the values.
int CompareLeading(const Sorter::Entry& entry, std::span<const Value> values,
                   const SortKey& sort_key) {
  for (size_t i = 0; i < values.size(); ++i) {
    const int order = CompareSorted(entry.key[i], values[i], sort_key[i]);
    if (order != 0) return order;
  }
  return 0;
}

}  // namespace

Flow Machine::OpSorterSeek(const Instruction& in) {
  Cursor& cursor = CursorAt(in.p1);
  Sorter& sorter = std::get<Sorter>(cursor.rows);
  const std::span<const Value> values = Registers(in.p3, std::get<int64_t>(in.p4));
  const auto found = std::partition_point(
      sorter.entries.begin(), sorter.entries.end(), [&](const Sorter::Entry& entry) {
        return CompareLeading(entry, values, *sorter.sort_key) < 0;
      });
  cursor.is_null_row = false;
  sorter.position = static_cast<size_t>(found - sorter.entries.begin());
  const bool is_there =
      found != sorter.entries.end() && CompareLeading(*found, values, *sorter.sort_key) == 0;
  return is_there ? Flow::kNext : JumpTo(in.p2);
}

Flow Machine::OpSorterSame(const Instruction& in) {
  Cursor& cursor = CursorAt(in.p1);
  if (cursor.is_null_row) return Flow::kNext;
  Sorter& sorter = std::get<Sorter>(cursor.rows);
  if (++sorter.position >= sorter.entries.size()) return Flow::kNext;
  const std::span<const Value> values = Registers(in.p3, std::get<int64_t>(in.p4));
  const bool is_same =
      CompareLeading(sorter.entries[sorter.position], values, *sorter.sort_key) == 0;
  return is_same ? JumpTo(in.p2) : Flow::kNext;
}

Flow Machine::OpSorterData(const Instruction& in) {
  const Sorter& sorter = std::get<Sorter>(CursorAt(in.p1).rows);
  Register(in.p2) = sorter.entries[sorter.position].record;
  return Flow::kNext;
}

Flow Machine::OpSorterCompare(const Instruction& in) {
  const Sorter& sorter = std::get<Sorter>(CursorAt(in.p1).rows);
  const auto count = static_cast<size_t>(std::get<int64_t>(in.p4));
  Result<Key> other = KeyOf(Register(in.p3), count);
  if (!other.ok()) return Fail(std::move(other).status());
  const Key& key = sorter.entries[sorter.position].key;
  for (size_t i = 0; i < count; ++i) {
    if (key[i].is_null() || CompareSorted(key[i], (*other)[i], (*sorter.sort_key)[i]) != 0) {
      return JumpTo(in.p2);
    }
  }
  return Flow::kNext;
}

Flow Machine::OpSorterNext(const Instruction& in) {
  Sorter& sorter = std::get<Sorter>(CursorAt(in.p1).rows);
  return ++sorter.position < sorter.entries.size() ? JumpTo(in.p2) : Flow::kNext;
}

}  // namespace orrery
