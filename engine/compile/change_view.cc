// CREATE VIEW and DROP VIEW.

#include "engine/compile/change_schema.h"

namespace orrery {

// A view is its text: the names in it are looked up when it is used.
Status CompileCreateView(CompileContext& context, const CreateViewStatement& statement) {
  if (statement.is_temporary) return NotSupportedYet("TEMP views are");
  RETURN_IF_ERROR(CheckSchemaName(statement.view, "unknown database "));
  const std::string& name = statement.view.name.text;
  if (!context.parsed.parameter_names.empty()) {
    return SqlError("parameters are not allowed in views");
  }
  if (IsReservedName(name)) return SqlError("object name reserved for internal use: " + name);
  ProgramBuilder& builder = context.builder;
  if (Status status = CheckNameIsFree(context, name); !status.ok()) {
    const bool is_there =
        context.schema->FindTable(name) != nullptr || context.schema->FindView(name) != nullptr;
    if (!statement.if_not_exists || !is_there) return status;
    builder.NeedTransaction(/*to_write=*/false);
    return OkStatus();
  }
  builder.NeedTransaction(/*to_write=*/true);
  builder.program().writes = true;
  const int root = builder.NewRegister();
  builder.LoadInteger(0, root);
  const size_t begin = statement.view.name.span.begin;
  const size_t end = statement.span.end;
  AddSchemaRow(context, "view", name, name, root,
               "CREATE VIEW " + std::string(context.text().substr(begin, end - begin)));
  CodeNewSchema(context);
  return OkStatus();
}

Status CompileDropView(CompileContext& context, const DropStatement& statement) {
  ProgramBuilder& builder = context.builder;
  const std::string& name = statement.name.name.text;
  const View* view = FindView(context, statement.name);
  if (view == nullptr) {
    if (context.schema->FindTable(name) != nullptr && CheckSchemaName(statement.name, "").ok()) {
      return SqlError("use DROP TABLE to delete table " + name);
    }
    if (statement.if_exists) {
      builder.NeedTransaction(/*to_write=*/false);
      return OkStatus();
    }
    const std::string schema = statement.name.schema ? statement.name.schema->text + "." : "";
    return SqlError("no such view: " + schema + name);
  }
  builder.NeedTransaction(/*to_write=*/true);
  builder.program().writes = true;
  DeleteSchemaRowsOf(context, view->name);
  CodeNewSchema(context);
  return OkStatus();
}

}  // namespace orrery
