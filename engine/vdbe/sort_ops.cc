// Sorting, and indexes in memory.

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

namespace {

// The first `count` columns of a record.
Result<Key> KeyOf(const Value& record, size_t count) {
  ASSIGN_OR_RETURN(Key key, DecodeRecord(record.bytes()));
  CHECK(key.size() >= count);
  key.resize(count);
  for (Value& value : key) value.MakeOwned();
  return key;
}

}  // namespace

Flow Machine::OpIdxInsert(const Instruction& in) {
  Cursor& cursor = CursorAt(in.p1);
  auto& index = *std::get<std::unique_ptr<MemoryIndex>>(cursor.rows);
  const Value& record = Register(in.p2);
  Result<Key> key = KeyOf(record, index.keys.key_comp().sort_key->size());
  if (!key.ok()) return Fail(std::move(key).status());
  if (Status status = GrowMemory(cursor, record.bytes().size()); !status.ok()) {
    return Fail(std::move(status));
  }
  index.keys.insert(*std::move(key));
  return Flow::kNext;
}

Flow Machine::OpFound(const Instruction& in) {
  auto& index = *std::get<std::unique_ptr<MemoryIndex>>(CursorAt(in.p1).rows);
  Key key;
  for (int i = 0; i < std::get<int64_t>(in.p4); ++i) key.push_back(Register(in.p3 + i));
  return index.keys.contains(key) ? JumpTo(in.p2) : Flow::kNext;
}

Flow Machine::OpSorterOpen(const Instruction& in) {
  Cursor& cursor = CursorAt(in.p1);
  cursor.memory_size = 0;
  Sorter sorter;
  sorter.sort_key = &std::get<SortKey>(in.p4);
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
  sorter.entries.push_back({*std::move(key), record, sorter.entries.size()});
  return Flow::kNext;
}

Flow Machine::OpSorterSort(const Instruction& in) {
  Sorter& sorter = std::get<Sorter>(CursorAt(in.p1).rows);
  std::sort(sorter.entries.begin(), sorter.entries.end(),
            [less = KeyLess{sorter.sort_key}](const Sorter::Entry& a, const Sorter::Entry& b) {
              if (less(a.key, b.key)) return true;
              return !less(b.key, a.key) && a.sequence < b.sequence;
            });
  sorter.position = 0;
  return sorter.entries.empty() ? JumpTo(in.p2) : Flow::kNext;
}

Flow Machine::OpSorterData(const Instruction& in) {
  const Sorter& sorter = std::get<Sorter>(CursorAt(in.p1).rows);
  Register(in.p2) = sorter.entries[sorter.position].record;
  return Flow::kNext;
}

Flow Machine::OpSorterNext(const Instruction& in) {
  Sorter& sorter = std::get<Sorter>(CursorAt(in.p1).rows);
  return ++sorter.position < sorter.entries.size() ? JumpTo(in.p2) : Flow::kNext;
}

}  // namespace orrery
