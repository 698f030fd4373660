// CREATE VIEW and DROP VIEW.

#include "engine/compile/change_schema.h"

namespace orrery {

// A view is its text: the names in it are looked up when it is used.
Status CompileCreateView(CompileContext& context, const CreateViewStatement& statement) {
  ASSIGN_OR_RETURN(const int database,
                   DatabaseToChange(context, statement.view, statement.is_temporary));
  const std::string& name = statement.view.name.text;
  if (!context.parsed.parameter_names.empty()) {
    return SqlError("parameters are not allowed in views");
  }
  if (IsReservedName(name)) return SqlError("object name reserved for internal use: " + name);
  ProgramBuilder& builder = context.builder;
  if (Status status = CheckNameIsFree(context, database, name); !status.ok()) {
    if (!statement.if_not_exists || !context.catalog->FindRelation(name, database)) return status;
    NothingToDo(context, database);
    return OkStatus();
  }
  BeginSchemaChange(context, database);
  const int root = builder.NewRegister();
  builder.LoadInteger(0, root);
  const size_t begin = statement.view.name.span.begin;
  const size_t end = statement.span.end;
  AddSchemaRow(context, database, "view", name, name, root,
               "CREATE VIEW " + std::string(context.text().substr(begin, end - begin)));
  CodeNewSchema(context, database);
  return OkStatus();
}

Status CompileDropView(CompileContext& context, const DropStatement& statement) {
  const Relation found = FindRelation(context, statement.name);
  const View* const view = found.view;
  if (found.table != nullptr) {
    return SqlError("use DROP TABLE to delete table " + statement.name.name.text);
  }
  if (view == nullptr) return NotThere(context, statement, "view");
  const int database = view->database;
  BeginSchemaChange(context, database);
  DropTemporaryTriggers(context, context.catalog->TriggersOf(*view), database);
  DeleteSchemaRowsOf(context, database, view->name);
  CodeNewSchema(context, database);
  return OkStatus();
}

}  // namespace orrery
