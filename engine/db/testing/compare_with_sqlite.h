// For tests: a script does here what it does in SQLite.

#ifndef ORRERY_ENGINE_DB_TESTING_COMPARE_WITH_SQLITE_H_
#define ORRERY_ENGINE_DB_TESTING_COMPARE_WITH_SQLITE_H_

#include <string_view>

namespace orrery {

// Runs `script`, a statement a line, on both, each from an empty database, and compares rows, names
// of columns, errors and counters after every line. A line that begins with ! fails in both, but
// may fail differently. At the end sqlite3 finds our file in order, and we do.
void CompareWithSqlite(std::string_view script);

}  // namespace orrery

#endif  // ORRERY_ENGINE_DB_TESTING_COMPARE_WITH_SQLITE_H_
