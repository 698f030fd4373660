// CREATE TRIGGER and DROP TRIGGER.

#include "engine/compile/change_schema.h"

namespace orrery {

// A trigger is its text: the names in its body are looked up when it is run.
Status CompileCreateTrigger(CompileContext& context, const CreateTriggerStatement& statement) {
  if (statement.is_temporary) return NotSupportedYet("TEMP triggers are");
  RETURN_IF_ERROR(CheckSchemaName(statement.trigger, "unknown database "));
  ProgramBuilder& builder = context.builder;
  const std::string& name = statement.trigger.name.text;
  const std::string& table_name = statement.table.name.text;
  const Schema& schema = *context.schema;
  const Table* const table = schema.FindTable(table_name);
  const View* const view = schema.FindView(table_name);
  if (table == nullptr && view == nullptr) return SqlError("no such table: main." + table_name);
  if (table != nullptr && table->is_virtual) {
    return SqlError("cannot create triggers on virtual tables");
  }
  if (IsReservedName(name)) return SqlError("object name reserved for internal use: " + name);
  if (schema.FindTrigger(name) != nullptr) {
    if (!statement.if_not_exists) return SqlError("trigger " + name + " already exists");
    builder.NeedTransaction(/*to_write=*/false);
    return OkStatus();
  }
  if (table != nullptr && (table->is_system || IsReservedName(table->name))) {
    return SqlError("cannot create trigger on system table");
  }
  RETURN_IF_ERROR(CheckTriggerTime(statement, view != nullptr));
  if (!context.parsed.parameter_names.empty()) return SqlError("trigger cannot use variables");

  builder.NeedTransaction(/*to_write=*/true);
  builder.program().writes = true;
  const int root = builder.NewRegister();
  builder.LoadInteger(0, root);
  const size_t begin = statement.trigger.name.span.begin;
  const size_t end = statement.span.end;
  AddSchemaRow(context, "trigger", name, table != nullptr ? table->name : view->name, root,
               "CREATE TRIGGER " + std::string(context.text().substr(begin, end - begin)));
  CodeNewSchema(context);
  return OkStatus();
}

Status CompileDropTrigger(CompileContext& context, const DropStatement& statement) {
  ProgramBuilder& builder = context.builder;
  const std::string& name = statement.name.name.text;
  const Trigger* const trigger = context.schema->FindTrigger(name);
  if (trigger == nullptr || !CheckSchemaName(statement.name, "").ok()) {
    if (statement.if_exists) {
      builder.NeedTransaction(/*to_write=*/false);
      return OkStatus();
    }
    const std::string schema = statement.name.schema ? statement.name.schema->text + "." : "";
    return SqlError("no such trigger: " + schema + name);
  }
  builder.NeedTransaction(/*to_write=*/true);
  builder.program().writes = true;
  DeleteSchemaRow(context, "trigger", trigger->name);
  CodeNewSchema(context);
  return OkStatus();
}

}  // namespace orrery
