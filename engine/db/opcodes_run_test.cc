// Goal: every opcode is run by a test, so that none is dead or untried.
// Method: a script that is known to need them all; the session notes what has run.

#include "engine/db/connection.h"
#include "engine/db/connection_impl.h"
#include "engine/db/testing/sql_result.h"
#include "engine/io/memory_io.h"
#include "engine/program/opcode.h"
#include "gtest/gtest.h"

namespace orrery {

struct ConnectionInside {
  static const Session& SessionOf(const Connection& connection) {
    return connection.impl_->session;
  }
};

namespace {

constexpr const char* kScript[] = {
    "CREATE TABLE t(id INTEGER PRIMARY KEY, a REAL NOT NULL, b, CHECK (b <> 7))",
    "INSERT INTO t(a, b) VALUES (1, 'x'), (2.5, x'01'), (3, NULL)",
    "INSERT INTO t SELECT id + 10, a, b FROM t",
    "INSERT OR IGNORE INTO t VALUES (1, 2, 3), ('4', 2, 3)",
    "SELECT a + 1, a - 1, a * 2, a / 2, a % 2, a || b, id & 1, id | 1, id << 1, id >> 1, ~id, -id "
    "FROM t",
    "SELECT a = 1, a <> 1, a < 1, a <= 1, a > 1, a >= 1, NOT a, a AND b, a OR b, b IS TRUE, b IS "
    "NULL FROM t",
    "SELECT CAST(a AS TEXT), abs(a), nullif(a, b), coalesce(b, a), 9223372036854775807, 1.5, "
    "x'00', NULL, ?1 FROM t",
    "SELECT CASE WHEN a THEN 1 ELSE 2 END FROM t WHERE a AND NOT b OR id IN (1, 2)",
    "SELECT a FROM t WHERE id = 1",
    "SELECT a FROM t WHERE id > 1 AND id < 9",
    "SELECT a FROM t WHERE id >= 1 ORDER BY id",
    "SELECT a FROM t WHERE id < 9 ORDER BY id DESC",
    "SELECT a FROM t WHERE id <= 9 ORDER BY id DESC",
    "SELECT a FROM t ORDER BY id DESC LIMIT 2 OFFSET 1",
    "SELECT DISTINCT b FROM t ORDER BY b LIMIT 5 OFFSET 1",
    "SELECT count(*) FROM t",
    "SELECT b, count(*), max(a) FROM t GROUP BY b HAVING count(*) > 0",
    "UPDATE t SET id = id + 100, a = a + 1 WHERE id < 3",
    "DELETE FROM t WHERE id > 100 RETURNING id",
    "CREATE TABLE compact(k PRIMARY KEY, v) WITHOUT ROWID",
    "INSERT INTO compact VALUES (1, 2)",
    "UPDATE compact SET v = 1",
    "SELECT sum(a) OVER () FROM t",
    "CREATE TABLE strict(a INT) STRICT",
    "INSERT INTO strict VALUES (1)",
    "PRAGMA quick_check",
    "EXPLAIN QUERY PLAN SELECT * FROM t",
    "PRAGMA user_version = 3",
    "PRAGMA user_version",
    "PRAGMA page_count",
    "PRAGMA cache_size",
    "PRAGMA integrity_check",
    "PRAGMA journal_mode",
    "PRAGMA wal_checkpoint",
    "SELECT value FROM json_each('[1,2]')",
    "PRAGMA incremental_vacuum",
    "CREATE TABLE u(a UNIQUE, b)",
    "INSERT INTO u VALUES (1, 2), (2, 3), (NULL, 4)",
    "SELECT t.a, u.b FROM t LEFT JOIN u ON t.b = u.b",
    "SELECT a IN (SELECT b FROM u) FROM t LIMIT 1 OFFSET 1",
    "SELECT b FROM u EXCEPT SELECT a FROM t",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT i FROM n",
    "CREATE UNIQUE INDEX i ON u(b, a)",
    "SELECT a FROM u WHERE b > 1 AND b < 5",
    "SELECT a FROM u WHERE b >= 1 AND b <= 5",
    "SELECT a FROM u WHERE b > 1 AND b < 5 ORDER BY b DESC",
    "SELECT a FROM u WHERE b >= 1 AND b <= 5 ORDER BY b DESC",
    "PRAGMA integrity_check",
    "UPDATE OR REPLACE u SET a = a + 1",
    "DELETE FROM u WHERE b = 4",
    "CREATE TABLE counted(a INTEGER PRIMARY KEY AUTOINCREMENT)",
    "INSERT INTO counted VALUES (NULL)",
    "CREATE TRIGGER g AFTER DELETE ON u BEGIN DELETE FROM t WHERE id = old.a; END",
    "DELETE FROM u WHERE b > 0",
    "DROP INDEX i",
    "VACUUM",
    "ATTACH 'other.db' AS other",
    "CREATE TABLE other.t(a)",
    "PRAGMA database_list",
    "DETACH other",
    "BEGIN",
    "SAVEPOINT s",
    "DELETE FROM t",
    "ROLLBACK",
    "DROP TABLE t",
};

TEST(OpcodesTest, AreAllRunBySomeStatement) {
  MemoryIo io({.seed = 1});
  auto connection = Connection::Open(io, "test.db", {});
  ASSERT_TRUE(connection.ok());
  for (const char* sql : kScript) {
    const SqlResult result = RunSql(io, **connection, sql);
    EXPECT_TRUE(result.ok()) << sql << ": " << result.ToString();
  }
  for (size_t i = 0; i < kOpcodeCount; ++i) {
    EXPECT_TRUE(ConnectionInside::SessionOf(**connection).opcode_has_run[i])
        << Describe(static_cast<Opcode>(i)).name;
  }
}

}  // namespace
}  // namespace orrery
