/* connection 0 */ BEGIN IMMEDIATE;
/* connection 1 */ BEGIN IMMEDIATE;
/* connection 1 */ SELECT id,a,b FROM t0;
/* connection 1 */ CREATE TABLE t0(id INTEGER PRIMARY KEY,a INTEGER,b);
/* connection 1 */ SELECT id,a,b FROM t0;
