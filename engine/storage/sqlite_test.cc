// Goal: a database goes back and forth between sqlite3 and us, log present or not, and both may
// have it open at once. Method: files in a directory of the host's, through SyscallIo; sqlite3
// writes real tables, we write marks into pages it does not look at and copy its pages through our
// log.

#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/storage/testing/sqlite_files.h"

namespace orrery {
namespace {

class SqliteTest : public SqliteFilesTest {};

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

}  // namespace
}  // namespace orrery
