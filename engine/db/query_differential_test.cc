// Goal: queries of several tables, subqueries, groups, compounds, common tables and views answer
// here what they answer in SQLite. Method: scripts run on both (testing/compare_with_sqlite.h).

#include <string>

#include "engine/db/testing/compare_with_sqlite.h"
#include "engine/db/testing/expect_answers.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

const std::string kTables = R"sql(
CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT, c REAL)
CREATE TABLE u(x, y INT, z)
CREATE TABLE v(a, d)
INSERT INTO t VALUES (1,'one',1.5),(2,'two',2.5),(3,'three',NULL),(4,NULL,4.5)
INSERT INTO u VALUES (1,10,'p'),(2,20,'q'),(2,21,'r'),(5,50,'s'),(NULL,60,'n')
INSERT INTO v VALUES (1,'d1'),(3,'d3'),(3,'d33'),(7,'d7')
)sql";

TEST(QueryDifferentialTest, AgreesOnJoins) {
  CompareWithSqlite(kTables + R"sql(
SELECT * FROM t, u WHERE t.a=u.x ORDER BY t.a, y
SELECT * FROM t JOIN u ON t.a=u.x ORDER BY 1,5
SELECT * FROM t LEFT JOIN u ON t.a=u.x ORDER BY 1,5
SELECT * FROM t LEFT JOIN u ON t.a=u.x WHERE u.x IS NULL ORDER BY 1
SELECT * FROM t LEFT JOIN u ON t.a=u.x AND u.y>20 ORDER BY 1,5
SELECT * FROM t RIGHT JOIN u ON t.a=u.x ORDER BY y
SELECT * FROM t FULL JOIN u ON t.a=u.x ORDER BY a, y
SELECT * FROM t NATURAL JOIN v ORDER BY a,d
SELECT * FROM t NATURAL LEFT JOIN v ORDER BY a,d
SELECT * FROM t JOIN v USING(a) ORDER BY a,d
SELECT a, t.a, v.a FROM t LEFT JOIN v USING(a) ORDER BY t.a, d
SELECT a, t.a, v.a FROM t RIGHT JOIN v USING(a) ORDER BY v.a, d
SELECT a, t.a, v.a FROM t FULL JOIN v USING(a) ORDER BY a, d
SELECT * FROM t FULL JOIN v USING(a) ORDER BY a, d
SELECT t.*, v.d FROM t, v WHERE t.a<v.a ORDER BY t.a,v.a,v.d
SELECT * FROM (SELECT a, b FROM t WHERE a>1) AS s JOIN u ON u.x=s.a ORDER BY y
SELECT * FROM t AS p, t AS q WHERE p.a=q.a+1 ORDER BY p.a
SELECT nosuch FROM t, u
SELECT a FROM t, v
!SELECT rowid FROM t, v
SELECT t.rowid, v.rowid FROM t, v WHERE t.a=v.a ORDER BY 1,2
SELECT * FROM t JOIN (u JOIN v ON u.x=v.a) ON t.a=u.x ORDER BY 1,y,d
SELECT * FROM t LEFT JOIN (u JOIN v ON u.x=v.a) ON t.a=u.x ORDER BY 1
SELECT t.a,u.x,v.d FROM t LEFT JOIN (u JOIN v ON u.x=v.a) ON t.a=u.x ORDER BY 1
SELECT u.* FROM t LEFT JOIN (u JOIN v ON u.x=v.a) ON t.a=u.x ORDER BY 1
CREATE TABLE pair(a,b)
INSERT INTO pair VALUES(1,10),(2,20)
SELECT * FROM pair x JOIN pair y NATURAL JOIN pair z
SELECT * FROM pair x JOIN pair y JOIN pair z USING(a)
SELECT z.b FROM pair x RIGHT JOIN pair y JOIN pair z USING(a)
SELECT a FROM pair x JOIN pair y NATURAL JOIN pair z
CREATE TABLE q(a,c)
INSERT INTO q VALUES(1,'q1'),(3,'q3')
CREATE TABLE r(a,d)
INSERT INTO r VALUES(1,'r1'),(4,'r4')
SELECT * FROM pair LEFT JOIN q USING(a) LEFT JOIN r USING(a)
SELECT * FROM pair JOIN q USING(a) RIGHT JOIN r USING(a)
SELECT * FROM pair FULL JOIN q USING(a) FULL JOIN r USING(a) ORDER BY 1
SELECT * FROM (pair FULL JOIN q USING(a)) FULL JOIN r USING(a) ORDER BY 1
SELECT * FROM (pair LEFT JOIN q USING(a)) LEFT JOIN r USING(a) ORDER BY 1
SELECT * FROM r LEFT JOIN (pair JOIN q USING(a)) USING(a) ORDER BY 1
SELECT * FROM r LEFT JOIN (pair FULL JOIN q USING(a)) USING(a) ORDER BY 1
SELECT * FROM pair, q, r NATURAL JOIN pair z
SELECT a FROM pair, q, r NATURAL JOIN pair z
SELECT * FROM pair, q RIGHT JOIN r USING(a)
SELECT * FROM pair, q LEFT JOIN r USING(a) ORDER BY 1,2,3,4
SELECT * FROM t FULL JOIN u ON t.a=u.x JOIN v ON v.a=7 AND t.a ORDER BY 1,5
SELECT * FROM t FULL JOIN u ON t.a=u.x JOIN v ON v.a IS t.a AND t.b IS NULL ORDER BY 1,5
SELECT * FROM t JOIN v ON t.a=1 RIGHT JOIN u ON t.a=u.x JOIN r ON t.a ORDER BY 1,5,7
SELECT * FROM t RIGHT JOIN u ON t.a=u.x JOIN r ON t.a=1 RIGHT JOIN q ON t.a=q.a WHERE q.c ORDER BY 1,5
SELECT * FROM t RIGHT JOIN u ON t.a=u.x JOIN r ON t.a=1 RIGHT JOIN q ON t.a=q.a WHERE q.a ORDER BY 1,5
)sql");
}

TEST(QueryDifferentialTest, AgreesOnSubqueries) {
  CompareWithSqlite(kTables + R"sql(
SELECT (SELECT 1), (SELECT 2 WHERE 0)
SELECT x FROM u WHERE x IN (SELECT a FROM t) ORDER BY y
SELECT x FROM u WHERE x NOT IN (SELECT a FROM t) ORDER BY y
SELECT a FROM t WHERE a NOT IN (SELECT x FROM u) ORDER BY a
SELECT a FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.x=t.a) ORDER BY a
SELECT a FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.x=t.a) ORDER BY a
SELECT * FROM (SELECT a, b FROM t WHERE a>1) ORDER BY a
SELECT s.a+1 AS k FROM (SELECT a FROM t) s WHERE k>2 ORDER BY k
SELECT 1 IN (1,2,3,4,5,6), 9 IN (1,2,3,4,5,6), NULL IN (1,2,3,4,5), 9 IN (1,2,3,4,NULL), '3' IN (1,2,3,4,5)
SELECT a FROM t LIMIT (SELECT 2)
SELECT x FROM u ORDER BY x NULLS LAST
SELECT x FROM u ORDER BY x DESC NULLS FIRST
SELECT a IN v FROM t
SELECT a, b FROM t WHERE b = (SELECT z FROM u LIMIT 1) OR a=1
SELECT CASE WHEN EXISTS(SELECT 1 FROM u WHERE x=a) THEN 'y' ELSE 'n' END FROM t ORDER BY a
INSERT INTO v SELECT a+10, b FROM t
SELECT * FROM v ORDER BY rowid
INSERT INTO v SELECT a+100, d FROM v WHERE a>10
UPDATE t SET b=(SELECT z FROM u WHERE x=a) WHERE a IN (SELECT x FROM u)
SELECT * FROM t ORDER BY a
DELETE FROM u WHERE x IN (SELECT a FROM t) AND y=10
SELECT * FROM u ORDER BY y
SELECT * FROM t WHERE a IN (1,3) ORDER BY a
)sql");
}

TEST(QueryDifferentialTest, AgreesOnGroupsAndAggregates) {
  CompareWithSqlite(kTables + R"sql(
SELECT count(*) FROM t, u, v
SELECT count(*) FROM t CROSS JOIN u
SELECT a, (SELECT max(y) FROM u WHERE u.x=t.a) FROM t ORDER BY a
SELECT a, (SELECT count(*) FROM u WHERE u.x=t.a) AS n FROM t ORDER BY n DESC, a
SELECT x, count(*), sum(y) FROM u GROUP BY x ORDER BY x
SELECT x, count(*) FROM u GROUP BY x HAVING count(*)>1
SELECT x%2 AS p, count(*) FROM u GROUP BY p
SELECT x, y FROM u GROUP BY x
SELECT count(DISTINCT x), count(x), count(*) FROM u
SELECT group_concat(y, '-') FILTER (WHERE y>10) FROM u
SELECT max(y), z FROM u
SELECT min(y), z FROM u GROUP BY x ORDER BY 1
SELECT x, count(*) FROM u GROUP BY 2
SELECT x, count(*) FROM u GROUP BY (2 COLLATE rtrim)
SELECT x, count(*) AS k FROM u GROUP BY k COLLATE rtrim
SELECT x, count(*) FROM u GROUP BY 2 COLLATE rtrim ORDER BY nosuch
SELECT x, count(*) FROM u GROUP BY count(*) COLLATE rtrim
SELECT DISTINCT x FROM u ORDER BY x
SELECT a FROM t ORDER BY (SELECT count(*) FROM u WHERE x=a), a
SELECT sum(a) FROM t HAVING sum(a)>5
SELECT count(*) FROM t WHERE a IN t
SELECT (SELECT sum(t.a) FROM u) FROM t
SELECT (SELECT sum(t.a)) FROM t
SELECT (SELECT count(u.x) + t.a FROM u) FROM t
SELECT t.a, q.n FROM t, (SELECT count(*) AS n FROM u) q ORDER BY 1
SELECT b FROM t WHERE a=(SELECT max(a) FROM t)
SELECT count(*) FROM v
)sql");
}

TEST(QueryDifferentialTest, AgreesOnCompounds) {
  CompareWithSqlite(kTables + R"sql(
SELECT a FROM t UNION SELECT x FROM u
SELECT a FROM t UNION ALL SELECT x FROM u
SELECT a FROM t INTERSECT SELECT x FROM u
SELECT a FROM t EXCEPT SELECT x FROM u
SELECT a FROM t EXCEPT SELECT x FROM u ORDER BY a DESC
SELECT a, b FROM t UNION SELECT x, z FROM u ORDER BY 2, 1 LIMIT 3 OFFSET 1
SELECT 1 UNION SELECT 1.0
SELECT a FROM t UNION SELECT x, y FROM u
!SELECT a FROM nosuch UNION ALL SELECT nosuch FROM t
!SELECT nosuch FROM t UNION SELECT a FROM nosuch
!SELECT * FROM (SELECT nosuch FROM t UNION SELECT a FROM nosuch)
)sql");
}

TEST(QueryDifferentialTest, AgreesOnCommonTables) {
  CompareWithSqlite(kTables + R"sql(
WITH c AS (SELECT a FROM t) SELECT * FROM c
WITH c(k) AS (SELECT a FROM t) SELECT k+1 FROM c ORDER BY k DESC
WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c WHERE x<5) SELECT * FROM c
WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT * FROM c LIMIT 5
WITH RECURSIVE c(x) AS (VALUES(1),(2) UNION SELECT (x*2)%7 FROM c) SELECT * FROM c
WITH RECURSIVE c(x,l) AS (SELECT 1,0 UNION ALL SELECT x*10+i, l+1 FROM c, (SELECT 1 AS i UNION SELECT 2) WHERE l<2 ORDER BY 2 DESC) SELECT * FROM c
WITH a AS (SELECT 1 AS q), b AS (SELECT q+1 AS r FROM a) SELECT * FROM a, b
WITH c AS (SELECT * FROM c) SELECT * FROM c
WITH c(x,y) AS (SELECT 1) SELECT * FROM c
WITH c(x) AS (SELECT 1 UNION ALL SELECT max(x)+1 FROM c) SELECT * FROM c LIMIT 3
WITH c(x) AS (SELECT 1 UNION SELECT x FROM c GROUP BY x) SELECT (SELECT x FROM c)
WITH c(x) AS (SELECT 1 UNION ALL SELECT max(x)+1 FROM c) SELECT nosuch FROM c
WITH c(x) AS (SELECT 1 UNION ALL SELECT max(x)+1 FROM c) SELECT 1
)sql");
}

TEST(QueryDifferentialTest, AgreesOnViews) {
  CompareWithSqlite(kTables + R"sql(
CREATE VIEW w AS SELECT a, b||'!' AS bb FROM t
SELECT * FROM w ORDER BY a
CREATE VIEW w2(p,q) AS SELECT a, c FROM t WHERE c>2
SELECT p, q FROM w2
SELECT w.a, w2.q FROM w LEFT JOIN w2 ON w.a=w2.p ORDER BY 1
DROP VIEW w2
SELECT * FROM w2
)sql");
}

TEST(QueryDifferentialTest, AgreesOnRowValues) {
  CompareWithSqlite(kTables + R"sql(
VALUES (1,2),(3,4) UNION SELECT 5,6
SELECT * FROM (VALUES (1,2),(3,4))
SELECT column1, column2 FROM (VALUES (1,2),(3,4)) ORDER BY column2 DESC
SELECT (1,2)=(1,2), (1,2)<(1,3), (1,NULL)=(1,2), (1,2)<>(1,NULL), (1,2) IS (1,2), (2,1)>(1,5)
SELECT (1,2) IN (SELECT 1,2), (1,2) IN (VALUES(1,2),(3,4)), (1,NULL) IN (SELECT 1,2), (5,NULL) IN (SELECT 1,2)
SELECT (1,2) IN ((1,2),(3,4)), (3,1) NOT IN ((1,2),(3,4))
SELECT (1,2)
SELECT (SELECT 1,2)
SELECT (1,2)=1
SELECT 1 IN (SELECT 1,2)
SELECT (1,2) BETWEEN (1,1) AND (1,3)
SELECT (SELECT 1,2)=(1,2)
SELECT a FROM t WHERE (a,b) = (2,'two')
SELECT (2,5) IN (SELECT 2,4)
SELECT nosuch=(1,2)
SELECT (1,2), nosuch
SELECT (1,2)+(SELECT 3,4)
SELECT (SELECT 1,2), nosuch
SELECT (nosuch,2) BETWEEN 1 AND 2
SELECT (1,nosuch)<(1,2,3)
SELECT (SELECT * FROM v)=(1,'d1')
SELECT nosuch IN (SELECT 1,2)
SELECT 1 IN (SELECT 1,2), nosuch
SELECT (1,2) IN (nosuch)
SELECT * FROM nosuch WHERE (1,2) IN ((1,2),3)
SELECT max(abs(nosuch),a IS TRUE,missing) FROM v
SELECT (nosuch1,1) IN ((nosuch2,2))
SELECT nosuch1 IN (SELECT nosuch2)
SELECT (nosuch1,1) IN ((3,4),(nosuch2,2))
SELECT nosuch1 IN (nosuch2)
SELECT (a,nosuch) IN (SELECT a,1 FROM v)
SELECT max(abs(nosuch),d IS NOT FALSE,missing) FROM v
SELECT max(abs(nosuch),other IS TRUE,missing) FROM v
SELECT max(abs(nosuch),a,missing) FROM v
SELECT CASE WHEN abs(nosuch) THEN a IS NOT TRUE WHEN missing THEN 1 END FROM v
SELECT (1,2) IN (3,'x'))
SELECT (1,2) IN (3,'x') FROM FROM
SELECT (a,d) AS k FROM v WHERE k=(1,2)
SELECT * FROM nosuch(1)
SELECT CASE (1,2) WHEN nosuch THEN 1 END
SELECT (2,5) IN (SELECT 2,5)
CREATE TABLE pair(a,b)
INSERT INTO pair VALUES(1,10),(2,20)
SELECT a FROM pair WHERE (a,b) IN (SELECT 1,10 UNION SELECT 2,20)
)sql");
}

TEST(QueryDifferentialTest, AgreesOnNamesOfColumns) {
  CompareWithSqlite(R"sql(
CREATE TABLE pair(a INTEGER,b)
INSERT INTO pair VALUES(1,10)
SELECT * FROM (SELECT A, "B", pair.A, [a] FROM pair)
CREATE VIEW names AS SELECT A, oid, "B", pair.B, +a, (A) FROM pair
SELECT * FROM names
SELECT * FROM (SELECT +A, (a), A COLLATE nocase FROM pair)
SELECT * FROM (SELECT A, A FROM pair UNION SELECT b, b FROM pair)
WITH c AS (SELECT A, OID FROM pair) SELECT * FROM c
SELECT A, OID FROM pair
SELECT sql FROM sqlite_schema
DROP VIEW names
SELECT a, a, b FROM pair UNION SELECT 1, 2, 3 ORDER BY 1 COLLATE nocase
SELECT a, a, b FROM pair UNION SELECT 1, 2, 3 ORDER BY 1
SELECT a, a, b FROM pair UNION ALL SELECT 1, 2, 3 ORDER BY 1 COLLATE nocase
SELECT a+1, a+1, pair.B, b FROM pair EXCEPT SELECT 1, 2, 3, 4 ORDER BY 2 COLLATE nocase
)sql");
}

TEST(QueryDifferentialTest, AgreesOnColumnsOfViewsBesideAnAggregateOfNoRow) {
  CompareWithSqlite(R"sql(
CREATE TABLE x(a,b)
CREATE TABLE k(q)
CREATE VIEW v AS SELECT coalesce(a,5) AS q, b FROM x
CREATE VIEW pairs AS SELECT x1.b||x2.b AS q, coalesce(x1.a,7) AS r FROM x AS x1, x AS x2 WHERE x1.a<x2.a
SELECT total(1), q FROM v
SELECT count(*), q+1, b, typeof(q) FROM v WHERE b>3
SELECT total(1), p1.r, p2.r FROM pairs AS p1, pairs AS p2 WHERE p1.q<p2.q
SELECT count(*), v.q FROM v LEFT JOIN x
SELECT count(*), v.q FROM x LEFT JOIN v
SELECT count(*), v.q FROM x RIGHT JOIN v
SELECT count(*), v.q FROM v RIGHT JOIN x
SELECT count(*), v.q FROM v JOIN x RIGHT JOIN k
SELECT count(*), q FROM k JOIN v USING(q)
SELECT count(*), q FROM v JOIN k USING(q)
SELECT min(q), q FROM v WHERE q>9 ORDER BY q+1
SELECT count(*), q FROM v HAVING q=5
SELECT count(*), q FROM v HAVING q<>5
SELECT count(*), q FROM (SELECT DISTINCT q FROM v)
SELECT count(*), q FROM (SELECT q FROM v LIMIT 3)
SELECT count(*), q FROM (SELECT q FROM v ORDER BY b)
SELECT count(*), q FROM (SELECT coalesce(q,6) AS q FROM (SELECT max(a) AS q FROM x GROUP BY b))
SELECT count(*), q FROM (SELECT coalesce(max(a),6) AS q FROM x GROUP BY b)
SELECT count(*), q FROM (SELECT coalesce(a,6) AS q FROM x UNION ALL SELECT 4) WHERE q>9
SELECT count(*), q FROM (SELECT 5 AS q) WHERE q>9
SELECT count(*), q FROM (SELECT * FROM (SELECT coalesce(a,6) AS q FROM x))
SELECT count(*), q FROM (SELECT coalesce(v.q,6) AS q FROM x LEFT JOIN v)
SELECT count(*), q FROM (SELECT coalesce(v.q,6) AS q FROM x JOIN v)
SELECT count(*), s.q FROM (SELECT coalesce(y.a,6) AS q FROM x RIGHT JOIN x AS y) AS s, x
SELECT count(*), s.q FROM x, (SELECT coalesce(y.a,6) AS q FROM x RIGHT JOIN x AS y) AS s
SELECT count(*), q FROM (SELECT (SELECT max(coalesce(x.a,z.b,8)) FROM (SELECT 3 AS b) AS z) AS q FROM x)
SELECT (SELECT count(*)+i.q FROM (SELECT coalesce(a,6)+b AS q FROM x) AS i) IS NULL
SELECT o,(SELECT count(*)+i.q FROM (SELECT coalesce(a,o) AS q FROM x) AS i) FROM (SELECT 40 AS o UNION ALL SELECT 2)
WITH w AS (SELECT coalesce(a,5) AS q FROM x) SELECT count(*), q FROM w
WITH w AS MATERIALIZED (SELECT coalesce(a,5) AS q FROM x) SELECT count(*), q FROM w
WITH w AS NOT MATERIALIZED (SELECT coalesce(a,5) AS q FROM x) SELECT count(*), w.q FROM w, w AS w2
CREATE VIEW m AS SELECT x1.b MATCH x2.b AS q FROM x AS x1, x AS x2 WHERE x1.a<x2.a
SELECT q FROM m
SELECT total(1), q FROM m
CREATE VIEW mm AS SELECT total(1), m2.q FROM m AS m1, m AS m2 WHERE m1.q<m2.q
SELECT * FROM mm AS m1, mm AS m2
CREATE VIEW f AS SELECT abs(coalesce(a,-9223372036854775808)) AS q FROM x
SELECT count(*), q FROM f
INSERT INTO x VALUES(NULL,NULL),(1,2)
SELECT count(*), q FROM f WHERE q=1
SELECT count(*), q, b FROM v
SELECT min(b), q FROM v
)sql");
  ExpectAnswers(R"sql(
CREATE TABLE x(a,b)
WITH w AS (SELECT coalesce(a,5) AS q FROM x) SELECT total(1), w.q FROM w, w AS w2
= 0.0|5
)sql");
}

TEST(QueryDifferentialTest, OrdersWhatAggregatesTake) {
  ExpectAnswers(R"sql(
CREATE TABLE u(x, y INT, z)
INSERT INTO u VALUES (1,10,'p'),(2,20,'q'),(2,21,'r'),(5,50,'s'),(NULL,60,'n')
SELECT group_concat(y ORDER BY y DESC) FROM u
= '60,50,21,20,10'
SELECT x, group_concat(DISTINCT z ORDER BY z DESC) FROM u GROUP BY x
= NULL|'n'
= 1|'p'
= 2|'r,q'
= 5|'s'
SELECT group_concat(z, '-' ORDER BY x NULLS LAST, z DESC) FROM u
= 'p-r-q-s-n'
SELECT sum(y ORDER BY z), count(* ORDER BY y) FROM u
! near "ORDER": syntax error
SELECT sum(y ORDER BY z) FROM u
= 161
SELECT group_concat(y ORDER BY y) FILTER (WHERE y > 20) FROM u
= '21,50,60'
SELECT abs(y ORDER BY y) FROM u
! ORDER BY may not be used with non-aggregate abs()
)sql");
}

}  // namespace
}  // namespace orrery
