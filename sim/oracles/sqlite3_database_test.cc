// Goal: an image in memory is a database to SQLite, with its WAL.
// Method: make one by hand in a database of ours, damage it, and ask.

#include "sim/oracles/sqlite3_database.h"

#include <gtest/gtest.h>

namespace orrery::sim {
namespace {

TEST(Sqlite3DatabaseTest, ReadsNothingFromAnImageWithoutFiles) {
  Sqlite3Database database{DatabaseImage()};
  const Sqlite3Answer answer = database.Run("SELECT count(*) FROM sqlite_schema");
  ASSERT_TRUE(answer.ok()) << answer.message;
  EXPECT_EQ(answer.rows[0][0].integer(), 0);
}

TEST(Sqlite3DatabaseTest, ReportsDamage) {
  DatabaseImage image;
  image[""] = std::string(1024, 'x');
  Sqlite3Database database(std::move(image));
  EXPECT_EQ(database.Run("SELECT * FROM sqlite_schema").code, ResultCode::kNotADatabase);
}

TEST(Sqlite3DatabaseTest, WritesAndReadsBackInWalMode) {
  Sqlite3Database database{DatabaseImage()};
  ASSERT_EQ(database.Run("PRAGMA journal_mode=wal").rows[0][0].text(), "wal");
  ASSERT_TRUE(database.Run("CREATE TABLE t(a)").ok());
  ASSERT_TRUE(database.Run("INSERT INTO t VALUES(?)", {Value::Text("x")}).ok());
  EXPECT_EQ(database.Run("SELECT a FROM t").rows[0][0].text(), "x");
}

TEST(Sqlite3DatabaseTest, CanBeUsedBesideAnother) {
  Sqlite3Database a{DatabaseImage()};
  Sqlite3Database b{DatabaseImage()};
  ASSERT_TRUE(a.Run("CREATE TABLE t(a)").ok());
  ASSERT_TRUE(b.Run("CREATE TABLE u(a)").ok());
  EXPECT_FALSE(a.Run("SELECT * FROM u").ok());
  EXPECT_TRUE(a.Run("SELECT * FROM t").ok());
}

}  // namespace
}  // namespace orrery::sim
