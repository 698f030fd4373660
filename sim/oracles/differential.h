// oracle=differential: a statement's answer against SQLite's, run on a database in memory.

#ifndef ORRERY_SIM_ORACLES_DIFFERENTIAL_H_
#define ORRERY_SIM_ORACLES_DIFFERENTIAL_H_

#include <string>
#include <vector>

#include "engine/base/status.h"
#include "sim/oracles/sqlite3_database.h"

namespace orrery::sim {

// How one statement of ours ended.
struct Answer {
  bool given_up = false;
  Status error;
  Rows rows;
  std::vector<std::string> columns;
  int64_t changes = 0;
  int64_t last_insert_rowid = 0;
};

// "" when they agree: columns and rows, or the class of error and its message.
//
// The oracle is SQLite 3.40.1, the release tracked 3.50.4, and neither promises all that it does.
// What is not compared, or not drawn by SqlWorkload:
// - Reals that differ in their last digits only are the same, also printed inside of a text:
//   releases add and print them differently.
// - SQLITE_SCHEMA with a name that is not found is SQLITE_ERROR: SQLite had not read the schema.
// - When a constant part of a statement is evaluated, and whether at all: as in BETWEEN with a call
//   that fails on its right. So no call that is drawn fails, except alone in a statement, and
//   FixesLastInsertRowid().
// - 3.40.1 folds x AND 0 and x IN () also when x has a call. 3.50.4 does not, nor do we; not drawn.
// - Of several errors in VALUES 3.40.1 finds names that are missing before rows of unequal size,
//   3.50.4 and we after; not drawn.
// - SQLite finds errors of meaning in a definition while it reads on, as that its table exists, and
//   we when all has been read: when both are wrong the errors may differ.
// - A rowid after the largest is random; not drawn.
// - A rowid that is no integer is an error after which SQLite keeps the rows before it, when the
//   statement is INSERT OR REPLACE, IGNORE or FAIL in a transaction, against what it says of
//   statements; drawn alone only.
// - 3.40.1 finds no rows at all when the ON of an inner join beside a RIGHT or FULL JOIN has a
//   constant part that is false; its UPDATE, while it finds its rows, may see in a subquery those
//   that it has changed already; its calls take no ORDER BY. Not so 3.50.4, nor we; not drawn.
// - 3.40.1 makes an integer of a whole real that CAST to NUMERIC gave when a common table keeps it,
//   3.50.4 and we do not. Not drawn as a column there, nor garbled into.
// - 3.40.1 takes for known that a column declared NOT NULL, or a rowid, is not null, also where an
//   aggregate without GROUP BY found no row to take it from; it is null there in 3.50.4 and here.
//   There it also takes a common table that is named twice for one that is AS MATERIALIZED. GROUP
//   BY is not garbled away from either.
// - 3.40.1 says that an ON clause references tables to its right, which it does not, when beside a
//   common table with a RIGHT JOIN in it there is a view that is a UNION ALL, whose parts it takes
//   apart. Such a view is drawn with an ORDER BY and a LIMIT around it.
// - Whose columns stand beside a min() or max() that is NULL is open; not drawn.
// - An error that is found when code is made does not come in what is folded away, as x OR 58, which
//   differs between releases and from us; not drawn. Where a row is misused it may be garbled into:
//   also in the ORDER BY of one row, which SQLite makes no code of.
// - A real behind an overflow makes sum() of 3.50.4 go on, and ours; 3.40.1 fails. Not drawn.
// - 3.40.1 loses the row of a LEFT JOIN whose ON has a column of its left side for a term, when that
//   comes from a subquery of a DISTINCT one; not drawn.
// - A subquery in FROM has a rowid in 3.40.1, but not in 3.50.4; not drawn.
// - Debian's build takes ORDER BY and LIMIT after UPDATE and DELETE, and LIKE finds no blobs; not
//   drawn.
// - 3.40.1 ends a hexadecimal number at a letter; not garbled into.
// - min() and max() of 3.40.1 pass over their FILTER in a frame whose start moves; not drawn.
// - quick_check of 3.40.1 finds NULLs in the key of a WITHOUT ROWID table that has none; not drawn.
// - 3.40.1 cuts the numbers of substr() to 32 bits, replaces nothing in a number without making it
//   a text, and quotes infinity otherwise; not drawn.
std::string DescribeDifference(const Sqlite3Answer& expected, const Answer& actual);

// With its rows sorted, for a query that asks for no order.
Sqlite3Answer InOrder(Sqlite3Answer answer);
Answer InOrder(Answer answer);

// Whether last_insert_rowid() is settled after an INSERT that ended so: when evaluating a value
// failed, rows before it may have been stored or not.
bool FixesLastInsertRowid(const Sqlite3Answer& answer);

// Exactly the same; for two runs of our own.
std::string DescribeDifference(const Answer& expected, const Answer& actual);

}  // namespace orrery::sim

#endif  // ORRERY_SIM_ORACLES_DIFFERENTIAL_H_
