// What a cursor of a program can be: on a table or an index of the database, on one record in a
// register, or on rows in memory that belong to the statement alone.

#ifndef ORRERY_ENGINE_VDBE_CURSOR_H_
#define ORRERY_ENGINE_VDBE_CURSOR_H_

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <variant>
#include <vector>

#include "engine/btree/index_cursor.h"
#include "engine/btree/table_cursor.h"
#include "engine/program/program.h"
#include "engine/value/value.h"
#include "engine/vdbe/row_layout.h"

namespace orrery {

struct Database;

// Where the columns of a cursor's row are, as of so many row writes of the connection.
struct KnownRow {
  void Forget() { is_known = false; }  // after every move

  RowLayout layout;
  bool is_known = false;
  uint64_t write_count = 0;
  bool payload_is_pending = false;  // a call for the row's bytes waits
};

// A table of the database. No cursor: the database has no pages yet, and the table no rows.
struct TableRows {
  Database* database = nullptr;
  std::optional<TableCursor> cursor;
  PageNumber root = kNoPage;
  KnownRow row;
  // Where the cursor is to go when a column is first asked for.
  std::optional<int64_t> deferred_rowid;
  uint64_t deferred_write_count = 0;  // the connection's row writes when that was said
};

// An index of the database.
struct IndexRows {
  Database* database = nullptr;
  std::optional<IndexCursor> cursor;
  PageNumber root = kNoPage;
  KnownRow row;
};

// One row: the record in a register.
struct PseudoRow {
  int register_index = 0;
};

// Records in the order they were inserted; those before `first` have been taken out.
struct MemoryTable {
  std::vector<Value> records;
  size_t position = 0;
  size_t first = 0;
};

using Key = std::vector<Value>;

// Orders keys as a SortKey says.
struct KeyLess {
  const SortKey* sort_key;
  bool operator()(const Key& a, const Key& b) const;
};

// Records in the order of their keys, one for each key or, when `keeps_equal`, in the order in
// which those with equal keys were inserted.
struct MemoryIndex {
  struct Entry {
    Key key;
    Value record;
    uint64_t sequence;
  };
  struct Less {
    KeyLess less;
    bool keeps_equal;
    bool operator()(const Entry& a, const Entry& b) const {
      if (less(a.key, b.key)) return true;
      return keeps_equal && a.sequence < b.sequence && !less(b.key, a.key);
    }
  };
  using Entries = std::set<Entry, Less>;

  MemoryIndex(const SortKey& sort_key_in, bool keeps_equal)
      : sort_key(sort_key_in), entries(Less{{&sort_key_in}, keeps_equal}) {}
  const SortKey& sort_key;
  Entries entries;
  Entries::const_iterator position = entries.end();
  uint64_t next_sequence = 0;
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
  size_t next_sequence = 0;
  int64_t wanted_count = -1;  // no more than so many need be kept; -1: all
  // Of window functions: their values by call, then by entry, and the error of the first entry that
  // has none.
  struct WindowValues {
    std::vector<Value> values;
    Status error;
  };
  std::vector<WindowValues> window_values;
};

// What a table-valued function gave, row after row.
struct FunctionRows {
  std::vector<Value> values;
  size_t width = 1;
  size_t position = 0;  // in values: of the row's first
};

// Rowids, taken out in the order they were put in.
struct RowidList {
  std::vector<int64_t> rowids;
  size_t position = 0;
};

struct Cursor {
  std::variant<std::monostate, std::unique_ptr<TableRows>, std::unique_ptr<IndexRows>, PseudoRow,
               MemoryTable, std::unique_ptr<MemoryIndex>, Sorter, RowidList, FunctionRows>
      rows;
  uint64_t memory_size = 0;  // bytes of records it holds, for the limit
  bool is_null_row = false;  // its columns read as NULL, until it is moved
};

// -1, 0 or 1.
constexpr int Sign(std::weak_ordering order) { return order < 0 ? -1 : order > 0 ? 1 : 0; }

// The first `count` columns of a record, which has so many.
Result<Key> KeyOf(const Value& record, size_t count);

// Compares two values as one column of a sort key does: below, at or above 0.
int CompareSorted(const Value& a, const Value& b, const SortColumn& column);

}  // namespace orrery

#endif  // ORRERY_ENGINE_VDBE_CURSOR_H_
