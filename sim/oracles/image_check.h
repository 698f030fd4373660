// oracle=sqlite3: what a crash has left is opened with SQLite itself, which must find it in order
// and see the same rows.

#ifndef ORRERY_SIM_ORACLES_IMAGE_CHECK_H_
#define ORRERY_SIM_ORACLES_IMAGE_CHECK_H_

#include <optional>
#include <string>
#include <vector>

#include "sim/oracles/model.h"
#include "sim/oracles/sqlite3_database.h"
#include "sim/world/world.h"

namespace orrery::sim {

// Each table's rows as SELECT id,a,b gives them; none for a table that is not there.
using TableRows = std::vector<std::optional<Rows>>;

// The files of the database at `path`, those whose names it begins ("db-wal", "db-two"), without
// shared memory, as programs see them now.
DatabaseImage TakeImage(const World& world, const std::string& path);
// Likewise of an image of the disk.
DatabaseImage TakeImage(const DiskImage& disk, const std::string& path);

// Lets SQLite check and read the image. Fails when it finds anything wrong.
TableRows ReadWithSqlite3(DatabaseImage image, int table_count);

// "" when the rows are those of the model.
std::string CompareTables(const Tables& expected, const TableRows& actual);

}  // namespace orrery::sim

#endif  // ORRERY_SIM_ORACLES_IMAGE_CHECK_H_
