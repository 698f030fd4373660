// CREATE TRIGGER and DROP TRIGGER.

#include "engine/compile/change_schema.h"

namespace orrery {

// A trigger is its text: the names in its body are looked up when it is run.
Status CompileCreateTrigger(CompileContext& context, const CreateTriggerStatement& statement) {
  if (statement.is_temporary && statement.trigger.schema) {
    return SqlError("temporary trigger may not have qualified name");
  }
  ASSIGN_OR_RETURN(int database, DatabaseToUse(context, statement.trigger.schema));
  if (statement.is_temporary) database = kTempDatabase;
  ProgramBuilder& builder = context.builder;
  const std::string& name = statement.trigger.name.text;
  const std::string& table_name = statement.table.name.text;
  // A temporary trigger may be of any table; a trigger that says no database is where its table is,
  // but for those attached.
  Relation owner = FindRelation(context, statement.table);
  const bool is_unsaid = !statement.is_temporary && !statement.trigger.schema;
  if (is_unsaid && owner && owner.database() == kTempDatabase) database = kTempDatabase;
  if (database != kTempDatabase) {
    if (statement.table.schema) {
      return SqlError("trigger " + name + " cannot reference objects in database " +
                      statement.table.schema->text);
    }
    owner = context.catalog->FindRelation(table_name, database);
  }
  const Table* const table = owner.table;
  const View* const view = owner.view;
  if (!owner) {
    const bool is_written = statement.table.schema || database == kTempDatabase;
    return SqlError("no such table: " +
                    (is_written ? WrittenName(statement.table)
                                : context.catalog->NameOf(database) + "." + table_name));
  }
  if (table != nullptr && table->is_virtual) {
    return SqlError("cannot create triggers on virtual tables");
  }
  if (IsReservedName(name)) return SqlError("object name reserved for internal use: " + name);
  if (context.catalog->FindTrigger(name, database) != nullptr) {
    if (!statement.if_not_exists) return SqlError("trigger " + name + " already exists");
    NothingToDo(context, database);
    return OkStatus();
  }
  if (table != nullptr && (table->is_system || IsReservedName(table->name))) {
    return SqlError("cannot create trigger on system table");
  }
  RETURN_IF_ERROR(CheckTriggerTime(statement, view != nullptr));
  if (!context.parsed.parameter_names.empty()) return SqlError("trigger cannot use variables");

  BeginSchemaChange(context, database);
  const int root = builder.NewRegister();
  builder.LoadInteger(0, root);
  const size_t begin = statement.trigger.name.span.begin;
  const size_t end = statement.span.end;
  AddSchemaRow(context, database, "trigger", name, table != nullptr ? table->name : view->name,
               root, "CREATE TRIGGER " + std::string(context.text().substr(begin, end - begin)));
  CodeNewSchema(context, database);
  return OkStatus();
}

Status CompileDropTrigger(CompileContext& context, const DropStatement& statement) {
  const std::optional<int> place = PlaceOf(context, statement.name);
  const Trigger* const trigger =
      place ? context.catalog->FindTrigger(statement.name.name.text, *place) : nullptr;
  if (trigger == nullptr) return NotThere(context, statement, "trigger");
  const int database = trigger->database;
  BeginSchemaChange(context, database);
  DeleteSchemaRow(context, database, "trigger", trigger->name);
  CodeNewSchema(context, database);
  return OkStatus();
}

}  // namespace orrery
