// oracle=differential: a statement's answer against SQLite's, run on a database in memory.

#ifndef ORRERY_SIM_ORACLES_DIFFERENTIAL_H_
#define ORRERY_SIM_ORACLES_DIFFERENTIAL_H_

#include <string>
#include <vector>

#include "engine/base/status.h"
#include "sim/oracles/sqlite3_database.h"

namespace orrery::sim {

// How one statement of ours ended.
struct Answer {
  bool given_up = false;
  Status error;
  Rows rows;
  std::vector<std::string> columns;
  int64_t changes = 0;
  int64_t last_insert_rowid = 0;
};

// "" when they agree: columns and rows, or the class of error and its message. Reals that differ in
// their last digits only are the same, since releases add and print them differently.
std::string DescribeDifference(const Sqlite3Answer& expected, const Answer& actual);

// Exactly the same; for two runs of our own.
std::string DescribeDifference(const Answer& expected, const Answer& actual);

}  // namespace orrery::sim

#endif  // ORRERY_SIM_ORACLES_DIFFERENTIAL_H_
