// SQLite's record format: how the values of a row become bytes.
// https://www.sqlite.org/fileformat2.html#record_format

#ifndef ORRERY_ENGINE_CATALOG_RECORD_H_
#define ORRERY_ENGINE_CATALOG_RECORD_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/status.h"
#include "engine/value/value.h"

namespace orrery {

// How many bytes a column of this serial type has.
uint64_t SerialTypeSize(uint64_t serial_type);
// Borrows from `bytes`, which has SerialTypeSize() bytes.
Value DecodeColumn(uint64_t serial_type, Bytes bytes);

// All columns, borrowed from `record`. kCorrupt when it contradicts itself.
Status DecodeRecord(Bytes record, std::vector<Value>* values);
Result<std::string> EncodeRecord(std::span<const Value> values);

}  // namespace orrery

#endif  // ORRERY_ENGINE_CATALOG_RECORD_H_
