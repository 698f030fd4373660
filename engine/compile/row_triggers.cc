#include "engine/compile/row_triggers.h"

#include <algorithm>

#include "engine/compile/binder.h"

namespace orrery {
namespace {

const CreateTriggerStatement& DefinitionOf(const Trigger& trigger) {
  return trigger.definition->statement->As<CreateTriggerStatement>();
}

TriggerTime TimeOf(const CreateTriggerStatement& create) {
  return create.time == TriggerTime::kUnsaid ? TriggerTime::kBefore : create.time;
}

bool SetsOneOf(const std::vector<Name>& columns, const std::vector<Assignment>& assignments) {
  return std::ranges::any_of(assignments, [&](const Assignment& assignment) {
    return std::ranges::any_of(assignment.columns, [&](const Name& set) {
      return std::ranges::any_of(
          columns, [&](const Name& column) { return SameName(column.text, set.text); });
    });
  });
}

Status CompileStep(CompileContext& context, const SqlStatement& step) {
  switch (step.kind) {
    case StatementKind::kSelect:
      return CompileSelect(context, step.As<SelectStatement>());
    case StatementKind::kInsert:
      RETURN_IF_ERROR(CompileInsert(context, step.As<InsertStatement>()));
      break;
    case StatementKind::kUpdate:
      RETURN_IF_ERROR(CompileUpdate(context, step.As<UpdateStatement>()));
      break;
    case StatementKind::kDelete:
      RETURN_IF_ERROR(CompileDelete(context, step.As<DeleteStatement>()));
      break;
    default:
      Unreachable();
  }
  context.builder.Emit(Opcode::kResetCount);
  return OkStatus();
}

Result<Program> CompileTrigger(CompileContext& caller, const Table& table, const Trigger& trigger,
                               ConflictAction or_action) {
  const CreateTriggerStatement& create = DefinitionOf(trigger);
  CompileContext context{.parsed = *trigger.definition,
                         .catalog = caller.catalog,
                         .functions = caller.functions,
                         .settings = caller.settings};
  ProgramBuilder& builder = context.builder;
  builder.BeSubprogram();
  const int width = static_cast<int>(table.columns.size()) + 1;
  const int first = builder.NewRegisters(2 * width);
  CHECK(first == 1);
  Scope rows;
  const auto add = [&](const char* name, int first_register) {
    Source source{&table, name, builder.NewCursor()};
    source.is_only_qualified = source.is_of_trigger = true;
    context.trigger_rows.push_back({source.cursor, first_register, width - 1});
    rows.sources.push_back(std::move(source));
  };
  if (create.event != TriggerEvent::kInsert) add("old", first);
  if (create.event != TriggerEvent::kDelete) add("new", first + width);
  context.is_trigger = true;
  context.names_of = NamesOf(trigger.database);
  context.outer_rows = &rows;
  context.or_action = or_action;
  context.trigger_programs = caller.trigger_programs;
  context.sequences = caller.sequences;

  const Label end = builder.NewLabel();
  if (create.when) {
    ASSIGN_OR_RETURN(const BoundPtr when, Binder(context, rows).Bind(*create.when));
    ExprCoder(context).JumpIfFalse(*when, end, /*if_null=*/true);
  }
  for (const StatementPtr& step : create.body) RETURN_IF_ERROR(CompileStep(context, *step));
  builder.Place(end);
  RETURN_IF_ERROR(std::move(context.late_error));
  caller.builder.NeedTransactionsOf(builder);
  return builder.Finish();
}

}  // namespace

Status RowTriggers::Bind(TriggerEvent event, ConflictAction or_action,
                         const std::vector<Assignment>* assignments) {
  for (const Trigger* const trigger : triggers_) {
    const CreateTriggerStatement& create = DefinitionOf(*trigger);
    if (create.event != event) continue;
    if (assignments != nullptr && !create.update_columns.empty() &&
        !SetsOneOf(create.update_columns, *assignments)) {
      continue;
    }
    ASSIGN_OR_RETURN(const size_t program, ProgramOf(*trigger, or_action));
    runs_.push_back({TimeOf(create), program});
  }
  if (!runs_.empty()) first_ = builder_.NewRegisters(2 * width());
  return OkStatus();
}

// A trigger that runs itself finds itself already there.
Result<size_t> RowTriggers::ProgramOf(const Trigger& trigger, ConflictAction or_action) {
  TriggerPrograms& all = *context_.trigger_programs;
  const TriggerPrograms::Key key{&trigger, or_action};
  const auto found = std::ranges::find(all.keys, key);
  const auto number = static_cast<size_t>(found - all.keys.begin());
  if (found != all.keys.end()) return number;
  all.keys.push_back(key);
  all.programs.emplace_back();
  ASSIGN_OR_RETURN(Program program, CompileTrigger(context_, table_, trigger, or_action));
  const auto same = std::ranges::find(all.keys, &trigger, &TriggerPrograms::Key::trigger);
  program.trigger = static_cast<int>(same - all.keys.begin());
  all.programs[number] = std::make_shared<const Program>(std::move(program));
  return number;
}

bool RowTriggers::Has(TriggerTime time) const {
  return std::ranges::any_of(runs_, [time](const Call& call) { return call.time == time; });
}

void RowTriggers::CodeOld(ExprCoder& coder, int cursor, int key) {
  if (is_empty()) return;
  // A view's rows have none.
  if (key != 0 && table_.primary_key == nullptr) builder_.Emit(Opcode::kSCopy, key, old_row());
  for (int i = 0; i + 1 < width(); ++i) {
    if (i == table_.rowid_column) continue;
    coder.Code(*MakeColumn(table_, cursor, i), old_row() + 1 + i);
  }
}

void RowTriggers::CodeNew(const NewRow& row) {
  if (is_empty()) return;
  if (row.rowid != 0) builder_.Emit(Opcode::kSCopy, row.rowid, new_row());
  builder_.Emit(Opcode::kCopy, row.first_column, new_row() + 1, width() - 2);
  ApplyAffinities();
}

void RowTriggers::ApplyAffinities() {
  if (Has(TriggerTime::kInsteadOf)) return;  // a view's columns have none of their own
  CodeAffinities(builder_, table_, new_row() + 1);
}

void RowTriggers::Run(TriggerTime time, Label ignore) {
  const uint16_t once = context_.settings.recursive_triggers ? 0 : 1;
  for (const Call& call : runs_) {
    if (call.time != time) continue;
    builder_.EmitJump(Opcode::kProgram, first_, ignore, 2 * width(),
                      static_cast<int64_t>(call.program), once);
  }
}

}  // namespace orrery
