// What UPDATE and DELETE have in common: both first collect the keys of the rows that WHERE lets
// through (row_key.h), then change those rows one by one. A row that a change moves is not met
// again.

#ifndef ORRERY_ENGINE_COMPILE_CHANGE_ROWS_H_
#define ORRERY_ENGINE_COMPILE_CHANGE_ROWS_H_

#include <optional>

#include "engine/compile/compile_context.h"
#include "engine/compile/expr_coder.h"
#include "engine/compile/join_loop.h"
#include "engine/compile/query.h"
#include "engine/compile/row_writer.h"
#include "engine/compile/set_clause.h"

namespace orrery {

// The table that is changed, as the FROM of a query for the rows to change.
struct Target {
  const Table* table = nullptr;
  Source source;
  QueryBlock rows;
};

Status BindTarget(CompileContext& context, const QualifiedName& name,
                  const std::optional<Name>& alias, const IndexHint& hint, Target& target);
Status BindWhere(CompileContext& context, const ExprPtr& where, Scope& scope, Target& target);

// Writes the loop that collects, and the head of the loop that changes. Then the writer's cursors
// are open and the table's is on the row, whose key is in registers from `key`.
//
// With `kept` its values are computed in the first loop and kept beside the key: UPDATE ... FROM.
// Of several rows that change one row the last counts.
class TwoPasses {
 public:
  TwoPasses(CompileContext& context, ExprCoder& coder, Target& target, RowWriter& writer,
            const SetClause* kept);
  void End();

  int key = 0;
  int kept_cursor = -1;  // for SetClause::CodeUpdate
  Label next;            // on to the next row

 private:
  void CollectRowids(JoinLoop& loop, ExprCoder& coder, int cursor);
  void CollectKeys(JoinLoop& loop, ExprCoder& coder, int cursor, const SetClause* kept);

  ProgramBuilder& builder_;
  const Table& table_;
  const int list_;         // cursor of what is collected
  const bool has_rowids_;  // alone: a list of them
  Label loop_;
  Label done_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_CHANGE_ROWS_H_
