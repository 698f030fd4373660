// The few records that the key-value session writes, in SQLite's record format, so that SQLite can
// read its databases. https://www.sqlite.org/fileformat2.html#record_format

#ifndef ORRERY_WHOPPER_CLIENTS_KV_RECORD_H_
#define ORRERY_WHOPPER_CLIENTS_KV_RECORD_H_

#include <optional>
#include <string>

#include "engine/base/bytes.h"
#include "sim/workloads/table_statement.h"

namespace orrery::whopper {

// NULLs, integers, texts and blobs.
std::string EncodeKvRecord(const sim::Row& values);
// None when the bytes are no such record.
std::optional<sim::Row> DecodeKvRecord(Bytes bytes);

}  // namespace orrery::whopper

#endif  // ORRERY_WHOPPER_CLIENTS_KV_RECORD_H_
