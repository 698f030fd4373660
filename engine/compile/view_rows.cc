#include "engine/compile/view_rows.h"

#include <algorithm>
#include <functional>

#include "engine/compile/binder.h"
#include "engine/compile/from_binder.h"
#include "engine/compile/join_loop.h"
#include "engine/compile/returning.h"
#include "engine/compile/row_triggers.h"
#include "engine/compile/set_clause.h"

namespace orrery {
namespace {

// Reads all rows first, then has `change` written for a row: its columns are in cursor `memory`,
// and `coder` finds them there.
void CodeRows(CompileContext& context, ExprCoder& coder, ViewTarget& target,
              const std::function<void(Label next)>& change) {
  ProgramBuilder& builder = context.builder;
  const int memory = builder.NewCursor();
  const int count = static_cast<int>(target.table().columns.size());
  const int cursor = target.source().cursor;
  std::vector<BoundPtr> columns;
  for (int i = 0; i < count; ++i) columns.push_back(MakeColumn(target.table(), cursor, i));
  builder.Emit(Opcode::kOpenEphemeral, memory, count);
  const ExprCoder::Places outer = coder.places();
  JoinLoop loop(context, coder, target.rows, /*is_repeated=*/false);
  for (const BoundPtr& column : columns) loop.AlsoReads(*column);
  loop.Plan();
  loop.Code([&](Label) {
    const int first = builder.NewRegisters(count);
    const int record = builder.NewRegister();
    const int rowid = builder.NewRegister();
    coder.CodeList(columns, first);
    builder.Emit(Opcode::kMakeRecord, first, count, record);
    builder.Emit(Opcode::kNewRowid, memory, rowid);
    builder.Emit(Opcode::kInsert, memory, record, rowid);
  });
  coder.SetPlaces(outer);
  for (int i = 0; i < count; ++i) coder.PlaceInCursor(cursor, i, memory, i);
  const Label done = builder.NewLabel();
  const Label next = builder.NewLabel();
  builder.EmitJump(Opcode::kRewind, memory, done);
  const Label body = builder.Here();
  change(next);
  builder.Place(next);
  builder.EmitJump(Opcode::kNext, memory, body);
  builder.Place(done);
  coder.SetPlaces(outer);
}

Status BindRows(CompileContext& context, const QualifiedName& name, const ExprPtr& where,
                ViewTarget& target) {
  RETURN_IF_ERROR(BindViewTarget(context, name, target));
  if (!where) return OkStatus();
  ASSIGN_OR_RETURN(target.rows.where, Binder(context, target.scope).Bind(*where));
  return OkStatus();
}

}  // namespace

const View* FindViewToChange(const CompileContext& context, const QualifiedName& name,
                             TriggerEvent event) {
  const View* const view = FindView(context, name);
  if (view == nullptr) return nullptr;
  const bool has_one =
      std::ranges::any_of(context.catalog->TriggersOf(*view), [event](const Trigger* trigger) {
        return trigger->definition->statement->As<CreateTriggerStatement>().event == event;
      });
  return has_one ? view : nullptr;
}

Status BindViewTarget(CompileContext& context, const QualifiedName& name, ViewTarget& target) {
  ProgramBuilder& builder = context.builder;
  builder.NeedTransaction(FindView(context, name)->database, /*to_write=*/true);
  builder.program().writes = true;
  builder.program().counts_changes = true;
  target.scope.outer = context.outer_rows;
  return FromBinder(context, target.scope, target.rows).BindTable(name, /*arguments=*/nullptr);
}

Status CompileUpdateOfView(CompileContext& context, const UpdateStatement& statement,
                           const View& view) {
  if (!statement.from.empty()) return NotSupportedYet("UPDATE ... FROM of a view is");
  const WithScope with(statement.with, /*outer=*/nullptr);
  ViewTarget target;
  target.scope.with = &with;
  RETURN_IF_ERROR(BindRows(context, statement.table, statement.where, target));
  SetClause set(context, target.table());
  RETURN_IF_ERROR(set.Bind(statement.assignments, target.scope));
  ExprCoder coder(context);
  Returning returning(context, coder, target.table());
  RETURN_IF_ERROR(returning.Bind(statement.returning, &with));
  RowTriggers triggers(context, target.table(), context.catalog->TriggersOf(view));
  RETURN_IF_ERROR(triggers.Bind(TriggerEvent::kUpdate, OrActionOf(context, statement.or_action),
                                &statement.assignments));
  returning.Open();
  CodeRows(context, coder, target, [&](Label next) {
    const int cursor = target.source().cursor;
    triggers.CodeOld(coder, cursor, /*key=*/0);
    const NewRow row = set.CodeRow(coder, cursor, /*key=*/0, /*kept_cursor=*/-1);
    returning.Add(row);
    triggers.CodeNew(row);
    triggers.Run(TriggerTime::kInsteadOf, next);
  });
  EndChanges(context);
  returning.Finish();
  return OkStatus();
}

Status CompileDeleteFromView(CompileContext& context, const DeleteStatement& statement,
                             const View& view) {
  const WithScope with(statement.with, /*outer=*/nullptr);
  ViewTarget target;
  target.scope.with = &with;
  RETURN_IF_ERROR(BindRows(context, statement.table, statement.where, target));
  ExprCoder coder(context);
  Returning returning(context, coder, target.table());
  RETURN_IF_ERROR(returning.Bind(statement.returning, &with));
  RowTriggers triggers(context, target.table(), context.catalog->TriggersOf(view));
  RETURN_IF_ERROR(triggers.Bind(TriggerEvent::kDelete, ConflictAction::kUnsaid));
  returning.Open();
  CodeRows(context, coder, target, [&](Label next) {
    const int cursor = target.source().cursor;
    triggers.CodeOld(coder, cursor, /*key=*/0);
    returning.AddFrom(cursor, /*rowid=*/0);
    triggers.Run(TriggerTime::kInsteadOf, next);
  });
  EndChanges(context);
  returning.Finish();
  return OkStatus();
}

}  // namespace orrery
