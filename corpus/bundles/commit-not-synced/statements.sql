/* connection 3 */ SELECT id,a,b FROM t1;
/* connection 3 */ CREATE TABLE t1(id INTEGER PRIMARY KEY,a INTEGER,b);
/* connection 3 */ DELETE FROM t0;
/* connection 3 */ CREATE TABLE t0(id INTEGER PRIMARY KEY,a INTEGER,b);
