// Goal: the random SQL is worth running: mostly right, and its wrong statements are rare.
// Method: SQLite runs it.

#include "sim/workloads/sql_workload.h"

#include <gtest/gtest.h>

#include "sim/choices/seed_source.h"
#include "sim/oracles/sqlite3_database.h"

namespace orrery::sim {
namespace {

TEST(SqlWorkloadTest, IsMostlyUnderstoodBySqlite) {
  int statement_count = 0;
  int syntax_error_count = 0;
  int row_count = 0;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SeedSource source(seed);
    SqlWorkload workload((Choices(source)));
    Sqlite3Database sqlite;
    for (int i = 0; i < 200; ++i) {
      const SqlStatementText text = workload.Next(sqlite.in_transaction());
      const Sqlite3Answer answer = sqlite.Run(text.sql);
      std::vector<std::string> definitions;
      for (const Row& row : sqlite.Run("SELECT sql FROM sqlite_schema").rows) {
        if (!row[0].is_text()) continue;
        definitions.emplace_back(row[0].text());
      }
      workload.Learn(definitions);
      ++statement_count;
      if (answer.message.find("syntax error") != std::string::npos) ++syntax_error_count;
      row_count += static_cast<int>(answer.rows.size());
    }
  }
  EXPECT_LT(syntax_error_count, statement_count / 50);
  EXPECT_GT(row_count, statement_count / 2);
}

}  // namespace
}  // namespace orrery::sim
