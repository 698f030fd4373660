// Goal: a statement of the slice does here what it does in SQLite: rows, names of columns, codes
// and texts of errors, changes() and last_insert_rowid(). Method: scripts run on both
// (testing/compare_with_sqlite.h). The library is 3.40.1; what 3.50.4 does otherwise is a test of
// its own.

#include <string>

#include "engine/db/connection.h"
#include "engine/db/testing/compare_with_sqlite.h"
#include "engine/db/testing/sql_result.h"
#include "engine/db/testing/sqlite_runner.h"
#include "engine/io/memory_io.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

TEST(DifferentialTest, AgreesOnExpressions) {
  CompareWithSqlite(R"sql(
SELECT 1
SELECT 1, 'two', 3.0, x'04', NULL
SELECT 1 AS a, 2 b, 3 "c d"
SELECT 1+2*3-4/2, 7%3, -7%3, 7%-3, -7/2, 7/2.0
SELECT 1/0, 1%0, 1.0/0, 0/1, 5.5%2, 5%2.9
SELECT 9223372036854775807+1, -9223372036854775808-1, 9223372036854775807*2
SELECT -9223372036854775808, 9223372036854775808, -9223372036854775809
SELECT 0x10, 0xFFFFFFFFFFFFFFFF, -0x10
SELECT 0x10000000000000000
SELECT 1e3, 1.5e-3, .5, 5., 1e400, -1e400
SELECT -0.0, 0.0, -(0.0), 0*-1.0
SELECT 'a'||'b', 1||2, 1.5||x'41', NULL||'x'
SELECT x'41'||x'42', typeof(x'41'||x'42')
SELECT 1<<2, 1<<63, 1<<64, 1<<-1, -1>>1, -1>>64, 8>>1, 1>>-3
SELECT 5&3, 5|3, ~5, ~0, ~NULL, 5&NULL
SELECT '5'+'6', 'abc'+1, '12abc'*2, x'31'+1, ''+0, ' 7 '+1
SELECT 'a'+'b', -'5', -'abc', +'5', - -3, -(-9223372036854775808)
SELECT 1=1, 1=2, 1<>2, 1!=1, 1==1, 2>1, 2>=2, 1<1, 1<=1
SELECT 1='1', 'a'='A', 'a'='a ', x'61'='a', 1.0=1, 1=1.5
SELECT NULL=NULL, NULL=1, NULL<>1, NULL IS NULL, NULL IS NOT NULL, 1 IS NULL
SELECT 1 IS 1, 1 IS 2, 1 IS NOT 2, NULL IS 1, 'a' IS 'A'
SELECT 1 IS NOT DISTINCT FROM 1, NULL IS DISTINCT FROM NULL
SELECT 1 ISNULL, NULL NOTNULL, NULL NOT NULL, 1 NOT NULL
SELECT 1 IS TRUE, 0 IS TRUE, NULL IS TRUE, 2 IS TRUE, 'a' IS TRUE, '1' IS NOT FALSE
SELECT 1 IS NOT TRUE, NULL IS NOT TRUE, NULL IS FALSE, NULL IS NOT FALSE, 0 IS FALSE, 0.5 IS TRUE
SELECT TRUE, FALSE, TRUE+1, NOT TRUE, true IS true
SELECT NOT 1, NOT 0, NOT NULL, NOT 'a', NOT '1', NOT 0.0, NOT 0.1
SELECT 1 AND 1, 1 AND 0, 1 AND NULL, 0 AND NULL, NULL AND NULL
SELECT 1 OR 0, 0 OR 0, NULL OR 1, NULL OR 0, NULL OR NULL
SELECT 3 BETWEEN 1 AND 5, 3 NOT BETWEEN 1 AND 5, NULL BETWEEN 1 AND 2, 3 BETWEEN NULL AND 1
SELECT 'b' BETWEEN 'a' AND 'c', '5' BETWEEN 1 AND 9, 5 BETWEEN '1' AND '9'
SELECT 1 IN (1,2), 3 IN (1,2), NULL IN (1), 1 IN (NULL), 1 IN (1,NULL), 1 IN (), NULL IN ()
SELECT 1 NOT IN (1,2), 3 NOT IN (1,2), 3 NOT IN (1,NULL), NULL NOT IN (), 1 IN ('1'), '1' IN (1)
SELECT CASE 1 WHEN 1 THEN 'a' ELSE 'b' END, CASE 2 WHEN 1 THEN 'a' END, CASE NULL WHEN NULL THEN 1 ELSE 2 END
SELECT CASE WHEN 0 THEN 1 WHEN NULL THEN 2 WHEN 'x' THEN 3 WHEN 1 THEN 4 END, CASE WHEN 1 THEN NULL END
SELECT CASE '1' WHEN 1 THEN 'same' ELSE 'other' END
SELECT CAST('12abc' AS INTEGER), CAST('1.5' AS INTEGER), CAST(1.9 AS INT), CAST(-1.9 AS INT), CAST('abc' AS REAL)
SELECT CAST(1 AS TEXT), CAST(1.5 AS TEXT), CAST(x'4142' AS TEXT), CAST('a' AS BLOB), CAST(1 AS BLOB)
SELECT CAST('1e3' AS NUMERIC), CAST('1.0' AS NUMERIC), CAST('1.5' AS NUMERIC), CAST('x' AS NUMERIC), CAST(1e30 AS INTEGER)
SELECT CAST(NULL AS INTEGER), CAST(1 AS VARCHAR(10)), CAST(1 AS FLOAT), CAST('9223372036854775808' AS INTEGER)
SELECT 'a' COLLATE NOCASE = 'A', 'a' = 'A' COLLATE NOCASE, 'a ' COLLATE RTRIM = 'a', 'a' COLLATE BINARY = 'A' COLLATE NOCASE
SELECT ('a' COLLATE NOCASE) IN ('A'), 'a' IN ('A' COLLATE NOCASE), 'a' COLLATE NOCASE BETWEEN 'A' AND 'A'
SELECT 'abc' LIKE 'A%', 'abc' LIKE '_b_', 'abc' NOT LIKE 'x%', 'a%c' LIKE 'a\%c' ESCAPE '\', NULL LIKE 'a', 12 LIKE '1_'
SELECT 'abc' GLOB 'a*', 'abc' GLOB 'A*', 'abc' GLOB '[a-b]bc', 'abc' NOT GLOB '?'
SELECT 'a' LIKE 'a' ESCAPE 'xx'
SELECT abs(-5), abs(5.5), abs('-3'), abs('x'), abs(NULL), abs(x'31')
SELECT abs(-9223372036854775808)
SELECT length('abc'), length(x'0102'), length(12345), length(1.5), length(NULL), length('äöü'), length('')
SELECT lower('ABCÄ'), upper('abcä'), lower(NULL), upper(12)
SELECT substr('hello',2), substr('hello',2,3), substr('hello',-3), substr('hello',-3,2), substr('hello',0), substr('hello',0,3)
SELECT substr('hello',2,-1), substr('hello',-1,-2), substr('hello',10), substr('hello',-10), substr('hello',-10,7), substr('hello',3,0)
SELECT substr(x'0102030405',2,2), substr(12345,2,3), substr('äöü',2,1), substr(NULL,1), substr('abc',NULL), substr('a',1,NULL)
SELECT substring('hello',2,2)
SELECT trim('  a '), ltrim('  a '), rtrim(' a  '), trim('xxaxx','x'), ltrim('abcabcd','abc'), rtrim('a12','0123456789'), trim(NULL), trim('a',NULL), trim('a','')
SELECT replace('hello','l','L'), replace('hello','','x'), replace('aaa','a','bb'), replace(NULL,'a','b'), replace('a',NULL,'b'), replace(123,2,'x')
SELECT instr('hello','l'), instr('hello','x'), instr('äö','ö'), instr(x'010203',x'03'), instr('a',''), instr(NULL,'a'), instr(123,3)
SELECT hex('abc'), hex(x'00ff'), hex(12), hex(NULL), hex('')
SELECT char(65,66,67), char(), char(0x1F600), unicode('A'), unicode('ä'), unicode(''), unicode(NULL)
SELECT quote('it''s'), quote(1), quote(1.5), quote(NULL), quote(x'00ff'), quote(1e300)
SELECT typeof(1), typeof(1.0), typeof('a'), typeof(x'00'), typeof(NULL)
SELECT coalesce(NULL,2,3), coalesce(NULL,NULL), ifnull(NULL,1), ifnull(2,1), nullif(1,1), nullif(1,2), nullif('a','A' COLLATE NOCASE)
SELECT iif(1,'a','b'), iif(0,'a','b'), iif(NULL,'a','b')
SELECT max(1,2,3), min(1,2,3), max('a','b'), max(1,NULL), max(1,'a'), min(1,'a',x'00'), max('a','B' COLLATE NOCASE), max('a' COLLATE NOCASE,'B')
SELECT round(1.5), round(2.5), round(-1.5), round(1.25,1), round(12345.678,-1), round('1.5'), round(NULL), round(1,NULL), round(1e20), round(0.125,2), round(99.99,1)
SELECT sign(-5), sign(0), sign(2.5), sign('x'), sign(NULL), sign('3')
SELECT zeroblob(3), zeroblob(-1), length(zeroblob(1000))
SELECT length(randomblob(5)), typeof(random()), length(randomblob(0))
SELECT changes(), total_changes(), last_insert_rowid()
SELECT 1 /* x */, 2 /* y */ WHERE 1
SELECT /* q */ 1 /* a */   /* b */   , 1 /* a */ + /* b */ 2 /* c */
SELECT 1 -- the end
SELECT 1 ;
SELECT CAST('12' AS ), CAST('x' AS ), CAST(x'3132' AS ), CAST(1.0 AS )
SELECT quote(-0.0), quote(0.0), replace('a', '', 1), replace('a', 'x', NULL), replace(NULL, '', 1), replace('a', NULL, 1)
SELECT substr('abc', 0, -2), substr('abc', -10, 2), substr('abc', -10, -2), substr('abc', 5, -3), substr('abc', -2, -5), substr('abc', 0)
SELECT likely(1), unlikely(0), likelihood(3, 0.5)
SELECT likelihood(1, 1), likelihood(2, 0.5)
SELECT likelihood(nosuch, 2)
SELECT 1 MATCH 2
SELECT match(1)
SELECT 1 WHERE 0 AND 1 MATCH 2
SELECT min(1.0, 1), min(1, 1.0), max(1.0, 1), max(1, 1.0), min(1, 1.0, 1), typeof(min('1', 1))
SELECT random(*) IS NULL, char(*), abs(*)
SELECT 5 IS (1 IN ()), 'a' IS NOT (1 IN ()), 0 IS (1 NOT IN ()), 2 IS (1 NOT IN ()), NULL IS (1 IN ())
SELECT 5 IS (TRUE COLLATE NOCASE), 5 IS +TRUE, 5 IS likely(TRUE), (1 IN ()) IS 5, (1 IN ()) = 5, typeof(1 IN ())
SELECT nosuch IN (), nosuch NOT IN (), nosuch IN () IS FALSE
SELECT nosuch AND 0, 0x0 AND nosuch, (nosuch IN ()) AND nosuch, nosuch AND (0 AND 1), (nosuch NOT IN ()) AND 5
SELECT nosuch AND 0.0
SELECT -0 AND nosuch
SELECT nosuch OR 1
SELECT nosuch AND FALSE
SELECT 0 BETWEEN nosuch AND 3
SELECT nosuch1 + nosuch2
SELECT abs(nosuch1) + nosuch2
SELECT abs(nosuch1) + (nosuch2 + 1)
SELECT abs(nosuch1) + abs(nosuch2)
SELECT abs(nosuch1), nosuch2
SELECT coalesce(abs(nosuch1), 1, nosuch2)
SELECT coalesce(abs(nosuch1), nosuch2)
SELECT (nosuch1 IS NULL) + nosuch2
SELECT (nosuch1 NOTNULL) + (nosuch2 NOTNULL)
SELECT (nosuch1 IS 1) + nosuch2
SELECT abs(nosuch1) + (nosuch2 IS nosuch3)
SELECT abs(nosuch1) + (nosuch2 IS 3)
SELECT abs(nosuch1) LIKE nosuch2
SELECT (nosuch1 LIKE nosuch2) = nosuch3
SELECT (nosuch1 NOT LIKE nosuch2) = (nosuch3 NOT LIKE 1)
SELECT abs(nosuch1) BETWEEN abs(nosuch2) AND nosuch3
SELECT abs(nosuch1) BETWEEN 1 AND nosuch3
SELECT CASE abs(nosuch1) WHEN abs(nosuch2) THEN abs(nosuch3) ELSE abs(nosuch4) END
SELECT CASE abs(nosuch1) WHEN 1 THEN abs(nosuch3) END
SELECT abs(nosuch1) IN (abs(nosuch2), nosuch3)
SELECT abs(nosuch1) IN (2, nosuch3)
SELECT nosuchfunction(nosuch)
SELECT abs(nosuch, 2)
SELECT abs(1, 2) = nosuchfunction(3)
SELECT ifnull(likely(nosuch1), nosuch2)
SELECT sum(sum(nosuch))
SELECT sum(abs(nosuch1) + nosuch2)
SELECT nosuchfunction(sum(1)), sum(nosuch)
SELECT rowid, *
SELECT nosuch, x.*
SELECT group_concat('a'), count(*), sum(1), total(1), avg(1), min(1), max(1)
SELECT count(*) WHERE 0
SELECT sum(1) WHERE 0
SELECT 1 WHERE 1
SELECT 1 WHERE 0
SELECT 1 WHERE NULL
SELECT 1 LIMIT 0
SELECT 1 LIMIT 1
SELECT 1 LIMIT -1 OFFSET 0
SELECT 1 LIMIT 5 OFFSET 1
SELECT 1 LIMIT 'x'
SELECT 1 LIMIT '1'
SELECT 1 LIMIT 1.0
SELECT 1 LIMIT 1.5
SELECT 1 LIMIT NULL
SELECT 1 LIMIT a
VALUES (1,2),(3,4)
VALUES (1),(2,3)
VALUES ('a')
SELECT nosuch(1)
SELECT abs()
SELECT abs(1,2)
SELECT a
SELECT t.a
SELECT main.t.a
SELECT "a"
SELECT *
SELECT t.*
SELECT 1 FROM nosuch
SELECT 1 FROM main.nosuch
SELECT sum(sum(1))
SELECT count(1,2)
SELECT 1 WHERE sum(1)
SELECT 1 WHERE count(*) > 0
SELECT COUNT(DISTINCT 1), SUM(DISTINCT 2)
SELECT count(DISTINCT 1, 2)
SELECT count(DISTINCT *)
SELECT abs(1) FILTER (WHERE 1)
SELECT 1 ORDER BY 2
SELECT 1, 2 ORDER BY 3
SELECT 1 ORDER BY 1
SELECT 1 HAVING 1
SELECT 1 GROUP BY 2
SELECT 'a' x WHERE x = 'a'
SELECT 1+
SELECT (1
SELECT 1 FROM
SELEC 1
SELECT 'abc
SELECT 1 2 3
SELECT raise(abort, 'x')
SELECT max(), min()
SELECT 1 'one', 2 AS 'two'
SELECT (1), ((2)), -(3), 1 + 1
SELECT    1   +   2
SELECT 'x' || 'y' AS [my name]
SELECT 1 AS a, a
SELECT 5 LIKE 5, 5.0 LIKE '5.0'
SELECT '' = NULL, '' IS NULL, length(''||NULL)
SELECT 1 = 1 = 1, 1 < 2 < 3, NOT 1 = 2, -1 BETWEEN -2 AND 0
SELECT 0.1+0.2, 1e15, 1e16, 123456789012345678, 1.0e-5, 100000.0, 1e100
SELECT 10000000000000000000000, 3.14159265358979
)sql");
}

TEST(DifferentialTest, AgreesOnTables) {
  CompareWithSqlite(R"sql(
CREATE TABLE t(a, b)
CREATE TABLE t(a)
CREATE TABLE IF NOT EXISTS t(a)
CREATE TABLE sqlite_x(a)
CREATE TABLE u(a, a)
CREATE TABLE u(a INTEGER PRIMARY KEY, b INTEGER PRIMARY KEY)
CREATE TABLE u(a DEFAULT (b))
CREATE TABLE u(a DEFAULT (1 AND b))
CREATE TABLE folded(a DEFAULT ((1 IN (b)) IN ()), c DEFAULT (b NOT IN ()), d DEFAULT (b AND 0))
INSERT INTO folded DEFAULT VALUES
SELECT * FROM folded
DROP TABLE folded
CREATE TABLE u(a TEXT PRIMARY KEY AUTOINCREMENT)
CREATE TABLE u(a COLLATE nosuch)
CREATE TABLE u(a CHECK (nosuch > 1))
CREATE TABLE u(a CHECK (a > ?1))
CREATE TABLE u(a, CHECK (count(*) > 1))
CREATE TABLE u()
CREATE TABLE nosuch.u(a)
SELECT * FROM t
SELECT type, name, tbl_name, rootpage, sql FROM sqlite_schema
SELECT * FROM sqlite_master
INSERT INTO t VALUES (1, 'one')
INSERT INTO t VALUES (2, 'two'), (3, 'three'), (NULL, NULL)
INSERT INTO t(b) VALUES ('only b')
INSERT INTO t(b, a) VALUES ('x', 9)
INSERT INTO t DEFAULT VALUES
INSERT INTO t SELECT a+10, b FROM t
INSERT INTO t SELECT 100, 'hundred'
INSERT INTO t VALUES (1)
INSERT INTO t VALUES (1,2,3)
INSERT INTO t(a) VALUES (1,2)
INSERT INTO t(a,b) VALUES (1)
INSERT INTO t(nosuch) VALUES (1)
INSERT INTO nosuch VALUES (1)
INSERT INTO t VALUES (nosuch, 1)
INSERT INTO t(nosuch1) VALUES (nosuch2)
INSERT INTO t(nosuch) VALUES (1, 2)
INSERT INTO t(a) VALUES (nosuch, 2)
INSERT INTO t SELECT 1
INSERT INTO t(rowid, a) VALUES (50, 'fifty')
INSERT INTO t(rowid, a) VALUES (50, 'again')
INSERT INTO t(rowid, a) VALUES ('x', 'again')
INSERT INTO t(oid, a) VALUES (NULL, 'free')
SELECT rowid, oid, _rowid_, a, b FROM t
SELECT count(*) FROM t
SELECT * FROM t WHERE a = 1
SELECT * FROM t WHERE a = '1'
SELECT * FROM t WHERE a > 2 AND b IS NOT NULL
SELECT * FROM t WHERE b LIKE 't%' OR a IS NULL
SELECT rowid FROM t WHERE rowid = 3
SELECT rowid FROM t WHERE rowid = '3'
SELECT rowid FROM t WHERE rowid = 3.0
SELECT rowid FROM t WHERE rowid = 3.5
SELECT rowid FROM t WHERE rowid = 'x'
SELECT rowid FROM t WHERE rowid = NULL
SELECT rowid FROM t WHERE 3 = rowid
SELECT rowid FROM t WHERE rowid > 5
SELECT rowid FROM t WHERE rowid >= 5 AND rowid < 8
SELECT rowid FROM t WHERE rowid > 5.5
SELECT rowid FROM t WHERE rowid < 2.5
SELECT rowid FROM t WHERE rowid <= 2.5 AND rowid > -1e300
SELECT rowid FROM t WHERE rowid >= 1e300
SELECT rowid FROM t WHERE rowid < 'x' AND rowid > 9
SELECT rowid FROM t WHERE rowid > 'x'
SELECT rowid FROM t WHERE rowid > x'00'
SELECT rowid FROM t WHERE rowid < x'00' LIMIT 2
SELECT rowid FROM t WHERE rowid > NULL
SELECT rowid FROM t WHERE rowid < NULL
SELECT rowid FROM t WHERE rowid BETWEEN 3 AND 5
SELECT rowid FROM t WHERE rowid NOT BETWEEN 3 AND 50
SELECT rowid FROM t WHERE rowid BETWEEN 3 AND 5 ORDER BY rowid DESC
SELECT rowid FROM t WHERE rowid > 3 AND rowid > 8
SELECT rowid FROM t WHERE rowid = 3 AND rowid > 8
SELECT rowid FROM t WHERE rowid = 3 AND rowid = 3
SELECT rowid FROM t WHERE rowid IN (3, 5, 'x', NULL)
SELECT rowid FROM t WHERE rowid = a
SELECT rowid FROM t WHERE '9' > rowid
SELECT rowid, a FROM t ORDER BY a
SELECT rowid, a FROM t ORDER BY a DESC, rowid DESC
SELECT rowid, a FROM t ORDER BY a NULLS LAST, 1 DESC
SELECT rowid, a FROM t ORDER BY a DESC NULLS FIRST, rowid
SELECT rowid, b FROM t ORDER BY b COLLATE NOCASE, rowid
SELECT rowid FROM t ORDER BY rowid DESC
SELECT rowid FROM t ORDER BY rowid DESC LIMIT 3
SELECT rowid FROM t ORDER BY rowid LIMIT 3 OFFSET 2
SELECT rowid FROM t LIMIT 2, 3
SELECT rowid FROM t ORDER BY b, rowid LIMIT 3 OFFSET 2
SELECT a+1 AS x, b FROM t WHERE x > 3 ORDER BY x
SELECT a AS b, b AS a FROM t ORDER BY a, b LIMIT 4
SELECT a FROM t ORDER BY 2
SELECT a FROM t ORDER BY 0
SELECT a FROM t ORDER BY nosuch
SELECT a FROM t ORDER BY 0x10
SELECT a FROM t ORDER BY 0x1, rowid LIMIT 2
SELECT a FROM t ORDER BY -0x1
SELECT a FROM t ORDER BY -2147483648, rowid LIMIT 2
SELECT a FROM t ORDER BY 0xffffffffffffffff, rowid LIMIT 2
SELECT a FROM t ORDER BY (a AND 0)
SELECT a FROM t ORDER BY (1 IN ()), rowid LIMIT 2
SELECT a FROM t ORDER BY 77, nosuch
SELECT a FROM t ORDER BY 77777, nosuch
SELECT a FROM t ORDER BY nosuch, 77777
SELECT a FROM t ORDER BY 77 LIMIT 6, nosuch
SELECT a FROM t GROUP BY 77 LIMIT nosuch
SELECT nosuch1 FROM t LIMIT nosuch2
SELECT nosuch1, x.* FROM t LIMIT nosuch2
SELECT nosuch1 FROM t WHERE nosuch2 GROUP BY nosuch3 HAVING nosuch4 ORDER BY nosuch5
SELECT a FROM t WHERE nosuch2 GROUP BY nosuch3 HAVING nosuch4 ORDER BY nosuch5
SELECT a FROM t WHERE nosuch2 GROUP BY nosuch3 HAVING 1 ORDER BY nosuch5
SELECT a FROM t GROUP BY nosuch3 HAVING 1 ORDER BY nosuch5
SELECT a FROM t GROUP BY nosuch3 ORDER BY 77
SELECT a FROM t GROUP BY 77 ORDER BY nosuch5
SELECT a FROM t GROUP BY 77, nosuch
SELECT a FROM t GROUP BY sum(a), nosuch
SELECT a FROM t GROUP BY sum(a), 77
SELECT a FROM t HAVING nosuch
SELECT sum(a) FROM t WHERE sum(b) ORDER BY nosuch
SELECT sum(a) FROM t WHERE sum(nosuch)
SELECT sum(a) FROM t WHERE sum(sum(b))
SELECT a FROM t LIMIT sum(1)
SELECT a FROM t ORDER BY -a, rowid
SELECT DISTINCT a FROM t
SELECT DISTINCT b FROM t ORDER BY b DESC
SELECT DISTINCT a IS NULL FROM t LIMIT 1 OFFSET 1
SELECT x.a FROM t AS x WHERE x.b = 'one'
SELECT t.a FROM t AS x
SELECT main.t.a FROM t LIMIT 1
SELECT nosuch.a FROM t
SELECT t.*, rowid FROM t LIMIT 1
SELECT x.* FROM t
SELECT *, * FROM t LIMIT 1
SELECT "a", "nosuch" FROM t LIMIT 1
SELECT [a], `b` FROM t LIMIT 1
SELECT A, B FROM T LIMIT 1
SELECT count(*), count(a), count(DISTINCT a), sum(a), total(a), avg(a), min(a), max(a) FROM t
SELECT count(*) FROM t WHERE a > 5
SELECT max(b), min(b), group_concat(b) FROM t
SELECT group_concat(a, '-'), group_concat(DISTINCT b) FROM t WHERE rowid < 5
SELECT sum(b), avg(b), total(b) FROM t
SELECT count(*) + 1, sum(a) * 2 FROM t
SELECT max(a), b FROM t
SELECT min(a), b, rowid FROM t
SELECT a, count(*) FROM t
SELECT a, count(*) FROM t WHERE 0
SELECT count(*) FROM t LIMIT 0
SELECT count(*) FROM t LIMIT 1 OFFSET 1
SELECT count(*) FROM t HAVING count(*) > 1
SELECT sum(a) FILTER (WHERE a > 5), count(*) FILTER (WHERE b IS NULL) FROM t
SELECT a IS NULL, count(*) FROM t GROUP BY a IS NULL
SELECT b, count(*), sum(a) FROM t GROUP BY b
SELECT b, count(*) c FROM t GROUP BY b ORDER BY c DESC, b LIMIT 3
SELECT b, count(*) FROM t GROUP BY 1 HAVING count(*) > 1
SELECT b x, max(a) FROM t GROUP BY x ORDER BY 2, 1
SELECT a % 2, group_concat(a) FROM t GROUP BY a % 2
SELECT a FROM t GROUP BY count(*)
SELECT a FROM t GROUP BY 5
SELECT count(*) FROM t GROUP BY b
SELECT count(*) FROM t WHERE 0 GROUP BY b
SELECT DISTINCT count(*) FROM t GROUP BY b
SELECT a FROM t WHERE count(*) > 1
SELECT a FROM t HAVING a > 1
SELECT rowid FROM t WHERE rowid IN (3)
SELECT rowid FROM t WHERE rowid NOT IN (3) AND a IN ('2')
SELECT a FROM t GROUP BY a HAVING COUNT(*) > 1 AND a > 1
SELECT count(*) FROM t WHERE sum(a) > 1
SELECT count(*) c FROM t WHERE c > 1
UPDATE t SET b = 'changed' WHERE a = 2
UPDATE t SET a = a + 1
UPDATE t SET a = b, b = a WHERE rowid = 1
UPDATE t SET nosuch = 1
UPDATE nosuch SET a = 1
UPDATE t SET a = nosuch
UPDATE t SET a = 1 WHERE nosuch
UPDATE t SET a = 1 WHERE 0
UPDATE t SET rowid = rowid + 1000 WHERE rowid > 10
UPDATE t SET rowid = 1 WHERE rowid = 2
UPDATE t SET rowid = 'x' WHERE rowid = 2
UPDATE t SET rowid = NULL WHERE rowid = 2
UPDATE OR IGNORE t SET rowid = 1 WHERE rowid = 2
UPDATE OR REPLACE t SET rowid = 1 WHERE rowid = 2
SELECT rowid, * FROM t
UPDATE t SET a = count(*)
UPDATE t SET a = 5, a = 6 WHERE rowid = 1
UPDATE t SET a = (1,2), a = 6 WHERE rowid = 1
UPDATE t SET a = (3 IN (3,(1,2))), b = 1, a = 7 WHERE rowid = 1
UPDATE t SET a = 7, a = (3 IN (3,(1,2))) WHERE rowid = 1
UPDATE t SET a = (SELECT 1,2), a = nosuch
SELECT a FROM t WHERE rowid = 1
DELETE FROM t WHERE rowid = 1
DELETE FROM t WHERE a IS NULL
DELETE FROM t WHERE nosuch = 1
DELETE FROM nosuch
DELETE FROM t WHERE rowid > 1005
DELETE FROM t WHERE 0
SELECT rowid, * FROM t
DELETE FROM t
SELECT count(*) FROM t
INSERT INTO t VALUES (1, 2)
SELECT rowid, * FROM t
SELECT changes(), total_changes(), last_insert_rowid()
DROP TABLE t
DROP TABLE t
DROP TABLE IF EXISTS t
SELECT * FROM t
SELECT * FROM sqlite_schema
DROP TABLE sqlite_master
DELETE FROM sqlite_master
INSERT INTO sqlite_schema VALUES (1,2,3,4,5)
UPDATE sqlite_schema SET name = 'x'
CREATE TABLE  main . "odd name" ( a  INTEGER , b )  ;
SELECT sql FROM sqlite_schema
INSERT INTO "odd name" VALUES (1, 2)
SELECT * FROM [odd name]
DROP TABLE main."odd name"
DROP TABLE main.nosuch
)sql");
}

TEST(DifferentialTest, AgreesOnAffinityAndStorage) {
  CompareWithSqlite(R"sql(
CREATE TABLE t(i INTEGER, r REAL, n NUMERIC, x TEXT, b BLOB, a, v VARCHAR(5), f FLOATING, d DATE)
INSERT INTO t VALUES ('1', '1', '1', 1, 1, '1', 1.5, 1, '2020')
INSERT INTO t VALUES (1.0, 1, 1.0, 1.0, 1.0, 1.0, x'41', 1e3, 1.5)
INSERT INTO t VALUES (1.5, 1.5, '1.5', 1.5, '1.5', NULL, '1', '1', 'abc')
INSERT INTO t VALUES ('abc', 'abc', 'abc', x'61', 'abc', x'61', NULL, NULL, NULL)
INSERT INTO t VALUES ('1e3', '1e3', '1e3', 1e3, '1e3', 1e3, 1e20, 1e20, 1e20)
INSERT INTO t VALUES (9223372036854775807, 9223372036854775807, '9223372036854775808', 9223372036854775807, 1, 1, 1, 9007199254740993, 0x7fffffffffffffff)
INSERT INTO t VALUES (-1, -1.0, -1, -1, -1, -1, -1, 281474976710656, -281474976710657)
SELECT * FROM t
SELECT typeof(i), typeof(r), typeof(n), typeof(x), typeof(b), typeof(a), typeof(v), typeof(f), typeof(d) FROM t
SELECT rowid FROM t WHERE i = '1'
SELECT rowid FROM t WHERE x = 1
SELECT rowid FROM t WHERE x = '1'
SELECT rowid FROM t WHERE a = '1'
SELECT rowid FROM t WHERE a = 1
SELECT rowid FROM t WHERE b = 1
SELECT rowid FROM t WHERE r = '1'
SELECT rowid FROM t WHERE x = i
SELECT rowid FROM t WHERE x = a
SELECT rowid FROM t WHERE i = a
SELECT rowid FROM t WHERE i < 'b'
SELECT rowid FROM t WHERE x < 5
SELECT rowid FROM t WHERE x IN (1, 1.5)
SELECT rowid FROM t WHERE i IN ('1', '1.5')
SELECT rowid FROM t WHERE 1 IN (x, i)
SELECT rowid FROM t WHERE x BETWEEN 0 AND 2
SELECT rowid FROM t WHERE CAST(x AS INTEGER) = '1'
SELECT rowid FROM t WHERE +i = '1'
SELECT rowid FROM t WHERE i = +'1'
SELECT CASE x WHEN 1 THEN 'y' ELSE 'n' END FROM t
SELECT i FROM t ORDER BY i
SELECT a FROM t ORDER BY a
SELECT r+0, r||'' FROM t
SELECT sum(r), sum(i), typeof(sum(r)), typeof(sum(i)) FROM t WHERE rowid < 3
UPDATE t SET r = 7, x = 8, i = '9' WHERE rowid = 1
SELECT r, x, i, typeof(r), typeof(x), typeof(i) FROM t WHERE rowid = 1
CREATE TABLE k(id INTEGER PRIMARY KEY, v)
INSERT INTO k VALUES (5, 'five')
INSERT INTO k(v) VALUES ('six')
INSERT INTO k VALUES (NULL, 'seven')
INSERT INTO k VALUES ('8', 'eight'), (9.0, 'nine')
INSERT INTO k VALUES ('x', 'bad')
INSERT INTO k VALUES (1.5, 'bad')
INSERT INTO k VALUES (x'31', 'bad')
INSERT INTO k VALUES (5, 'again')
INSERT OR IGNORE INTO k VALUES (5, 'ignored'), (10, 'ten')
INSERT OR REPLACE INTO k VALUES (5, 'replaced')
REPLACE INTO k VALUES (6, 'replaced too'), (11, 'new')
INSERT OR FAIL INTO k VALUES (20, 'kept'), (5, 'fails'), (21, 'not reached')
INSERT OR ABORT INTO k VALUES (22, 'undone'), (5, 'fails')
INSERT OR ROLLBACK INTO k VALUES (23, 'undone'), (5, 'fails')
SELECT * FROM k
SELECT id, rowid FROM k WHERE id = 5
SELECT rowid, v FROM k WHERE id > 8 ORDER BY id DESC
SELECT max(id), v FROM k
SELECT typeof(id), id + 1, id || '' FROM k LIMIT 1
UPDATE k SET id = id + 1
UPDATE k SET id = id + 100
UPDATE k SET id = 5 WHERE v = 'ten'
UPDATE k SET id = 'x' WHERE v = 'ten'
UPDATE OR REPLACE k SET id = 105 WHERE v = 'ten'
UPDATE OR FAIL k SET id = id - 1
SELECT * FROM k
INSERT INTO k VALUES (9223372036854775807, 'max')
SELECT count(*) FROM k
)sql");
}

TEST(DifferentialTest, AgreesOnConstraints) {
  CompareWithSqlite(R"sql(
CREATE TABLE t(a NOT NULL, b DEFAULT 5, c TEXT DEFAULT 'x' NOT NULL, d CHECK (d > 0), CONSTRAINT sum CHECK (b + d < 100))
INSERT INTO t(a) VALUES (1)
INSERT INTO t(a, d) VALUES (NULL, 1)
INSERT INTO t(a, c) VALUES (1, NULL)
INSERT INTO t(a, d) VALUES (1, 0)
INSERT INTO t(a, d) VALUES (1, -1), (2, 2)
INSERT INTO t(a, d) VALUES (1, 99)
INSERT INTO t(a, d) VALUES (1, NULL)
INSERT INTO t(a, d) VALUES (1, '5')
INSERT OR IGNORE INTO t(a, d) VALUES (NULL, 1), (3, 0), (4, 4)
INSERT OR REPLACE INTO t(a, c) VALUES (5, NULL)
INSERT OR REPLACE INTO t(a, c) VALUES (NULL, NULL)
INSERT OR REPLACE INTO t(a, d) VALUES (1, 0)
INSERT OR FAIL INTO t(a) VALUES (6), (NULL), (7)
INSERT INTO t DEFAULT VALUES
SELECT * FROM t
UPDATE t SET a = NULL WHERE rowid = 1
UPDATE t SET d = 0
UPDATE OR IGNORE t SET d = rowid - 2
UPDATE t SET c = NULL
UPDATE OR REPLACE t SET c = NULL WHERE rowid = 1
SELECT * FROM t
CREATE TABLE n(a INTEGER NOT NULL ON CONFLICT IGNORE, b NOT NULL ON CONFLICT REPLACE DEFAULT 'd', c NOT NULL ON CONFLICT FAIL)
INSERT INTO n VALUES (NULL, 1, 1)
INSERT INTO n VALUES (1, NULL, 1)
INSERT INTO n VALUES (2, 2, 2), (3, 3, NULL), (4, 4, 4)
SELECT * FROM n
CREATE TABLE d(a DEFAULT 1, b DEFAULT -1.5, c DEFAULT 'text', e DEFAULT x'0102', f DEFAULT NULL, g DEFAULT (1+2), h DEFAULT TRUE, i INTEGER DEFAULT '7', j DEFAULT (abs(-3)), k DEFAULT word, l DEFAULT "dq")
INSERT INTO d DEFAULT VALUES
INSERT INTO d(a) VALUES (9)
SELECT * FROM d
PRAGMA table_info(d)
PRAGMA table_info(t)
PRAGMA table_info(nosuch)
CREATE TABLE m(a NOT NULL ON CONFLICT REPLACE DEFAULT NULL, b NOT NULL, c NOT NULL ON CONFLICT REPLACE)
INSERT INTO m VALUES (NULL, NULL, NULL)
INSERT INTO m VALUES (NULL, 1, NULL)
INSERT INTO m VALUES (NULL, 1, 1)
INSERT OR FAIL INTO m VALUES (1, 1, 1), (NULL, 1, 1)
INSERT OR REPLACE INTO m VALUES (1, 1, 1), (NULL, 1, 1)
SELECT * FROM m
CREATE TABLE c(x COLLATE NOCASE, y COLLATE RTRIM, z)
INSERT INTO c VALUES ('a', 'a ', 'a'), ('A', 'a', 'A'), ('b', 'b', 'b')
SELECT count(*) FROM c WHERE x = 'A'
SELECT count(*) FROM c WHERE y = 'a'
SELECT count(*) FROM c WHERE z = 'A'
SELECT count(*) FROM c WHERE x = z
SELECT count(*) FROM c WHERE z = x
SELECT count(*) FROM c WHERE x = 'A' COLLATE BINARY
SELECT DISTINCT x FROM c
SELECT x, count(*) FROM c GROUP BY x
SELECT z FROM c ORDER BY x, z
SELECT x FROM c ORDER BY x DESC, z
SELECT min(x), max(x), count(DISTINCT x), count(DISTINCT z) FROM c
SELECT x IN ('A', 'B') FROM c
SELECT CASE x WHEN 'A' THEN 1 ELSE 2 END FROM c
SELECT likely(x) = 'A', 'A' = likelihood(x, 0.5), likely(x) IN ('A'), '1' = likely(rowid), likely(rowid) = '1' FROM c
SELECT nullif(x, 'A'), max(x, 'B'), min(z, 'B') FROM c
CREATE TABLE ck(a INTEGER PRIMARY KEY CHECK (a < 10), b CHECK (b <> a))
INSERT INTO ck VALUES (1, 2)
INSERT INTO ck VALUES (10, 2)
INSERT INTO ck VALUES (2, 2)
INSERT INTO ck(b) VALUES (5)
UPDATE ck SET a = 5 WHERE a = 1
UPDATE ck SET a = 50
SELECT * FROM ck
)sql");
}

TEST(DifferentialTest, AgreesOnDefinitions) {
  CompareWithSqlite(R"sql(
CREATE TABLE t(a "any type", b [INTEGER] PRIMARY KEY, c `a``b` NOT NULL, d "TEXT" (10), e 'x' y)
PRAGMA table_info(t)
INSERT INTO t VALUES ('1', NULL, '1', 1, '1')
SELECT *, typeof(a), typeof(c), typeof(d), rowid FROM t
CREATE TABLE c(a CONSTRAINT n NOT NULL CHECK (a<5), b CONSTRAINT k CHECK (b<5) CHECK (b<4), CHECK (a<b), CHECK (b<>a))
INSERT INTO c VALUES (NULL, 2)
INSERT INTO c VALUES (10, 20)
INSERT INTO c VALUES (1, 20)
INSERT INTO c VALUES (1, 4)
INSERT INTO c VALUES (2, 1)
CREATE TABLE d(a CHECK (a<5), CONSTRAINT z CHECK (a<4), CHECK (a<3))
INSERT INTO d VALUES (5)
INSERT INTO d VALUES (4)
INSERT INTO d VALUES (3)
INSERT INTO d VALUES (2)
CREATE TABLE f(a, b DEFAULT (78 IS NOT TRUE), c DEFAULT (2 IS TRUE), d DEFAULT ('' IS FALSE), e DEFAULT (2 IS (1 NOT IN ())), f DEFAULT (78 IS NOT (TRUE COLLATE NOCASE)), g DEFAULT (TRUE IS TRUE), h DEFAULT (5 IS +TRUE))
CREATE TABLE f2(a DEFAULT ((1,2) IS 5), b, c DEFAULT ((1,2)=(3,4)))
INSERT INTO f2(b) VALUES (1)
INSERT INTO f2(a) VALUES (1)
SELECT * FROM f2
CREATE TABLE f3(a DEFAULT ((1,2) IN ((3,4))))
INSERT INTO f(a) VALUES (1)
SELECT * FROM f
CREATE TABLE g(a DEFAULT (nosuch(1)))
INSERT INTO g DEFAULT VALUES
CREATE TABLE q([a b] CHECK ([a b]<5), "c" CHECK ("c"<5 AND 1))
INSERT INTO q VALUES (7, 1)
INSERT INTO q VALUES (1, 7)
!EXPLAIN INSERT INTO nosuch VALUES (2)
SELECT changes()
)sql");
}

TEST(DifferentialTest, AgreesOnTransactions) {
  CompareWithSqlite(R"sql(
COMMIT
ROLLBACK
END
CREATE TABLE t(a INTEGER PRIMARY KEY, b)
BEGIN
BEGIN
INSERT INTO t VALUES (1, 'one')
INSERT INTO t VALUES (2, 'two'), (1, 'fails')
SELECT * FROM t
COMMIT
SELECT * FROM t
BEGIN IMMEDIATE
INSERT INTO t VALUES (3, 'three')
ROLLBACK
SELECT * FROM t
BEGIN EXCLUSIVE TRANSACTION
DELETE FROM t
SELECT count(*) FROM t
ROLLBACK TRANSACTION
SELECT count(*) FROM t
BEGIN DEFERRED
CREATE TABLE u(x)
INSERT INTO u VALUES (1)
SELECT * FROM u
SELECT name FROM sqlite_schema
ROLLBACK
SELECT * FROM u
SELECT name FROM sqlite_schema
BEGIN
DROP TABLE t
SELECT * FROM t
ROLLBACK
SELECT * FROM t
BEGIN
INSERT INTO t VALUES (10, 'ten')
INSERT OR ROLLBACK INTO t VALUES (10, 'fails')
COMMIT
SELECT * FROM t
BEGIN
INSERT INTO t VALUES (10, 'ten')
INSERT OR FAIL INTO t VALUES (11, 'eleven'), (10, 'fails')
INSERT OR ABORT INTO t VALUES (12, 'twelve'), (10, 'fails')
END
SELECT * FROM t
BEGIN
CREATE TABLE u(x)
CREATE TABLE u(x)
COMMIT
SELECT name FROM sqlite_schema
BEGIN
SELECT count(*) FROM t
COMMIT
BEGIN
UPDATE t SET a = a + 1 WHERE a > 5
UPDATE t SET b = b || '!'
COMMIT
SELECT * FROM t
PRAGMA user_version
PRAGMA user_version = 7
PRAGMA user_version
PRAGMA application_id = 99
PRAGMA application_id
BEGIN
PRAGMA user_version = 8
ROLLBACK
PRAGMA user_version
PRAGMA nosuch
PRAGMA nosuch = 1
PRAGMA encoding
PRAGMA integrity_check
PRAGMA quick_check
PRAGMA integrity_check(t)
PRAGMA integrity_check(nosuch)
PRAGMA freelist_count
PRAGMA busy_timeout
PRAGMA busy_timeout = 100
PRAGMA busy_timeout
)sql");
}

TEST(DifferentialTest, AgreesOnSavepoints) {
  CompareWithSqlite(R"sql(
RELEASE a
ROLLBACK TO a
CREATE TABLE t(a INTEGER PRIMARY KEY, b)
SAVEPOINT one
INSERT INTO t VALUES (1, 'one')
SAVEPOINT two
INSERT INTO t VALUES (2, 'two')
SAVEPOINT "Two Words"
UPDATE t SET b = b || '!'
ROLLBACK TO SAVEPOINT "two words"
SELECT * FROM t
INSERT INTO t VALUES (3, 'three')
ROLLBACK TRANSACTION TO two
SELECT * FROM t
RELEASE "two words"
INSERT INTO t VALUES (4, 'four')
RELEASE SAVEPOINT TWO
SELECT * FROM t
ROLLBACK TO two
ROLLBACK TO one
SELECT * FROM t
INSERT INTO t VALUES (5, 'five')
RELEASE one
RELEASE one
SELECT * FROM t
BEGIN
SAVEPOINT x
BEGIN
INSERT INTO t VALUES (6, 'six')
SAVEPOINT x
INSERT INTO t VALUES (7, 'seven')
RELEASE x
ROLLBACK TO x
SELECT count(*) FROM t
INSERT INTO t VALUES (8, 'eight'), (5, 'fails')
INSERT INTO t VALUES (8, 'eight')
RELEASE x
COMMIT
SELECT * FROM t
SAVEPOINT s
COMMIT
ROLLBACK TO s
SAVEPOINT s
DELETE FROM t
ROLLBACK
SELECT count(*) FROM t
SAVEPOINT s
RELEASE s
SAVEPOINT s
ROLLBACK TO s
INSERT INTO t VALUES (9, 'nine')
ROLLBACK TO s
ROLLBACK TO s
END
SELECT count(*) FROM t
SAVEPOINT schema1
CREATE TABLE u(x)
INSERT INTO u VALUES (1)
SAVEPOINT schema2
CREATE TABLE v(y)
DROP TABLE u
INSERT INTO v VALUES (2)
ROLLBACK TO schema2
SELECT * FROM u
SELECT * FROM v
INSERT INTO u VALUES (3)
ROLLBACK TO schema1
SELECT * FROM u
CREATE TABLE u(z, w)
RELEASE schema1
SELECT * FROM u
SELECT name FROM sqlite_schema
BEGIN IMMEDIATE
SAVEPOINT a
SAVEPOINT b
SAVEPOINT c
PRAGMA user_version = 7
ROLLBACK TO b
PRAGMA user_version
RELEASE c
RELEASE a
ROLLBACK
PRAGMA synchronous = FULL
BEGIN
PRAGMA synchronous = OFF
COMMIT
EXPLAIN QUERY PLAN SAVEPOINT a
SAVEPOINT 'quoted'
RELEASE quoted
!SAVEPOINT
!RELEASE
)sql");
}

// By hand, from SQLite 3.50.4: the library these tests are linked with is older.
TEST(DifferentialTest, FollowsTheReleaseTrackedWhereTheOracleIsAnother) {
  MemoryIo io({.seed = 1});
  auto connection = Connection::Open(io, "test.db", {});
  ASSERT_TRUE(connection.ok());
  const auto answer = [&](std::string_view sql) {
    const SqlResult result = RunSql(io, **connection, sql);
    return result.ok() && !result.rows.empty() ? result.rows[0] : result.message;
  };
  answer("CREATE TABLE t(a)");
  answer("INSERT INTO t VALUES (7)");
  // What has a call is not folded away.
  EXPECT_EQ(answer("SELECT abs(nosuch) AND 0"), "no such column: nosuch");
  EXPECT_EQ(answer("SELECT abs(nosuch) IN ()"), "no such column: nosuch");
  EXPECT_EQ(answer("SELECT abs(-9223372036854775808) IN ()"), "integer overflow");
  EXPECT_EQ(answer("SELECT abs(1) IN (), abs(NULL) NOT IN (), (1 BETWEEN abs(nosuch) AND 2) IN ()"),
            "0|1|0");
  EXPECT_EQ(answer("SELECT 5 IS (abs(1) IN ())"), "0");
  EXPECT_EQ(answer("SELECT a FROM t ORDER BY abs(a) AND 0"), "7");
  EXPECT_EQ(answer("SELECT a FROM t WHERE sum(1) AND 0"), "misuse of aggregate function sum()");
  // Reals are rounded to their printed digits half up.
  EXPECT_EQ(answer("SELECT 140737488355327.5||'', -140737488355327.5||''"),
            "'140737488355328.0'|'-140737488355328.0'");
  EXPECT_EQ(answer("SELECT iif(1, 'yes'), iif(0, 'yes')"), "'yes'|NULL");
  EXPECT_EQ(answer("SELECT quote(1e400), quote(-1e400), quote(123456789012345678.0)"),
            "'9.0e+999'|'-9.0e+999'|'1.2345678901234568e+17'");
  EXPECT_EQ(answer("SELECT typeof(replace(5, '', 'x')), replace(0.5, '', NULL)"), "'text'|'0.5'");
  EXPECT_EQ(answer("SELECT substr('abcd', 2, 1e18), substr('abcd', 2, -1e18), "
                   "substr('abcde', 9223372036854775807, 1), "
                   "substr('abcde', -9223372036854775807, 9223372036854775807), "
                   "substr('abcde', -9223372036854775808, 9223372036854775807), "
                   "substr('abcde', 9223372036854775807, -9223372036854775808)"),
            "'bcd'|'a'|''|'abcde'|'abcd'|'abcde'");
}

TEST(DifferentialTest, AgreesOnQueryPlans) {
  const auto plan = [](auto&& run, std::string_view sql) {
    std::vector<std::string> lines;
    for (const std::string& row : run("EXPLAIN QUERY PLAN " + std::string(sql)).rows) {
      lines.push_back(row.substr(row.rfind('|') + 1));
    }
    return lines;
  };
  MemoryIo io({.seed = 1});
  auto connection = Connection::Open(io, "test.db", {});
  ASSERT_TRUE(connection.ok());
  SqliteRunner sqlite;
  const auto ours = [&](const std::string& sql) { return RunSql(io, **connection, sql); };
  const auto theirs = [&](const std::string& sql) { return sqlite.Run(sql); };
  ours("CREATE TABLE t(id INTEGER PRIMARY KEY, a, b)");
  theirs("CREATE TABLE t(id INTEGER PRIMARY KEY, a, b)");
  for (const std::string_view sql : {
           "SELECT 1",
           "SELECT * FROM t",
           "SELECT * FROM t AS x",
           "SELECT * FROM t WHERE id = 1",
           "SELECT * FROM t x WHERE rowid = ?",
           "SELECT * FROM t WHERE id > 1",
           "SELECT * FROM t WHERE id >= 1 AND id < 10",
           "SELECT * FROM t WHERE id <= 1",
           "SELECT * FROM t WHERE id BETWEEN 1 AND 2",
           "SELECT * FROM t WHERE a = 1",
           "SELECT * FROM t ORDER BY a",
           "SELECT * FROM t ORDER BY id",
           "SELECT * FROM t ORDER BY id DESC",
           "SELECT DISTINCT a FROM t",
           "SELECT count(*) FROM t",
           "SELECT a, count(*) FROM t GROUP BY a",
           "SELECT a, count(*) FROM t GROUP BY a ORDER BY 2",
           "SELECT a, count(*) FROM t GROUP BY a ORDER BY a",
           "SELECT sum(a) FROM t WHERE id > 3",
           "DELETE FROM t WHERE id = 3",
           "DELETE FROM t WHERE a = 3",
           "UPDATE t SET a = 1",
           "UPDATE t SET a = 1 WHERE id = 2",
           "INSERT INTO t SELECT * FROM t WHERE id > 2",
       }) {
    EXPECT_EQ(plan(ours, sql), plan(theirs, sql)) << sql;
  }
  for (const char* sql : {"CREATE TABLE u(a, b, c UNIQUE, d COLLATE NOCASE)",
                          "CREATE INDEX ab ON u(a, b)", "CREATE INDEX d ON u(d DESC)"}) {
    ours(sql);
    theirs(sql);
  }
  for (const std::string_view sql : {
           "SELECT * FROM u WHERE a = 1",
           "SELECT * FROM u WHERE 1 = a AND b = 2",
           "SELECT b FROM u WHERE a = 1",
           "SELECT rowid FROM u WHERE a = 1 ORDER BY b",
           "SELECT c FROM u WHERE a = 1 ORDER BY b DESC",
           "SELECT * FROM u WHERE a = 1 AND b > 2 AND b <= 5",
           "SELECT * FROM u WHERE a > 1",
           "SELECT * FROM u WHERE b > 1",
           "SELECT * FROM u WHERE c = 1",
           "SELECT * FROM u WHERE c = 1 AND a = 2",
           "SELECT * FROM u WHERE d < 'x'",
           "SELECT * FROM u WHERE d = 'x' COLLATE BINARY",
           "SELECT * FROM u WHERE a IS NULL",
           "SELECT * FROM u WHERE a IN (1, 2)",
           "SELECT * FROM u WHERE a = 1 AND b IN (1, 2, 3)",
           "SELECT * FROM u WHERE rowid IN (1, 2, 3)",
           "SELECT * FROM u NOT INDEXED WHERE a = 1",
           "SELECT * FROM u INDEXED BY d WHERE a = 1",
           "SELECT t.id, u.b FROM t, u WHERE t.a = u.c",
           "SELECT t.id, u.b FROM t LEFT JOIN u ON u.a = t.a",
           "UPDATE u SET b = 2 WHERE a = 1",
           "DELETE FROM u WHERE c = 1",
       }) {
    EXPECT_EQ(plan(ours, sql), plan(theirs, sql)) << sql;
  }
}

}  // namespace
}  // namespace orrery
