// The order of an index's entries: how their records compare, column by column.
// https://www.sqlite.org/fileformat2.html#record_sort_order

#ifndef ORRERY_ENGINE_FORMAT_KEY_ORDER_H_
#define ORRERY_ENGINE_FORMAT_KEY_ORDER_H_

#include <compare>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/value/collation.h"
#include "engine/value/value.h"

namespace orrery {

struct KeyColumn {
  const Collation* collation = &kBinaryCollation;
  bool is_descending = false;

  bool operator==(const KeyColumn&) const = default;
};

// The columns that tell entries apart, which are a record's first; others may follow.
using KeyOrder = std::vector<KeyColumn>;

// How a record stands to a key.
struct RecordComparison {
  // `less`: the record comes first. Means nothing when one of the others is set.
  std::weak_ordering order = std::weak_ordering::equivalent;
  uint64_t wanted_size = 0;      // so many of the record's bytes are needed to tell
  const char* defect = nullptr;  // what is wrong with the record
};

// Compares a record of `total_size` bytes, which begins with `bytes`, with the values of a key. The
// key may have fewer values than there are columns in `order`, and only so many are compared. A
// record that runs out of columns before the key does is equal to it, as in SQLite.
//
// Columns are looked at up to the first that differs, and no further.
RecordComparison CompareRecord(Bytes bytes, uint64_t total_size, std::span<const Value> key,
                               std::span<const KeyColumn> order);

// The first `column_count` columns of a record, or of a part of one that holds them; fewer when
// there are no more. The values borrow from `bytes`. Null, or what is wrong with the record.
const char* DecodeKey(Bytes bytes, size_t column_count, std::vector<Value>& key);

// The rowid that an entry of an index on a rowid table ends with. Null, or what is wrong.
const char* DecodeEntryRowid(Bytes record, int64_t* rowid);

// How long the part of a record is that holds its first `column_count` columns. More than
// bytes.size(): ask again with so many bytes.
struct RecordPrefix {
  uint64_t size = 0;
  const char* defect = nullptr;
};
RecordPrefix FindRecordPrefix(Bytes bytes, uint64_t total_size, size_t column_count);

}  // namespace orrery

#endif  // ORRERY_ENGINE_FORMAT_KEY_ORDER_H_
