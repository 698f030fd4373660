// DELETE.

#include "engine/compile/change_rows.h"
#include "engine/compile/returning.h"
#include "engine/compile/row_key.h"
#include "engine/compile/row_triggers.h"
#include "engine/compile/row_writer.h"
#include "engine/compile/view_rows.h"

namespace orrery {

Status CompileDelete(CompileContext& context, const DeleteStatement& statement) {
  const View* const view = FindViewToChange(context, statement.table, TriggerEvent::kDelete);
  if (view != nullptr) return CompileDeleteFromView(context, statement, *view);
  Target target;
  RETURN_IF_ERROR(BindTarget(context, statement.table, statement.alias, statement.hint, target));
  const WithScope with(statement.with, /*outer=*/nullptr);
  ExprCoder coder(context);
  Returning returning(context, coder, *target.table);
  Scope scope;
  scope.outer = context.outer_rows;
  scope.with = &with;
  scope.sources.push_back(target.source);
  RETURN_IF_ERROR(BindWhere(context, statement.where, scope, target));
  ProgramBuilder& builder = context.builder;
  RowWriter writer(context, *target.table, target.source.cursor, ConflictAction::kUnsaid);
  RETURN_IF_ERROR(writer.Bind());
  RETURN_IF_ERROR(returning.Bind(statement.returning, &with));
  RowTriggers triggers(context, *target.table, context.catalog->TriggersOf(*target.table));
  RETURN_IF_ERROR(triggers.Bind(TriggerEvent::kDelete, ConflictAction::kUnsaid));
  if (!target.rows.where && returning.is_empty() && triggers.is_empty()) {
    // All rows: the trees are emptied without reading them.
    builder.Explain("SCAN " + target.source.name);
    writer.Clear();
    return OkStatus();
  }
  returning.Open();
  TwoPasses passes(context, coder, target, writer, /*kept=*/nullptr);
  const int cursor = target.source.cursor;
  triggers.CodeOld(coder, cursor, passes.key);
  if (triggers.Has(TriggerTime::kBefore)) {
    triggers.Run(TriggerTime::kBefore, passes.next);
    SeekKey(builder, *target.table, cursor, passes.key, passes.next);
  }
  // What RETURNING gives is the row before any trigger changed it.
  if (triggers.is_empty()) {
    returning.AddFrom(cursor, passes.key);
  } else {
    returning.Add({.rowid = triggers.old_row(), .first_column = triggers.old_row() + 1});
  }
  writer.Delete(passes.key, kInsertCountChange);
  triggers.Run(TriggerTime::kAfter, passes.next);
  passes.End();
  EndChanges(context);
  returning.Finish();
  return OkStatus();
}

}  // namespace orrery
