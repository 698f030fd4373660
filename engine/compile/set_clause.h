// SET: the new values of a row, as UPDATE and the DO UPDATE of an upsert have them, and the code
// that changes one row.

#ifndef ORRERY_ENGINE_COMPILE_SET_CLAUSE_H_
#define ORRERY_ENGINE_COMPILE_SET_CLAUSE_H_

#include <functional>
#include <vector>

#include "engine/compile/bound.h"
#include "engine/compile/compile_context.h"
#include "engine/compile/expr_coder.h"
#include "engine/compile/returning.h"
#include "engine/compile/row_triggers.h"
#include "engine/compile/row_writer.h"
#include "engine/compile/scope.h"
#include "engine/sql/ast.h"

namespace orrery {

class Binder;

class SetClause {
 public:
  SetClause(CompileContext& context, const Table& table)
      : context_(context), table_(table), cells_(table.columns.size() + 1) {}

  // `scope` has what the values may name. Of a column that is set twice the last value counts.
  Status Bind(const std::vector<Assignment>& assignments, Scope& scope);

  // That there are columns of the names that are set; Bind() does so too.
  Status CheckNames(const std::vector<Assignment>& assignments);

  // All values side by side, for later: see `kept_cursor` below.
  int value_count() const;
  void VisitValues(const std::function<void(const Bound&)>& visit) const;
  void CodeValues(ExprCoder& coder, int first) const;

  // Changes the row that `cursor` is on, whose key is in registers (row_key.h); on to `next` when
  // it stays as it is. The values are computed here, or when `kept_cursor` is one they are in its
  // row, behind the key.
  void CodeUpdate(ExprCoder& coder, RowWriter& writer, int cursor, int key, int kept_cursor,
                  RowTriggers& triggers, Returning& returning, Label next) const;

  // The new row in registers; `key` 0 of a view.
  NewRow CodeRow(ExprCoder& coder, int cursor, int key, int kept_cursor) const;

 private:
  // What a column, or last of all the rowid, gets.
  struct Cell {
    bool is_set = false;
    BoundPtr value;  // null: column `column` of row `row` of rows_
    int row = 0;
    int column = 0;
    Status late_error;  // what is wrong with the value, should it count
  };

  Status BindOne(const Assignment& assignment, Binder& binder);
  Result<Cell*> CellOf(const std::string& name);
  bool MayMove() const;
  // The first register of each row's values.
  std::vector<int> CodeRows(ExprCoder& coder) const;
  void CodeCell(ExprCoder& coder, const Cell& cell, const std::vector<int>& rows, int target) const;
  const Cell& rowid_cell() const { return cells_.back(); }

  CompileContext& context_;
  const Table& table_;
  std::vector<Cell> cells_;     // of each column, then the rowid
  std::vector<BoundPtr> rows_;  // (a, b) = (SELECT ...)
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_SET_CLAUSE_H_
