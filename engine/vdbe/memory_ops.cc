// Tables and indexes in memory, which belong to one statement.

#include <algorithm>
#include <utility>

#include "engine/vdbe/machine.h"

namespace orrery {

// -- Indexes --

Status Machine::InsertInMemory(Cursor& cursor, const Value& record) {
  auto& index = *std::get<std::unique_ptr<MemoryIndex>>(cursor.rows);
  ASSIGN_OR_RETURN(Key key, KeyOf(record, index.sort_key.size()));
  RETURN_IF_ERROR(GrowMemory(cursor, 2 * record.bytes().size()));
  MemoryIndex::Entry entry{std::move(key), record, index.next_sequence++};
  const auto [place, is_new] = index.entries.insert(entry);
  if (!is_new) {
    const auto hint = index.entries.erase(place);
    index.entries.insert(hint, std::move(entry));
  }
  return OkStatus();
}

bool Machine::FindInMemory(Cursor& cursor, std::span<const Value> key) {
  auto& index = *std::get<std::unique_ptr<MemoryIndex>>(cursor.rows);
  index.position = index.entries.find({Key(key.begin(), key.end()), Value(), 0});
  return index.position != index.entries.end();
}

// -- Taking out --

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
  if (auto* given = std::get_if<FunctionRows>(&cursor.rows)) {
    given->position = 0;
    return given->values.empty() ? JumpTo(in.p2) : Flow::kNext;
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
  if (auto* given = std::get_if<FunctionRows>(&cursor.rows)) {
    given->position += given->width;
    return given->position < given->values.size() ? JumpTo(in.p2) : Flow::kNext;
  }
  return std::nullopt;
}

}  // namespace orrery
