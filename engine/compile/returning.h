// RETURNING: what is given of each row that a statement has stored or taken away. The rows are kept
// in memory until all changes are made, and the changes are kept before the first row is given
// (https://www.sqlite.org/lang_returning.html).

#ifndef ORRERY_ENGINE_COMPILE_RETURNING_H_
#define ORRERY_ENGINE_COMPILE_RETURNING_H_

#include <memory>
#include <vector>

#include "engine/compile/compile_context.h"
#include "engine/compile/expr_coder.h"
#include "engine/compile/query.h"
#include "engine/compile/row_writer.h"
#include "engine/compile/with_scope.h"
#include "engine/sql/ast.h"

namespace orrery {

class Returning {
 public:
  Returning(CompileContext& context, ExprCoder& coder, const Table& table)
      : builder_(context.builder), context_(context), coder_(coder), table_(table) {}

  // No columns: nothing is returned, and the rest writes no code. `with` may be null.
  Status Bind(const std::vector<ResultColumn>& columns, const WithScope* with);
  bool is_empty() const { return query_ == nullptr; }

  // Before the first change.
  void Open();
  // A row in registers, after RowWriter::Write() or before it goes.
  void Add(const NewRow& row);
  // The row that `cursor` is on.
  void AddFrom(int cursor, int rowid);
  // After the last change: gives the rows.
  void Finish();

 private:
  ProgramBuilder& builder_;
  CompileContext& context_;
  ExprCoder& coder_;
  const Table& table_;
  std::unique_ptr<Query> query_;
  int row_cursor_ = -1;  // stands for the row in registers
  int memory_ = -1;      // cursor of the rows to be given
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_RETURNING_H_
