// Goal: what INSERT, UPDATE and DELETE have beside their plain forms does here what it does in
// SQLite: RETURNING, ON CONFLICT, UPDATE ... FROM, rows in SET, WITH; and so do tables of the rarer
// kinds. Method: scripts run on both.

#include "engine/db/testing/compare_with_sqlite.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

TEST(ChangeDifferentialTest, AgreesOnReturning) {
  CompareWithSqlite(R"sql(
CREATE TABLE t(a INTEGER PRIMARY KEY, b UNIQUE, c INT, d TEXT DEFAULT 'x')
INSERT INTO t VALUES(1, 2, '3', 4), (5, 6, 7, 8) RETURNING *, a + 1, A, typeof(c), rowid, d || '!' AS e
INSERT INTO t(b) VALUES(9) RETURNING rowid, *
INSERT INTO t DEFAULT VALUES RETURNING a, (SELECT count(*) FROM t)
INSERT OR IGNORE INTO t VALUES(1, 1, 1, 1), (20, 20, 20, 20) RETURNING a
INSERT OR REPLACE INTO t VALUES(1, 1, 1, 1), (20, 20, 21, 20) RETURNING a, c
INSERT INTO t SELECT a + 100, b + 100, c, d FROM t WHERE b RETURNING a, b
UPDATE t SET c = c + 1 WHERE a > 1 RETURNING a, c, (SELECT count(*) FROM t)
UPDATE t SET a = a + 1000 WHERE a < 6 RETURNING a, rowid, b
UPDATE t SET c = 0 WHERE a = 0 RETURNING *
SELECT changes(), total_changes()
DELETE FROM t WHERE a > 100 RETURNING *
SELECT changes(), total_changes()
INSERT INTO t AS x VALUES(60, 20, 1, 1) RETURNING x.a
INSERT INTO t AS x VALUES(60, 200, 1, 1) RETURNING t.a
DELETE FROM t RETURNING count(*)
DELETE FROM t RETURNING t.*
DELETE FROM t RETURNING nosuch
DELETE FROM t RETURNING a, b
SELECT count(*) FROM t
BEGIN
INSERT INTO t VALUES(1, 1, 1, 1) RETURNING a
ROLLBACK
SELECT count(*) FROM t
)sql");
}

TEST(ChangeDifferentialTest, AgreesOnUpserts) {
  CompareWithSqlite(R"sql(
CREATE TABLE t(a INTEGER PRIMARY KEY, b UNIQUE, c, d TEXT DEFAULT 'x')
INSERT INTO t VALUES(1, 2, 3, 4), (5, 6, 7, 8)
INSERT INTO t(a, b) VALUES(1, 77) ON CONFLICT(a) DO UPDATE SET c = excluded.b, d = d || excluded.a RETURNING *
INSERT INTO t(a, b) VALUES(1, 77), (2, 88) ON CONFLICT DO NOTHING RETURNING *
INSERT INTO t(a, b) VALUES(1, 2) ON CONFLICT(b) DO UPDATE SET d = 'b' ON CONFLICT(a) DO UPDATE SET d = 'a' RETURNING *
INSERT INTO t(a, b) VALUES(1, 2) ON CONFLICT(a) DO UPDATE SET d = 'a' ON CONFLICT(b) DO UPDATE SET d = 'b' RETURNING *
INSERT INTO t(a, b) VALUES(6, 2) ON CONFLICT(b) DO UPDATE SET d = 'b' WHERE c > 100 RETURNING *
INSERT INTO t AS x (a, b) VALUES(6, 2) ON CONFLICT(b) DO UPDATE SET d = x.d || x.a || excluded.a RETURNING *
INSERT INTO t AS x (a, b) VALUES(6, 2) ON CONFLICT(b) DO UPDATE SET d = t.d RETURNING *
INSERT INTO t(a) VALUES(1) ON CONFLICT(c) DO NOTHING
INSERT INTO t(a) VALUES(1) ON CONFLICT(c) DO NOTHING ON CONFLICT DO NOTHING
INSERT INTO t(a) VALUES(1) ON CONFLICT(a) DO NOTHING ON CONFLICT(c) DO NOTHING
INSERT INTO t(a, b) VALUES(1, 6) ON CONFLICT(a) DO UPDATE SET b = 6
INSERT OR IGNORE INTO t(a, b) VALUES(1, 6) ON CONFLICT(a) DO UPDATE SET b = 6
INSERT OR REPLACE INTO t(a, b) VALUES(1, 6) ON CONFLICT(b) DO UPDATE SET d = 'bb' RETURNING *
INSERT OR FAIL INTO t(a, b) VALUES(1, 6) ON CONFLICT(a) DO UPDATE SET b = 4 RETURNING *
INSERT INTO t(a, b) VALUES(1, 4) ON CONFLICT(b) DO UPDATE SET d = 'bb' ON CONFLICT DO UPDATE SET d = 'any' RETURNING *
INSERT INTO t(a, b) VALUES(1, 400) ON CONFLICT(b) DO UPDATE SET d = 'bb' ON CONFLICT DO UPDATE SET d = 'any' RETURNING *
INSERT INTO t(a, b) VALUES(1, 4) ON CONFLICT(a) DO UPDATE SET a = 99, c = excluded.a RETURNING *
INSERT INTO t SELECT a, b, c, d FROM t WHERE 1 ON CONFLICT(a) DO UPDATE SET c = c || '+'
SELECT * FROM t ORDER BY a
SELECT changes(), total_changes(), last_insert_rowid()
CREATE TABLE both(a INTEGER PRIMARY KEY ON CONFLICT REPLACE, b UNIQUE, c UNIQUE, UNIQUE(a COLLATE NOCASE))
INSERT INTO both VALUES(1, 1, 1), (2, 2, 2)
INSERT INTO both VALUES(1, 3, 3) ON CONFLICT(b) DO NOTHING
INSERT INTO both VALUES(1, 4, 2) ON CONFLICT(b) DO NOTHING ON CONFLICT(c) DO UPDATE SET b = 'c'
INSERT INTO both VALUES(1, 5, 5), (1, 6, 6) ON CONFLICT(b) DO NOTHING RETURNING *
SELECT * FROM both
CREATE TABLE texts(k INTEGER PRIMARY KEY, c TEXT, d TEXT COLLATE NOCASE)
INSERT INTO texts VALUES(7, 1, 'a')
INSERT INTO texts VALUES(7, NOT 0, 'A') ON CONFLICT DO UPDATE SET d = 'x' WHERE texts.c IS NOT excluded.c
INSERT INTO texts VALUES(7, NOT 0, 'A') ON CONFLICT DO UPDATE SET d = (excluded.d = 'a') || (excluded.d = texts.d) || (texts.d = excluded.d) || (excluded.c = texts.c) || (excluded.k = '7') || (excluded.c = '1')
SELECT * FROM texts
CREATE TABLE free(x, y)
INSERT INTO free VALUES(1, 2) ON CONFLICT DO UPDATE SET x = nosuch
INSERT INTO free(rowid, x) VALUES(1, 2) ON CONFLICT DO UPDATE SET x = nosuch
INSERT INTO free(x) VALUES(2) ON CONFLICT(rowid) DO UPDATE SET x = nosuch
SELECT * FROM free
CREATE TABLE u(x, y COLLATE NOCASE)
INSERT INTO u VALUES(1, 10), (2, 20), (3, 'abc')
CREATE UNIQUE INDEX partial ON u(x) WHERE y > 15
INSERT INTO u VALUES(2, 99) ON CONFLICT(x) WHERE y > 15 DO UPDATE SET y = 100 RETURNING *
INSERT INTO u VALUES(2, 99) ON CONFLICT(x) WHERE y > 16 DO UPDATE SET y = 100
INSERT INTO u VALUES(2, 99) ON CONFLICT(x) DO NOTHING
CREATE UNIQUE INDEX expression ON u(x + 1)
INSERT INTO u VALUES(1, 99) ON CONFLICT(x + 1) DO UPDATE SET y = -excluded.y RETURNING *
INSERT INTO u VALUES(1, 99) ON CONFLICT(1 + x) DO NOTHING
CREATE UNIQUE INDEX both ON u(y, x)
INSERT INTO u VALUES(3, 'ABC') ON CONFLICT(x, y) DO UPDATE SET x = 30 RETURNING *
INSERT INTO u VALUES(30, 'ABC') ON CONFLICT(x, y COLLATE NOCASE) DO UPDATE SET x = 31 RETURNING *
INSERT INTO u VALUES(31, 'ABC') ON CONFLICT(x, y COLLATE BINARY) DO UPDATE SET x = 30
INSERT INTO u VALUES(1, 99) ON CONFLICT(x + 1) DO UPDATE SET nosuch = 1
INSERT INTO u VALUES(1, 99) ON CONFLICT(x + 1) DO UPDATE SET y = nosuch
SELECT rowid, * FROM u ORDER BY rowid
PRAGMA integrity_check
)sql");
}

TEST(ChangeDifferentialTest, AgreesOnUpdateFrom) {
  CompareWithSqlite(R"sql(
CREATE TABLE t(a INTEGER PRIMARY KEY, b, c)
CREATE TABLE u(x, y)
INSERT INTO t VALUES(1, 1, 1), (2, 2, 2), (3, 3, 3), (4, 4, 4)
INSERT INTO u VALUES(1, 10), (2, 20), (3, 30)
UPDATE t SET c = u.y, b = x FROM u WHERE u.x = t.a RETURNING *
UPDATE t SET b = old.c FROM t AS old WHERE old.a = t.a + 1
SELECT * FROM t
UPDATE t AS q SET a = a + 10, b = y FROM u WHERE x = q.a RETURNING *
UPDATE t SET b = u1.y, c = u2.y FROM u AS u1 LEFT JOIN u AS u2 ON u2.x = u1.x + 1 WHERE u1.x + 10 = a RETURNING *
UPDATE t SET b = s.n FROM (SELECT count(*) AS n FROM u) AS s WHERE a > 11
UPDATE OR IGNORE t SET a = 13 FROM u WHERE x = a - 10
UPDATE OR REPLACE t SET a = 13 FROM u WHERE x = a - 10
SELECT * FROM t
UPDATE t SET b = 5 FROM t
UPDATE t SET b = t.b FROM t AS t WHERE 1
UPDATE t SET b = y FROM u JOIN t ON a = x
UPDATE t SET b = 1 FROM nosuch
WITH w(p) AS (VALUES(13), (4)) UPDATE t SET c = w.p FROM w WHERE w.p = a RETURNING a, c
SELECT * FROM t
PRAGMA integrity_check
)sql");
}

TEST(ChangeDifferentialTest, AgreesOnRowsInSetAndOnWith) {
  CompareWithSqlite(R"sql(
CREATE TABLE t(a INTEGER PRIMARY KEY, b, c)
CREATE TABLE u(x, y)
INSERT INTO t VALUES(1, 1, 1), (2, 2, 2), (3, 3, 3)
INSERT INTO u VALUES(1, 10), (2, 20), (2, 21)
UPDATE t SET (b, c) = (c + 5, b + 6) WHERE a = 1
UPDATE t SET (b, c) = (SELECT y, x FROM u WHERE x = a)
SELECT * FROM t
UPDATE t SET (c, a) = (a, a + 10), b = 0
UPDATE t SET (b, c) = (5, 6, 7)
UPDATE t SET (b, c) = 5
UPDATE t SET (b, c) = (SELECT 1)
UPDATE t SET (b) = (SELECT 1, 2)
UPDATE t SET (b, b) = (1, 2)
SELECT * FROM t
WITH w(p) AS (SELECT 12) UPDATE t SET c = (SELECT p FROM w) WHERE a IN (SELECT p FROM w) RETURNING c
WITH w(p) AS (SELECT 12) DELETE FROM t WHERE a IN (SELECT p FROM w) RETURNING a
WITH w(p, q) AS (SELECT 3, 4) INSERT INTO t(a, b) SELECT * FROM w RETURNING *, (SELECT q FROM w)
WITH w(p, q) AS (SELECT 3, 4) INSERT INTO t(a, b) SELECT * FROM w WHERE 1 ON CONFLICT DO UPDATE SET c = (SELECT p FROM w) RETURNING *
SELECT * FROM t
)sql");
}

TEST(ChangeDifferentialTest, AgreesOnStrictTables) {
  CompareWithSqlite(R"sql(
CREATE TABLE s(a INT, b TEXT, c REAL, d BLOB, e ANY, f INTEGER) STRICT
INSERT INTO s VALUES('5',5,5,x'01','5','7'),(NULL,NULL,NULL,NULL,NULL,NULL)
CREATE TABLE spaced ( a INT ) STRICT  ;
SELECT sql || '.' FROM sqlite_schema WHERE name = 'spaced'
CREATE TABLE lower(a int, b text, c any, d "text", e real, f Integer)
PRAGMA table_info(lower)
SELECT *, typeof(a),typeof(b),typeof(c),typeof(d),typeof(e) FROM s
INSERT INTO s(a) VALUES('x')
INSERT INTO s(a) VALUES(1.5)
INSERT INTO s(d) VALUES('x')
INSERT INTO s(b) VALUES(x'00')
INSERT INTO s(c) VALUES('abc')
UPDATE s SET a='q'
UPDATE OR IGNORE s SET a='q'
CREATE TABLE s2(a) STRICT
CREATE TABLE s2(a VARCHAR(5)) STRICT
CREATE TABLE s2(a INT PRIMARY KEY, b int) STRICT
INSERT INTO s2 VALUES(NULL,1)
CREATE TABLE s3(a INTEGER PRIMARY KEY, b text CHECK(length(b)<5)) STRICT
INSERT INTO s3 VALUES('x',1)
INSERT INTO s3 VALUES(NULL,1),(7,x'aa')
INSERT INTO s3 VALUES(NULL,1),(7,'aaaaaaaa')
INSERT INTO s3 VALUES(NULL,1),(7,'aaa')
)sql");
}

TEST(ChangeDifferentialTest, AgreesOnAutoincrement) {
  CompareWithSqlite(R"sql(
CREATE TABLE ai(id INTEGER PRIMARY KEY AUTOINCREMENT, v)
SELECT name, tbl_name, rootpage, sql FROM sqlite_schema ORDER BY rowid
INSERT INTO ai(v) VALUES('a'),('b')
SELECT * FROM sqlite_sequence
DELETE FROM ai
INSERT INTO ai(v) VALUES('c')
INSERT INTO ai(v) VALUES('d') RETURNING id
INSERT INTO ai VALUES(100,'e')
INSERT OR IGNORE INTO ai VALUES(100,'e'),(NULL,'z')
SELECT * FROM ai
SELECT rowid, * FROM sqlite_sequence
UPDATE sqlite_sequence SET seq=500
INSERT INTO ai(v) VALUES('f')
INSERT INTO ai VALUES(9223372036854775807,'max')
INSERT INTO ai(v) VALUES('g')
SELECT * FROM sqlite_sequence
CREATE TABLE ai2(id INTEGER PRIMARY KEY AUTOINCREMENT)
INSERT INTO ai2 VALUES(-5),(NULL)
SELECT * FROM ai2
SELECT * FROM sqlite_sequence
DROP TABLE ai
SELECT * FROM sqlite_sequence
DROP TABLE sqlite_sequence
CREATE TABLE ai3(v UNIQUE, id INTEGER PRIMARY KEY AUTOINCREMENT)
CREATE INDEX ai3v ON ai3(v, id)
INSERT INTO ai3(v) VALUES('x'), ('y')
DROP TABLE ai2
VACUUM
SELECT name, rootpage FROM sqlite_schema ORDER BY rowid
SELECT * FROM sqlite_sequence
DROP TABLE ai3
VACUUM
SELECT name, rootpage FROM sqlite_schema ORDER BY rowid
CREATE TABLE ai2(id INTEGER PRIMARY KEY AUTOINCREMENT)
DELETE FROM sqlite_sequence
INSERT INTO ai2 DEFAULT VALUES RETURNING *
)sql");
}

TEST(ChangeDifferentialTest, AgreesOnCreateTableAs) {
  CompareWithSqlite(R"sql(
CREATE TABLE s(a INT, b TEXT, c, d BLOB, e ANY, f INTEGER)
INSERT INTO s VALUES(1, 2, 3, 4, 5, 6)
CREATE TABLE c1 AS SELECT a, b, c+1 AS d, CAST(b AS TEXT) e, f AS "x y", d, 5, NULL FROM s
SELECT sql FROM sqlite_schema WHERE name='c1'
SELECT * FROM c1
CREATE TABLE c2 AS SELECT 1 AS a, 2 AS a, 3 AS "select"
SELECT sql FROM sqlite_schema WHERE name='c2'
SELECT * FROM c2
CREATE TABLE IF NOT EXISTS c2 AS SELECT 5
CREATE TABLE c2 AS SELECT 5
CREATE TABLE c3 AS SELECT * FROM c2 WHERE 0
SELECT sql, rootpage FROM sqlite_schema WHERE name='c3'
CREATE TABLE c4 AS WITH r(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM r WHERE n<5) SELECT n, n*n FROM r
SELECT * FROM c4
SELECT sql FROM sqlite_schema WHERE name='c4'
)sql");
}

TEST(ChangeDifferentialTest, AgreesOnForeignKeysThatAreNotEnforced) {
  CompareWithSqlite(R"sql(
CREATE TABLE p(x PRIMARY KEY)
CREATE TABLE k(y REFERENCES p, z REFERENCES p(x) ON DELETE CASCADE, FOREIGN KEY(y, z) REFERENCES q(a, b))
INSERT INTO k VALUES(1, 2)
PRAGMA foreign_keys
SELECT * FROM k
CREATE TABLE e(a, FOREIGN KEY(a, b) REFERENCES p)
CREATE TABLE e(a, FOREIGN KEY(a) REFERENCES p(x, y))
CREATE TABLE e(a REFERENCES p(x, y))
PRAGMA foreign_keys = 1
PRAGMA foreign_keys
CREATE TABLE alone(a)
INSERT INTO alone VALUES(1)
BEGIN
PRAGMA foreign_keys = off
PRAGMA foreign_keys
COMMIT
PRAGMA foreign_keys = off
DROP TABLE p
)sql");
}

TEST(ChangeDifferentialTest, AgreesOnTablesWithoutRowid) {
  CompareWithSqlite(R"sql(
CREATE TABLE t(a INTEGER PRIMARY KEY, b UNIQUE, c TEXT DEFAULT 'x', d REAL) WITHOUT ROWID
INSERT INTO t VALUES(3, 1, 2, 4), (1, 2, 'y', 1.5), ('x', 3, NULL, NULL), (2.5, 4, 5, 6)
INSERT INTO t(a, b) VALUES(NULL, 5)
INSERT INTO t(b) VALUES(5)
INSERT INTO t(a, b) VALUES(3, 5)
INSERT INTO t(a, b) VALUES(9, 4)
INSERT INTO t(rowid, b) VALUES(9, 40)
SELECT rowid FROM t
SELECT * FROM t
SELECT a, typeof(a), d, typeof(d) FROM t ORDER BY a DESC
SELECT * FROM t WHERE a = 3
SELECT * FROM t WHERE a > 1 ORDER BY a
SELECT c FROM t WHERE b = 3
SELECT a, b FROM t WHERE b IN (1, 2, 9)
SELECT count(*), count(c), max(a), min(a), sum(d) FROM t
UPDATE t SET d = d + 1 WHERE b > 1 RETURNING a, b, c, d + 0.25
UPDATE t SET a = a + 10 WHERE b < 3 RETURNING a, b
UPDATE t SET rowid = 3
UPDATE t SET a = 13
UPDATE OR REPLACE t SET a = 13 WHERE b = 4
UPDATE OR IGNORE t SET b = 2
SELECT changes(), total_changes(), last_insert_rowid()
INSERT OR REPLACE INTO t VALUES(13, 3, 'r', 1), (50, 60, 'n', 2)
INSERT OR IGNORE INTO t VALUES(13, 900, 'r', 1), (51, 60, 'n', 2), (52, 61, 'm', 3)
INSERT INTO t VALUES(50, 1, 1, 1) ON CONFLICT(a) DO UPDATE SET c = excluded.b || t.a RETURNING a, b, c
INSERT INTO t VALUES(500, 60, 1, 1) ON CONFLICT(b) DO UPDATE SET c = excluded.a || t.a, a = 501 RETURNING a, b, c
INSERT INTO t VALUES(501, 61, 1, 1) ON CONFLICT(b) DO UPDATE SET c = 'b' ON CONFLICT(a) DO UPDATE SET c = 'a' RETURNING a, b, c
INSERT INTO t SELECT a + 1000, b + 1000, c, d FROM t
SELECT * FROM t
UPDATE t SET c = o.c || o.b FROM t AS o WHERE o.a = t.a + 1000
DELETE FROM t WHERE a > 1500 RETURNING a
DELETE FROM t WHERE c IS NULL
SELECT * FROM t ORDER BY b DESC
SELECT t.a, u.a FROM t LEFT JOIN t AS u ON u.a = t.a + 1000 ORDER BY 1
SELECT t.a, u.a FROM t RIGHT JOIN t AS u ON u.a = t.a + 1000 ORDER BY 1, 2
SELECT t.a, u.a FROM t FULL JOIN t AS u USING(b) ORDER BY 1, 2
CREATE TABLE w(p TEXT COLLATE NOCASE, q, r, PRIMARY KEY(q DESC, p, q)) WITHOUT ROWID
INSERT INTO w VALUES('a', 1, 2), ('B', 1, 3), ('b', 2, 4), ('c', 1, 5)
INSERT INTO w VALUES('A', 1, 2)
INSERT OR REPLACE INTO w VALUES('A', 1, 200)
SELECT * FROM w
SELECT r FROM w WHERE q = 1 AND p > 'a'
SELECT r FROM w WHERE p = 'B'
CREATE INDEX wr ON w(r, p COLLATE BINARY)
SELECT p, q FROM w WHERE r > 3
SELECT q, p FROM w WHERE r = 200 AND p = 'A'
SELECT * FROM w INDEXED BY wr WHERE r > 3
SELECT * FROM w NOT INDEXED WHERE r > 3 ORDER BY p
UPDATE w SET p = upper(p)
SELECT * FROM w ORDER BY r
PRAGMA table_info(w)
PRAGMA index_list(w)
PRAGMA index_list(t)
PRAGMA index_xinfo(wr)
PRAGMA index_xinfo(sqlite_autoindex_t_1)
PRAGMA index_xinfo(sqlite_autoindex_t_2)
PRAGMA index_info(sqlite_autoindex_w_1)
SELECT type, name, tbl_name FROM sqlite_master
REINDEX
PRAGMA integrity_check
CREATE TABLE n(a, b UNIQUE, PRIMARY KEY(a DESC)) WITHOUT ROWID
INSERT INTO n(a) VALUES(1), (3), (2)
CREATE INDEX ni ON n(b)
SELECT a FROM n INDEXED BY ni WHERE b IS NULL
SELECT a FROM n INDEXED BY sqlite_autoindex_n_1 WHERE b IS NULL
PRAGMA index_xinfo(ni)
PRAGMA index_xinfo(sqlite_autoindex_n_1)
CREATE TABLE typed(a INT, b INTEGER PRIMARY KEY, CHECK(1), CHECK(b < 90)) STRICT
INSERT INTO typed VALUES(1, 1), (2, 2)
UPDATE typed SET a = 'x', b = 1 WHERE b = 2
UPDATE typed SET a = 'x', b = 95 WHERE b = 2
UPDATE typed SET a = 'x' WHERE b = 2
UPDATE typed SET a = 1, nosuch = 2 FROM nosuchtable
CREATE TABLE bad(a) WITHOUT ROWID
CREATE TABLE bad(a INTEGER PRIMARY KEY AUTOINCREMENT) WITHOUT ROWID
CREATE TABLE bad(a TEXT PRIMARY KEY AUTOINCREMENT) WITHOUT ROWID
CREATE TABLE s(a INT, b TEXT, PRIMARY KEY(b)) STRICT, WITHOUT ROWID
INSERT INTO s VALUES('x', 'y')
INSERT INTO s VALUES(1, NULL)
INSERT INTO s VALUES(1, 'y') RETURNING *
BEGIN
DELETE FROM w
SELECT changes()
SELECT count(*) FROM w
ROLLBACK
SELECT count(*) FROM w
DROP TABLE w
VACUUM
SELECT * FROM t
PRAGMA integrity_check
)sql");
}

TEST(ChangeDifferentialTest, AgreesOnWhatPragmasSayOfTables) {
  CompareWithSqlite(R"sql(
CREATE TABLE p(a INTEGER PRIMARY KEY, b TEXT DEFAULT 'x', c VARCHAR(10) NOT NULL, UNIQUE(b,c))
CREATE TABLE q(x REFERENCES p, y, z, FOREIGN KEY(y,z) REFERENCES p(b,c) ON DELETE CASCADE ON UPDATE SET NULL, FOREIGN KEY(z) REFERENCES q(x) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED) WITHOUT ROWID
CREATE TABLE q(x PRIMARY KEY REFERENCES p, y REFERENCES P("A") ON UPDATE SET DEFAULT, z, FOREIGN KEY(y,z) REFERENCES p(b,c) ON DELETE CASCADE ON UPDATE SET NULL, FOREIGN KEY(z) REFERENCES q(x) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED) STRICT
CREATE TABLE q(x INT PRIMARY KEY REFERENCES p, y ANY REFERENCES P("A") ON UPDATE SET DEFAULT, z TEXT, FOREIGN KEY(y,z) REFERENCES p(b,c) MATCH FULL ON DELETE CASCADE ON UPDATE SET NULL, FOREIGN KEY(z) REFERENCES q(x) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED) STRICT, WITHOUT ROWID
CREATE VIEW v AS SELECT a, a+1, b AS bb, c||'x' AS d, NULL, 1.5, x'00', 'k', count(*) FROM p
PRAGMA foreign_key_list(q)
PRAGMA foreign_key_list(p)
PRAGMA foreign_key_list(nosuch)
PRAGMA foreign_key_list
PRAGMA table_xinfo(p)
PRAGMA table_xinfo(v)
PRAGMA table_info(v)
PRAGMA table_info(sqlite_master)
PRAGMA collation_list
PRAGMA table_list(q)
PRAGMA table_list('v')
PRAGMA table_list(nosuch)
)sql");
}

TEST(ChangeDifferentialTest, AgreesOnReindex) {
  CompareWithSqlite(R"sql(
CREATE TABLE k(y UNIQUE, z)
INSERT INTO k VALUES(1, 2), (3, 4)
CREATE INDEX ki ON k(y COLLATE nocase)
REINDEX
REINDEX k
REINDEX ki
REINDEX nocase
REINDEX nosuch
PRAGMA integrity_check
)sql");
}

}  // namespace
}  // namespace orrery
