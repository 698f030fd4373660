// Goal: files go back and forth between sqlite3 and here, and what is not supported yet in them is
// said, never read or written wrongly.
// Method: the two engines in turn on one file of the host, each closed before the other opens.

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "engine/db/testing/shared_file.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

class InteroperateTest : public SharedFileTest {};

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

// What lies in the file afterwards may differ a little: how full pages are.
TEST_F(InteroperateTest, VacuumsAsSqliteDoes) {
  const std::string setup =
      "CREATE TABLE t(a, b); CREATE TABLE u(id INTEGER PRIMARY KEY, x UNIQUE, y);"
      "CREATE INDEX i ON t(b DESC, a); CREATE VIEW v AS SELECT a FROM t; CREATE TABLE w(z);"
      "INSERT INTO w VALUES (1), (2), (3), (4); DELETE FROM w WHERE z = 2;"
      "WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < 2000)"
      "INSERT INTO t SELECT k, 'text ' || k || hex(zeroblob(k % 300)) FROM n;"
      "INSERT INTO u SELECT a * 2, b, a FROM t WHERE a % 3 = 0;"
      "DELETE FROM t WHERE a % 4 <> 0; DELETE FROM u WHERE y % 2; PRAGMA user_version = 7;";
  const std::string all =
      "SELECT type, name, tbl_name, sql FROM sqlite_schema; SELECT rowid, * FROM t; SELECT * FROM "
      "u;"
      "SELECT rowid, z FROM w; SELECT count(*) FROM v; PRAGMA user_version; PRAGMA freelist_count;"
      "PRAGMA integrity_check";
  for (const char* mode : {"wal", "delete", "truncate", "persist", "memory", "off"}) {
    for (const char* page_size : {"512", "4096", "65536"}) {
      SCOPED_TRACE(std::string(mode) + ", " + page_size);
      const std::string begin =
          std::string("PRAGMA page_size = ") + page_size + "; PRAGMA journal_mode = " + mode + ";";
      RemoveFiles();
      Sqlite(begin + setup + "VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
      const Strings theirs = Sqlite(all);
      const std::string their_count = Sqlite("PRAGMA page_count").front();
      RemoveFiles();
      Sqlite(begin + setup);
      const std::string before = Sqlite("PRAGMA page_count").front();
      Ours(std::string("PRAGMA journal_mode = ") + mode + "; VACUUM");
      EXPECT_EQ(Ours(all), theirs);
      EXPECT_EQ(Sqlite(all), theirs);
      const std::string count = Sqlite("PRAGMA page_count").front();
      EXPECT_LT(std::stoi(count), std::stoi(before));
      EXPECT_NEAR(std::stoi(count), std::stoi(their_count), std::stoi(their_count) * 0.05);
      std::ifstream file(path_, std::ios::ate);
      EXPECT_EQ(static_cast<int64_t>(file.tellg()),
                std::stoi(count) * int64_t{std::stoi(page_size)});
      Ours("INSERT INTO t VALUES (1, 2); DELETE FROM w");
      EXPECT_EQ(Sqlite("PRAGMA integrity_check"), Strings{"'ok'"});
    }
  }
  EXPECT_EQ(TryOurs("BEGIN; VACUUM").message, "cannot VACUUM from within a transaction");
  EXPECT_EQ(TryOurs("VACUUM nosuch").message, "unknown database nosuch");
}

TEST_F(InteroperateTest, VacuumsIntoAFileAsSqliteDoes) {
  const std::string copy = path_ + "-copy";
  const std::string into = "VACUUM INTO '" + copy + "'";
  for (const char* mode : {"wal", "delete"}) {
    SCOPED_TRACE(mode);
    std::vector<std::string> copies;  // theirs, ours
    for (const bool is_ours : {false, true}) {
      RemoveFiles();
      std::remove(copy.c_str());
      Sqlite(
          std::string("PRAGMA page_size = 1024; PRAGMA journal_mode = ") + mode +
          "; PRAGMA user_version = 7; PRAGMA application_id = 9; CREATE TABLE t(a, b); CREATE "
          "INDEX i ON t(b); CREATE VIEW v AS SELECT a FROM t; INSERT INTO t WITH RECURSIVE n(k) "
          "AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < 500) SELECT k, 'text ' || k FROM "
          "n; DELETE FROM t WHERE a % 3");
      if (is_ours) {
        Ours(into);
        EXPECT_EQ(TryOurs(into).message, "output file already exists");
        EXPECT_EQ(TryOurs("VACUUM INTO 5").message, "non-text filename");
        EXPECT_EQ(TryOurs("VACUUM INTO '/nosuch/copy'").message,
                  "unable to open database: /nosuch/copy");
        EXPECT_EQ(TryOurs("BEGIN; VACUUM INTO ''").message,
                  "cannot VACUUM from within a transaction");
      } else {
        Sqlite(into);
      }
      std::ifstream file(copy, std::ios::binary);
      copies.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
      EXPECT_FALSE(std::ifstream(copy + "-journal").good());
    }
    ASSERT_GT(copies[0].size(), 100u);
    EXPECT_EQ(copies[0].size(), copies[1].size());
    // The header, but for the change counter and the version of the library.
    EXPECT_EQ(copies[0].substr(0, 24), copies[1].substr(0, 24));
    EXPECT_EQ(copies[0].substr(28, 64), copies[1].substr(28, 64));
    RemoveFiles();
    std::rename(copy.c_str(), path_.c_str());
    EXPECT_EQ(
        Sqlite("PRAGMA integrity_check; SELECT count(*), sum(a) FROM t; SELECT count(*) FROM v"),
        (Strings{"'ok'", "166|41583", "166"}));
  }
}

// Each engine's integrity_check compares every index with its table.
TEST_F(InteroperateTest, KeepsIndexesInStepForBoth) {
  const std::string numbers =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) ";
  for (const char* page_size : {"512", "4096", "65536"}) {
    SCOPED_TRACE(page_size);
    RemoveFiles();
    Sqlite(std::string("PRAGMA page_size = ") + page_size +
           "; PRAGMA journal_mode = wal; CREATE TABLE t(id INTEGER PRIMARY KEY, a UNIQUE, b TEXT, "
           "r REAL, c);"
           "CREATE INDEX tb ON t(b COLLATE NOCASE DESC, a);"
           "CREATE INDEX tc ON t(c) WHERE c IS NOT NULL; CREATE INDEX tr ON t(r, -r, lower(b));" +
           numbers +
           "INSERT INTO t SELECT i * 2, i * 7919 % 1009, char(65 + i % 60) || i % 5, i / 2.0, "
           "CASE WHEN i % 3 THEN zeroblob(i * 11 % 900) END FROM n");
    const std::string query = "SELECT id, a, b, r, hex(c) FROM t ORDER BY id";
    EXPECT_EQ(Ours(query), Sqlite(query));
    EXPECT_EQ(Ours("PRAGMA integrity_check"), Strings{"'ok'"});
    Ours(
        "UPDATE t SET b = b || 'x', r = r + 1 WHERE id % 3 = 0; DELETE FROM t WHERE id % 7 = 0;"
        "INSERT INTO t SELECT id + 1, a + 2000, b, r, zeroblob(length(c) * 3) FROM t;"
        "REPLACE INTO t(id, a) SELECT id, a + 1 FROM t WHERE id < 100;"
        "CREATE UNIQUE INDEX ours ON t(a DESC, c); CREATE TABLE u(x PRIMARY KEY, y UNIQUE);"
        "INSERT INTO u SELECT hex(c), id FROM t WHERE id < 50 AND c IS NOT NULL GROUP BY c;"
        "DROP INDEX tr");
    EXPECT_EQ(Sqlite("PRAGMA integrity_check"), Strings{"'ok'"});
    EXPECT_EQ(Ours("PRAGMA integrity_check"), Strings{"'ok'"});
    EXPECT_EQ(Ours(query), Sqlite(query));
    // Sqlite reads these from indexes that were changed here.
    EXPECT_EQ(Sqlite("SELECT a FROM t INDEXED BY ours WHERE a > 500 ORDER BY a"),
              Ours("SELECT a FROM t WHERE a > 500 ORDER BY a"));
    EXPECT_EQ(Sqlite("SELECT b, a FROM t INDEXED BY tb WHERE b COLLATE NOCASE >= 'c' "
                     "ORDER BY b COLLATE NOCASE, a"),
              Ours("SELECT b, a FROM t WHERE b COLLATE NOCASE >= 'c' "
                   "ORDER BY b COLLATE NOCASE, a"));
    Sqlite("DELETE FROM t WHERE a % 3 = 0; REINDEX; INSERT INTO u VALUES ('new', -1)");
    EXPECT_EQ(Ours("PRAGMA integrity_check"), Strings{"'ok'"});
    EXPECT_EQ(Ours(query), Sqlite(query));
  }
}

// Schema formats before 4 know no descending index.
TEST_F(InteroperateTest, KeepsIndexesAscendingInAnOldSchemaFormat) {
  Sqlite("PRAGMA legacy_file_format = on; PRAGMA journal_mode = wal; CREATE TABLE old(a)");
  std::FILE* file = std::fopen(path_.c_str(), "r+b");
  std::fseek(file, 47, SEEK_SET);
  std::fputc(1, file);
  std::fclose(file);
  Ours(
      "CREATE TABLE t(a, b, UNIQUE(a DESC)); CREATE INDEX i ON t(b DESC);"
      "INSERT INTO t VALUES (1, 0), (2, 1), (3, NULL), (0, 1.5), (NULL, 'x')");
  EXPECT_EQ(Sqlite("PRAGMA integrity_check"), Strings{"'ok'"});
  Sqlite("INSERT INTO t VALUES (5, 1)");
  EXPECT_EQ(Ours("PRAGMA integrity_check"), Strings{"'ok'"});
  const std::string query = "SELECT b FROM t ORDER BY b DESC, a";
  EXPECT_EQ(Ours(query), Sqlite(query));
}

struct WrongIndex {
  const char* sql;
  Strings found;
};

// The index is filled from one table, whose rows are then another's.
TEST_F(InteroperateTest, FindsWhatIsWrongWithAnIndexInSqlitesWords) {
  for (const WrongIndex& wrong : {
           WrongIndex{"CREATE INDEX i ON t(a); INSERT INTO t VALUES (1, 1), (2, 2);"
                      "INSERT INTO o VALUES (1, 1), (3, 2);",
                      {"'row 2 missing from index i'"}},
           WrongIndex{"CREATE INDEX i ON t(a); INSERT INTO t VALUES (1, 1), (2, 2);"
                      "INSERT INTO o VALUES (1, 1);",
                      {"'wrong # of entries in index i'"}},
           WrongIndex{"CREATE INDEX i ON t(b); INSERT INTO t VALUES (1, 'x'), (2, 'y');"
                      "INSERT INTO o VALUES (1, 'X'), (2, 'y');",
                      {"'row 1 values differ from index i'"}},
           WrongIndex{"CREATE INDEX i ON t(a) WHERE b > 1; INSERT INTO t VALUES (1, 1), (2, 2);"
                      "INSERT INTO o VALUES (1, 2), (2, 2);",
                      {"'row 1 missing from index i'"}},
           WrongIndex{"CREATE INDEX i ON t(b); INSERT INTO t VALUES (1, 'x');"
                      "INSERT INTO o(rowid, a, b) VALUES (2, 1, 'x');",
                      {"'row 1 missing from index i'"}},
       }) {
    SCOPED_TRACE(wrong.sql);
    RemoveFiles();
    Sqlite(std::string("PRAGMA journal_mode = wal; CREATE TABLE t(a, b COLLATE NOCASE);"
                       "CREATE TABLE o(a, b);") +
           wrong.sql +
           "PRAGMA writable_schema = on; UPDATE sqlite_schema SET rootpage = (SELECT rootpage "
           "FROM sqlite_schema WHERE name = 'o') WHERE name = 't'; DELETE FROM sqlite_schema "
           "WHERE name = 'o'");
    Strings ours = Ours("PRAGMA integrity_check");
    ASSERT_FALSE(ours.empty());
    // The first row is about the page that is no table's any more.
    EXPECT_NE(ours[0].find("never used"), std::string::npos);
    ours.erase(ours.begin());
    EXPECT_EQ(ours, wrong.found);
    EXPECT_EQ(Ours("PRAGMA quick_check").size(), wrong.found[0].starts_with("'wrong") ? 2u : 1u);
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

TEST_F(InteroperateTest, CountsRowsOnWhereTheOtherLeftOff) {
  Sqlite(
      "PRAGMA journal_mode = wal;"
      "CREATE TABLE counted(a INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO counted VALUES (5);"
      "CREATE TABLE strict(a INT) STRICT; INSERT INTO strict VALUES (1)");
  Ours("DELETE FROM counted; INSERT INTO counted VALUES (NULL); INSERT INTO strict VALUES ('7')");
  EXPECT_EQ(Sqlite("SELECT a, (SELECT seq FROM sqlite_sequence) FROM counted"), Strings{"6|6"});
  EXPECT_EQ(Sqlite("SELECT a, typeof(a) FROM strict"), (Strings{"1|'integer'", "7|'integer'"}));
  Sqlite("DELETE FROM counted; INSERT INTO counted VALUES (NULL)");
  EXPECT_EQ(Ours("SELECT a FROM counted"), Strings{"7"});
  EXPECT_EQ(Sqlite("PRAGMA integrity_check"), Strings{"'ok'"});
}

TEST_F(InteroperateTest, ReadsAndChangesTablesWithoutRowid) {
  const char* const kScript =
      "CREATE TABLE w(k TEXT, v, n REAL, PRIMARY KEY(n DESC, k COLLATE NOCASE)) WITHOUT ROWID;"
      "CREATE UNIQUE INDEX i ON w(v); CREATE INDEX j ON w(k, n DESC);"
      "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 400)"
      "  INSERT INTO w SELECT printable || x, x, x % 7 FROM c, (SELECT 'a long key ' AS printable);"
      "DELETE FROM w WHERE v % 5 = 0; UPDATE w SET n = n + 1 WHERE v % 3 = 0";
  const char* const kChanges =
      "UPDATE w SET k = upper(k) WHERE v % 4 = 0; INSERT OR REPLACE INTO w VALUES ('z', 7, 1.5);"
      "DELETE FROM w WHERE n = 2; INSERT OR IGNORE INTO w VALUES ('Z', 8000, 1.5)";
  Sqlite("PRAGMA journal_mode = wal");
  Sqlite(kScript);
  Ours(kChanges);
  EXPECT_EQ(Sqlite("PRAGMA integrity_check"), Strings{"'ok'"});
  const Strings first = Sqlite("SELECT * FROM w ORDER BY v");
  Ours("DROP TABLE w");
  Ours(kScript);
  EXPECT_EQ(Sqlite("PRAGMA integrity_check"), Strings{"'ok'"});
  Sqlite(kChanges);
  EXPECT_EQ(Ours("PRAGMA integrity_check"), Strings{"'ok'"});
  EXPECT_EQ(Ours("SELECT * FROM w ORDER BY v"), first);
  Ours("VACUUM");
  EXPECT_EQ(Sqlite("PRAGMA integrity_check"), Strings{"'ok'"});
  EXPECT_EQ(Sqlite("SELECT * FROM w ORDER BY v"), first);
}

TEST_F(InteroperateTest, ReadsTablesItCannotChangeYet) {
  Sqlite(
      "PRAGMA journal_mode = wal;"
      "CREATE TABLE indexed(a, b); CREATE INDEX i ON indexed(a);"
      "CREATE VIEW v AS SELECT a FROM indexed;"
      "CREATE TABLE generated(a, b AS (a + 1)); INSERT INTO generated VALUES (1);"
      "CREATE VIRTUAL TABLE f USING fts5(x); CREATE TABLE plain(a); INSERT INTO plain VALUES (1)");
  for (const char* sql :
       {"SELECT * FROM generated", "INSERT INTO generated VALUES (1)", "SELECT * FROM f"}) {
    const SqlResult result = TryOurs(sql);
    EXPECT_EQ(result.code, 1) << sql;
    EXPECT_NE(result.message.find("not supported yet"), std::string::npos)
        << sql << ": " << result.message;
  }
  EXPECT_EQ(TryOurs("INSERT INTO v VALUES (1)").message, "cannot modify v because it is a view");
  EXPECT_EQ(TryOurs("DROP TABLE v").message, "use DROP VIEW to delete view v");
  EXPECT_EQ(TryOurs("CREATE TABLE i(a)").message, "there is already an index named i");
  EXPECT_EQ(TryOurs("CREATE TABLE v(a)").message, "view v already exists");
  EXPECT_EQ(Ours("PRAGMA integrity_check"), Strings{"'ok'"});
  Ours(
      "INSERT INTO plain VALUES (2); DROP TABLE plain; CREATE TABLE plain2(x); INSERT INTO plain2 "
      "VALUES (1)");
  EXPECT_EQ(Sqlite("PRAGMA integrity_check"), Strings{"'ok'"});
}

// As when the application that made the table brought a collation of its own, or a byte is damaged.
TEST_F(InteroperateTest, MissesACollationOnlyWhereItIsUsed) {
  Sqlite(
      "CREATE TABLE plain(a TEXT COLLATE nocase, b); INSERT INTO plain VALUES ('x', 1), ('X', 2);"
      "CREATE TABLE keyed(a COLLATE nocase, b COLLATE rtrim UNIQUE, UNIQUE (a COLLATE nocase));"
      "INSERT INTO keyed VALUES ('k', 'l'); CREATE TABLE other(a); INSERT INTO other VALUES (1);"
      "CREATE INDEX i ON other(a COLLATE nocase); PRAGMA writable_schema = ON;"
      "UPDATE sqlite_schema SET sql = replace(replace(sql, 'nocase', 'gone'), 'rtrim', 'Lost')");
  int missed = 0;
  for (const char* sql : {"SELECT type, name, sql FROM sqlite_schema",
                          "SELECT * FROM plain",
                          "SELECT a, a || 'x', a IS NULL FROM plain WHERE b = 1",
                          "SELECT * FROM keyed",
                          "SELECT * FROM keyed WHERE rowid = 1",
                          "SELECT * FROM other",
                          "SELECT a COLLATE binary = 'x' FROM plain ORDER BY a COLLATE nocase, b",
                          "PRAGMA table_info(plain)",
                          "PRAGMA index_xinfo(i)",
                          "SELECT * FROM plain WHERE a = 'x'",
                          "SELECT a < 1, a BETWEEN 1 AND 2 FROM plain",
                          "SELECT a IN ('x') FROM plain",
                          "SELECT 'x' IN (SELECT a FROM plain)",
                          "SELECT CASE a WHEN 'x' THEN 1 END FROM plain",
                          "SELECT * FROM plain ORDER BY a",
                          "SELECT DISTINCT a FROM plain",
                          "SELECT count(DISTINCT a) FROM plain",
                          "SELECT count(*) FROM plain GROUP BY a",
                          "SELECT max(a) FROM plain",
                          "SELECT min(a, 'b') FROM plain",
                          "SELECT nullif(a, 1) FROM plain",
                          "SELECT a FROM plain UNION SELECT a FROM plain",
                          "SELECT * FROM plain JOIN plain AS p USING (a)",
                          "SELECT * FROM keyed WHERE b = 'l'",
                          "INSERT INTO keyed VALUES (1, 2)",
                          "UPDATE keyed SET a = 3",
                          "INSERT INTO other VALUES (1)",
                          "CREATE INDEX j ON plain(a)",
                          "CREATE TABLE made(a COLLATE gone)",
                          "CREATE INDEX j ON plain(b COLLATE gone)",
                          "CREATE UNIQUE INDEX j ON plain(a COLLATE nocase, b)",
                          "PRAGMA integrity_check",
                          "INSERT INTO plain VALUES ('y', 3)",
                          "UPDATE plain SET b = 3",
                          "SELECT * FROM plain ORDER BY rowid",
                          "DROP TABLE keyed"}) {
    const SqlResult ours = TryOurs(sql);
    // Both look at the same file: what may change it is done here alone.
    const bool changes = std::string_view(sql).substr(0, 6) != "SELECT";
    if (ours.ok() && changes && std::string_view(sql).substr(0, 6) != "PRAGMA") continue;
    const SqlResult theirs = SqliteRunner(path_).Run(sql);
    EXPECT_EQ(ours.ToString(), theirs.ToString()) << sql;
    if (!ours.ok()) ++missed;
  }
  EXPECT_EQ(missed, 23);
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
