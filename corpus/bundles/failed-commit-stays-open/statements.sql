/* connection 0 */ SELECT id,a,b FROM t0;
/* connection 0 */ CREATE TABLE t0(id INTEGER PRIMARY KEY,a INTEGER,b);
/* connection 0 */ DROP TABLE t0;
/* connection 0 */ DELETE FROM t0;
