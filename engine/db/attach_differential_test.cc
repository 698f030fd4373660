// Goal: the databases of a connection are found by their names as in SQLite, the temporary one
// hides the others, and transactions, savepoints and pragmas go over all of them. Method: scripts
// run on both.

#include "engine/db/testing/compare_with_sqlite.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

TEST(AttachDifferentialTest, AgreesOnNamesAndTransactions) {
  CompareWithSqlite(R"sql(
CREATE TABLE t(a,b)
INSERT INTO t VALUES(1,2)
ATTACH ':memory:' AS aux
CREATE TABLE aux.t(a,b,c)
INSERT INTO aux.t VALUES(3,4,5)
SELECT * FROM t
SELECT * FROM aux.t
SELECT * FROM main.t
SELECT main.t.a, aux.t.a FROM main.t, aux.t
CREATE TEMP TABLE t(x)
INSERT INTO t VALUES('temp')
SELECT * FROM t
SELECT * FROM main.t
SELECT * FROM temp.t
PRAGMA table_list
PRAGMA table_info(t)
PRAGMA aux.table_info(t)
PRAGMA main.table_info(t)
SELECT name FROM sqlite_temp_master
SELECT name, sql FROM temp.sqlite_master
SELECT name, sql FROM aux.sqlite_schema
SELECT name FROM sqlite_temp_schema
DROP TABLE t
SELECT * FROM t
CREATE INDEX aux.i ON t(a)
CREATE INDEX i2 ON t(b)
SELECT name, tbl_name FROM aux.sqlite_schema
PRAGMA aux.index_list(t)
PRAGMA index_list(t)
CREATE TABLE only(z)
CREATE TABLE aux.u(q)
INSERT INTO u SELECT a FROM t
SELECT * FROM u
SELECT u.q FROM u JOIN t ON q=a
CREATE VIEW v AS SELECT * FROM u
SELECT * FROM v
CREATE VIEW aux.v2 AS SELECT * FROM u
SELECT * FROM v2
CREATE TEMP VIEW tv AS SELECT t.a, u.q FROM t, u
SELECT * FROM tv
CREATE TEMP VIEW main.tv2 AS SELECT 1
CREATE TEMP TABLE main.tt(a)
CREATE TEMP TRIGGER tr AFTER INSERT ON t BEGIN INSERT INTO u VALUES(new.a*10); END
INSERT INTO t VALUES(7,8)
SELECT * FROM u
SELECT * FROM temp.sqlite_master
CREATE TRIGGER aux.tr2 AFTER INSERT ON u BEGIN INSERT INTO t VALUES(new.q,1,2); END
INSERT INTO u VALUES(99)
SELECT * FROM aux.t
SELECT * FROM main.t
CREATE TRIGGER aux.tr3 AFTER INSERT ON main.t BEGIN SELECT 1; END
CREATE TRIGGER tr4 AFTER INSERT ON u BEGIN SELECT 1; END
CREATE TEMP TRIGGER main.tr5 AFTER INSERT ON u BEGIN SELECT 1; END
DROP TABLE u
SELECT name FROM temp.sqlite_master
SELECT name FROM aux.sqlite_master
DROP TABLE nosuch.t
DROP TABLE IF EXISTS nosuch.t
SELECT * FROM nosuch.t
CREATE TABLE nosuch.t(a)
INSERT INTO nosuch.t VALUES(1)
PRAGMA temp.wal_checkpoint
DETACH nosuch
DETACH 0 IN nosuch
ATTACH (SELECT max(a) FROM nosuch) AS x
ATTACH a.b AS x
DETACH main
DETACH temp
ATTACH ':memory:' AS aux
ATTACH ':memory:' AS main
ATTACH ':memory:' AS 'temp'
BEGIN
INSERT INTO aux.t VALUES(1,1,1)
INSERT INTO t VALUES(0,0)
SAVEPOINT s
INSERT INTO aux.t VALUES(2,2,2)
DELETE FROM t
SELECT count(*) FROM t
ROLLBACK TO s
SELECT count(*) FROM t
SELECT count(*) FROM aux.t
DETACH aux
ROLLBACK
SELECT count(*) FROM t
SELECT count(*) FROM aux.t
PRAGMA aux.user_version=7
PRAGMA user_version
PRAGMA aux.user_version
PRAGMA nosuch.user_version
PRAGMA aux.page_count
PRAGMA aux.integrity_check
PRAGMA integrity_check
PRAGMA integrity_check(t)
PRAGMA temp.integrity_check
VACUUM aux
VACUUM temp
VACUUM nosuch
REINDEX aux.t
REINDEX aux.i
REINDEX nosuch.i
DROP INDEX aux.i
DROP INDEX main.i
DROP INDEX i2
DETACH DATABASE aux
SELECT * FROM aux.t
CREATE TEMP TABLE au(id INTEGER PRIMARY KEY AUTOINCREMENT, x)
INSERT INTO au(x) VALUES(1),(2)
DELETE FROM au
INSERT INTO au(x) VALUES(3)
SELECT * FROM au
SELECT * FROM temp.sqlite_sequence
CREATE TEMP TABLE cta AS SELECT * FROM t
SELECT * FROM cta
CREATE TABLE main2 AS SELECT * FROM au
SELECT * FROM main2
BEGIN IMMEDIATE
INSERT INTO temp.au(x) VALUES(9)
INSERT INTO t VALUES(5,5)
COMMIT
SELECT * FROM au
DROP TRIGGER temp.tr
INSERT INTO sqlite_temp_master VALUES(1,2,3,4,5)
DROP TABLE sqlite_temp_master
PRAGMA temp.page_count
)sql");
}

}  // namespace
}  // namespace orrery
