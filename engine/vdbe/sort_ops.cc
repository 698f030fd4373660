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

// By key; equal ones stay in the order they were inserted.
void Sort(Sorter& sorter) {
  std::sort(sorter.entries.begin(), sorter.entries.end(),
            [less = KeyLess{sorter.sort_key}](const Sorter::Entry& a, const Sorter::Entry& b) {
              if (less(a.key, b.key)) return true;
              return !less(b.key, a.key) && a.sequence < b.sequence;
            });
}

}  // namespace

// -- Indexes in memory --

Key Machine::KeyAt(int first, int count) {
  const auto begin = registers_.begin() + first;
  return Key(begin, begin + count);
}

Flow Machine::OpIdxInsert(const Instruction& in) {
  Cursor& cursor = CursorAt(in.p1);
  auto& index = *std::get<std::unique_ptr<MemoryIndex>>(cursor.rows);
  const Value& record = Register(in.p2);
  Result<Key> key = KeyOf(record, index.sort_key.size());
  if (!key.ok()) return Fail(std::move(key).status());
  if (Status status = GrowMemory(cursor, 2 * record.bytes().size()); !status.ok()) {
    return Fail(std::move(status));
  }
  MemoryIndex::Entry entry{*std::move(key), record, index.next_sequence++};
  auto [place, is_new] = index.entries.insert(std::move(entry));
  if (!is_new) {  // the new one takes the place of an equal one
    Result<Key> again = KeyOf(record, index.sort_key.size());
    const auto hint = index.entries.erase(place);
    index.entries.insert(hint, {*std::move(again), record, index.next_sequence});
  }
  return Flow::kNext;
}

Flow Machine::OpIdxDelete(const Instruction& in) {
  auto& index = *std::get<std::unique_ptr<MemoryIndex>>(CursorAt(in.p1).rows);
  const auto found = index.entries.find({KeyAt(in.p2, in.p3), Value(), 0});
  if (found != index.entries.end()) index.entries.erase(found);
  return Flow::kNext;
}

Flow Machine::OpFound(const Instruction& in) {
  auto& index = *std::get<std::unique_ptr<MemoryIndex>>(CursorAt(in.p1).rows);
  const int count = static_cast<int>(std::get<int64_t>(in.p4));
  return index.entries.contains({KeyAt(in.p3, count), Value(), 0}) ? JumpTo(in.p2) : Flow::kNext;
}

Flow Machine::OpTakeFirst(const Instruction& in) {
  Cursor& cursor = CursorAt(in.p1);
  if (auto* table = std::get_if<MemoryTable>(&cursor.rows)) {
    if (table->first == table->records.size()) {
      table->records.clear();
      table->first = 0;
      return JumpTo(in.p2);
    }
    Value& record = table->records[table->first++];
    cursor.memory_size -= std::min<uint64_t>(cursor.memory_size, record.bytes().size());
    Register(in.p3) = std::exchange(record, Value());
    // What was taken out leaves its place when that is half of all.
    constexpr size_t kTakenMin = 1024;
    if (table->first >= kTakenMin && table->first * 2 >= table->records.size()) {
      table->records.erase(table->records.begin(),
                           table->records.begin() + static_cast<ptrdiff_t>(table->first));
      table->first = 0;
    }
    return Flow::kNext;
  }
  auto& index = *std::get<std::unique_ptr<MemoryIndex>>(cursor.rows);
  if (index.entries.empty()) return JumpTo(in.p2);
  Register(in.p3) = index.entries.begin()->record;
  cursor.memory_size -= std::min<uint64_t>(cursor.memory_size, 2 * Register(in.p3).bytes().size());
  index.entries.erase(index.entries.begin());
  return Flow::kNext;
}

// -- Moving through rows in memory --

std::optional<Flow> Machine::RewindMemory(const Instruction& in) {
  Cursor& cursor = CursorAt(in.p1);
  cursor.is_null_row = false;
  if (auto* table = std::get_if<MemoryTable>(&cursor.rows)) {
    table->position = table->first;
    return table->position == table->records.size() ? JumpTo(in.p2) : Flow::kNext;
  }
  if (auto* index = std::get_if<std::unique_ptr<MemoryIndex>>(&cursor.rows)) {
    (*index)->position = (*index)->entries.begin();
    return (*index)->entries.empty() ? JumpTo(in.p2) : Flow::kNext;
  }
  return std::nullopt;
}

// A row of NULLs that was added has none after it.
std::optional<Flow> Machine::NextInMemory(const Instruction& in) {
  Cursor& cursor = CursorAt(in.p1);
  if (cursor.is_null_row) return Flow::kNext;
  if (auto* table = std::get_if<MemoryTable>(&cursor.rows)) {
    return ++table->position < table->records.size() ? JumpTo(in.p2) : Flow::kNext;
  }
  if (auto* index = std::get_if<std::unique_ptr<MemoryIndex>>(&cursor.rows)) {
    return ++(*index)->position != (*index)->entries.end() ? JumpTo(in.p2) : Flow::kNext;
  }
  return std::nullopt;
}

// -- Sorting --

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
  const std::span<const Value> values =
      std::span(registers_)
          .subspan(static_cast<size_t>(in.p3), static_cast<size_t>(std::get<int64_t>(in.p4)));
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
  const std::span<const Value> values =
      std::span(registers_)
          .subspan(static_cast<size_t>(in.p3), static_cast<size_t>(std::get<int64_t>(in.p4)));
  const bool is_same =
      CompareLeading(sorter.entries[sorter.position], values, *sorter.sort_key) == 0;
  return is_same ? JumpTo(in.p2) : Flow::kNext;
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
