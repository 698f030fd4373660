// Goal: pragmas of journals, and statements that meet other connections' locks, answer as sqlite3
// answers them. Method: the same statements on a file of each engine, two connections to each;
// lines begin with the number of the connection. After one with an = the same files must be there
// too. (A journal is made later here: not at the first change, but when it is needed.)

#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "engine/db/connection.h"
#include "engine/db/testing/sql_result.h"
#include "engine/db/testing/sqlite_runner.h"
#include "engine/io/syscall_io.h"
#include "engine/io/testing/posix_directory.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

class JournalModeTest : public testing::Test {
 protected:
  // Which files stand beside the database, as letters.
  std::string FilesOf(const std::string& path) {
    std::string files;
    for (const char* suffix : {"-journal", "-wal", "-shm"}) {
      const Result<bool> exists = io_.Exists(path + suffix);
      if (exists.ok() && *exists) files += suffix;
    }
    return files;
  }

  void Compare(std::string_view script) {
    const std::string ours_path = directory_.path() + "/ours.db";
    const std::string theirs_path = directory_.path() + "/theirs.db";
    for (const std::string& path : {ours_path, theirs_path}) {
      for (const char* suffix : {"", "-journal", "-wal", "-shm"}) {
        ASSERT_TRUE(io_.Remove(path + suffix).ok());
      }
    }
    std::vector<std::unique_ptr<Connection>> ours;
    std::vector<std::unique_ptr<SqliteRunner>> theirs;
    for (int i = 0; i < 2; ++i) {
      auto opened = Connection::Open(io_, ours_path, {.journal_mode = JournalMode::kDelete});
      ASSERT_TRUE(opened.ok());
      ours.push_back(*std::move(opened));
      theirs.push_back(std::make_unique<SqliteRunner>(theirs_path));
    }
    while (!script.empty()) {
      const size_t end = std::min(script.find('\n'), script.size());
      std::string_view line = script.substr(0, end);
      script.remove_prefix(std::min(end + 1, script.size()));
      if (line.empty()) continue;
      SCOPED_TRACE(line);
      const auto who = static_cast<size_t>(line[0] - '1');
      const bool compares_files = line[1] == '=';
      line.remove_prefix(2);
      const SqlResult expected = theirs[who]->Run(line);
      const SqlResult actual = RunSql(io_, *ours[who], line);
      EXPECT_EQ(actual.ToString(), expected.ToString());
      if (compares_files) EXPECT_EQ(FilesOf(ours_path), FilesOf(theirs_path));
    }
    for (auto& connection : ours) {
      ASSERT_TRUE(RunToEnd(io_, [&] { return connection->Close(); }).done());
    }
    ours.clear();
    theirs.clear();
    EXPECT_EQ(FilesOf(ours_path), FilesOf(theirs_path));
  }

  static std::string ReadHeader(const std::string& path) {
    std::string header(100, '\0');
    std::ifstream(path, std::ios::binary).read(header.data(), 100);
    return header;
  }

  PosixDirectory directory_;
  SyscallIo io_;
};

TEST_F(JournalModeTest, AnswersAsSqlite3) {
  Compare(R"sql(
1=PRAGMA journal_mode
1=PRAGMA journal_mode = truncate
1=PRAGMA journal_mode
1=CREATE TABLE t(a)
1=INSERT INTO t VALUES (1)
2=PRAGMA journal_mode
2=PRAGMA journal_mode = persist
2=INSERT INTO t VALUES (2)
2=PRAGMA journal_mode = delete
1 SELECT * FROM t
1=PRAGMA journal_mode = memory
1=INSERT INTO t VALUES (3)
1=PRAGMA journal_mode = off
1=INSERT INTO t VALUES (4)
1=PRAGMA journal_mode = nonsense
1=PRAGMA journal_mode = del
1=PRAGMA journal_mode = PERSIST
1=PRAGMA journal_mode(wal)
2=INSERT INTO t VALUES (5)
1=PRAGMA journal_mode = delete
1 SELECT count(*) FROM t
2 BEGIN
2=PRAGMA journal_mode = truncate
2 COMMIT
)sql");
}

TEST_F(JournalModeTest, LeavesWalModeWhenNobodyElseHasItOpen) {
  Compare(R"sql(
1=PRAGMA journal_mode = wal
1=CREATE TABLE t(a)
1=INSERT INTO t VALUES (1)
1 PRAGMA wal_checkpoint
1 BEGIN
1 SELECT * FROM t
1=PRAGMA journal_mode = delete
1 COMMIT
1 PRAGMA journal_mode = persist
1=INSERT INTO t VALUES (2)
1 PRAGMA wal_checkpoint
1 BEGIN
1 PRAGMA journal_mode = wal
1 PRAGMA journal_mode = truncate
1 INSERT INTO t VALUES (3)
1 PRAGMA journal_mode = delete
1 PRAGMA journal_mode
1 ROLLBACK
1=PRAGMA journal_mode
1=PRAGMA journal_mode = wal
1 PRAGMA wal_checkpoint(full)
1=INSERT INTO t VALUES (4)
1 PRAGMA wal_checkpoint(restart)
1 PRAGMA wal_checkpoint(truncate)
1 SELECT * FROM t
)sql");
}

TEST_F(JournalModeTest, LocksAsSqlite3) {
  for (const char* mode : {"delete", "truncate", "persist", "memory", "off", "wal"}) {
    SCOPED_TRACE(mode);
    Compare("1 PRAGMA journal_mode = " + std::string(mode) + R"sql(
1 CREATE TABLE t(a)
1 INSERT INTO t VALUES (1)
2 SELECT * FROM t
1 BEGIN IMMEDIATE
1 INSERT INTO t VALUES (2)
2 INSERT INTO t VALUES (3)
2 SELECT * FROM t
2 BEGIN IMMEDIATE
2 BEGIN EXCLUSIVE
2 BEGIN
2 SELECT * FROM t
1 COMMIT
2 SELECT * FROM t
2 INSERT INTO t VALUES (4)
2 COMMIT
1 COMMIT
1 SELECT * FROM t
2 SELECT * FROM t
2 BEGIN
2 SELECT count(*) FROM t
1 INSERT INTO t VALUES (5)
1 SELECT count(*) FROM t
2 ROLLBACK
1 INSERT INTO t VALUES (6)
1 BEGIN EXCLUSIVE
2 SELECT count(*) FROM t
2 INSERT INTO t VALUES (7)
1 ROLLBACK
2 SELECT count(*) FROM t
1 SAVEPOINT s
1 INSERT INTO t VALUES (8)
2 BEGIN
2 SELECT count(*) FROM t
1 RELEASE s
1 SELECT count(*) FROM t
2 COMMIT
1 RELEASE s
2 SELECT count(*) FROM t
)sql");
  }
}

TEST_F(JournalModeTest, KeepsItsLimits) {
  Compare(R"sql(
1 PRAGMA journal_size_limit
1 PRAGMA journal_size_limit = 5000
1 PRAGMA journal_size_limit = -5
1 PRAGMA journal_size_limit = 0
1 PRAGMA synchronous
1 PRAGMA synchronous = extra
1 PRAGMA synchronous
1 PRAGMA synchronous = 0
1 PRAGMA synchronous
1 PRAGMA cache_size = -4000
1 PRAGMA cache_size
1 PRAGMA cache_size = 50
1 PRAGMA cache_size
1 PRAGMA wal_autocheckpoint
1 PRAGMA wal_autocheckpoint = 7
1 PRAGMA user_version = -3
1 PRAGMA user_version
1 PRAGMA application_id = 77
1 PRAGMA application_id
1 PRAGMA page_count
1 PRAGMA freelist_count
1 PRAGMA encoding
1 PRAGMA schema_version
1 CREATE TABLE t(a)
1 PRAGMA schema_version
1 PRAGMA page_count
)sql");
}

// The other's lock goes while we wait for it.
TEST_F(JournalModeTest, WaitsForALockAsLongAsItsTimeout) {
  for (const JournalMode mode : {JournalMode::kDelete, JournalMode::kWal}) {
    const std::string path = directory_.path() + "/waits" + std::string(NameOf(mode)) + ".db";
    auto a = *Connection::Open(io_, path, {.journal_mode = mode});
    auto b = *Connection::Open(io_, path, {.journal_mode = mode});
    EXPECT_TRUE(RunSql(io_, *a, "CREATE TABLE t(x); INSERT INTO t VALUES (1)").ok());
    b->SetBusyTimeout(10'000);
    for (const char* sql : {"INSERT INTO t VALUES (2)", "BEGIN; INSERT INTO t VALUES (3); COMMIT",
                            "BEGIN EXCLUSIVE; ROLLBACK"}) {
      EXPECT_TRUE(RunSql(io_, *a, "BEGIN IMMEDIATE; INSERT INTO t VALUES (9)").ok());
      size_t tail = 0;
      int waits = 0;
      for (std::string_view left = sql; !left.empty(); left.remove_prefix(tail)) {
        auto statement = *b->Prepare(left, &tail);
        StepResult step;
        while ((step = statement->Step()).kind == StepKind::kWaiting) {
          if (++waits == 5) {
            EXPECT_TRUE(RunSql(io_, *a, "COMMIT").ok());
          }
          ASSERT_TRUE(WaitFor(io_, *step.waits_for).ok());
        }
        EXPECT_EQ(step.kind, StepKind::kDone) << step.error.ToString();
      }
      EXPECT_GE(waits, 5);
    }
    EXPECT_EQ(RunSql(io_, *b, "SELECT count(*) FROM t").rows, std::vector<std::string>{"6"});
  }
  // A reader in the way of a commit.
  const std::string path = directory_.path() + "/commit.db";
  auto a = *Connection::Open(io_, path, {.journal_mode = JournalMode::kDelete});
  auto b = *Connection::Open(io_, path, {.journal_mode = JournalMode::kDelete});
  EXPECT_TRUE(RunSql(io_, *a, "CREATE TABLE t(x); INSERT INTO t VALUES (1)").ok());
  a->SetBusyTimeout(10'000);
  for (const char* sql : {"INSERT INTO t VALUES (2)", "COMMIT", "RELEASE s"}) {
    if (sql[0] == 'C') EXPECT_TRUE(RunSql(io_, *a, "BEGIN; INSERT INTO t VALUES (3)").ok());
    if (sql[0] == 'R') EXPECT_TRUE(RunSql(io_, *a, "SAVEPOINT s; INSERT INTO t VALUES (4)").ok());
    EXPECT_TRUE(RunSql(io_, *b, "BEGIN; SELECT * FROM t").ok());
    auto statement = *a->Prepare(sql);
    StepResult step;
    int waits = 0;
    while ((step = statement->Step()).kind == StepKind::kWaiting) {
      if (++waits == 5) {
        EXPECT_TRUE(RunSql(io_, *b, "COMMIT").ok());
      }
      ASSERT_TRUE(WaitFor(io_, *step.waits_for).ok());
    }
    EXPECT_EQ(step.kind, StepKind::kDone) << step.error.ToString();
    EXPECT_GE(waits, 5);
  }
  EXPECT_EQ(RunSql(io_, *b, "SELECT count(*) FROM t").rows, std::vector<std::string>{"4"});
}

// As sqlite3 does: a statement on its own that cannot commit is undone, and nothing else.
TEST_F(JournalModeTest, KeepsQueriesBesideAStatementThatOthersAreInTheWayOf) {
  const std::string path = directory_.path() + "/beside.db";
  auto a = *Connection::Open(io_, path, {.journal_mode = JournalMode::kDelete});
  auto b = *Connection::Open(io_, path, {.journal_mode = JournalMode::kDelete});
  EXPECT_TRUE(RunSql(io_, *a, "CREATE TABLE t(x); INSERT INTO t VALUES (1),(2),(3)").ok());
  EXPECT_TRUE(RunSql(io_, *b, "BEGIN; SELECT * FROM t").ok());
  auto query = *a->Prepare("SELECT x FROM t");
  const auto step = [&] {
    StepResult result;
    while ((result = query->Step()).kind == StepKind::kWaiting) {
      EXPECT_TRUE(WaitFor(io_, *result.waits_for).ok());
    }
    return result;
  };
  EXPECT_EQ(step().kind, StepKind::kRow);
  EXPECT_EQ(RunSql(io_, *a, "INSERT INTO t VALUES (4)").code, 5);
  for (const int64_t x : {2, 3}) {
    const StepResult row = step();
    ASSERT_EQ(row.kind, StepKind::kRow) << row.error.ToString();
    EXPECT_EQ(query->column(0).integer(), x);
  }
  EXPECT_EQ(step().kind, StepKind::kDone);
  EXPECT_TRUE(RunSql(io_, *b, "COMMIT").ok());
  EXPECT_EQ(RunSql(io_, *b, "SELECT count(*) FROM t").rows, std::vector<std::string>{"3"});
}

// Also one that had outgrown the cache: others see nothing of it.
TEST_F(JournalModeTest, ShowsNothingOfAStatementThatWasUndone) {
  const std::string path = directory_.path() + "/undone.db";
  auto a = *Connection::Open(io_, path, {.journal_mode = JournalMode::kDelete});
  EXPECT_TRUE(RunSql(io_, *a,
                     "PRAGMA cache_size=10; CREATE TABLE t(id INTEGER PRIMARY KEY, x);"
                     "INSERT INTO t VALUES (1,'a'),(1000,'b')")
                  .ok());
  for (int id = 2; id <= 100; ++id) {
    EXPECT_TRUE(
        RunSql(io_, *a, "INSERT INTO t VALUES (" + std::to_string(id) + ",zeroblob(2000))").ok());
  }
  auto query = *a->Prepare("SELECT x FROM t");
  StepResult step;
  while ((step = query->Step()).kind == StepKind::kWaiting) {
    EXPECT_TRUE(WaitFor(io_, *step.waits_for).ok());
  }
  EXPECT_EQ(step.kind, StepKind::kRow);
  const std::string header = ReadHeader(path);
  const SqlResult result = RunSql(io_, *a, "UPDATE t SET x=zeroblob(1900), id=id+900");
  EXPECT_EQ(result.code & 0xff, 19) << result.ToString();
  EXPECT_EQ(ReadHeader(path), header);
  EXPECT_EQ(RunSql(io_, *a, "SELECT count(*), max(id), max(length(x)) FROM t").rows,
            std::vector<std::string>{"101|1000|2000"});
  EXPECT_EQ(RunSql(io_, *a, "PRAGMA integrity_check").rows, std::vector<std::string>{"'ok'"});
}

}  // namespace
}  // namespace orrery
