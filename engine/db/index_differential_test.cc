// Goal: indexes and the constraints they keep do here what they do in SQLite. Method: scripts run
// on both (testing/compare_with_sqlite.h).

#include "engine/db/testing/compare_with_sqlite.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

TEST(IndexDifferentialTest, AgreesOnUniqueConstraints) {
  CompareWithSqlite(R"sql(
CREATE TABLE t(a UNIQUE, b TEXT UNIQUE COLLATE NOCASE, c, UNIQUE(c, a), d DEFAULT 5)
SELECT type, name, tbl_name, rootpage, sql FROM sqlite_schema ORDER BY rowid
INSERT INTO t VALUES (1, 'one', 'x', 0)
INSERT INTO t VALUES (1, 'two', 'y', 0)
INSERT INTO t VALUES (2, 'ONE', 'y', 0)
INSERT INTO t VALUES (1, 'ONE', 'x', 0)
INSERT INTO t VALUES (NULL, NULL, 'x', 0), (NULL, NULL, 'x', 0)
INSERT INTO t VALUES (2, 'two', 'x', 0), (3, 'three', 'x', 0), (2, 'four', 'x', 0)
SELECT rowid, * FROM t ORDER BY rowid
INSERT OR IGNORE INTO t VALUES (2, 'two', 'x', 0), (3, 'three', 'x', 0), (2, 'four', 'x', 0)
SELECT rowid, * FROM t ORDER BY rowid
INSERT OR FAIL INTO t VALUES (7, 'seven', 'x', 0), (3, 'eight', 'x', 0), (9, 'nine', 'x', 0)
SELECT rowid, * FROM t ORDER BY rowid
INSERT OR REPLACE INTO t VALUES (2, 'THREE', 'z', 1)
SELECT rowid, * FROM t ORDER BY rowid
REPLACE INTO t(rowid, a, b) VALUES (1, 7, 'seven')
SELECT rowid, * FROM t ORDER BY rowid
BEGIN
INSERT INTO t VALUES (20, 'twenty', 'x', 0)
INSERT OR ROLLBACK INTO t VALUES (20, 'again', 'x', 0)
COMMIT
SELECT rowid, * FROM t ORDER BY rowid
BEGIN
INSERT INTO t VALUES (30, 'thirty', 'x', 0)
INSERT INTO t VALUES (31, 'thirty-one', 'x', 0), (30, 'again', 'x', 0)
COMMIT
SELECT rowid, * FROM t ORDER BY rowid
UPDATE t SET a = 30 WHERE b = 'seven'
UPDATE t SET a = a + 1
UPDATE t SET a = a WHERE a = 31
UPDATE t SET b = upper(b)
UPDATE t SET b = 'same'
UPDATE OR IGNORE t SET b = 'same'
SELECT rowid, * FROM t ORDER BY rowid
UPDATE OR REPLACE t SET b = 'same' WHERE a = 31
SELECT rowid, * FROM t ORDER BY rowid
UPDATE t SET rowid = rowid + 100
UPDATE t SET rowid = 5, a = 1, c = NULL WHERE a = 31
SELECT rowid, * FROM t ORDER BY rowid
DELETE FROM t WHERE a = 1
SELECT rowid, * FROM t ORDER BY rowid
PRAGMA integrity_check
DELETE FROM t
SELECT count(*) FROM t
INSERT INTO t(a, b, c) VALUES (1, 'one', 'x')
DROP TABLE t
SELECT * FROM sqlite_schema
PRAGMA freelist_count
)sql");
}

TEST(IndexDifferentialTest, AgreesOnConflictClausesOfConstraints) {
  CompareWithSqlite(R"sql(
CREATE TABLE t(id INTEGER PRIMARY KEY ON CONFLICT REPLACE, a UNIQUE ON CONFLICT IGNORE, b UNIQUE ON CONFLICT REPLACE, c NOT NULL ON CONFLICT IGNORE, d NOT NULL ON CONFLICT REPLACE DEFAULT 'd', e UNIQUE ON CONFLICT FAIL, f UNIQUE)
PRAGMA index_list(t)
INSERT INTO t VALUES (1, 1, 1, 1, 1, 1, 1)
INSERT INTO t VALUES (1, 1, 2, 2, 2, 2, 2)
INSERT INTO t VALUES (1, 2, 2, 2, NULL, 2, 2)
INSERT INTO t VALUES (2, 3, 2, 2, 2, 3, 3)
INSERT INTO t VALUES (3, 4, 4, NULL, 2, 4, 4)
INSERT INTO t VALUES (4, 5, 5, 5, 5, 5, 5), (5, 6, 6, 6, 6, 5, 6), (6, 7, 7, 7, 7, 7, 7)
INSERT INTO t VALUES (7, 8, 8, 8, 8, 8, 8), (8, 9, 9, 9, 9, 9, 8)
INSERT INTO t VALUES (4, 10, 2, 2, 2, 5, 5)
SELECT * FROM t ORDER BY id
INSERT OR REPLACE INTO t VALUES (4, 3, 5, 5, 5, 1, 1)
SELECT * FROM t ORDER BY id
INSERT OR ABORT INTO t VALUES (4, 3, 5, 5, 5, 1, 1)
INSERT OR IGNORE INTO t VALUES (4, 3, 5, 5, 5, 1, 1)
UPDATE t SET b = 5
SELECT * FROM t ORDER BY id
UPDATE t SET id = 4, f = NULL
SELECT * FROM t ORDER BY id
CREATE TABLE u(a UNIQUE ON CONFLICT IGNORE, UNIQUE(a) ON CONFLICT REPLACE)
CREATE TABLE u(a UNIQUE ON CONFLICT IGNORE, UNIQUE(a), b UNIQUE, PRIMARY KEY(b) ON CONFLICT REPLACE)
PRAGMA index_list(u)
SELECT name FROM sqlite_schema WHERE tbl_name = 'u'
INSERT INTO u VALUES (1, 2), (1, 3), (2, 2)
SELECT rowid, * FROM u ORDER BY rowid
CREATE TABLE v(a PRIMARY KEY, b UNIQUE ON CONFLICT ROLLBACK)
INSERT INTO v VALUES (1, 1)
BEGIN
INSERT INTO v VALUES (2, 2)
INSERT INTO v VALUES (1, 3)
INSERT INTO v VALUES (3, 2)
COMMIT
SELECT * FROM v ORDER BY rowid
INSERT INTO v VALUES (NULL, 4), (NULL, 5)
SELECT rowid, * FROM v ORDER BY rowid
)sql");
}

TEST(IndexDifferentialTest, AgreesOnPrimaryKeys) {
  CompareWithSqlite(R"sql(
CREATE TABLE a(x TEXT PRIMARY KEY, y)
CREATE TABLE b(x, y, PRIMARY KEY(y, x))
CREATE TABLE c(x INTEGER, y, PRIMARY KEY(x DESC))
CREATE TABLE d(x INTEGER PRIMARY KEY DESC, y)
CREATE TABLE e(x INT PRIMARY KEY, y)
CREATE TABLE f(x INTEGER PRIMARY KEY, y UNIQUE, UNIQUE(x))
CREATE TABLE g(x, y, PRIMARY KEY(x COLLATE NOCASE), UNIQUE(x), UNIQUE(x, y), UNIQUE(y, x), UNIQUE(x))
CREATE TABLE h(x, PRIMARY KEY(x + 1))
CREATE TABLE h(x, PRIMARY KEY(nosuch))
CREATE TABLE h(x, UNIQUE(x, nosuch))
CREATE TABLE h(x, UNIQUE(x NULLS FIRST))
CREATE TABLE h(x, UNIQUE('x'), UNIQUE("x"))
CREATE TABLE i(x, UNIQUE(x COLLATE nosuch))
SELECT type, name, tbl_name, rootpage, sql FROM sqlite_schema ORDER BY rowid
PRAGMA table_info(b)
PRAGMA index_list(g)
PRAGMA index_info(sqlite_autoindex_g_1)
PRAGMA index_xinfo(sqlite_autoindex_g_1)
PRAGMA index_xinfo(sqlite_autoindex_f_1)
PRAGMA index_list(nosuch)
PRAGMA index_info(nosuch)
INSERT INTO a VALUES ('k', 1), (5, 2)
INSERT INTO a VALUES ('5', 3)
INSERT INTO a VALUES (NULL, 4)
INSERT INTO a VALUES (NULL, 5)
SELECT rowid, x, typeof(x), y FROM a ORDER BY rowid
INSERT INTO b VALUES (1, 2), (2, 1), (1, 1)
INSERT INTO b VALUES (1, 2)
UPDATE b SET x = 1 WHERE y = 1
INSERT INTO c VALUES (1, 1), (NULL, 2)
INSERT INTO c VALUES (1, 3)
INSERT INTO d VALUES (1, 1)
INSERT INTO d VALUES (1, 2)
INSERT INTO e VALUES (1, 1)
INSERT INTO e VALUES ('1', 1)
INSERT INTO e VALUES (1.0, 1)
INSERT INTO e VALUES (1.5, 1)
INSERT INTO f VALUES (1, 1), (2, 2)
INSERT INTO f VALUES (1, 3)
INSERT INTO f VALUES (3, 2)
UPDATE f SET x = 2 WHERE x = 1
UPDATE f SET x = 7 WHERE x = 1
SELECT * FROM f ORDER BY x
INSERT INTO g VALUES ('a', 1)
INSERT INTO g VALUES ('A', 2)
INSERT INTO g VALUES ('a', 2)
INSERT INTO g VALUES ('b', 1)
DROP INDEX sqlite_autoindex_g_1
PRAGMA integrity_check
)sql");
}

TEST(IndexDifferentialTest, AgreesOnCreateAndDropIndex) {
  CompareWithSqlite(R"sql(
CREATE TABLE t(a, b, c INTEGER PRIMARY KEY, d REAL)
INSERT INTO t VALUES (3, 'x', 1, 1), (1, 'y', 2, 2.5), (NULL, 'X', 3, 3), ('t', x'00', 4, NULL), (1, NULL, 5, 1e300)
CREATE INDEX i ON t(a)
CREATE INDEX i ON t(b)
CREATE INDEX IF NOT EXISTS i ON t(b)
CREATE UNIQUE INDEX   j   ON   t ( b , a )  
CREATE UNIQUE INDEX k ON t(b COLLATE NOCASE)
CREATE UNIQUE INDEX k ON t(a)
CREATE INDEX t ON t(a)
CREATE INDEX sqlite_i ON t(a)
CREATE INDEX k ON nosuch(a)
CREATE INDEX k ON t(nosuch)
CREATE INDEX k ON t(rowid)
CREATE INDEX k ON sqlite_schema(name)
CREATE INDEX nosuch.k ON t(a)
CREATE INDEX main.k ON t(a, c DESC, d)
CREATE INDEX l ON t(a + c, lower(b) COLLATE NOCASE DESC, 'b')
CREATE INDEX m ON t(a) WHERE b IS NOT NULL AND c > 1
CREATE INDEX n ON t(random())
CREATE INDEX n ON t(a, ?1)
CREATE INDEX n ON t(count(a))
CREATE INDEX n ON t(a) WHERE random() > 1
CREATE INDEX n ON t(a) WHERE b = ?1
CREATE INDEX n ON t(a) WHERE nosuch
CREATE INDEX n ON t(t.a)
CREATE INDEX n ON t(a NULLS LAST)
SELECT type, name, tbl_name, rootpage, sql FROM sqlite_schema ORDER BY rowid
PRAGMA index_list(t)
PRAGMA index_xinfo(k)
PRAGMA index_xinfo(l)
PRAGMA index_info(m)
PRAGMA integrity_check
INSERT INTO t VALUES (9, 'new', 10, 9), (8, 'newer', 11, 8)
UPDATE t SET a = 5 WHERE c > 3
UPDATE t SET c = c + 20 WHERE b IS NOT NULL
UPDATE t SET b = b || 'z', d = d + 1
DELETE FROM t WHERE a = 5 AND d > 9
SELECT * FROM t ORDER BY c
PRAGMA integrity_check
DROP INDEX nosuch
DROP INDEX main.nosuch
DROP INDEX IF EXISTS nosuch
DROP INDEX t
DROP INDEX i
DROP INDEX main.k
SELECT name FROM sqlite_schema ORDER BY rowid
CREATE TABLE l(a)
CREATE TABLE IF NOT EXISTS l(a)
BEGIN
DROP INDEX l
CREATE INDEX l ON t(b)
INSERT INTO t(a) VALUES (77)
ROLLBACK
SELECT name, sql FROM sqlite_schema ORDER BY rowid
SELECT * FROM t ORDER BY c
BEGIN
CREATE INDEX o ON t(d)
INSERT INTO t(a, d) VALUES (77, 1)
COMMIT
PRAGMA integrity_check
DROP TABLE t
SELECT * FROM sqlite_schema
)sql");
}

TEST(IndexDifferentialTest, AgreesOnPartialAndExpressionIndexes) {
  CompareWithSqlite(R"sql(
CREATE TABLE t(a INTEGER, b TEXT, c)
CREATE UNIQUE INDEX i ON t(a) WHERE b = 'on'
CREATE UNIQUE INDEX j ON t(lower(b), a % 10)
CREATE UNIQUE INDEX k ON t(c COLLATE NOCASE DESC, a DESC) WHERE c NOT NULL
INSERT INTO t VALUES (1, 'on', 'x')
INSERT INTO t VALUES (1, 'on', 'y')
INSERT INTO t VALUES (1, 'off', 'y'), (1, 'ON', 'z')
INSERT INTO t VALUES (11, 'OFF', NULL)
INSERT INTO t VALUES ('12', 'off', NULL), (13, 'off', NULL)
INSERT INTO t VALUES (1, 'other', 'Y')
UPDATE t SET b = 'on' WHERE b = 'off'
UPDATE t SET b = 'on', a = a + 100 WHERE b = 'off'
UPDATE t SET c = NULL
UPDATE t SET c = 'same' WHERE a > 100
UPDATE t SET a = a + 1 WHERE a > 100
UPDATE OR REPLACE t SET a = 1, b = 'on'
SELECT rowid, * FROM t ORDER BY rowid
INSERT OR REPLACE INTO t VALUES (11, 'ON', 'SAME'), (12, 'on', 'q')
SELECT rowid, * FROM t ORDER BY rowid
INSERT OR REPLACE INTO t VALUES (12, 'on', 'Q')
INSERT OR IGNORE INTO t VALUES (12, 'on', 'r'), (14, 'on', 'r')
SELECT rowid, * FROM t ORDER BY rowid
DELETE FROM t WHERE b = 'on' AND a = 12
SELECT rowid, * FROM t ORDER BY rowid
PRAGMA integrity_check
)sql");
}

TEST(IndexDifferentialTest, AgreesOnRowsFoundByAnIndex) {
  CompareWithSqlite(R"sql(
CREATE TABLE t(id INTEGER PRIMARY KEY, a INT, b TEXT, c REAL, d)
CREATE INDEX ab ON t(a, b)
CREATE INDEX c ON t(c DESC)
CREATE INDEX nocase ON t(b COLLATE NOCASE)
CREATE UNIQUE INDEX d ON t(d)
INSERT INTO t VALUES (1, 10, 'x', 1, 'p'), (2, 10, 'X', 2.5, 1), (3, 20, NULL, NULL, NULL)
INSERT INTO t VALUES (4, NULL, 'y', -1, NULL), (5, 20, 'y', 3, x'00'), (6, 'text', '7', 2, 2.5)
INSERT INTO t VALUES (7, 30, '10', 9007199254740993, '2.5'), (8, 30, '9', 1e300, 9)
SELECT * FROM t WHERE a = 10
SELECT id, typeof(c), c FROM t WHERE c > 0
SELECT c FROM t WHERE c >= 1 AND c < 3
SELECT c FROM t WHERE c <= 2.5
SELECT c FROM t WHERE c < 3 ORDER BY c
SELECT c FROM t WHERE c < 3 ORDER BY c DESC
SELECT a, b FROM t WHERE a = 20 AND b > ''
SELECT a, b FROM t WHERE a = 20 AND b IS NULL
SELECT a, b, id FROM t WHERE a >= 10 AND a <= 20 ORDER BY a, b, id
SELECT a, b, id FROM t WHERE a >= 10 AND a <= 20 ORDER BY a DESC, b DESC, id DESC
SELECT a, b FROM t WHERE a BETWEEN 15 AND 25 ORDER BY a, b
SELECT id FROM t WHERE a IS NULL
SELECT id FROM t WHERE a IS 10 ORDER BY b
SELECT id FROM t WHERE a = NULL
SELECT id FROM t WHERE a > NULL
SELECT id FROM t WHERE a < 'text'
SELECT id FROM t WHERE a = '10'
SELECT id FROM t WHERE b = 9
SELECT id FROM t WHERE b > 1 ORDER BY id
SELECT id FROM t WHERE b = 'X' COLLATE NOCASE ORDER BY id
SELECT id FROM t WHERE b COLLATE NOCASE > 'X' ORDER BY id
SELECT id FROM t WHERE d = 2.5
SELECT id FROM t WHERE d = '2.5'
SELECT id FROM t WHERE d > 1 ORDER BY id
SELECT id FROM t WHERE d < x'01' ORDER BY id
SELECT id FROM t WHERE a = 20 AND id > 3
SELECT id FROM t WHERE a = 20 AND id = 3
SELECT x.id, y.id FROM t x JOIN t y ON y.a = x.a + 10 ORDER BY 1, 2
SELECT x.id, y.id FROM t x LEFT JOIN t y ON y.a = x.a + 10 ORDER BY 1, 2
SELECT x.id, y.id FROM t x RIGHT JOIN t y ON y.a = x.a + 10 ORDER BY 1, 2
SELECT x.id, y.id, y.b FROM t x LEFT JOIN t y ON y.a = x.a AND y.b > 'a' ORDER BY 1, 2
SELECT id, (SELECT max(b) FROM t y WHERE y.a = x.a) FROM t x ORDER BY id
SELECT a, count(*) FROM t WHERE a > 10 GROUP BY a
SELECT id FROM t WHERE id IN (5, 3, '2', 3, NULL, 2.5, 'x', 99)
SELECT id FROM t WHERE id IN (5, 3, 1) ORDER BY id DESC
SELECT id FROM t WHERE a IN (10, '20', NULL, 'text', 10.0) ORDER BY id
SELECT id FROM t WHERE a IN (10, 20) AND b IN ('x', 'y') ORDER BY id
SELECT id FROM t WHERE a IN (10, 20) AND b > 'a' AND b < 'z' ORDER BY id
SELECT id FROM t WHERE a = 20 AND b IN ('y', NULL, 'x') ORDER BY b DESC
SELECT id FROM t WHERE c IN (2.5, 3, '1') ORDER BY id
SELECT id FROM t WHERE d IN ('2.5', 9, x'00') ORDER BY id
SELECT id FROM t WHERE a IN () OR a IN (30)
SELECT id FROM t WHERE a IN (SELECT a + 10 FROM t) ORDER BY id
SELECT id FROM t WHERE id IN (SELECT a / 10 FROM t)
SELECT id FROM t x WHERE a IN (SELECT y.a FROM t y WHERE y.id > x.id) ORDER BY id
SELECT x.id, y.id FROM t x LEFT JOIN t y ON y.id IN (x.id + 1, x.id * 2, 99) ORDER BY 1, 2
SELECT x.id, y.id FROM t x LEFT JOIN t y ON y.a IN (x.a + 10, x.id) ORDER BY 1, 2
SELECT x.id, y.id FROM t x LEFT JOIN t y ON y.a IN (x.a + 10, 5) AND y.b > 'a' ORDER BY 1, 2
SELECT id FROM t WHERE b COLLATE NOCASE IN ('X', 'Y') ORDER BY id
SELECT id FROM t NOT INDEXED WHERE a = 10
SELECT id FROM t INDEXED BY ab WHERE a > 10 ORDER BY id
SELECT count(*) FROM t INDEXED BY c
UPDATE t SET a = a + 10 WHERE a >= 10 AND a < 1000
SELECT id, a FROM t ORDER BY id
UPDATE t SET b = 'moved' WHERE a = 20 AND b < 'zz'
UPDATE t SET c = c * 2 WHERE c > 0
UPDATE t SET d = NULL WHERE id IN (SELECT id FROM t WHERE a > 20)
UPDATE t SET a = a + 5 WHERE a IN (20, 30, 40)
SELECT id, a, d FROM t ORDER BY id
SELECT id, b, c FROM t ORDER BY id
DELETE FROM t WHERE c > 2 AND c < 10
DELETE FROM t WHERE a = 30
SELECT * FROM t ORDER BY id
PRAGMA integrity_check
)sql");
}

TEST(IndexDifferentialTest, AgreesOnAColumnNamedTwiceInAKey) {
  CompareWithSqlite(R"sql(
CREATE TABLE t(a, b, c, PRIMARY KEY(b, a, b), UNIQUE(c, c))
PRAGMA table_info(t)
PRAGMA index_list(t)
PRAGMA index_info(sqlite_autoindex_t_1)
PRAGMA index_xinfo(sqlite_autoindex_t_2)
CREATE INDEX i ON t(a, a COLLATE NOCASE, a DESC)
PRAGMA index_xinfo(i)
INSERT INTO t VALUES (1, 'x', 1), (2, 'x', 2), (1, 'y', 3)
INSERT INTO t VALUES (1, 'x', 4)
INSERT INTO t VALUES (3, 'x', 1)
SELECT * FROM t ORDER BY rowid
PRAGMA integrity_check
)sql");
}

TEST(IndexDifferentialTest, ComparesAnIntegerThatNoRealHolds) {
  CompareWithSqlite(R"sql(
CREATE TABLE t(c REAL PRIMARY KEY, d REAL)
INSERT INTO t VALUES(9223372036854775807.0, 9223372036854775807.0)
SELECT count(*) FROM t WHERE c = 9223372036854775807
SELECT count(*) FROM t WHERE d = 9223372036854775807
SELECT count(*) FROM t WHERE c <= 9223372036854775807
SELECT count(*) FROM t WHERE c IN (9223372036854775807, 1)
SELECT count(*) FROM t WHERE d IN (9223372036854775807, 1)
SELECT count(*) FROM t WHERE d IN (9223372036854775807, 1, 2, 3, 4, 5)
SELECT count(*) FROM t WHERE d IN (SELECT 9223372036854775807)
SELECT count(*) FROM t WHERE c IN (SELECT 9223372036854775807)
SELECT count(*) FROM t, (SELECT 9223372036854775807 AS x UNION ALL SELECT 2) AS u WHERE u.x = t.c
SELECT count(*) FROM (SELECT 9223372036854775807 AS x UNION ALL SELECT 2) AS u LEFT JOIN t ON u.x = t.d WHERE d
)sql");
}

TEST(IndexDifferentialTest, AgreesOnReplaceThatTakesManyRowsAway) {
  CompareWithSqlite(R"sql(
CREATE TABLE t(id INTEGER PRIMARY KEY, a UNIQUE, b UNIQUE, c UNIQUE)
CREATE INDEX i ON t(a, b, c)
INSERT INTO t VALUES (1, 1, 1, 1), (2, 2, 2, 2), (3, 3, 3, 3), (4, 4, 4, 4), (5, 5, 5, 5)
REPLACE INTO t VALUES (1, 2, 3, 4)
SELECT * FROM t ORDER BY id
SELECT total_changes()
REPLACE INTO t VALUES (NULL, 2, 5, NULL)
SELECT * FROM t ORDER BY id
INSERT INTO t VALUES (10, 10, 10, 10), (11, 11, 11, 11), (12, 12, 12, 12)
UPDATE OR REPLACE t SET a = 10, b = 11, c = 12
SELECT * FROM t ORDER BY id
UPDATE OR REPLACE t SET id = 1, a = NULL
SELECT * FROM t ORDER BY id
INSERT INTO t SELECT id + 1, a, b || 'x', c || 'x' FROM t
INSERT OR REPLACE INTO t SELECT id + 1, a, b, c FROM t
SELECT * FROM t ORDER BY id
PRAGMA integrity_check
)sql");
}

}  // namespace
}  // namespace orrery
