// Goal: a yield is invisible: a script of statements gives the same rows, errors and content
// wherever it had to wait.
// Method: run it once per yield plan (testing/yield_plan.h) and compare with the run without waits.

#include <optional>

#include "engine/db/connection.h"
#include "engine/db/testing/sql_result.h"
#include "engine/io/testing/yield_plan.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

// Runs `script`, a statement a line, and answers all that it came to.
std::string Transcript(Io& io, std::string_view script, const PagerOptions& options) {
  auto connection = Connection::Open(io, "test.db", options);
  CHECK(connection.ok());
  std::string transcript;
  while (!script.empty()) {
    const size_t end = std::min(script.find('\n'), script.size());
    const std::string_view line = script.substr(0, end);
    script.remove_prefix(std::min(end + 1, script.size()));
    if (line.empty()) continue;
    transcript += std::string(line) + "\n" + RunSql(io, **connection, line).ToString() + "\n";
  }
  IoResult<> closed = RunToEnd(io, [&] { return (*connection)->Close(); });
  CHECK(closed.done());
  return transcript;
}

void ExpectSameEverywhere(std::string_view script, const PagerOptions& options,
                          size_t single_plan_count_max) {
  std::optional<std::string> expected;
  const YieldPlanCoverage coverage = ForEachYieldPlan(
      [&](Io& io) {
        const std::string transcript = Transcript(io, script, options);
        if (!expected) expected = transcript;
        EXPECT_EQ(transcript, *expected);
      },
      {.single_plan_count_max = single_plan_count_max});
  EXPECT_GT(coverage.occurrence_count, 0u);
}

constexpr JournalMode kModes[] = {JournalMode::kWal,      JournalMode::kDelete,
                                  JournalMode::kTruncate, JournalMode::kPersist,
                                  JournalMode::kMemory,   JournalMode::kOff};

TEST(YieldTest, IsInvisibleToSavepointsInEveryJournalMode) {
  for (const JournalMode mode : kModes) {
    ExpectSameEverywhere(R"sql(
CREATE TABLE t(id INTEGER PRIMARY KEY, a)
INSERT INTO t VALUES (1, zeroblob(700)), (2, 'two'), (3, zeroblob(300))
SAVEPOINT a
UPDATE t SET a = id
SAVEPOINT b
DELETE FROM t WHERE id > 1
INSERT INTO t VALUES (4, zeroblob(3000)), (1, 'fails')
INSERT INTO t VALUES (4, zeroblob(3000))
ROLLBACK TO b
SELECT * FROM t
CREATE TABLE u(x)
SAVEPOINT c
INSERT INTO u SELECT zeroblob(400) FROM t
RELEASE b
SELECT count(*), sum(length(x)) FROM u
ROLLBACK TO a
SELECT id, length(a) FROM t
INSERT INTO t VALUES (5, 5)
RELEASE a
SELECT id, length(a) FROM t
BEGIN EXCLUSIVE
DELETE FROM t
ROLLBACK
PRAGMA integrity_check
PRAGMA journal_mode = persist
INSERT INTO t VALUES (6, 6)
PRAGMA journal_mode = wal
INSERT INTO t VALUES (7, 7)
PRAGMA wal_checkpoint(full)
PRAGMA journal_mode = truncate
SELECT id, length(a) FROM t
PRAGMA integrity_check
)sql",
                         {.new_page_size = 512, .cache_page_count = 10, .journal_mode = mode}, 60);
  }
}

TEST(YieldTest, IsInvisibleToAScriptOfSmallTables) {
  ExpectSameEverywhere(R"sql(
CREATE TABLE t(id INTEGER PRIMARY KEY, a, b NOT NULL DEFAULT 'x', CHECK (a <> 13))
INSERT INTO t(a) VALUES (1), (2), (3), (4), (5)
INSERT INTO t SELECT id + 10, a * 2, 'copy' FROM t
SELECT * FROM t
SELECT * FROM t WHERE id > 3 AND a < 9 ORDER BY a DESC LIMIT 3 OFFSET 1
SELECT count(*), sum(a), max(b), group_concat(DISTINCT b) FROM t
SELECT b, count(*) FROM t GROUP BY b ORDER BY 2
SELECT DISTINCT b FROM t
UPDATE t SET id = id + 100 WHERE a > 3
UPDATE t SET a = a + 1
INSERT INTO t(a) VALUES (7), (13)
INSERT INTO t(id) VALUES (1)
BEGIN
DELETE FROM t WHERE id < 12
CREATE TABLE u(x)
INSERT INTO u SELECT a FROM t
ROLLBACK
SELECT count(*) FROM t
BEGIN IMMEDIATE
DELETE FROM t WHERE id > 100
COMMIT
SELECT * FROM t
EXPLAIN SELECT * FROM t WHERE id = 3
EXPLAIN QUERY PLAN SELECT * FROM t ORDER BY a
PRAGMA integrity_check
PRAGMA user_version = 5
PRAGMA user_version
PRAGMA journal_mode
PRAGMA wal_checkpoint
DELETE FROM t
DROP TABLE t
SELECT * FROM sqlite_schema
)sql",
                       {.new_page_size = 512}, 120);
}

TEST(YieldTest, IsInvisibleToAScriptOfIndexes) {
  ExpectSameEverywhere(R"sql(
CREATE TABLE t(id INTEGER PRIMARY KEY, a UNIQUE, b TEXT COLLATE NOCASE, c)
INSERT INTO t VALUES (1, 1, 'one', zeroblob(900)), (2, 2, 'two', NULL), (3, 3, 'three', x'33')
INSERT INTO t SELECT id + 3, a + 3, b || id, c FROM t
INSERT INTO t SELECT id + 6, a + 6, b || id, zeroblob(id * 77) FROM t
CREATE INDEX tb ON t(b DESC, c)
CREATE UNIQUE INDEX tc ON t(c, lower(b)) WHERE c IS NOT NULL
INSERT INTO t VALUES (20, 5, 'x', 'y')
INSERT OR IGNORE INTO t VALUES (20, 5, 'x', 'y'), (21, 21, 'x', zeroblob(900))
REPLACE INTO t VALUES (4, 5, 'five', 'y'), (22, 9, 'five', 'y')
SELECT id, a, b, length(c) FROM t ORDER BY id
UPDATE t SET b = b || 'x' WHERE id > 6
UPDATE OR REPLACE t SET id = id + 1, c = zeroblob(id * 99) WHERE id % 3 = 0
UPDATE t SET a = 7
PRAGMA integrity_check
BEGIN
DELETE FROM t WHERE id % 2
CREATE INDEX ta ON t(a)
DROP INDEX tb
ROLLBACK
PRAGMA integrity_check
DELETE FROM t WHERE a > 4
DROP INDEX tc
SELECT id, a, b, length(c) FROM t ORDER BY id
PRAGMA integrity_check
DELETE FROM t
DROP TABLE t
SELECT * FROM sqlite_schema
)sql",
                       {.new_page_size = 512, .cache_page_count = 10}, 150);
}

TEST(YieldTest, IsInvisibleToAScriptOfLargeRows) {
  ExpectSameEverywhere(R"sql(
CREATE TABLE t(id INTEGER PRIMARY KEY, a, big)
INSERT INTO t VALUES (1, 'one', zeroblob(3000)), (2, 'two', zeroblob(5)), (3, 'three', zeroblob(1500))
INSERT INTO t SELECT id + 3, a || a, big FROM t
INSERT INTO t SELECT id + 6, a || a, big FROM t
SELECT id, a, length(big) FROM t
SELECT a FROM t WHERE length(big) > 100 ORDER BY big, id DESC
UPDATE t SET big = zeroblob(length(big) * 2 % 4001) WHERE id % 2
DELETE FROM t WHERE id % 3 = 0
SELECT id, length(big) FROM t
PRAGMA integrity_check
PRAGMA wal_checkpoint(TRUNCATE)
SELECT count(*) FROM t
)sql",
                       {.new_page_size = 512, .cache_page_count = 10}, 120);
}

}  // namespace
}  // namespace orrery
