// Goal: triggers do here what they do in SQLite: what they see, in which order they run, what they
// undo and what the counters tell afterwards.
// Method: scripts run on both.

#include "engine/db/testing/compare_with_sqlite.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

TEST(TriggerDifferentialTest, AgreesOnTriggersOfTables) {
  CompareWithSqlite(R"sql(
CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT, c REAL)
CREATE TABLE log(n INTEGER PRIMARY KEY, what, x, y, z)
CREATE TRIGGER bi BEFORE INSERT ON t BEGIN INSERT INTO log(what,x,y,z) VALUES('bi',new.a,new.b,typeof(new.c)); END
CREATE TRIGGER ai AFTER INSERT ON t BEGIN INSERT INTO log(what,x,y,z) VALUES('ai',new.rowid,new.b,typeof(new.c)); END
CREATE TRIGGER ai2 AFTER INSERT ON t WHEN new.a > 1 BEGIN INSERT INTO log(what,x) VALUES('ai2',new.a); SELECT max(n) FROM log; UPDATE log SET y = y || '!' WHERE what='bi' AND n = (SELECT max(n) FROM log WHERE what='bi'); END
CREATE TRIGGER bu BEFORE UPDATE OF b ON t BEGIN INSERT INTO log(what,x,y) VALUES('bu',old.b,new.b); END
CREATE TRIGGER au AFTER UPDATE ON t BEGIN INSERT INTO log(what,x,y,z) VALUES('au',old.a||old.b,new.a||new.b,changes()); END
CREATE TRIGGER bd BEFORE DELETE ON t WHEN old.a = 3 BEGIN SELECT RAISE(IGNORE); END
CREATE TRIGGER ad AFTER DELETE ON t BEGIN INSERT INTO log(what,x) VALUES('ad',old.a); DELETE FROM log WHERE what='bi'; END
INSERT INTO t VALUES(1,2,3)
SELECT last_insert_rowid(), changes(), total_changes()
INSERT INTO t(b,c) VALUES(5,6),('x','7.5'),('y','no')
SELECT last_insert_rowid(), changes(), total_changes()
SELECT * FROM log
UPDATE t SET b = b||b WHERE a < 3
SELECT changes(), total_changes()
UPDATE t SET c = 9, a = a+10 WHERE a = 4
SELECT changes(), total_changes()
SELECT * FROM t
SELECT * FROM log
DELETE FROM t
SELECT changes(), total_changes()
SELECT * FROM t
SELECT * FROM log
INSERT OR REPLACE INTO t VALUES(3,'r',0)
SELECT what,x,y,z FROM log ORDER BY n DESC LIMIT 5
CREATE TRIGGER ra BEFORE INSERT ON t WHEN new.b='abort' BEGIN INSERT INTO log(what) VALUES('gone'); SELECT RAISE(ABORT,'not that'); END
INSERT INTO t(b) VALUES('ok'),('abort')
CREATE TRIGGER rf BEFORE INSERT ON t WHEN new.b='fail' BEGIN INSERT INTO log(what) VALUES('stays'); SELECT RAISE(FAIL,'failed so'); END
INSERT INTO t(b) VALUES('ok2'),('fail'),('ok3')
CREATE TRIGGER rr BEFORE INSERT ON t WHEN new.b='rollback' BEGIN SELECT RAISE(ROLLBACK,'back'); END
BEGIN
INSERT INTO t(b) VALUES('lost')
INSERT INTO t(b) VALUES('rollback')
COMMIT
SELECT * FROM t
SELECT what,x,y,z FROM log ORDER BY n DESC LIMIT 9
CREATE TABLE r(k INTEGER PRIMARY KEY, v)
CREATE TRIGGER rec AFTER INSERT ON r WHEN new.k < 20 BEGIN INSERT INTO r VALUES(new.k+1, new.v*2); END
INSERT INTO r VALUES(1,1)
SELECT count(*), max(v) FROM r
DELETE FROM r
PRAGMA recursive_triggers=1
PRAGMA recursive_triggers
INSERT INTO r VALUES(1,1)
SELECT count(*), max(v), last_insert_rowid(), changes() FROM r
CREATE TABLE deep(k)
CREATE TRIGGER dd AFTER INSERT ON deep BEGIN INSERT INTO deep VALUES(new.k+1); END
INSERT INTO deep VALUES(1)
SELECT count(*) FROM deep
PRAGMA recursive_triggers=0
CREATE TRIGGER bi BEFORE INSERT ON t BEGIN SELECT 1; END
CREATE TRIGGER IF NOT EXISTS bi BEFORE INSERT ON t BEGIN SELECT 1; END
CREATE TRIGGER q BEFORE INSERT ON nosuch BEGIN SELECT 1; END
CREATE TRIGGER q INSTEAD OF INSERT ON t BEGIN SELECT 1; END
CREATE VIEW v AS SELECT a, b FROM t
CREATE TRIGGER q BEFORE INSERT ON v BEGIN SELECT 1; END
CREATE TRIGGER q BEFORE INSERT ON t BEGIN SELECT ?1; END
CREATE TRIGGER q BEFORE INSERT ON sqlite_master BEGIN SELECT 1; END
CREATE TRIGGER q BEFORE INSERT ON r BEGIN SELECT * FROM missing; END
INSERT INTO r VALUES(100,1)
DROP TRIGGER q
DROP TRIGGER q
DROP TRIGGER IF EXISTS q
CREATE TRIGGER q BEFORE INSERT ON r BEGIN SELECT old.k; END
INSERT INTO r VALUES(100,1)
DROP TRIGGER q
CREATE TABLE auto(id INTEGER PRIMARY KEY AUTOINCREMENT, v)
CREATE TRIGGER aut AFTER INSERT ON auto WHEN new.v < 5 BEGIN INSERT INTO auto(v) VALUES(new.v+10); END
INSERT INTO auto(v) VALUES(1),(2),(30)
SELECT * FROM auto
SELECT * FROM sqlite_sequence
CREATE TABLE w(k PRIMARY KEY, v) WITHOUT ROWID
CREATE TRIGGER wu AFTER UPDATE ON w BEGIN INSERT INTO log(what,x,y) VALUES('wu', old.k||old.v, new.k||new.v); END
INSERT INTO w VALUES('a',1),('b',2)
UPDATE w SET v=v+1
INSERT INTO w VALUES('a',7) ON CONFLICT(k) DO UPDATE SET v=excluded.v RETURNING k,v
UPDATE w SET k='z' WHERE k='b'
SELECT what,x,y FROM log WHERE what='wu'
CREATE TABLE src(p)
INSERT INTO src VALUES(1),(2)
CREATE TRIGGER wi BEFORE INSERT ON w BEGIN DELETE FROM w WHERE k = new.k; END
INSERT INTO w SELECT k, v+100 FROM w
SELECT * FROM w
CREATE TRIGGER ou BEFORE UPDATE ON r BEGIN UPDATE r SET v = 1000 WHERE k = old.k AND v <> 1000; END
UPDATE r SET k = k + 1000 WHERE k = 1
SELECT * FROM r WHERE k > 500
CREATE TRIGGER od BEFORE UPDATE ON src BEGIN DELETE FROM src WHERE p = old.p AND old.p = 1; END
UPDATE src SET p = p + 10
SELECT * FROM src
CREATE TABLE agg(g, total DEFAULT 0)
CREATE TRIGGER sumup AFTER INSERT ON src BEGIN INSERT INTO agg SELECT new.p, (WITH x(q) AS (SELECT new.p UNION ALL SELECT q+1 FROM x WHERE q < new.p+3) SELECT sum(q) FROM x); END
INSERT INTO src VALUES(50),(60)
SELECT * FROM agg
SELECT name, tbl_name, sql FROM sqlite_schema WHERE type='trigger' AND name < 'b'
DROP TABLE t
SELECT name FROM sqlite_schema WHERE type='trigger'
SELECT RAISE(IGNORE)
)sql");
}

TEST(TriggerDifferentialTest, AgreesOnTriggersOfViews) {
  CompareWithSqlite(R"sql(
CREATE TABLE p(id INTEGER PRIMARY KEY, name TEXT, cents INT)
CREATE VIEW v AS SELECT id, upper(name) AS n, cents/100.0 AS money FROM p
INSERT INTO v VALUES(1,'a',2)
CREATE TRIGGER vi INSTEAD OF INSERT ON v BEGIN INSERT INTO p VALUES(new.id, lower(new.n), new.money*100); END
INSERT INTO v VALUES(1,'Ann',2),(2,'Bob',3.5)
INSERT INTO v(n) VALUES('only')
INSERT INTO v SELECT id+10, n, money*2 FROM v
SELECT changes(), total_changes(), last_insert_rowid()
SELECT * FROM p
UPDATE v SET n='x'
CREATE TRIGGER vu INSTEAD OF UPDATE ON v BEGIN UPDATE p SET name=lower(new.n)||old.id, cents=new.money*100 WHERE id=old.id; END
UPDATE v SET n='ZED', money = money + 1 WHERE id > 1
SELECT changes(), total_changes()
SELECT * FROM p
SELECT * FROM v
DELETE FROM v WHERE id = 2
CREATE TRIGGER vd INSTEAD OF DELETE ON v WHEN old.id <> 11 BEGIN DELETE FROM p WHERE id=old.id; END
DELETE FROM v WHERE money > 2
SELECT * FROM v
INSERT INTO v VALUES(50,'ret',1) RETURNING id, n, money
DELETE FROM v WHERE id=50 RETURNING *
INSERT INTO v(id,zz) VALUES(1,2)
INSERT INTO v VALUES(1,2)
UPDATE v SET nope=1
INSERT INTO v VALUES(1,'a',1) ON CONFLICT DO NOTHING
UPDATE v AS w SET n = w.n || '+' WHERE w.id < 12
SELECT * FROM p
CREATE TRIGGER vi2 INSTEAD OF INSERT ON v WHEN new.id = 77 BEGIN SELECT RAISE(ABORT, 'no 77'); END
INSERT INTO v VALUES(77,'a',1)
INSERT OR IGNORE INTO v VALUES(1,'dup',1)
SELECT * FROM p
CREATE VIEW vv AS SELECT p.id AS a, q.id AS b FROM p, p AS q WHERE p.id <> q.id
CREATE TRIGGER vvd INSTEAD OF DELETE ON vv BEGIN DELETE FROM p WHERE id = old.a AND old.b > 0; END
DELETE FROM vv WHERE a > 1
SELECT * FROM p
DROP VIEW v
SELECT name FROM sqlite_schema
)sql");
}

}  // namespace
}  // namespace orrery
