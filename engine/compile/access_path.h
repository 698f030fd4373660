// An AccessPath is one way to find the rows of a table in FROM: all of them, those with a rowid,
// those that an index leads to. The planner asks every kind of path what it would cost where (see
// PathsOf), and the join's loops are made of the paths it chooses.

#ifndef ORRERY_ENGINE_COMPILE_ACCESS_PATH_H_
#define ORRERY_ENGINE_COMPILE_ACCESS_PATH_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/compile/bound.h"
#include "engine/compile/compile_context.h"
#include "engine/compile/expr_coder.h"
#include "engine/compile/query.h"

namespace orrery {

// One of the conditions that WHERE and ON connect by AND.
struct Conjunct {
  const Bound* expr = nullptr;
  uint64_t needs = 0;  // the terms of FROM that it reads, a bit for each
  // The outer join whose ON it is of, by the index of its right side: what it says is no condition
  // on the rows of the result. -1: of WHERE, or of the ON of an inner join.
  int outer_join = -1;
  // The last RIGHT or FULL JOIN before its clause, by the index of its right side; 0: none. Before
  // that join it would keep rows from being met, and those of the right side that are not met would
  // pass it by.
  size_t not_before = 0;
};

// What a path may go by.
struct PathRequest {
  const FromTerm& term;
  uint64_t term_bit;
  uint64_t available;  // the terms whose rows are at hand
  // Indexes of the conjuncts that every row of the term must meet.
  const std::vector<Conjunct>& conjuncts;
  std::vector<size_t> usable;
  bool is_first = false;                   // the outermost loop
  bool is_repeated = false;                // the whole query is run again and again
  bool needs_own_cursor = false;           // columns must be read from the term's own cursor
  const std::set<int>* columns = nullptr;  // of the term, that the query reads; null: none
};

// An order in which a path gives its rows.
struct PathOrder {
  int column;  // kRowidColumn: by rowid, after which nothing else matters
  const Collation* collation = &kBinaryCollation;
  bool descending = false;
};

class AccessPath {
 public:
  explicit AccessPath(const FromTerm& term) : term_(term) {}
  virtual ~AccessPath() = default;

  // In units of one row read. `setup_cost` is paid once, `cost` for each run of the loop, which
  // finds `row_count` rows.
  double setup_cost = 0;
  double cost = 0;
  double row_count = 0;
  std::vector<size_t> used;  // the conjuncts that its rows meet, which are not tested any more
  std::vector<PathOrder> order;
  bool looks_up = false;  // by values that some of its columns have

  // As EXPLAIN QUERY PLAN has it: "SCAN t".
  virtual std::string Describe() const = 0;
  // Gives the rows in the opposite of `order`.
  virtual void Reverse() { Unreachable(); }
  virtual bool can_reverse() const { return false; }

  // Before the loops. `once` when the code may be run many times, by a correlated subquery.
  virtual void Open(CompileContext& context, ExprCoder& coder, bool once) = 0;
  // The code between Begin and End runs for each row. The loop is left to `done`.
  virtual void Begin(CompileContext& context, ExprCoder& coder, Label done) = 0;
  // On to the next row. Falls through after the last, and after a row of NULLs (MakeNull).
  virtual void End(CompileContext& context) = 0;
  // Makes every column NULL: for the row that an outer join adds.
  virtual void MakeNull(CompileContext& context);

 protected:
  // Opens the term's cursor on its table, with others that `also` opens.
  void OpenTable(
      CompileContext& context, bool once, const std::function<void()>& also = [] {}) const;

  const FromTerm& term_;
};

// All that there are. A new kind of path is one more call here.
std::vector<std::unique_ptr<AccessPath>> PathsOf(const PathRequest& request,
                                                 const std::vector<double>& selectivities);

// table_path.cc: by rowid, and all rows; of a table that has rowids.
void AddTablePaths(const PathRequest& request, std::vector<std::unique_ptr<AccessPath>>& paths);
// index_path.cc: by an index of the table, or by its primary key when it is WITHOUT ROWID.
void AddIndexPaths(const PathRequest& request, std::vector<std::unique_ptr<AccessPath>>& paths);
// query_path.cc: the rows of a subquery.
void AddQueryPaths(const PathRequest& request, std::vector<std::unique_ptr<AccessPath>>& paths);
// Writes code that puts the rows of the term's query into memory, open on its cursor.
void Materialize(CompileContext& context, ExprCoder& coder, const FromTerm& term);
// automatic_index.cc: a sorted copy of the rows, made for this statement.
void AddAutomaticIndexPath(const PathRequest& request,
                           std::vector<std::unique_ptr<AccessPath>>& paths);

// How many rows a table is taken to have about which nothing is known.
inline constexpr double kTableRowCount = 1 << 20;
inline constexpr double kQueryRowCount = 1000;
double RowCountOf(const FromTerm& term);

// Whether all that the conjunct reads, the term's own columns aside, is at hand.
bool IsAtHand(const PathRequest& request, const Conjunct& conjunct);
// Whether the expression reads the term's columns.
bool ReadsTerm(const PathRequest& request, const Bound& bound);

// term.column `op` value, where the value can be computed before the term's rows are read.
struct ColumnTest {
  const Bound* column = nullptr;
  BinaryOp op = BinaryOp::kEqual;
  const Bound* value = nullptr;  // null: the members of `in`, each in turn
  ComparisonRule rule;           // which depends on what stood on the left
  const Bound* in = nullptr;
};
// Empty when the conjunct says no such thing.
std::vector<ColumnTest> ColumnTestsOf(const PathRequest& request, const Conjunct& conjunct);
// term.column IN (...), whose list can be had before; nothing when the conjunct says no such thing.
std::optional<ColumnTest> MembershipTestOf(const PathRequest& request, const Conjunct& conjunct);
// How many members it is taken to have.
double MemberCountOf(const Bound& in);
// Whether an index on the column would compare as the test does.
bool ComparesAsColumn(const ColumnTest& test);

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_ACCESS_PATH_H_
