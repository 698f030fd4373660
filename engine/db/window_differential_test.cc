// Goal: window functions give here what they give in SQLite: every function, every frame, and what
// is said of wrong ones. Method: scripts run on both.

#include "engine/db/testing/compare_with_sqlite.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

TEST(WindowDifferentialTest, Agrees) {
  CompareWithSqlite(R"sql(
CREATE TABLE t(a,b,c)
INSERT INTO t VALUES(1,'x',10),(2,'y',20),(3,'x',30),(4,'y',NULL),(5,'z',1.5),(6,'x',60),(6,'x',-1)
SELECT a, row_number() OVER (ORDER BY a DESC), sum(c) OVER (PARTITION BY b ORDER BY a), count(*) OVER () FROM t
SELECT a, rank() OVER w, dense_rank() OVER w, percent_rank() OVER w, cume_dist() OVER w, ntile(3) OVER w FROM t WINDOW w AS (ORDER BY b)
SELECT a, lag(a) OVER w, lead(a,2,'none') OVER w, first_value(a) OVER w, last_value(a) OVER w, nth_value(a,2) OVER w FROM t WINDOW w AS (PARTITION BY b ORDER BY a)
SELECT a, sum(c) OVER (ORDER BY a ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING), sum(c) OVER (ROWS BETWEEN 1 FOLLOWING AND 2 FOLLOWING), min(c) OVER (ORDER BY a ROWS 2 PRECEDING), max(c) OVER (ORDER BY a ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING), group_concat(b,'-') OVER (ORDER BY a ROWS 1 PRECEDING) FROM t
SELECT a, sum(a) OVER (ORDER BY a RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING), sum(a) OVER (ORDER BY a DESC RANGE 1.5 PRECEDING), sum(a) OVER (ORDER BY b GROUPS 1 PRECEDING), count(*) OVER (ORDER BY c RANGE BETWEEN 10 PRECEDING AND 5 FOLLOWING) FROM t
SELECT a, group_concat(a) OVER (ORDER BY b ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE TIES), group_concat(a) OVER (ORDER BY b ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE GROUP), group_concat(a) OVER (ORDER BY b ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW) FROM t
SELECT b, sum(a), sum(sum(a)) OVER (ORDER BY b), rank() OVER (ORDER BY count(*) DESC) FROM t GROUP BY b
SELECT b, sum(a) FILTER (WHERE c>5) OVER (PARTITION BY b) FROM t ORDER BY 2, 1
SELECT DISTINCT count(*) OVER (PARTITION BY b) FROM t
SELECT sum(sum(a)) OVER () FROM t
SELECT a FROM t ORDER BY row_number() OVER (ORDER BY c DESC) LIMIT 3
SELECT row_number() FROM t
SELECT abs(a) OVER () FROM t
SELECT a FROM t WHERE sum(a) OVER () > 1
SELECT sum(a) OVER w2 FROM t WINDOW w AS ()
SELECT sum(a) OVER (w ORDER BY a) FROM t WINDOW w AS (PARTITION BY b)
SELECT sum(a) OVER (w PARTITION BY a) FROM t WINDOW w AS (PARTITION BY b)
SELECT sum(a) OVER (w ORDER BY a) FROM t WINDOW w AS (ORDER BY b)
SELECT sum(a) OVER (w) FROM t WINDOW w AS (ROWS 1 PRECEDING)
SELECT sum(DISTINCT a) OVER () FROM t
SELECT rank() FILTER (WHERE 1) OVER () FROM t
SELECT sum(a) OVER (ROWS -1 PRECEDING) FROM t
SELECT sum(a) OVER (ROWS BETWEEN CURRENT ROW AND 1.5 FOLLOWING) FROM t
SELECT sum(a) OVER (ORDER BY a RANGE BETWEEN 'x' PRECEDING AND CURRENT ROW) FROM t
SELECT sum(a) OVER (RANGE 1 PRECEDING) FROM t
SELECT sum(a) OVER (ROWS a PRECEDING) FROM t
SELECT ntile(0) OVER () FROM t
SELECT nth_value(a,0) OVER () FROM t
SELECT sum(row_number() OVER ()) OVER () FROM t
SELECT (SELECT sum(x) OVER () FROM (SELECT t.a AS x) ) FROM t
SELECT a, (SELECT count(*) OVER () + t.a) FROM t
SELECT a+sum(a) OVER (ORDER BY a) AS q FROM t ORDER BY q DESC
SELECT count(a) OVER (ORDER BY b DESC NULLS FIRST RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t
WITH w(x) AS (SELECT row_number() OVER (ORDER BY a DESC) FROM t) SELECT * FROM w WHERE x < 3
SELECT sum(a) OVER (ORDER BY a) FROM t UNION SELECT 1
SELECT max(a) OVER (PARTITION BY b ORDER BY a DESC), min(b) OVER (PARTITION BY c%2) FROM t ORDER BY a
SELECT a, sum(a) OVER (PARTITION BY b), sum(a) OVER (ORDER BY c) FROM t
SELECT nosuch(a) OVER () FROM t
SELECT sum(a,b) OVER () FROM t
SELECT sum(a) OVER (ORDER BY nosuch) FROM t
SELECT total(c) OVER (ORDER BY a ROWS BETWEEN 2 PRECEDING AND CURRENT ROW), avg(c) OVER (ORDER BY a ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING) FROM t
INSERT INTO t SELECT row_number() OVER (), b, c FROM t
SELECT count(*), sum(a) FROM t
SELECT a FROM t GROUP BY a HAVING sum(a) OVER () > 1
)sql");
}

TEST(WindowDifferentialTest, AgreesOnEveryFrame) {
  std::string script = R"sql(CREATE TABLE t(k INTEGER PRIMARY KEY, g, v)
INSERT INTO t VALUES(1, 1, 5), (2, 2, NULL), (3, 1, 2), (4, 1, 2), (5, 2, 9), (6, 1, NULL), (7, 2, 9), (8, 1, 3)
)sql";
  static constexpr const char* kEdges[] = {"UNBOUNDED PRECEDING", "2 PRECEDING", "CURRENT ROW",
                                           "1 FOLLOWING", "UNBOUNDED FOLLOWING"};
  for (const std::string unit : {"ROWS", "GROUPS", "RANGE"}) {
    for (const std::string start : kEdges) {
      for (const std::string end : kEdges) {
        for (const std::string exclude : {"", "CURRENT ROW", "GROUP", "TIES", "NO OTHERS"}) {
          for (const std::string order : {"v", "v DESC", "v NULLS LAST"}) {
            script +=
                "SELECT k, sum(k) OVER w, min(v) OVER w, first_value(v) OVER w, last_value(v) "
                "OVER w, nth_value(v, 2) OVER w FROM t WINDOW w AS (PARTITION BY g ORDER BY " +
                order + " " + unit + " BETWEEN " + start + " AND " + end +
                (exclude.empty() ? "" : " EXCLUDE " + exclude) + ") ORDER BY k\n";
          }
        }
      }
    }
  }
  CompareWithSqlite(script);
}

}  // namespace
}  // namespace orrery
