/* connection 0 */ CREATE TABLE t0(c0 INTEGER,c1 INTEGER,CONSTRAINT u PRIMARY KEY(c0,c1,c0));
/* connection 0 */ PRAGMA table_info(t0);
