// Goal: a database goes back and forth between sqlite3 and us, log present or not, and both may
// have it open at once. Method: files in a directory of the host's, through SyscallIo; sqlite3
// writes real tables, we write marks into pages it does not look at and copy its pages through our
// log.

#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/io/syscall_io.h"
#include "engine/io/testing/yield_plan.h"
#include "engine/storage/page_operations.h"
#include "engine/storage/pager.h"
#include "gtest/gtest.h"
#include "sqlite3_oracle.h"

namespace orrery {
namespace {

const YieldSite kTestFetch("test.sqlite.fetch");

class Sqlite {
 public:
  explicit Sqlite(const std::string& path) { CHECK(sqlite3_open(path.c_str(), &db_) == SQLITE_OK); }
  ~Sqlite() { sqlite3_close(db_); }
  // The rows, columns joined with '|', rows with '\n'; "error: ..." on an error.
  std::string Run(const std::string& sql) {
    std::string rows;
    char* error = nullptr;
    const auto add = [](void* out, int count, char** values, char**) {
      std::string& text = *static_cast<std::string*>(out);
      if (!text.empty()) text += '\n';
      for (int i = 0; i < count; ++i) {
        if (i > 0) text += '|';
        text += values[i] == nullptr ? "NULL" : values[i];
      }
      return 0;
    };
    if (sqlite3_exec(db_, sql.c_str(), add, &rows, &error) != SQLITE_OK) {
      rows = std::string("error: ") + error;
      sqlite3_free(error);
    }
    return rows;
  }

 private:
  sqlite3* db_ = nullptr;
};

class SqliteTest : public testing::Test {
 protected:
  std::unique_ptr<Pager> Open(PagerOptions options = PagerOptions()) {
    return ValueOf(Pager::Open(io_, path_, options));
  }
  template <typename Call>
  auto Run(Call call) {
    return ValueOf(RunToEnd(io_, call));
  }
  PageRef Get(Pager& pager, PageNumber number) {
    FetchPage fetch;
    fetch.Start(pager, number, kTestFetch);
    return Run([&] { return fetch.Resume(); });
  }
  PageRef Allocate(Pager& pager) {
    AllocatePage allocate;
    allocate.Start(pager);
    return Run([&] { return allocate.Resume(); });
  }
  void Free(Pager& pager, PageNumber number) {
    FreePage free;
    free.Start(pager, number);
    Run([&] { return free.Resume(); });
  }
  void BeginWrite(Pager& pager) {
    Run([&] { return pager.BeginRead(); });
    Run([&] { return pager.BeginWrite(); });
  }
  void Commit(Pager& pager) {
    Run([&] { return pager.Commit(); });
    pager.EndRead();
  }
  void Close(Pager& pager) {
    Run([&] { return pager.Close(); });
  }
  // Rewrites every page with its own bytes, so that all go through our log.
  void RewriteAll(Pager& pager) {
    BeginWrite(pager);
    for (PageNumber page = 1; page <= pager.page_count(); ++page) {
      if (page == LockPage(pager.page_size())) continue;
      (void)Get(pager, page).Edit();
    }
    Commit(pager);
  }

  SqliteTest() {
    std::filesystem::remove_all(directory_);
    CHECK(std::filesystem::create_directory(directory_));
  }
  ~SqliteTest() override { std::filesystem::remove_all(directory_); }

  const std::string directory_ = testing::TempDir() + "orrery_storage_sqlite_test";
  const std::string path_ = directory_ + "/test.db";
  SyscallIo io_;
};

TEST_F(SqliteTest, ReadsANewDatabaseOfOurs) {
  for (const uint32_t page_size : {512u, 1024u, 4096u, 65536u}) {
    {
      auto pager = Open({.new_page_size = page_size});
      BeginWrite(*pager);
      pager->SetUserVersion(page_size);
      Commit(*pager);
      Close(*pager);
    }
    {
      Sqlite sqlite(path_);
      EXPECT_EQ(sqlite.Run("PRAGMA integrity_check"), "ok");
      EXPECT_EQ(sqlite.Run("PRAGMA journal_mode"), "wal");
      EXPECT_EQ(sqlite.Run("PRAGMA page_size"), std::to_string(page_size));
      EXPECT_EQ(sqlite.Run("PRAGMA user_version"), std::to_string(page_size));
      EXPECT_EQ(sqlite.Run("CREATE TABLE t(a); INSERT INTO t VALUES(1); SELECT * FROM t"), "1");
    }
    ASSERT_TRUE(io_.Remove(path_).ok());
  }
}

TEST_F(SqliteTest, RecoversALogThatWeLeft) {
  for (const uint32_t page_size : {512u, 4096u, 65536u}) {
    {
      Sqlite sqlite(path_);
      sqlite.Run("PRAGMA page_size=" + std::to_string(page_size) +
                 "; PRAGMA journal_mode=wal; CREATE TABLE t(a, b);"
                 "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<500)"
                 "INSERT INTO t SELECT i, randomblob(300) FROM n;");
    }
    {
      auto pager = Open();
      RewriteAll(*pager);
      BeginWrite(*pager);
      pager->SetUserVersion(77);
      std::vector<PageNumber> pages;
      for (int i = 0; i < 300; ++i) pages.push_back(Allocate(*pager).number());
      for (const PageNumber page : pages) Free(*pager, page);
      Commit(*pager);
      // A spilled transaction that never commits.
      pager->SetCacheSize(10);
      BeginWrite(*pager);
      for (PageNumber page = 1; page <= pager->page_count(); ++page) {
        std::memset(Get(*pager, page).Edit() + 100, 0xee, 50);
      }
      pager.reset();  // as if killed: log and index stay
    }
    EXPECT_TRUE(ValueOf(io_.Exists(path_ + "-wal")));
    Sqlite sqlite(path_);
    EXPECT_EQ(sqlite.Run("PRAGMA integrity_check"), "ok");
    EXPECT_EQ(sqlite.Run("PRAGMA user_version"), "77");
    EXPECT_EQ(sqlite.Run("SELECT count(*), sum(a), sum(length(b)) FROM t"), "500|125250|150000");
    EXPECT_EQ(sqlite.Run("PRAGMA freelist_count"), "300");
    sqlite.Run("PRAGMA journal_mode=delete");
    ASSERT_TRUE(io_.Remove(path_).ok());
  }
}

TEST_F(SqliteTest, AndWeRecoverALogThatItLeft) {
  {
    Sqlite sqlite(path_);
    sqlite.Run(
        "PRAGMA page_size=1024; PRAGMA journal_mode=wal; PRAGMA wal_autocheckpoint=0;"
        "CREATE TABLE t(a); PRAGMA user_version=9;"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<9000)"
        "INSERT INTO t SELECT randomblob(900) FROM n; DELETE FROM t WHERE rowid%2;");
    // Copy while it is open, as a crash would leave the files.
    for (const char* suffix : {"", "-wal"}) {
      std::filesystem::copy(path_ + suffix, directory_ + "/copy.db" + suffix);
    }
  }
  auto pager = ValueOf(Pager::Open(io_, directory_ + "/copy.db", {}));
  Run([&] { return pager->BeginRead(); });
  EXPECT_EQ(pager->header().user_version, 9u);
  EXPECT_GT(pager->snapshot().max_frame, 9000u);  // several regions of the index
  EXPECT_GT(pager->page_count(), 9000u);
  pager->EndRead();
  RewriteAll(*pager);
  Close(*pager);
  EXPECT_FALSE(ValueOf(io_.Exists(directory_ + "/copy.db-wal")));
  Sqlite sqlite(directory_ + "/copy.db");
  EXPECT_EQ(sqlite.Run("PRAGMA integrity_check"), "ok");
  EXPECT_EQ(sqlite.Run("SELECT count(*), sum(length(a)) FROM t"), "4500|4050000");
}

TEST_F(SqliteTest, SharesADatabaseWithUsWhileBothHaveItOpen) {
  Sqlite sqlite(path_);
  EXPECT_EQ(sqlite.Run("PRAGMA journal_mode=wal; CREATE TABLE t(a); INSERT INTO t VALUES(0)"),
            "wal");
  auto pager = Open();
  for (int round = 1; round <= 20; ++round) {
    BeginWrite(*pager);
    EXPECT_EQ(sqlite.Run("INSERT INTO t VALUES(1)"), "error: database is locked");
    pager->SetUserVersion(static_cast<uint32_t>(round));
    for (PageNumber page = 2; page <= pager->page_count(); ++page) (void)Get(*pager, page).Edit();
    EXPECT_EQ(sqlite.Run("PRAGMA user_version"), std::to_string(round - 1));
    Commit(*pager);
    EXPECT_EQ(sqlite.Run("PRAGMA user_version"), std::to_string(round));

    EXPECT_EQ(sqlite.Run("INSERT INTO t VALUES(" + std::to_string(round) + "||'x')"), "");
    EXPECT_EQ(sqlite.Run("SELECT count(*) FROM t"), std::to_string(round + 1));
    sqlite.Run("BEGIN IMMEDIATE");
    Run([&] { return pager->BeginRead(); });
    IoResult<> busy = pager->BeginWrite();
    ASSERT_TRUE(busy.failed());
    EXPECT_EQ(busy.status().code(), ResultCode::kBusy);
    sqlite.Run("PRAGMA user_version=" + std::to_string(round + 1000) + "; COMMIT");
    busy = pager->BeginWrite();
    ASSERT_TRUE(busy.failed());
    EXPECT_EQ(busy.status().code(), ResultCode::kBusySnapshot);
    EXPECT_EQ(pager->header().user_version, static_cast<uint32_t>(round));
    pager->EndRead();
    BeginWrite(*pager);
    EXPECT_EQ(pager->header().user_version, static_cast<uint32_t>(round + 1000));
    pager->SetUserVersion(static_cast<uint32_t>(round));
    Commit(*pager);
    if (round % 3 == 1) {
      EXPECT_FALSE(Run([&] { return pager->Checkpoint(CheckpointMode::kTruncate); }).busy);
    }
    if (round % 3 == 2) {
      EXPECT_EQ(sqlite.Run("PRAGMA wal_checkpoint(truncate)"), "0|0|0");
    }
  }
  EXPECT_EQ(sqlite.Run("PRAGMA integrity_check"), "ok");
  Close(*pager);
  EXPECT_TRUE(ValueOf(io_.Exists(path_ + "-wal")));
  EXPECT_EQ(sqlite.Run("SELECT count(*) FROM t"), "21");
}

TEST_F(SqliteTest, AndWeReadAFileInRollbackModeAndTurnItToWal) {
  {
    Sqlite sqlite(path_);
    sqlite.Run("CREATE TABLE t(a); INSERT INTO t VALUES(1); PRAGMA user_version=3");
  }
  auto pager = Open();
  Run([&] { return pager->BeginRead(); });
  EXPECT_FALSE(pager->is_wal());
  EXPECT_EQ(pager->header().user_version, 3u);
  IoResult<> refused = pager->BeginWrite();
  ASSERT_TRUE(refused.failed());
  EXPECT_EQ(refused.status().code(), ResultCode::kReadOnly);
  pager->EndRead();
  {
    Sqlite sqlite(path_);
    EXPECT_EQ(sqlite.Run("PRAGMA user_version=4"), "");
  }
  Run([&] { return pager->BeginRead(); });
  EXPECT_EQ(pager->header().user_version, 4u);
  pager->EndRead();
  Run([&] { return pager->SetWalMode(); });
  BeginWrite(*pager);
  EXPECT_TRUE(pager->is_wal());
  pager->SetUserVersion(5);
  Commit(*pager);
  {
    Sqlite sqlite(path_);
    EXPECT_EQ(sqlite.Run("PRAGMA journal_mode; PRAGMA user_version; PRAGMA integrity_check"),
              "wal\n5\nok");
  }
  Close(*pager);
}

TEST_F(SqliteTest, LeavesAHotJournalThatWePlayBack) {
  const std::string copy = directory_ + "/copy.db";
  {
    Sqlite sqlite(path_);
    sqlite.Run(
        "PRAGMA page_size=512; CREATE TABLE t(a);"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<300)"
        "INSERT INTO t SELECT i||printf('%200s', '') FROM n; PRAGMA cache_size=5;"
        "BEGIN; UPDATE t SET a=a||'y'; DELETE FROM t WHERE rowid>100;");
    std::filesystem::copy(path_, copy);
    std::filesystem::copy(path_ + "-journal", copy + "-journal");
  }
  auto pager = ValueOf(Pager::Open(io_, copy, {}));
  Run([&] { return pager->BeginRead(); });
  pager->EndRead();
  EXPECT_FALSE(ValueOf(io_.Exists(copy + "-journal")));
  Close(*pager);
  Sqlite sqlite(copy);
  EXPECT_EQ(sqlite.Run("PRAGMA integrity_check"), "ok");
  EXPECT_EQ(sqlite.Run("SELECT count(*), sum(a LIKE '%y') FROM t"), "300|0");
}

}  // namespace
}  // namespace orrery
