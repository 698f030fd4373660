// A RowLayout says where the columns of one record are. It is read from the record's header bit by
// bit, as far as columns are asked for, and asks for more bytes when the header or a column lies
// beyond those at hand: the row may be in overflow pages.
// https://www.sqlite.org/fileformat2.html#record_format

#ifndef ORRERY_ENGINE_VDBE_ROW_LAYOUT_H_
#define ORRERY_ENGINE_VDBE_ROW_LAYOUT_H_

#include <cstdint>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/status.h"
#include "engine/value/value.h"

namespace orrery {

class RowLayout {
 public:
  // For another record.
  void Clear();

  // How many of the record's bytes Find() needs at least.
  uint64_t wanted_size() const { return wanted_size_; }

  enum class Answer : uint8_t {
    kFound,
    kAbsent,    // the record has fewer columns
    kMoreBytes  // call again with wanted_size() bytes
  };
  // Looks for column `index` in a record of `total_size` bytes that begins with `bytes`, and
  // borrows its value from them. kCorrupt when the record contradicts itself.
  Result<Answer> Find(int index, Bytes bytes, uint64_t total_size, Value* value);

 private:
  struct Place {
    uint64_t serial_type;
    uint64_t offset;
  };
  std::vector<Place> places_;
  uint64_t wanted_size_ = 1;
  bool header_is_known_ = false;
  uint64_t header_size_ = 0;
  uint64_t header_offset_ = 0;  // of the next serial type
  uint64_t next_offset_ = 0;    // of the next column
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_VDBE_ROW_LAYOUT_H_
