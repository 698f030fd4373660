#include "engine/db/testing/expect_answers.h"

#include <algorithm>
#include <string>
#include <vector>

#include "engine/db/connection.h"
#include "engine/db/testing/sql_result.h"
#include "engine/io/memory_io.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

std::string_view TakeLine(std::string_view& script) {
  const size_t end = std::min(script.find('\n'), script.size());
  const std::string_view line = script.substr(0, end);
  script.remove_prefix(std::min(end + 1, script.size()));
  return line;
}

}  // namespace

void ExpectAnswers(std::string_view script) {
  MemoryIo io({.seed = 1});
  auto connection = Connection::Open(io, "test.db", {});
  ASSERT_TRUE(connection.ok());
  while (!script.empty()) {
    const std::string_view sql = TakeLine(script);
    if (sql.empty()) continue;
    std::vector<std::string> rows;
    std::string error;
    while (script.starts_with("= ")) rows.emplace_back(TakeLine(script).substr(2));
    if (script.starts_with("! ")) error = TakeLine(script).substr(2);
    SCOPED_TRACE(sql);
    const SqlResult result = RunSql(io, **connection, sql);
    EXPECT_EQ(result.message, error);
    EXPECT_EQ(result.rows, rows);
  }
}

}  // namespace orrery
