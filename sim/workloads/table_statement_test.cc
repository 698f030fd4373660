// Goal: the SQL that a TableStatement prints means what the model says it means.
// Method: SQLite runs the text, the model the structure; answers, errors, changes() and tables
// agree.

#include "sim/workloads/table_statement.h"

#include <gtest/gtest.h>

#include "sim/choices/seed_source.h"
#include "sim/oracles/model.h"
#include "sim/oracles/sqlite3_database.h"
#include "sim/workloads/table_workload.h"

namespace orrery::sim {
namespace {

TEST(TableStatementTest, MeansTheSameToSqliteAndTheModel) {
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    SeedSource source(seed);
    Choices choices(source);
    TableWorkload workload(TableShape::Draw(choices, 512), choices.Branch("workload"));
    Tables tables;
    Sqlite3Database sqlite;
    for (int i = 0; i < 200; ++i) {
      const bool write = choices.Choose(2, "write") == 0;
      const TableStatement statement = write ? workload.Write() : workload.Select();
      const SqlText text = ToSql(statement);
      const Sqlite3Answer answer = sqlite.Run(text.sql, text.parameters);
      SCOPED_TRACE("seed " + std::to_string(seed) + ": " + text.sql);
      if (write) {
        int64_t change_count = 0;
        ASSERT_EQ(Primary(answer.code), tables.Apply(statement, &change_count)) << answer.message;
        if (answer.ok() && !statement.changes_schema()) ASSERT_EQ(sqlite.changes(), change_count);
      } else if (tables.Find(statement.table) == nullptr) {
        ASSERT_EQ(answer.code, ResultCode::kError);
      } else {
        ASSERT_EQ(DescribeDifference(tables.Select(statement), answer.rows), "");
      }
    }
  }
}

TEST(TableStatementTest, SpellsEveryValueAsALiteralThatReadsBack) {
  Sqlite3Database sqlite;
  for (const Value& value :
       {Value::Null(), Value::Integer(INT64_MIN), Value::Integer(INT64_MAX), Value::Real(0.1),
        Value::Real(1e100), Value::Real(-3), Value::Text("it's"), Value::Text(""),
        Value::Blob(AsBytes(std::string_view("\0\xff", 2)))}) {
    const Sqlite3Answer answer = sqlite.Run("SELECT " + ToLiteral(value));
    ASSERT_EQ(answer.rows.size(), 1u);
    EXPECT_TRUE(Identical(answer.rows[0][0], value)) << ToLiteral(value);
  }
}

}  // namespace
}  // namespace orrery::sim
