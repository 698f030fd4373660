// Goal: a program written for SQLite's C interface runs. Method: the life of a database through the
// functions alone: open, write, bind, read, fail, close.

#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "engine/capi/sqlite3_api.h"
#include "gtest/gtest.h"

namespace {

constexpr int kOk = 0;
constexpr int kError = 1;
constexpr int kBusy = 5;
constexpr int kRow = 100;
constexpr int kDone = 101;

class CapiTest : public testing::Test {
 protected:
  CapiTest() { EXPECT_EQ(sqlite3_open(":memory:", &db_), kOk); }
  ~CapiTest() override { EXPECT_EQ(sqlite3_close(db_), kOk); }

  void Exec(const char* sql) {
    char* message = nullptr;
    EXPECT_EQ(sqlite3_exec(db_, sql, nullptr, nullptr, &message), kOk) << message;
    sqlite3_free(message);
  }
  sqlite3_stmt* Prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(db_, sql, -1, &statement, nullptr), kOk) << sqlite3_errmsg(db_);
    return statement;
  }

  sqlite3* db_ = nullptr;
};

TEST_F(CapiTest, GivesValuesOfEveryTypeInEveryForm) {
  sqlite3_stmt* statement = Prepare("SELECT 12 AS a, 1.5, 'text', x'0041', NULL");
  ASSERT_EQ(sqlite3_column_count(statement), 5);
  EXPECT_STREQ(sqlite3_column_name(statement, 0), "a");
  ASSERT_EQ(sqlite3_step(statement), kRow);
  const int types[] = {1, 2, 3, 4, 5};
  for (int i = 0; i < 5; ++i) EXPECT_EQ(sqlite3_column_type(statement, i), types[i]);
  EXPECT_EQ(sqlite3_column_int64(statement, 0), 12);
  EXPECT_EQ(sqlite3_column_double(statement, 1), 1.5);
  EXPECT_STREQ(reinterpret_cast<const char*>(sqlite3_column_text(statement, 0)), "12");
  EXPECT_STREQ(reinterpret_cast<const char*>(sqlite3_column_text(statement, 2)), "text");
  EXPECT_EQ(sqlite3_column_bytes(statement, 3), 2);
  EXPECT_EQ(std::memcmp(sqlite3_column_blob(statement, 3), "\0A", 2), 0);
  EXPECT_EQ(sqlite3_column_text(statement, 4), nullptr);
  EXPECT_EQ(sqlite3_column_type(statement, 5), 5);
  EXPECT_EQ(sqlite3_step(statement), kDone);
  EXPECT_EQ(sqlite3_finalize(statement), kOk);
}

TEST_F(CapiTest, BindsParametersAndRunsAStatementAgain) {
  Exec("CREATE TABLE t(a, b); BEGIN");
  sqlite3_stmt* insert = Prepare("INSERT INTO t VALUES (?1, :b)");
  EXPECT_EQ(sqlite3_bind_parameter_count(insert), 2);
  EXPECT_EQ(sqlite3_bind_parameter_index(insert, ":b"), 2);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(sqlite3_bind_int64(insert, 1, i), kOk);
    EXPECT_EQ(sqlite3_bind_text(insert, 2, "abc", i, nullptr), kOk);
    EXPECT_EQ(sqlite3_step(insert), kDone);
    EXPECT_EQ(sqlite3_reset(insert), kOk);
  }
  EXPECT_EQ(sqlite3_bind_int64(insert, 3, 1), 25);
  sqlite3_finalize(insert);
  EXPECT_EQ(sqlite3_get_autocommit(db_), 0);
  Exec("COMMIT");
  EXPECT_EQ(sqlite3_get_autocommit(db_), 1);
  EXPECT_EQ(sqlite3_last_insert_rowid(db_), 3);
  EXPECT_EQ(sqlite3_total_changes(db_), 3);

  std::vector<std::string> rows;
  const auto take = [](void* context, int count, char** values, char** names) {
    EXPECT_EQ(count, 2);
    EXPECT_STREQ(names[1], "b");
    static_cast<std::vector<std::string>*>(context)->push_back(values[1]);
    return 0;
  };
  EXPECT_EQ(sqlite3_exec(db_, "SELECT a, b FROM t ORDER BY a", take, &rows, nullptr), kOk);
  EXPECT_EQ(rows, (std::vector<std::string>{"", "a", "ab"}));
}

TEST_F(CapiTest, AttachesFilesToADatabaseInMemory) {
  const std::string path = testing::TempDir() + "/attached.db";
  (void)std::remove(path.c_str());
  Exec("CREATE TABLE t(a); INSERT INTO t VALUES(7)");
  Exec(("ATTACH '" + path + "' AS f; CREATE TABLE f.u AS SELECT a FROM t; DETACH f").c_str());
  sqlite3* other = nullptr;
  constexpr int kReadWriteUri = 0x2 | 0x4 | 0x40;
  ASSERT_EQ(sqlite3_open_v2(":memory:", &other, kReadWriteUri, nullptr), kOk);
  const auto exec = [&](const std::string& sql) {
    return sqlite3_exec(other, sql.c_str(), nullptr, nullptr, nullptr);
  };
  EXPECT_EQ(exec("ATTACH 'file:" + path + "?mode=ro' AS f"), kOk) << sqlite3_errmsg(other);
  EXPECT_EQ(exec("SELECT a FROM f.u"), kOk);
  EXPECT_NE(exec("INSERT INTO f.u VALUES(8)"), kOk);
  EXPECT_EQ(exec("ATTACH 'file:x?mode=memory' AS m; CREATE TABLE m.v(a)"), kOk);
  EXPECT_NE(exec("ATTACH 'file:" + path + "-none?mode=rw' AS n"), kOk);
  EXPECT_NE(exec("ATTACH 'file:x?mode=odd' AS o"), kOk);
  EXPECT_STREQ(sqlite3_errmsg(other), "no such access mode: odd");
  EXPECT_EQ(sqlite3_close(other), kOk);
}

TEST_F(CapiTest, SaysWhatIsWrong) {
  sqlite3_stmt* statement = nullptr;
  EXPECT_EQ(sqlite3_prepare_v2(db_, "SELECT x FROM nosuch", -1, &statement, nullptr), kError);
  EXPECT_EQ(statement, nullptr);
  EXPECT_STREQ(sqlite3_errmsg(db_), "no such table: nosuch");
  Exec("CREATE TABLE t(a NOT NULL)");
  statement = Prepare("INSERT INTO t VALUES (NULL)");
  EXPECT_EQ(sqlite3_step(statement), 19);
  EXPECT_EQ(sqlite3_extended_errcode(db_), 1299);
  EXPECT_STREQ(sqlite3_errmsg(db_), "NOT NULL constraint failed: t.a");
  EXPECT_EQ(sqlite3_close(db_), kBusy);
  EXPECT_EQ(sqlite3_finalize(statement), 19);
}

TEST_F(CapiTest, GoesThroughAScriptByItsTails) {
  const char* sql = "SELECT 1; -- one\n SELECT 2;  ";
  std::vector<int> values;
  while (*sql != '\0') {
    sqlite3_stmt* statement = nullptr;
    ASSERT_EQ(sqlite3_prepare_v2(db_, sql, -1, &statement, &sql), kOk);
    if (statement == nullptr) continue;
    EXPECT_EQ(sqlite3_step(statement), kRow);
    values.push_back(sqlite3_column_int(statement, 0));
    sqlite3_finalize(statement);
  }
  EXPECT_EQ(values, (std::vector<int>{1, 2}));
}

TEST(CapiOpenTest, SaysWhyAFileCannotBeOpened) {
  sqlite3* db = nullptr;
  EXPECT_EQ(sqlite3_open_v2("/nosuch/folder/a.db", &db, 0x2, nullptr), 14);
  EXPECT_NE(db, nullptr);
  EXPECT_EQ(sqlite3_errcode(db), 14);
  EXPECT_EQ(sqlite3_close(db), kOk);
}

TEST(CapiOpenTest, LetsAConnectionGoWithItsLastStatement) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open_v2("file:x?mode=memory", &db, 0x46, nullptr), kOk);
  sqlite3_stmt* statement = nullptr;
  ASSERT_EQ(sqlite3_prepare_v2(db, "SELECT 1", -1, &statement, nullptr), kOk);
  EXPECT_EQ(sqlite3_close_v2(db), kOk);
  EXPECT_EQ(sqlite3_step(statement), kRow);
  EXPECT_EQ(sqlite3_finalize(statement), kOk);
}

}  // namespace
