// Goal: the JSON functions give what SQLite 3.50.4 gives; Debian's is older, and has neither JSON5 nor
// JSONB. Method: answers that were taken from it, of documents that are well formed and not, with paths
// that lead somewhere and not.

#include "engine/db/testing/expect_answers.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

TEST(JsonTest, GivesWhatSqliteGives) {
  ExpectAnswers(R"sql(
SELECT '{"a":{"b":{"c":[0,1]}}}'->'$[0', '{"a":{"b":{"c":[0,1]}}}'->>'$[0', typeof('{"a":{"b":{"c":[0,1]}}}'->>'$[0')
= NULL|NULL|'null'
SELECT json_remove('[,]','$.a')
! malformed JSON
SELECT json_insert('[[[[]]]]','$.b[#]',1)
= '[[[[]]]]'
SELECT json_set('null','$.b[#]',1)
= 'null'
SELECT json_insert('["a\qb"]','$[99]',json_array(1,'x'))
! malformed JSON
SELECT json_set('{,}','$.""',2.5)
! malformed JSON
SELECT json_set('"\ud83d"','$[5].k',2.5)
= '"\ud83d"'
SELECT json_extract('{"a":1,}','$[99]'), typeof(json_extract('{"a":1,}','$[99]')), json_type('{"a":1,}','$[99]'), json_array_length('{"a":1,}','$[99]')
= NULL|'null'|NULL|NULL
SELECT json(jsonb_set('[1,]','$."a.b"','t'))
= '[1]'
SELECT json_set('123','$[5].k',x'00')
= '123'
SELECT json_set('{,}','$.new.sub[0]',json_array(1,'x'))
! malformed JSON
SELECT json_replace('{"a":1,"b":[1,2,{"c":"x"}],"d":null,"e":true,"f":1.5e3}','$[1]x',x'00')
= '{"a":1,"b":[1,2,{"c":"x"}],"d":null,"e":true,"f":1.5e3}'
SELECT json_valid('"abc'), json_valid('"abc',2), json_valid('"abc',1), json_error_position('"abc')
= 0|0|0|5
SELECT json_insert('"\ud83d"','$.a','[1]')
= '"\ud83d"'
SELECT json_remove('{"x y":1,"a.b":2,"":3}','$[1]x')
= '{"x y":1,"a.b":2,"":3}'
SELECT json_set('{"a":"\/"}','$[0','t')
= '{"a":"\/"}'
SELECT json_extract('{"a":{"b":{"c":[0,1]}}}','$[#-1]'), typeof(json_extract('{"a":{"b":{"c":[0,1]}}}','$[#-1]')), json_type('{"a":{"b":{"c":[0,1]}}}','$[#-1]'), json_array_length('{"a":{"b":{"c":[0,1]}}}','$[#-1]')
= NULL|'null'|NULL|NULL
SELECT '{a:1,''b'':"x",$c_:0x1F,}'->'$[', '{a:1,''b'':"x",$c_:0x1F,}'->>'$[', typeof('{a:1,''b'':"x",$c_:0x1F,}'->>'$[')
= NULL|NULL|'null'
SELECT json_replace('[--1]','$."x y"',json('[1,2]'))
! malformed JSON
SELECT '"\ud83d"'->'$.b[2].c', '"\ud83d"'->>'$.b[2].c', typeof('"\ud83d"'->>'$.b[2].c')
= NULL|NULL|'null'
SELECT json_insert('[[[[]]]]','$.a.b.z',1)
= '[[[[]]]]'
SELECT json_insert('[1]x','$',jsonb('{"q":1}'))
! malformed JSON
SELECT json_replace('{"a":"\/"}','$.b[3]',json_array(1,'x'))
= '{"a":"\/"}'
SELECT json_remove('"\ud83d"','$..a')
! bad JSON path: '$..a'
SELECT json_set('','$','t')
! malformed JSON
SELECT json(jsonb_set('[-]','$.a[','t'))
! malformed JSON
SELECT '[1,2.0,"three",null,[4,[5]],{"k":"v"}]'->'b', '[1,2.0,"three",null,[4,[5]],{"k":"v"}]'->>'b'
= NULL|NULL
SELECT json_extract('true','$.x'), typeof(json_extract('true','$.x')), json_type('true','$.x'), json_array_length('true','$.x')
= NULL|'null'|NULL|NULL
SELECT json_replace('{"a":{"b":{"c":[0,1]}}}','a',1)
! bad JSON path: 'a'
SELECT json_insert('[-]','a','[1]')
! malformed JSON
SELECT json_remove('true','$.x')
= 'true'
SELECT '{"a":{"b":{"c":[0,1]}}}'->1.5, '{"a":{"b":{"c":[0,1]}}}'->>1.5
= NULL|NULL
SELECT json_extract('{"\u0061":5}','$[0'), typeof(json_extract('{"\u0061":5}','$[0')), json_type('{"\u0061":5}','$[0'), json_array_length('{"\u0061":5}','$[0')
= NULL|'null'|NULL|NULL
SELECT '[1 2]'->'$[x]', '[1 2]'->>'$[x]', typeof('[1 2]'->>'$[x]')
! malformed JSON
SELECT json_remove('nul','$.b[3]')
! malformed JSON
SELECT json(jsonb_set('{"a":1,"b":[1,2,{"c":"x"}],"d":null,"e":true,"f":1.5e3}','a',json_array(1,'x')))
! bad JSON path: 'a'
SELECT json(jsonb_set('[.]','$.b[0]','t'))
! malformed JSON
SELECT json_remove('-infinity','$[#-1]')
= '-9e999'
SELECT json_insert('123','$.a.b.c[1]',json_array(1,'x'))
= '123'
SELECT '{}'->'$[1]x', '{}'->>'$[1]x', typeof('{}'->>'$[1]x')
= NULL|NULL|'null'
SELECT json_replace('infinity','$.a',json('[1,2]'))
= '9e999'
SELECT json(jsonb_set('[,]','$[4][1][0]',json_array(1,'x')))
! malformed JSON
SELECT json_extract('"str\u00e9\n\"q\""','$[0'), typeof(json_extract('"str\u00e9\n\"q\""','$[0')), json_type('"str\u00e9\n\"q\""','$[0'), json_array_length('"str\u00e9\n\"q\""','$[0')
= NULL|'null'|NULL|NULL
SELECT '{"a":}'->'$.b[2].c', '{"a":}'->>'$.b[2].c', typeof('{"a":}'->>'$.b[2].c')
! malformed JSON
SELECT json_insert('-infinity','$[1]x',json('[1,2]'))
= '-9e999'
SELECT '[1,2.0,"three",null,[4,[5]],{"k":"v"}]'->'$[4][1][0]', '[1,2.0,"three",null,[4,[5]],{"k":"v"}]'->>'$[4][1][0]', typeof('[1,2.0,"three",null,[4,[5]],{"k":"v"}]'->>'$[4][1][0]')
= '5'|5|'integer'
SELECT json(jsonb_set('[1]x','$[','[1]'))
! malformed JSON
SELECT '{"a":{"b":{"c":[0,1]}}}'->1, '{"a":{"b":{"c":[0,1]}}}'->>1
= NULL|NULL
SELECT json_replace('{"x y":1,"a.b":2,"":3}','$.a',NULL)
= '{"x y":1,"a.b":2,"":3}'
SELECT json_replace('"\ud83d"','$[x]',NULL)
= '"\ud83d"'
SELECT json_extract('[,]','$.'), typeof(json_extract('[,]','$.')), json_type('[,]','$.'), json_array_length('[,]','$.')
! malformed JSON
SELECT json_quote('[+]')
= '"[+]"'
SELECT json_remove('[1 2]','$.')
! malformed JSON
SELECT json(jsonb_set('[--1]','$.a','t'))
! malformed JSON
SELECT 'QNaN'->'$.b[0]', 'QNaN'->>'$.b[0]', typeof('QNaN'->>'$.b[0]')
= NULL|NULL|'null'
SELECT json_remove('  [ 1 , 2 ]  ','$[#]')
= '[1,2]'
SELECT json_extract('','$[#-]'), typeof(json_extract('','$[#-]')), json_type('','$[#-]'), json_array_length('','$[#-]')
! malformed JSON
SELECT json_extract('[+]','$.'), typeof(json_extract('[+]','$.')), json_type('[+]','$.'), json_array_length('[+]','$.')
! malformed JSON
SELECT json_replace('QNaN','$[4][1][0]',2.5)
= 'null'
SELECT json_replace('[1,]','$.b',2.5)
= '[1]'
SELECT json_patch('{"a":{"b":{"c":[0,1]}}}','{"a":1,"b":[1,2,{"c":"x"}],"d":null,"e":true,"f":1.5e3}'), json_patch('{"a":1,"b":[1,2,{"c":"x"}],"d":null,"e":true,"f":1.5e3}','{"a":{"b":{"c":[0,1]}}}')
= '{"a":1,"b":[1,2,{"c":"x"}],"e":true,"f":1.5e3}'|'{"a":{"b":{"c":[0,1]}},"b":[1,2,{"c":"x"}],"d":null,"e":true,"f":1.5e3}'
SELECT json_patch('{"a":{"b":{"c":[0,1]}}}','[1,2.0,"three",null,[4,[5]],{"k":"v"}]'), json_patch('[1,2.0,"three",null,[4,[5]],{"k":"v"}]','{"a":{"b":{"c":[0,1]}}}')
= '[1,2.0,"three",null,[4,[5]],{"k":"v"}]'|'{"a":{"b":{"c":[0,1]}}}'
SELECT json_patch('{"a":{"b":{"c":[0,1]}}}','"str\u00e9\n\"q\""'), json_patch('"str\u00e9\n\"q\""','{"a":{"b":{"c":[0,1]}}}')
= '"str\u00e9\n\"q\""'|'{"a":{"b":{"c":[0,1]}}}'
SELECT json_patch('{"a":{"b":{"c":[0,1]}}}','123'), json_patch('123','{"a":{"b":{"c":[0,1]}}}')
= '123'|'{"a":{"b":{"c":[0,1]}}}'
SELECT json_patch('{"a":{"b":{"c":[0,1]}}}','-0'), json_patch('-0','{"a":{"b":{"c":[0,1]}}}')
= '-0'|'{"a":{"b":{"c":[0,1]}}}'
SELECT json_patch('{"a":{"b":{"c":[0,1]}}}','0.10'), json_patch('0.10','{"a":{"b":{"c":[0,1]}}}')
= '0.10'|'{"a":{"b":{"c":[0,1]}}}'
SELECT json_patch('{"a":{"b":{"c":[0,1]}}}','1e400'), json_patch('1e400','{"a":{"b":{"c":[0,1]}}}')
= '1e400'|'{"a":{"b":{"c":[0,1]}}}'
SELECT json_patch('{"a":{"b":{"c":[0,1]}}}','null'), json_patch('null','{"a":{"b":{"c":[0,1]}}}')
= 'null'|'{"a":{"b":{"c":[0,1]}}}'
SELECT json_patch('{"a":{"b":{"c":[0,1]}}}','true'), json_patch('true','{"a":{"b":{"c":[0,1]}}}')
= 'true'|'{"a":{"b":{"c":[0,1]}}}'
SELECT json_patch('{"a":{"b":{"c":[0,1]}}}','{}'), json_patch('{}','{"a":{"b":{"c":[0,1]}}}')
= '{"a":{"b":{"c":[0,1]}}}'|'{"a":{"b":{"c":[0,1]}}}'
SELECT json_array(1,2.5,'a"b',NULL,json('[1]'),'[1]',1e300,0.1,1.0/3,1e21,100.0,-0.0,9e999)
= '[1,2.5,"a\"b",null,[1],"[1]",1.0e+300,0.1,0.333333333333333,1.0e+21,100.0,0.0,9.0e+999]'
SELECT json_array()
= '[]'
SELECT json_object()
= '{}'
SELECT json_object('a',1,'b',json_array(2,3))
= '{"a":1,"b":[2,3]}'
SELECT json_object('a')
! json_object() requires an even number of arguments
SELECT json_object(1,2)
! json_object() labels must be TEXT
SELECT json_object(NULL,2)
! json_object() labels must be TEXT
SELECT json_array(x'01')
= '[true]'
SELECT json_quote(json('[1]')), json_quote(3.0), json_quote(NULL)
= '[1]'|'3.0'|'null'
SELECT json_set('{}','$.a')
! json_set() needs an odd number of arguments
SELECT json_set()
= NULL
SELECT json_extract()
= NULL
SELECT json_extract('{}')
= NULL
SELECT json_extract('[1,2,3]','$[0]','$[9]','$[2]')
= '[1,null,3]'
SELECT json_remove('[0,1,2,3,4]','$[2]','$[0]')
= '[1,3,4]'
SELECT json_remove('[1]','$')
= NULL
SELECT json_extract(NULL,'$')
= NULL
SELECT json_extract('[1]',NULL)
= NULL
SELECT json_valid('[1]',0)
! FLAGS parameter to json_valid() must be between 1 and 15
SELECT json_valid('[1]',16)
! FLAGS parameter to json_valid() must be between 1 and 15
SELECT json_valid(x'0b')
= 0
SELECT json_valid(jsonb('[1]'),4), json_valid(jsonb('[1]'),8), json_valid(jsonb('[1]'))
= 1|1|0
SELECT json_valid(1), json_valid(NULL), json_valid(1.5)
= 1|NULL|1
CREATE TABLE t(a,b)
INSERT INTO t VALUES(1,'x'),(2.5,NULL),(NULL,'[1]'),('q','y')
SELECT json_group_array(a), json_group_object(b,a) FROM t
= '[1,2.5,null,"q"]'|'{"x":1,"[1]":null,"y":"q"}'
SELECT json_group_array(json(b)) FROM t WHERE b='[1]'
= '[[1]]'
SELECT json_group_array(a) FILTER (WHERE a>1) FROM t
= '[2.5,"q"]'
SELECT json_group_array(a) FROM t WHERE 0
= '[]'
SELECT json_group_object(a,b) FROM t WHERE 0
= '{}'
SELECT hex(jsonb_group_array(a)) FROM t
= '9B133135322E35001771'
SELECT hex(jsonb_group_object(coalesce(b,'n'),a)) FROM t
= 'CC1317781331176E35322E35375B315D0017791771'
SELECT json_group_array(a) OVER (ORDER BY rowid ROWS 1 PRECEDING) FROM t
= '[1]'
= '[1,2.5]'
= '[2.5,null]'
= '[null,"q"]'
SELECT json_array(v), typeof(v) FROM (SELECT json('[1]') AS v)
= '["[1]"]'|'text'
SELECT json_array(json_group_array(a)) FROM t
= '[[1,2.5,null,"q"]]'
SELECT json_array(coalesce(json('[1]'),1), CASE WHEN 1 THEN json('{}') END, iif(1,json('[]'),0), max(json('[1]'),''))
= '[[1],{},[],[1]]'
SELECT json_object('x',json_extract('{"a":[1]}','$.a'))
= '{"x":[1]}'
SELECT json_array('{"a":[1]}'->'$.a', '{"a":[1]}'->>'$.a')
= '[[1],"[1]"]'
SELECT json_array(lower(json('["A"]')))
= '["[\"a\"]"]'
SELECT json_patch('{"a":{"b":1}}','{"a":{"b":null,"c":{"d":null}}}')
= '{"a":{"c":{}}}'
SELECT json(x'5b315d'), json(12), json(1.5), json(NULL)
= '[1]'|'12'|'1.5'|NULL
SELECT jsonb_extract('{"a":[1]}','$.a'), jsonb_extract('{"a":1}','$.a'), hex(jsonb_extract('[1,2]','$[0]','$[1]'))
= X'2B1331'|1|'4B13311332'
SELECT json_type(jsonb('[1]')), json_extract(jsonb('{"a":"z"}'),'$.a')
= 'array'|'z'
SELECT json(x'cb'), json_valid(x'1331',8), json(x'1331')
! malformed JSON
SELECT json(x'4331')
! malformed JSON
SELECT json_insert('[1,2]','$[#]',3,'$[#]',4)
= '[1,2,3,4]'
SELECT json_replace('{"a":1}','$.a',NULL,'$.b',2)
= '{"a":null}'
SELECT json_set('{}','$.a.b[0].c',1), json_set('[]','$[0][0]',1), json_set('[]','$[1]',1), json_set('{}','$[0]',1), json_set('1','$.a',1)
= '{"a":{"b":[{"c":1}]}}'|'[[1]]'|'[]'|'{}'|'1'
)sql");
}

TEST(JsonTest, GivesTheRowsThatSqliteGives) {
  ExpectAnswers(R"sql(
SELECT key,value,type,atom,id,parent,fullkey,path FROM json_each('null','$[4][1]')
SELECT key,value,type,atom,id,parent,fullkey,path FROM json_tree('{"x y":{"a.b":[{"q1":[]}]},"1a":2,"_z":3,"a\"b":4}','$.b')
SELECT key,value,type,atom,id,parent,fullkey,path FROM json_each('{"x y":{"a.b":[{"q1":[]}]},"1a":2,"_z":3,"a\"b":4}','$[4]')
SELECT key,value,type,atom,id,parent,fullkey,path FROM json_each('"s"','$[4][1]')
SELECT key,value,type,atom,id,parent,fullkey,path FROM json_each('12','$[')
SELECT key,value,type,atom,id,parent,fullkey,path FROM json_each('[]','$.b[#-1]')
SELECT key,value,type,atom,id,parent,fullkey,path FROM json_tree('{"a":1,"b":[1,2,{"c":"x"}],"d":null,"e":true}','$[4]')
SELECT key,value,type,atom,id,parent,fullkey,path FROM json_tree('{"a":1,"b":[1,2,{"c":"x"}],"d":null,"e":true}','$[')
SELECT key,value,type,atom,id,parent,fullkey,path FROM json_tree('[1,2.5,"t",null,[4,[5]],{"k":"v"}]','$.b[2]')
SELECT key,value,type,atom,id,parent,fullkey,path FROM json_tree('"s"','$[4]')
SELECT key,value,type,atom,id,parent,fullkey,path FROM json_tree('{"x y":{"a.b":[{"q1":[]}]},"1a":2,"_z":3,"a\"b":4}','$.b[#-1]')
SELECT key,value,type,atom,id,parent,fullkey,path FROM json_tree('null','$.b[#-1]')
SELECT key,value,type,atom,id,parent,fullkey,path FROM json_tree('"s"')
= NULL|'s'|'text'|'s'|0|NULL|'$'|'$'
SELECT key,value,type,atom,id,parent,fullkey,path FROM json_each('12','$.b[#-1]')
SELECT key,value,type,atom,id,parent,fullkey,path FROM json_each('[]','$.b[2]')
SELECT key,value,type,atom,id,parent,fullkey,path FROM json_tree('{"a":1,"b":[1,2,{"c":"x"}],"d":null,"e":true}','$.b')
= 'b'|'[1,2,{"c":"x"}]'|'array'|NULL|6|NULL|'$.b'|'$'
= 0|1|'integer'|1|9|6|'$.b[0]'|'$.b'
= 1|2|'integer'|2|11|6|'$.b[1]'|'$.b'
= 2|'{"c":"x"}'|'object'|NULL|13|6|'$.b[2]'|'$.b'
= 'c'|'x'|'text'|'x'|14|13|'$.b[2].c'|'$.b[2]'
SELECT key,value,type,atom,id,parent,fullkey,path FROM json_tree('null','$[4][1]')
SELECT key,value,type,atom,id,parent,fullkey,path FROM json_each('null','$[')
SELECT key,value,type,atom,id,parent,fullkey,path FROM json_tree('[1','$.b[#-1]')
! malformed JSON
SELECT key,value,type,atom,id,parent,fullkey,path FROM json_tree('12','$[')
SELECT key,value,type,atom,id,parent,fullkey,path FROM json_each('null','x')
! bad JSON path: 'x'
SELECT key,value,type,atom,id,parent,fullkey,path FROM json_each('{}','$."x y"."a.b"[0]')
SELECT key,value,type,atom,id,parent,fullkey,path FROM json_tree('[1,2.5,"t",null,[4,[5]],{"k":"v"}]','x')
! bad JSON path: 'x'
SELECT key,value,type,atom,id,parent,fullkey,path FROM json_tree('{a:1,''b'':[0x10,]}','$[')
SELECT key,value,type,atom,id,parent,fullkey,path FROM json_each('{a:1,''b'':[0x10,]}','$.a')
= NULL|1|'integer'|1|2|NULL|'$.a'|'$.a'
SELECT key,value,type,atom,id,parent,fullkey,path FROM json_tree('12','$.b[#-1]')
SELECT key,value,type,atom,id,parent,fullkey,path FROM json_each('{"a":1,"b":[1,2,{"c":"x"}],"d":null,"e":true}','x')
! bad JSON path: 'x'
SELECT key,value,type,atom,id,parent,fullkey,path FROM json_each('[1','$.b[2]')
! malformed JSON
SELECT key,value,type,atom,id,parent,fullkey,path FROM json_tree('"s"','$.b')
SELECT key,value,type,atom,id,parent,fullkey,path FROM json_each('{"x y":{"a.b":[{"q1":[]}]},"1a":2,"_z":3,"a\"b":4}','$[4][1]')
SELECT key,value,type,atom,id,parent,fullkey,path FROM json_tree('{"a":1,"b":[1,2,{"c":"x"}],"d":null,"e":true}','$.a')
= 'a'|1|'integer'|1|2|NULL|'$.a'|'$'
SELECT key,value,type,atom,id,parent,fullkey,path FROM json_tree('[]','x')
! bad JSON path: 'x'
SELECT key,value,type,atom,id,parent,fullkey,path FROM json_each('"s"','$."x y"."a.b"[0]')
SELECT key,value,type,atom,id,parent,fullkey,path FROM json_tree('{}','$')
= NULL|'{}'|'object'|NULL|0|NULL|'$'|'$'
SELECT key,value,type,atom,id,parent,fullkey,path FROM json_each('null')
= NULL|NULL|'null'|NULL|0|NULL|'$'|'$'
SELECT key,value,type,atom,id,parent,fullkey,path FROM json_tree('null','$."x y"."a.b"[0]')
SELECT key,value,type,atom,id,parent,fullkey,path FROM json_tree('12','$.nope')
SELECT key,value,type,atom,id,parent,fullkey,path FROM json_tree('{"x y":{"a.b":[{"q1":[]}]},"1a":2,"_z":3,"a\"b":4}','$')
= NULL|'{"x y":{"a.b":[{"q1":[]}]},"1a":2,"_z":3,"a\"b":4}'|'object'|NULL|0|NULL|'$'|'$'
= 'x y'|'{"a.b":[{"q1":[]}]}'|'object'|NULL|2|0|'$."x y"'|'$'
= 'a.b'|'[{"q1":[]}]'|'array'|NULL|7|2|'$."x y"."a.b"'|'$."x y"'
= 0|'{"q1":[]}'|'object'|NULL|12|7|'$."x y"."a.b"[0]'|'$."x y"."a.b"'
= 'q1'|'[]'|'array'|NULL|13|12|'$."x y"."a.b"[0].q1'|'$."x y"."a.b"[0]'
= '1a'|2|'integer'|2|17|0|'$."1a"'|'$'
= '_z'|3|'integer'|3|22|0|'$."_z"'|'$'
= 'a"b'|4|'integer'|4|27|0|'$."a\"b"'|'$'
SELECT key,value,type,atom,id,parent,fullkey,path FROM json_tree('[1,2.5,"t",null,[4,[5]],{"k":"v"}]','$')
= NULL|'[1,2.5,"t",null,[4,[5]],{"k":"v"}]'|'array'|NULL|0|NULL|'$'|'$'
= 0|1|'integer'|1|2|0|'$[0]'|'$'
= 1|2.5|'real'|2.5|4|0|'$[1]'|'$'
= 2|'t'|'text'|'t'|8|0|'$[2]'|'$'
= 3|NULL|'null'|NULL|10|0|'$[3]'|'$'
= 4|'[4,[5]]'|'array'|NULL|11|0|'$[4]'|'$'
= 0|4|'integer'|4|12|11|'$[4][0]'|'$[4]'
= 1|'[5]'|'array'|NULL|14|11|'$[4][1]'|'$[4]'
= 0|5|'integer'|5|15|14|'$[4][1][0]'|'$[4][1]'
= 5|'{"k":"v"}'|'object'|NULL|17|0|'$[5]'|'$'
= 'k'|'v'|'text'|'v'|18|17|'$[5].k'|'$[5]'
SELECT key,value,type,atom,id,parent,fullkey,path FROM json_tree('[]','$[4][1]')
CREATE TABLE t(i INTEGER PRIMARY KEY, j)
INSERT INTO t VALUES(1,'[1,2]'),(2,'{"a":[3]}'),(3,NULL),(4,'[]'),(5,'7')
SELECT t.i, e.key, e.value FROM t, json_each(t.j) AS e
= 1|0|1
= 1|1|2
= 2|'a'|'[3]'
= 5|NULL|7
SELECT t.i, e.key FROM t LEFT JOIN json_each(t.j) AS e
= 1|0
= 1|1
= 2|'a'
= 3|NULL
= 4|NULL
= 5|NULL
SELECT i, (SELECT count(*) FROM json_tree(j)) FROM t
= 1|3
= 2|3
= 3|0
= 4|1
= 5|1
SELECT i FROM t WHERE EXISTS (SELECT 1 FROM json_each(t.j) WHERE value = 2)
= 1
SELECT json_group_array(value) FROM json_each('[1,[2],"x",{"a":1}]')
= '[1,[2],"x",{"a":1}]'
SELECT json_group_object(key,value) FROM json_each('{"a":[1],"b":"[2]"}')
= '{"a":[1],"b":"[2]"}'
SELECT * FROM json_each('[5]')
= 0|5|'integer'|5|1|NULL|'$[0]'|'$'
SELECT json, root FROM json_each('[5]','$')
= '[5]'|'$'
SELECT count(*) FROM json_each
= 0
SELECT * FROM json_each()
SELECT * FROM json_each('[1]','$',3)
! too many arguments on json_each() - max 2
SELECT * FROM t('x')
! 't' is not a function
SELECT e.value, f.value FROM json_each('[[1,2],[3]]') e, json_each(e.value) f
= '[1,2]'|1
= '[1,2]'|2
= '[3]'|3
SELECT e.value, f.value FROM json_each('[[1,2],[3]]') e JOIN json_each(e.value) f ON f.value > 1 ORDER BY f.value DESC
= '[3]'|3
= '[1,2]'|2
SELECT 2 IN (SELECT value FROM json_each('[1,2]'))
= 1
SELECT value FROM json_each('[3,1,2]') ORDER BY value LIMIT 2
= 1
= 2
SELECT max(value), sum(value) FROM json_each('[3,1,2]')
= 3|6
SELECT type, count(*) FROM json_tree('[1,[2,"a"],{"b":null}]') GROUP BY type
= 'array'|2
= 'integer'|2
= 'null'|1
= 'object'|1
= 'text'|1
WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c WHERE x<3) SELECT x, value FROM c, json_each('['||x||','||x*2||']')
= 1|0
= 2|0
= 3|0
SELECT j.* FROM json_each('{"z":1}') AS j
= 'z'|1|'integer'|1|1|NULL|'$.z'|'$'
SELECT main.json_each.value FROM json_each('[1]')
= 1
SELECT json_each.value FROM json_each('[1]')
= 1
SELECT x FROM json_each('[1]')
! no such column: x
DELETE FROM t WHERE i IN (SELECT value FROM json_each('[1,3]'))
SELECT i FROM t
= 2
= 4
= 5
UPDATE t SET j = (SELECT group_concat(value) FROM json_each(t.j)) WHERE i=2
SELECT * FROM t
= 2|'[3]'
= 4|'[]'
= 5|'7'
INSERT INTO t(j) SELECT value FROM json_each('["p","q"]')
SELECT * FROM t
= 2|'[3]'
= 4|'[]'
= 5|'7'
= 6|'p'
= 7|'q'
CREATE VIEW v AS SELECT t.i, e.value AS w FROM t, json_each('[1,2]') e
SELECT * FROM v WHERE w=2
= 2|2
= 4|2
= 5|2
= 6|2
= 7|2
SELECT key, value FROM json_each(jsonb('[1,{"a":2}]'))
= 0|1
= 1|'{"a":2}'
SELECT value ->> '$.a' FROM json_each('[{"a":1},{"a":2}]')
= 1
= 2
SELECT a.key FROM json_each('[1,2]') a CROSS JOIN json_each('[1,2]') b WHERE a.value=b.value
= 0
= 1
SELECT * FROM t WHERE j IN json_each
! sub-select returns 8 columns - expected 1
)sql");
}

}  // namespace
}  // namespace orrery
