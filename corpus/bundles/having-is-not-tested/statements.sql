/* connection 0 */ CREATE TABLE t0(c0 INTEGER PRIMARY KEY DESC,CONSTRAINT u UNIQUE(c0 COLLATE NOCASE));
/* connection 0 */ INSERT INTO t0 VALUES(NULL);
/* connection 0 */ SELECT length(p.c0),count(*) FROM t0 AS p,(SELECT * FROM t0 ORDER BY rowid LIMIT 1) AS q GROUP BY length(p.c0);
/* connection 0 */ SELECT length(p.c0),count(*) FROM t0 AS p,(SELECT * FROM t0 ORDER BY rowid LIMIT 1) AS q GROUP BY length(p.c0) HAVING (max(length(p.c0))>3) UNION ALL SELECT length(p.c0),count(*) FROM t0 AS p,(SELECT * FROM t0 ORDER BY rowid LIMIT 1) AS q GROUP BY length(p.c0) HAVING (NOT (max(length(p.c0))>3)) UNION ALL SELECT length(p.c0),count(*) FROM t0 AS p,(SELECT * FROM t0 ORDER BY rowid LIMIT 1) AS q GROUP BY length(p.c0) HAVING ((max(length(p.c0))>3) IS NULL);
