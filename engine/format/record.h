// The record format: how the values of one row, or of one index entry, lie in a payload.
// https://www.sqlite.org/fileformat2.html#record_format
//
//   varint: size of the header, itself included | a varint for each column: its serial type |
//   bodies
//
//   serial type   0     1 2 3 4 5 6                    7     8  9   10 11     even from 12   odd
//   from 13 value         NULL  integer of 1 2 3 4 6 8 bytes   real  0  1   reserved  blob text
//   body size     0     1 2 3 4 6 8                    8     0  0   0         (n - 12) / 2   (n -
//   13) / 2
//
// A record knows nothing of columns' types. Two rules about them are kept by who knows the table:
//   - a column with affinity REAL keeps integral reals as integers (ToStoredForm and FromStoredForm
//     in engine/value/affinity.h); here a real is always type 7;
//   - an INTEGER PRIMARY KEY column is NULL in the record and its value is the rowid.
// Texts are the bytes of the database's encoding; nothing is converted here.

#ifndef ORRERY_ENGINE_FORMAT_RECORD_H_
#define ORRERY_ENGINE_FORMAT_RECORD_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/status.h"
#include "engine/value/value.h"

namespace orrery {

// Schema formats 1 to 3 have no serial types 8 and 9.
inline constexpr int kSchemaFormatWithConstants = 4;

// The smallest serial type that holds the value.
uint64_t SerialTypeOf(const Value& value, int schema_format = kSchemaFormatWithConstants);
// Of its body; the serial type may come from a damaged file, and the size be too large for
// anything.
uint64_t SerialTypeBodySize(uint64_t serial_type);
// Borrows from `body`, which has SerialTypeBodySize() bytes.
Value DecodeBody(uint64_t serial_type, Bytes body);

// SQLite's limit: the header of a record with as many columns as it can ever have.
inline constexpr uint64_t kRecordHeaderSizeMax = 98307;

// Replaces the content of `record` by the encoded values, and keeps its memory. Fails with kTooBig
// when it would be larger than a value may be.
Status EncodeRecord(std::span<const Value> values, std::vector<std::byte>& record,
                    int schema_format = kSchemaFormatWithConstants);

// Reads the columns of one record in any order. Made for use on row after row: Start() keeps the
// memory. The header is parsed as far as the columns asked for, each part once, and damage is found
// there and not before, so that a damaged record gives what sqlite3 gives for it.
class RecordReader {
 public:
  // `payload` is the whole record and stays alive and unchanged while columns are read. Fails with
  // kCorrupt when the header does not lie within it.
  Status Start(Bytes payload);

  // Sets `value`, which borrows bytes of the payload. Leaves it alone when the record has fewer
  // columns, as have rows older than ALTER TABLE ADD COLUMN: put the default there first. Fails
  // with kCorrupt when the column does not lie within the payload.
  Status Read(size_t index, Value& value);

  // How many columns there are; parses the whole header.
  Result<size_t> CountColumns();

 private:
  struct Column {
    uint64_t serial_type;
    size_t begin;  // of its body in the payload
  };

  // Until column `index` is among columns_, or the header ends.
  Status ParseHeaderTo(size_t index);

  Bytes payload_;
  size_t header_size_ = 0;
  size_t header_position_ = 0;  // of the next serial type
  size_t body_position_ = 0;    // of the next body
  std::vector<Column> columns_;
};

// All columns at once, borrowing from `payload`.
Result<std::vector<Value>> DecodeRecord(Bytes payload);

}  // namespace orrery

#endif  // ORRERY_ENGINE_FORMAT_RECORD_H_
