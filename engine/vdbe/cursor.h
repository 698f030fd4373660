// What a cursor of a program can be: on a table of the database, on one record in a register, or on
// rows in memory that belong to the statement alone.

#ifndef ORRERY_ENGINE_VDBE_CURSOR_H_
#define ORRERY_ENGINE_VDBE_CURSOR_H_

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <variant>
#include <vector>

#include "engine/btree/table_cursor.h"
#include "engine/program/program.h"
#include "engine/value/value.h"
#include "engine/vdbe/row_layout.h"

namespace orrery {

// A table of the database. No TableCursor: the database has no pages yet, and the table no rows.
struct TableRows {
  std::optional<TableCursor> cursor;
  PageNumber root = kNoPage;
  // Where the columns of the row are, as of so many row writes of the connection; not known after a
  // move.
  RowLayout layout;
  bool layout_is_known = false;
  uint64_t layout_write_count = 0;
  bool payload_is_pending = false;  // a call for the row's bytes waits
};

// One row: the record in a register.
struct PseudoRow {
  int register_index = 0;
};

// Records in the order they were inserted.
struct MemoryTable {
  std::vector<Value> records;
  size_t position = 0;
};

using Key = std::vector<Value>;

// Orders keys as a SortKey says.
struct KeyLess {
  const SortKey* sort_key;
  bool operator()(const Key& a, const Key& b) const;
};

// A set of keys.
struct MemoryIndex {
  explicit MemoryIndex(const SortKey& sort_key) : keys(KeyLess{&sort_key}) {}
  std::set<Key, KeyLess> keys;
};

// Records, sorted by their leading columns; equal ones stay in the order they were inserted.
struct Sorter {
  struct Entry {
    Key key;
    Value record;
    size_t sequence;  // in which it was inserted
  };
  const SortKey* sort_key = nullptr;
  std::vector<Entry> entries;
  size_t position = 0;
};

// Rowids, taken out in the order they were put in.
struct RowidList {
  std::vector<int64_t> rowids;
  size_t position = 0;
};

struct Cursor {
  std::variant<std::monostate, std::unique_ptr<TableRows>, PseudoRow, MemoryTable,
               std::unique_ptr<MemoryIndex>, Sorter, RowidList>
      rows;
  uint64_t memory_size = 0;  // bytes of records it holds, for the limit
};

// -1, 0 or 1.
constexpr int Sign(std::weak_ordering order) { return order < 0 ? -1 : order > 0 ? 1 : 0; }

// Compares two values as one column of a sort key does: below, at or above 0.
int CompareSorted(const Value& a, const Value& b, const SortColumn& column);

}  // namespace orrery

#endif  // ORRERY_ENGINE_VDBE_CURSOR_H_
