#include "engine/db/testing/compare_with_sqlite.h"

#include <algorithm>
#include <string>
#include <vector>

#include "engine/db/connection.h"
#include "engine/db/testing/sql_result.h"
#include "engine/db/testing/sqlite_runner.h"
#include "engine/io/memory_io.h"
#include "gtest/gtest.h"

namespace orrery {

void CompareWithSqlite(std::string_view script) {
  MemoryIo io({.seed = 1});
  auto connection = Connection::Open(io, "test.db", {});
  ASSERT_TRUE(connection.ok());
  SqliteRunner sqlite;
  while (!script.empty()) {
    const size_t end = std::min(script.find('\n'), script.size());
    std::string_view line = script.substr(0, end);
    script.remove_prefix(std::min(end + 1, script.size()));
    if (line.empty()) continue;
    const bool may_differ = line.starts_with('!');
    if (may_differ) line.remove_prefix(1);
    SCOPED_TRACE(line);
    const SqlResult theirs = sqlite.Run(line);
    const SqlResult ours = RunSql(io, **connection, line);
    if (may_differ) {
      EXPECT_FALSE(theirs.ok());
      EXPECT_FALSE(ours.ok());
      continue;
    }
    EXPECT_EQ(ours.code, theirs.code) << ours.message;
    EXPECT_EQ(ours.message, theirs.message);
    EXPECT_EQ(ours.rows, theirs.rows);
    if (theirs.ok()) EXPECT_EQ(ours.columns, theirs.columns);
    EXPECT_EQ((*connection)->changes(), sqlite.changes());
    EXPECT_EQ((*connection)->last_insert_rowid(), sqlite.last_insert_rowid());
  }
  const SqlResult check = RunSql(io, **connection, "PRAGMA integrity_check");
  EXPECT_EQ(check.rows, std::vector<std::string>{"'ok'"});
}

}  // namespace orrery
