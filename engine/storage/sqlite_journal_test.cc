// Goal: a database in rollback mode goes back and forth between sqlite3 and us, hot journals
// included, and both may have it open at once. What sqlite3 makes of a damaged journal we make of
// it. Method: files in a directory of the host's, through SyscallIo.

#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/storage/testing/connection.h"
#include "engine/storage/testing/sqlite_files.h"

namespace orrery {
namespace {

constexpr JournalMode kFileModes[] = {JournalMode::kDelete, JournalMode::kTruncate,
                                      JournalMode::kPersist};

class SqliteJournalTest : public SqliteFilesTest {
 protected:
  const std::string copy_ = directory_ + "/copy.db";

  void CopyFiles(const std::string& to) {
    for (const char* suffix : {"", "-journal"}) {
      std::filesystem::remove(to + suffix);
      if (!std::filesystem::exists(path_ + suffix)) continue;
      std::filesystem::copy(path_ + suffix, to + suffix);
    }
  }
};

TEST_F(SqliteJournalTest, ReadsWhatWeWrite) {
  for (const uint32_t page_size : {512u, 4096u, 65536u}) {
    for (const JournalMode mode :
         {JournalMode::kDelete, JournalMode::kTruncate, JournalMode::kPersist, JournalMode::kMemory,
          JournalMode::kOff}) {
      auto pager = Open({.new_page_size = page_size, .journal_mode = mode});
      BeginWrite(*pager);
      pager->SetUserVersion(page_size);
      Commit(*pager);
      Sqlite sqlite(path_);
      EXPECT_EQ(sqlite.Run("PRAGMA integrity_check"), "ok");
      EXPECT_EQ(sqlite.Run("PRAGMA journal_mode"), "delete");
      EXPECT_EQ(sqlite.Run("PRAGMA user_version"), std::to_string(page_size));
      EXPECT_EQ(sqlite.Run("CREATE TABLE t(a); INSERT INTO t VALUES(1); SELECT * FROM t"), "1");
      RewriteAll(*pager);
      EXPECT_EQ(sqlite.Run("PRAGMA integrity_check; SELECT * FROM t"), "ok\n1");
      Close(*pager);
      ASSERT_TRUE(io_.Remove(path_).ok());
    }
  }
}

TEST_F(SqliteJournalTest, PlaysBackAJournalThatWeLeft) {
  for (const uint32_t page_size : {512u, 4096u, 65536u}) {
    for (const JournalMode mode : kFileModes) {
      for (const Synchronous level : {Synchronous::kOff, Synchronous::kFull}) {
        {
          Sqlite sqlite(path_);
          sqlite.Run("PRAGMA page_size=" + std::to_string(page_size) +
                     "; CREATE TABLE t(a, b);"
                     "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<200)"
                     "INSERT INTO t SELECT i, randomblob(300) FROM n;");
        }
        auto pager = Open({.cache_page_count = 10, .synchronous = level, .journal_mode = mode});
        RewriteAll(*pager);
        BeginWrite(*pager);
        for (int i = 0; i < 30; ++i) (void)Allocate(*pager);
        for (PageNumber page = 1; page <= pager->page_count(); ++page) {
          std::memset(Get(*pager, page).Edit() + 100, 0xee, 50);
        }
        pager.reset();  // as if killed
        Sqlite sqlite(path_);
        EXPECT_EQ(sqlite.Run("PRAGMA integrity_check"), "ok");
        EXPECT_EQ(sqlite.Run("SELECT count(*), sum(a), sum(length(b)) FROM t"), "200|20100|60000");
        EXPECT_EQ(sqlite.Run("PRAGMA freelist_count"), "0");
        for (const char* suffix : {"", "-journal"}) ASSERT_TRUE(io_.Remove(path_ + suffix).ok());
      }
    }
  }
}

TEST_F(SqliteJournalTest, AndWePlayBackAJournalThatItLeft) {
  {
    Sqlite sqlite(path_);
    sqlite.Run(
        "PRAGMA page_size=512; CREATE TABLE t(a);"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<300)"
        "INSERT INTO t SELECT i||printf('%200s', '') FROM n; PRAGMA cache_size=5;"
        "BEGIN; UPDATE t SET a=a||'y'; DELETE FROM t WHERE rowid>100;");
    CopyFiles(copy_);
  }
  auto pager = ValueOf(Pager::Open(io_, copy_, {}));
  Run([&] { return pager->BeginRead(); });
  pager->EndRead();
  EXPECT_FALSE(ValueOf(io_.Exists(copy_ + "-journal")));
  Close(*pager);
  Sqlite sqlite(copy_);
  EXPECT_EQ(sqlite.Run("PRAGMA integrity_check"), "ok");
  EXPECT_EQ(sqlite.Run("SELECT count(*), sum(a LIKE '%y') FROM t"), "300|0");
}

// The same damage to the same files, once for each engine: the same bytes afterwards. (Where a
// journal says that the file was longer, sqlite3 makes it so, with zeros; we do not: to what the
// database holds it makes no difference.)
TEST_F(SqliteJournalTest, MakesTheSameOfADamagedJournal) {
  {
    Sqlite sqlite(path_);
    sqlite.Run(
        "PRAGMA page_size=512; CREATE TABLE t(a);"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<40)"
        "INSERT INTO t SELECT i||printf('%200s', '') FROM n; PRAGMA cache_size=3;"
        "BEGIN; UPDATE t SET a=a||'y'; INSERT INTO t SELECT a FROM t;");
    CopyFiles(copy_);
  }
  const std::vector<std::byte> database = ReadFile(io_, copy_);
  const std::vector<std::byte> journal = ReadFile(io_, copy_ + "-journal");
  ASSERT_GT(journal.size(), 6000u);
  constexpr uintmax_t kSizeMax = 100'000;
  const auto recover = [&](Bytes damaged, bool with_sqlite) {
    WriteFile(io_, copy_, database);
    WriteFile(io_, copy_ + "-journal", damaged);
    if (with_sqlite) {
      Sqlite sqlite(copy_);
      (void)sqlite.Run("PRAGMA synchronous=off; SELECT count(*) FROM sqlite_schema");
    } else {
      auto pager = ValueOf(Pager::Open(io_, copy_, {.synchronous = Synchronous::kOff}));
      if (RunToEnd(io_, [&] { return pager->BeginRead(); }).done()) pager->EndRead();
    }
    struct Outcome {
      bool journal_is_left;
      std::vector<std::byte> start;
      bool operator==(const Outcome&) const = default;
    };
    Outcome outcome{ValueOf(io_.Exists(copy_ + "-journal")), {}};
    std::filesystem::resize_file(copy_, std::min(std::filesystem::file_size(copy_), kSizeMax));
    outcome.start = ReadFile(io_, copy_);
    while (!outcome.start.empty() && outcome.start.back() == std::byte{0}) outcome.start.pop_back();
    return outcome;
  };
  const auto compare = [&](Bytes damaged, const std::string& how) {
    EXPECT_TRUE(recover(damaged, true) == recover(damaged, false)) << how;
  };
  for (size_t size = 0; size <= journal.size(); size += size < 1200 ? 31 : 311) {
    compare(Bytes(journal).first(size), "cut to " + std::to_string(size));
  }
  // Every byte of the first header, of what follows it, and of a later one.
  std::vector<size_t> places;
  for (size_t at = 0; at < 28; ++at) places.push_back(at);
  for (size_t at = 510; at < 1100; at += 17) places.push_back(at);
  for (size_t at = 512; at + 28 < journal.size(); at += 512) {
    if (std::memcmp(journal.data(), journal.data() + at, 8) != 0) continue;
    for (size_t i = 0; i < 28; ++i) places.push_back(at + i);
    break;
  }
  for (const size_t at : places) {
    for (const int flip : {0x01, 0xff}) {
      std::vector<std::byte> damaged = journal;
      damaged[at] ^= static_cast<std::byte>(flip);
      compare(damaged, "byte " + std::to_string(at) + " ^ " + std::to_string(flip));
    }
  }
  // A journal for pages of another size, with and without saying so.
  for (const uint32_t page_size : {0u, 1024u, 4096u, 100u}) {
    std::vector<std::byte> damaged = journal;
    StoreBig(damaged.data() + 24, page_size);
    compare(damaged, "page size " + std::to_string(page_size));
  }
}

TEST_F(SqliteJournalTest, SharesADatabaseWithUsWhileBothHaveItOpen) {
  for (const JournalMode mode : kFileModes) {
    Sqlite sqlite(path_);
    sqlite.Run("CREATE TABLE t(a); INSERT INTO t VALUES(0)");
    auto pager = Open({.journal_mode = mode});
    for (int round = 1; round <= 10; ++round) {
      BeginWrite(*pager);
      EXPECT_EQ(sqlite.Run("INSERT INTO t VALUES(1)"), "error: database is locked");
      pager->SetUserVersion(static_cast<uint32_t>(round));
      for (PageNumber page = 2; page <= pager->page_count(); ++page) (void)Get(*pager, page).Edit();
      EXPECT_EQ(sqlite.Run("PRAGMA user_version"), std::to_string(round - 1));
      EXPECT_EQ(sqlite.Run("BEGIN; SELECT count(*) FROM t"), std::to_string(round));
      IoResult<> busy = pager->Commit();
      ASSERT_TRUE(busy.failed());
      EXPECT_EQ(busy.status().code(), ResultCode::kBusy);
      EXPECT_EQ(sqlite.Run("SELECT count(*) FROM t; COMMIT"), std::to_string(round));
      EXPECT_EQ(sqlite.Run("SELECT count(*) FROM t"), "error: database is locked");
      Commit(*pager);
      EXPECT_EQ(sqlite.Run("PRAGMA user_version"), std::to_string(round));

      EXPECT_EQ(sqlite.Run("INSERT INTO t VALUES(" + std::to_string(round) + "||'x')"), "");
      EXPECT_EQ(sqlite.Run("SELECT count(*) FROM t"), std::to_string(round + 1));
      sqlite.Run("BEGIN IMMEDIATE");
      Run([&] { return pager->BeginRead(); });
      busy = pager->BeginWrite();
      ASSERT_TRUE(busy.failed());
      EXPECT_EQ(busy.status().code(), ResultCode::kBusy);
      EXPECT_EQ(sqlite.Run("PRAGMA user_version=" + std::to_string(round + 1000) + "; COMMIT"),
                "error: database is locked");
      EXPECT_EQ(pager->header().user_version, static_cast<uint32_t>(round));
      pager->EndRead();
      busy = pager->BeginRead();
      ASSERT_TRUE(busy.failed());
      EXPECT_EQ(busy.status().code(), ResultCode::kBusy);
      EXPECT_EQ(sqlite.Run("COMMIT"), "");
      BeginWrite(*pager);
      EXPECT_EQ(pager->header().user_version, static_cast<uint32_t>(round + 1000));
      pager->SetUserVersion(static_cast<uint32_t>(round));
      Commit(*pager);
    }
    EXPECT_EQ(sqlite.Run("PRAGMA integrity_check"), "ok");
    Close(*pager);
    EXPECT_EQ(sqlite.Run("SELECT count(*) FROM t"), "11");
    sqlite.Run("DROP TABLE t; PRAGMA user_version=0");
  }
}

TEST_F(SqliteJournalTest, FollowsUsFromModeToMode) {
  Sqlite sqlite(path_);
  sqlite.Run("CREATE TABLE t(a); INSERT INTO t VALUES(1); PRAGMA user_version=3");
  auto pager = Open();
  Run([&] { return pager->BeginRead(); });
  EXPECT_EQ(pager->journal_mode(), JournalMode::kDelete);
  EXPECT_EQ(pager->header().user_version, 3u);
  pager->EndRead();
  constexpr JournalMode kRow[] = {JournalMode::kWal, JournalMode::kTruncate, JournalMode::kWal,
                                  JournalMode::kPersist, JournalMode::kDelete};
  for (const JournalMode mode : kRow) {
    EXPECT_EQ(Run([&] { return pager->SetJournalMode(mode); }), mode);
    RewriteAll(*pager);
    const bool is_wal = mode == JournalMode::kWal;
    {
      Sqlite other(path_);
      EXPECT_EQ(other.Run("PRAGMA journal_mode; PRAGMA user_version; PRAGMA integrity_check"),
                std::string(is_wal ? "wal" : "delete") + "\n3\nok");
      EXPECT_EQ(other.Run("INSERT INTO t VALUES(2)"), "");
      // We have it open.
      EXPECT_EQ(other.Run("PRAGMA journal_mode=delete"),
                is_wal ? "error: database is locked" : "delete");
    }
  }
  Close(*pager);
  EXPECT_EQ(sqlite.Run("PRAGMA integrity_check; SELECT count(*) FROM t"), "ok\n6");
}

}  // namespace
}  // namespace orrery
