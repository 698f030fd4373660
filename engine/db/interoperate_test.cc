// Goal: files go back and forth between sqlite3 and here, and what is not supported yet in them is
// said, never read or written wrongly.
// Method: the two engines in turn on one file of the host, each closed before the other opens.

#include <cstdio>
#include <string>

#include "engine/db/connection.h"
#include "engine/db/testing/sql_result.h"
#include "engine/db/testing/sqlite_runner.h"
#include "engine/io/syscall_io.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

using Strings = std::vector<std::string>;

class InteroperateTest : public testing::Test {
 protected:
  InteroperateTest()
      : path_(testing::TempDir() + "/interoperate_" +
              testing::UnitTest::GetInstance()->current_test_info()->name() + ".db") {
    RemoveFiles();
  }
  ~InteroperateTest() override { RemoveFiles(); }

  void RemoveFiles() const {
    for (const char* suffix : {"", "-wal", "-shm", "-journal"})
      std::remove((path_ + suffix).c_str());
  }

  Strings Sqlite(std::string_view sql) const {
    const SqlResult result = SqliteRunner(path_).Run(sql);
    EXPECT_TRUE(result.ok()) << sql << ": " << result.ToString();
    return result.rows;
  }
  SqlResult TryOurs(std::string_view sql) {
    auto connection = Connection::Open(io_, path_, {});
    CHECK(connection.ok());
    const SqlResult result = RunSql(io_, **connection, sql);
    EXPECT_TRUE(RunToEnd(io_, [&] { return (*connection)->Close(); }).done());
    return result;
  }
  Strings Ours(std::string_view sql) {
    const SqlResult result = TryOurs(sql);
    EXPECT_TRUE(result.ok()) << sql << ": " << result.ToString();
    return result.rows;
  }

  std::string path_;
  SyscallIo io_;
};

TEST_F(InteroperateTest, ReadsWhatSqliteWroteAndTheReverse) {
  for (const char* page_size : {"512", "4096", "65536"}) {
    SCOPED_TRACE(page_size);
    RemoveFiles();
    Sqlite(std::string("PRAGMA page_size = ") + page_size +
           "; PRAGMA journal_mode = wal; CREATE TABLE t(id INTEGER PRIMARY KEY, a REAL, b);"
           "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)"
           "INSERT INTO t SELECT i, i, zeroblob(i * 7 % 1000) FROM n");
    const std::string query = "SELECT id, a, typeof(a), length(b) FROM t";
    EXPECT_EQ(Ours(query), Sqlite(query));
    Ours(
        "UPDATE t SET a = a + 0.5 WHERE id % 2; DELETE FROM t WHERE id % 7 = 0;"
        "INSERT INTO t SELECT id + 1000, a, zeroblob(length(b) * 3) FROM t; CREATE TABLE u(x "
        "DEFAULT 'd', y);"
        "INSERT INTO u(y) VALUES (1), ('two'), (3.5)");
    EXPECT_EQ(Sqlite("PRAGMA integrity_check"), Strings{"'ok'"});
    EXPECT_EQ(Ours(query), Sqlite(query));
    EXPECT_EQ(Sqlite("SELECT * FROM u"), (Strings{"'d'|1", "'d'|'two'", "'d'|3.5"}));
    EXPECT_EQ(Sqlite("SELECT sql FROM sqlite_schema"), Ours("SELECT sql FROM sqlite_schema"));
    Sqlite("DROP TABLE u; INSERT INTO t(a) VALUES (9); VACUUM");
    EXPECT_EQ(Ours(query), Sqlite(query));
    EXPECT_EQ(Ours("PRAGMA integrity_check"), Strings{"'ok'"});
  }
}

TEST_F(InteroperateTest, WritesAFileInRollbackModeAndChangesItsMode) {
  Sqlite("CREATE TABLE t(a); INSERT INTO t VALUES (1)");
  EXPECT_EQ(Ours("SELECT a FROM t"), Strings{"1"});
  EXPECT_EQ(Ours("PRAGMA journal_mode"), Strings{"'delete'"});
  Ours("INSERT INTO t VALUES (2)");
  EXPECT_EQ(Sqlite("SELECT a FROM t"), (Strings{"1", "2"}));
  EXPECT_EQ(Sqlite("PRAGMA journal_mode"), Strings{"'delete'"});
  EXPECT_EQ(Ours("PRAGMA journal_mode = wal"), Strings{"'wal'"});
  Ours("INSERT INTO t VALUES (3)");
  EXPECT_EQ(Sqlite("SELECT a FROM t"), (Strings{"1", "2", "3"}));
  EXPECT_EQ(Sqlite("PRAGMA journal_mode"), Strings{"'wal'"});
  EXPECT_EQ(Ours("PRAGMA journal_mode = truncate"), Strings{"'truncate'"});
  Ours("INSERT INTO t VALUES (4)");
  EXPECT_EQ(Sqlite("SELECT a FROM t"), (Strings{"1", "2", "3", "4"}));
  EXPECT_EQ(Sqlite("PRAGMA journal_mode"), Strings{"'delete'"});
}

TEST_F(InteroperateTest, ReadsColumnsAddedLaterWithTheirDefaults) {
  Sqlite(
      "PRAGMA journal_mode = wal; CREATE TABLE t(a); INSERT INTO t VALUES (1);"
      "ALTER TABLE t ADD COLUMN b DEFAULT 'b'; ALTER TABLE t ADD COLUMN c REAL DEFAULT 5;"
      "ALTER TABLE t ADD COLUMN d; ALTER TABLE t ADD COLUMN e INTEGER DEFAULT -7; INSERT INTO t "
      "VALUES (2, 3, 4, 5, 6)");
  const std::string query = "SELECT *, typeof(c) FROM t WHERE e < 10 ORDER BY b";
  EXPECT_EQ(Ours(query), Sqlite(query));
  Ours("UPDATE t SET a = a + 1");
  EXPECT_EQ(Ours(query), Sqlite(query));
}

TEST_F(InteroperateTest, ReadsTablesItCannotChangeYet) {
  Sqlite(
      "PRAGMA journal_mode = wal;"
      "CREATE TABLE indexed(a, b); CREATE INDEX i ON indexed(a); INSERT INTO indexed VALUES (1, "
      "2), (0, 3);"
      "CREATE TABLE uniq(a UNIQUE, b TEXT PRIMARY KEY); INSERT INTO uniq VALUES (1, 'x');"
      "CREATE TABLE triggered(a); CREATE TRIGGER g AFTER INSERT ON triggered BEGIN SELECT 1; END;"
      "CREATE TABLE counted(a INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO counted VALUES (5);"
      "CREATE TABLE strict(a INT) STRICT; INSERT INTO strict VALUES (1);"
      "CREATE VIEW v AS SELECT a FROM indexed;"
      "CREATE TABLE compact(k PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO compact VALUES (1, 2);"
      "CREATE TABLE generated(a, b AS (a + 1)); INSERT INTO generated VALUES (1);"
      "CREATE VIRTUAL TABLE f USING fts5(x); CREATE TABLE plain(a); INSERT INTO plain VALUES (1)");
  EXPECT_EQ(Ours("SELECT * FROM indexed WHERE a >= 0"), (Strings{"1|2", "0|3"}));
  EXPECT_EQ(Ours("SELECT * FROM uniq"), Strings{"1|'x'"});
  EXPECT_EQ(Ours("SELECT * FROM counted"), Strings{"5"});
  EXPECT_EQ(Ours("SELECT * FROM strict"), Strings{"1"});
  for (const char* sql :
       {"INSERT INTO indexed VALUES (3, 4)", "UPDATE indexed SET b = 1", "DELETE FROM indexed",
        "DROP TABLE indexed", "INSERT INTO uniq VALUES (2, 'y')",
        "INSERT INTO triggered VALUES (1)", "DROP TABLE triggered",
        "INSERT INTO counted VALUES (6)", "DROP TABLE counted", "INSERT INTO strict VALUES (2)",
        "SELECT * FROM v", "INSERT INTO v VALUES (1)", "SELECT * FROM compact",
        "DELETE FROM compact", "SELECT * FROM generated", "INSERT INTO generated VALUES (1)",
        "SELECT * FROM f"}) {
    const SqlResult result = TryOurs(sql);
    EXPECT_EQ(result.code, 1) << sql;
    EXPECT_NE(result.message.find("not supported yet"), std::string::npos)
        << sql << ": " << result.message;
  }
  EXPECT_EQ(TryOurs("DROP TABLE v").message, "use DROP VIEW to delete view v");
  EXPECT_EQ(TryOurs("CREATE TABLE i(a)").message, "there is already an index named i");
  EXPECT_EQ(TryOurs("CREATE TABLE v(a)").message, "view v already exists");
  EXPECT_EQ(Ours("PRAGMA integrity_check"), Strings{"'ok'"});
  Ours(
      "INSERT INTO plain VALUES (2); DROP TABLE plain; CREATE TABLE plain2(x); INSERT INTO plain2 "
      "VALUES (1)");
  EXPECT_EQ(Sqlite("PRAGMA integrity_check"), Strings{"'ok'"});
}

TEST_F(InteroperateTest, RefusesUtf16) {
  Sqlite("PRAGMA encoding = 'UTF-16'; PRAGMA journal_mode = wal; CREATE TABLE t(a)");
  EXPECT_EQ(TryOurs("SELECT * FROM t").message, "UTF-16 databases are not supported yet");
  EXPECT_EQ(Ours("SELECT 1"), Strings{"1"});
}

TEST_F(InteroperateTest, RefusesWhatIsNoDatabase) {
  std::FILE* file = std::fopen(path_.c_str(), "w");
  for (int i = 0; i < 1000; ++i) std::fputs("not a database ", file);
  std::fclose(file);
  const SqlResult result = TryOurs("SELECT * FROM t");
  EXPECT_EQ(result.code, static_cast<int>(ResultCode::kNotADatabase)) << result.message;
  EXPECT_EQ(Ours("SELECT 1"), Strings{"1"});
}

}  // namespace
}  // namespace orrery
