// Goal: files with auto_vacuum on, whose pointer maps stay true and which give free pages back.
// Method: random statements on one file, run by sqlite3 and here in turn, beside a file of sqlite3
// alone: the same content, no fault that either engine's integrity_check finds, and about as many
// pages. Damaged pointer maps: sqlite3's messages.

#include <cstdlib>
#include <fstream>
#include <random>
#include <regex>
#include <string>

#include "engine/db/testing/shared_file.h"
#include "engine/db/testing/sqlite_runner.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

class AutoVacuumTest : public SharedFileTest {
 protected:
  AutoVacuumTest() : SharedFileTest({.cache_page_count = 20}) {}
};

// Statements that make trees grow, shrink, come and go.
class Statements {
 public:
  explicit Statements(unsigned seed) : random_(seed) {}

  std::string Next() {
    const std::string table = "t" + std::to_string(Below(3));
    const std::string low = std::to_string(Below(300));
    const std::string size = std::to_string(Below(4) == 0 ? Below(9000) : Below(200));
    switch (Below(12)) {
      case 0:
        return "DROP TABLE IF EXISTS " + table;
      case 1:
        return "CREATE INDEX IF NOT EXISTS i" + table + " ON " + table + "(b, a)";
      case 2:
        return "DROP INDEX IF EXISTS i" + table;
      case 3:
      case 4:
        return "DELETE FROM " + table + " WHERE a % 300 BETWEEN " + low + " AND " + low + " + 60";
      case 5:
        return "UPDATE " + table + " SET b = zeroblob(" + size + ") WHERE a % 7 = 3";
      case 6:
        return "DELETE FROM " + table;
      case 7:
        return "BEGIN; DELETE FROM " + table + "; SAVEPOINT s; PRAGMA incremental_vacuum(9);" +
               "INSERT INTO " + table + "(b) VALUES (zeroblob(3000)); ROLLBACK TO s; COMMIT";
      case 8:
        return "PRAGMA incremental_vacuum(" + std::to_string(Below(30)) + ")";
      default:
        return "INSERT INTO " + table +
               "(b, c) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
               std::to_string(1 + Below(60)) + ") SELECT zeroblob(i * " + size + " % 9000), " +
               low + " + i FROM n";
    }
  }
  static std::string Tables() {
    std::string sql;
    for (const char* name : {"t0", "t1", "t2"}) {
      sql += std::string("CREATE TABLE IF NOT EXISTS ") + name +
             "(a INTEGER PRIMARY KEY, b, c, d UNIQUE);";
    }
    return sql;
  }

 private:
  unsigned Below(unsigned n) { return static_cast<unsigned>(random_()) % n; }
  std::mt19937 random_;
};

int64_t Number(const Strings& rows) { return std::atoll(rows.front().c_str()); }

TEST_F(AutoVacuumTest, KeepsPointerMapsAsSqliteDoes) {
  const std::string content =
      "SELECT a, length(b), c FROM t0; SELECT a, length(b), c FROM t1; SELECT sum(a), c FROM t2 "
      "GROUP BY c; SELECT name FROM sqlite_schema";
  unsigned seed = 0;
  for (const char* mode : {"wal", "delete", "truncate"}) {
    for (const char* vacuum : {"full", "incremental"}) {
      for (const char* page_size : {"512", "1024"}) {
        SCOPED_TRACE(std::string(mode) + ", " + vacuum + ", " + page_size);
        RemoveFiles();
        SqliteRunner alone;
        const std::string setup = std::string("PRAGMA page_size = ") + page_size +
                                  "; PRAGMA auto_vacuum = " + vacuum + ";";
        ASSERT_TRUE(alone.Run(setup).ok());
        Ours(setup);
        Ours(std::string("PRAGMA journal_mode = ") + mode);
        Statements statements(++seed);
        for (int i = 0; i < 25; ++i) {
          const std::string sql = Statements::Tables() + statements.Next();
          SCOPED_TRACE(std::to_string(i) + ": " + sql);
          ASSERT_TRUE(alone.Run(sql).ok());
          i % 3 == 2 ? Sqlite(sql) : Ours(sql);
          const Strings check = Ours("PRAGMA integrity_check");
          ASSERT_EQ(check, Strings{"'ok'"});
          ASSERT_EQ(Sqlite("PRAGMA integrity_check"), Strings{"'ok'"});
          ASSERT_EQ(Ours(Statements::Tables() + content),
                    alone.Run(Statements::Tables() + content).rows);
        }
        const Strings free = Ours("PRAGMA freelist_count");
        if (vacuum == std::string("full")) EXPECT_EQ(free, Strings{"0"});
        const int64_t pages = Number(Ours("PRAGMA page_count")) - Number(free);
        const int64_t pages_alone = Number(alone.Run("PRAGMA page_count").rows) -
                                    Number(alone.Run("PRAGMA freelist_count").rows);
        EXPECT_NEAR(pages, pages_alone, 4 + 0.1 * static_cast<double>(pages_alone));
      }
    }
  }
}

TEST_F(AutoVacuumTest, IsSetAndReadAsInSqlite) {
  constexpr const char* kScripts[] = {
      "PRAGMA auto_vacuum; PRAGMA auto_vacuum = 1; PRAGMA auto_vacuum; PRAGMA auto_vacuum = 2;"
      "PRAGMA auto_vacuum; PRAGMA auto_vacuum = 0; PRAGMA auto_vacuum; VACUUM; PRAGMA auto_vacuum",
      "CREATE TABLE t(a); PRAGMA auto_vacuum = full; PRAGMA auto_vacuum; VACUUM;"
      "PRAGMA auto_vacuum; PRAGMA page_count",
      "PRAGMA auto_vacuum = incremental; CREATE TABLE t(a); INSERT INTO t VALUES (zeroblob(9000));"
      "DELETE FROM t; PRAGMA freelist_count; PRAGMA page_count; PRAGMA auto_vacuum = 1;"
      "CREATE TABLE u(a); PRAGMA freelist_count; PRAGMA page_count; PRAGMA auto_vacuum",
      "PRAGMA auto_vacuum = 7; PRAGMA auto_vacuum; PRAGMA auto_vacuum = nonsense; PRAGMA "
      "auto_vacuum",
      "PRAGMA auto_vacuum = 1; CREATE TABLE a(x); CREATE TABLE b(x UNIQUE); CREATE TABLE c(x);"
      "DROP TABLE a; SELECT name, rootpage FROM sqlite_schema; DROP TABLE b;"
      "SELECT name, rootpage FROM sqlite_schema; PRAGMA page_count",
  };
  for (const char* script : kScripts) {
    SCOPED_TRACE(script);
    RemoveFiles();
    const Strings ours = Ours(script);
    RemoveFiles();
    EXPECT_EQ(ours, Sqlite(script));
  }
}

TEST_F(AutoVacuumTest, FindsTheDamageThatSqliteFinds) {
  Sqlite(
      "PRAGMA page_size = 512; PRAGMA auto_vacuum = 2; CREATE TABLE t(a, b); CREATE INDEX i ON "
      "t(b);"
      "WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < 150)"
      "INSERT INTO t SELECT k, zeroblob(k * 7) FROM n; DELETE FROM t WHERE a % 3 = 0");
  std::ifstream file(path_, std::ios::binary);
  const std::string sound((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::mt19937 random(1);
  for (int i = 0; i < 60; ++i) {
    std::string damaged = sound;
    damaged[512 + random() % 480] = static_cast<char>(random() % 7);
    if (i % 5 == 0) damaged[52 + 3] = static_cast<char>(1 + random() % 9);
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << damaged;
    // 3.40 has other words, and puts the place of the last right child before what it finds in
    // cells.
    const std::regex place(
        "(Tree [0-9]+ page [0-9]+[^:]*|On page [0-9]+ at right child|On tree page "
        "[0-9]+ cell [0-9]+|(Main f|F)reelist): ");
    const auto report = [&](const Strings& rows) {
      return std::regex_replace(rows.front(), place, "");
    };
    ASSERT_EQ(report(Ours("PRAGMA integrity_check")), report(Sqlite("PRAGMA integrity_check")))
        << i;
  }
}

}  // namespace
}  // namespace orrery
