// UPDATE.

#include "engine/compile/change_rows.h"
#include "engine/compile/from_binder.h"
#include "engine/compile/returning.h"
#include "engine/compile/row_triggers.h"
#include "engine/compile/row_writer.h"
#include "engine/compile/set_clause.h"
#include "engine/compile/view_rows.h"

namespace orrery {
namespace {

// The tables of UPDATE ... FROM are joined to the target, and none is it.
Status CheckFrom(const UpdateStatement& statement, const Target& target) {
  for (const FromItem& item : statement.from) {
    const std::string& name = item.alias ? item.alias->text : item.table.name.text;
    if (!item.select && item.nested.empty() && SameName(name, target.source.name)) {
      return SqlError("target object/alias may not appear in FROM clause: " + name);
    }
  }
  return OkStatus();
}

}  // namespace

Status CompileUpdate(CompileContext& context, const UpdateStatement& statement) {
  const View* const view = FindViewToChange(context, statement.table, TriggerEvent::kUpdate);
  if (view != nullptr) return CompileUpdateOfView(context, statement, *view);
  Target target;
  RETURN_IF_ERROR(BindTarget(context, statement.table, statement.alias, statement.hint, target));
  const WithScope with(statement.with, /*outer=*/nullptr);
  Scope scope;
  scope.outer = context.outer_rows;
  scope.with = &with;
  FromBinder from(context, scope, target.rows);
  const bool is_joined = !statement.from.empty();
  SetClause set(context, *target.table);
  if (is_joined) {
    RETURN_IF_ERROR(set.CheckNames(statement.assignments));
    RETURN_IF_ERROR(from.BindBeside(statement.from));
  } else {
    scope.sources.push_back(target.source);
  }
  RETURN_IF_ERROR(set.Bind(statement.assignments, scope));
  // After SET, as in sqlite3.
  RETURN_IF_ERROR(BindWhere(context, statement.where, scope, target));
  RETURN_IF_ERROR(from.BindJoinConditions());
  RETURN_IF_ERROR(scope.late_error);
  RETURN_IF_ERROR(CheckFrom(statement, target));
  const int cursor = target.source.cursor;
  const ConflictAction or_action = OrActionOf(context, statement.or_action);
  RowWriter writer(context, *target.table, cursor, or_action);
  RETURN_IF_ERROR(writer.Bind());
  ExprCoder coder(context);
  Returning returning(context, coder, *target.table);
  RETURN_IF_ERROR(returning.Bind(statement.returning, &with));
  RowTriggers triggers(context, *target.table, context.catalog->TriggersOf(*target.table));
  RETURN_IF_ERROR(triggers.Bind(TriggerEvent::kUpdate, or_action, &statement.assignments));

  returning.Open();
  TwoPasses passes(context, coder, target, writer, is_joined ? &set : nullptr);
  set.CodeUpdate(coder, writer, cursor, passes.key, passes.kept_cursor, triggers, returning,
                 passes.next);
  passes.End();
  EndChanges(context);
  returning.Finish();
  return OkStatus();
}

}  // namespace orrery
