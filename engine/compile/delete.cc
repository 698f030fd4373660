// DELETE.

#include "engine/compile/change_rows.h"
#include "engine/compile/returning.h"
#include "engine/compile/row_writer.h"

namespace orrery {

Status CompileDelete(CompileContext& context, const DeleteStatement& statement) {
  Target target;
  RETURN_IF_ERROR(BindTarget(context, statement.table, statement.alias, statement.hint, target));
  const WithScope with(statement.with, /*outer=*/nullptr);
  ExprCoder coder(context);
  Returning returning(context, coder, *target.table);
  Scope scope;
  scope.with = &with;
  scope.sources.push_back(target.source);
  RETURN_IF_ERROR(BindWhere(context, statement.where, scope, target));
  ProgramBuilder& builder = context.builder;
  RowWriter writer(context, *target.table, target.source.cursor, ConflictAction::kUnsaid);
  RETURN_IF_ERROR(writer.Bind());
  RETURN_IF_ERROR(returning.Bind(statement.returning, &with));
  if (!target.rows.where && returning.is_empty()) {
    // All rows: the trees are emptied without reading them.
    builder.Explain("SCAN " + target.source.name);
    writer.Clear();
    return OkStatus();
  }
  returning.Open();
  TwoPasses passes(context, coder, target, writer, /*kept=*/nullptr);
  returning.AddFrom(target.source.cursor, passes.key);
  writer.Delete(passes.key, kInsertCountChange);
  passes.End();
  returning.Finish();
  return OkStatus();
}

}  // namespace orrery
