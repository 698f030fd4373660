// CREATE TABLE and DROP TABLE: rows of sqlite_schema, trees, and a new schema cookie.

#include "engine/compile/compile.h"
#include "engine/compile/compile_context.h"
#include "engine/compile/expr_coder.h"

namespace orrery {
namespace {

constexpr int kSchemaRoot = 1;
constexpr int kSchemaColumnCount = 5;
constexpr int kTableNameColumn = 2;  // sqlite_schema.tbl_name
constexpr int kSchemaFormat = 4;

// Tells other connections, and this one's other programs, that the schema is another.
void CodeNewSchema(CompileContext& context) {
  ProgramBuilder& builder = context.builder;
  const uint32_t cookie = context.schema->cookie + 1;
  builder.Emit(Opcode::kSetCookie, 0, static_cast<int>(HeaderField::kSchemaCookie),
               static_cast<int>(cookie));
  builder.Emit(Opcode::kParseSchema);
}

Status CheckNameIsFree(const CompileContext& context, const CreateTableStatement& statement) {
  const std::string& name = statement.table.name.text;
  if (context.schema->FindTable(name) != nullptr)
    return SqlError("table " + name + " already exists");
  const SchemaObject* object = context.schema->FindObject(name);
  if (object == nullptr) return OkStatus();
  if (object->kind == SchemaObjectKind::kView) return SqlError("view " + name + " already exists");
  return SqlError("there is already an index named " + name);
}

Status CheckSupported(const Table& table) {
  if (table.is_without_rowid) return NotSupportedYet("WITHOUT ROWID tables are");
  if (table.is_strict) return NotSupportedYet("STRICT tables are");
  if (table.is_autoincrement) return NotSupportedYet("AUTOINCREMENT is");
  for (const Column& column : table.columns) {
    if (column.is_generated) return NotSupportedYet("generated columns are");
    if (column.primary_key_position > 0 && table.rowid_column < 0) {
      return NotSupportedYet("PRIMARY KEY constraints other than INTEGER PRIMARY KEY are");
    }
  }
  if (table.needs_index) return NotSupportedYet("UNIQUE constraints are");
  if (table.has_references) return NotSupportedYet("FOREIGN KEY constraints are");
  return OkStatus();
}

}  // namespace

Status CompileCreateTable(CompileContext& context, const CreateTableStatement& statement) {
  if (statement.is_temporary) return NotSupportedYet("TEMP tables are");
  RETURN_IF_ERROR(CheckSchemaName(statement.table, "unknown database "));
  const std::string& name = statement.table.name.text;
  if (IsReservedName(name)) return SqlError("object name reserved for internal use: " + name);
  ProgramBuilder& builder = context.builder;
  if (Status status = CheckNameIsFree(context, statement); !status.ok()) {
    const bool is_table = context.schema->FindTable(name) != nullptr;
    const bool is_view =
        !is_table && context.schema->FindObject(name)->kind == SchemaObjectKind::kView;
    if (!statement.if_not_exists || !(is_table || is_view)) return status;
    builder.NeedTransaction(/*to_write=*/false);
    return OkStatus();
  }
  if (statement.select) return NotSupportedYet("CREATE TABLE AS is");
  // The definition is borrowed for the check; the schema gets its own from sqlite_schema.
  ASSIGN_OR_RETURN(const Table table,
                   MakeTable(std::shared_ptr<const ParsedStatement>(
                       std::shared_ptr<const ParsedStatement>(), &context.parsed)));
  RETURN_IF_ERROR(CheckSupported(table));
  RETURN_IF_ERROR(CheckNames(table, context.functions, /*functions_may_be_missing=*/false));

  builder.NeedTransaction(/*to_write=*/true);
  builder.program().writes = true;
  const Label has_format = builder.NewLabel();
  const int format = builder.NewRegister();
  builder.Emit(Opcode::kReadCookie, 0, format, static_cast<int>(HeaderField::kSchemaFormat));
  builder.EmitJump(Opcode::kIf, format, has_format);
  builder.Emit(Opcode::kSetCookie, 0, static_cast<int>(HeaderField::kSchemaFormat), kSchemaFormat);
  builder.Place(has_format);

  const int root = builder.NewRegister();
  builder.Emit(Opcode::kCreateBtree, 0, root, 1);
  const int cursor = builder.NewCursor();
  builder.Emit(Opcode::kOpenWrite, cursor, kSchemaRoot, 0, int64_t{kSchemaColumnCount});
  const int rowid = builder.NewRegister();
  builder.Emit(Opcode::kNewRowid, cursor, rowid);
  const int first = builder.NewRegisters(kSchemaColumnCount);
  builder.LoadText("table", first);
  builder.LoadText(name, first + 1);
  builder.LoadText(name, first + 2);
  builder.Emit(Opcode::kSCopy, root, first + 3);
  // The text as sqlite_schema keeps it: from the name on, whatever stood before it.
  const size_t begin = statement.table.name.span.begin;
  const size_t end = statement.span.end;
  builder.LoadText("CREATE TABLE " + std::string(context.text().substr(begin, end - begin)),
                   first + 4);
  const int record = builder.NewRegister();
  builder.Emit(Opcode::kMakeRecord, first, kSchemaColumnCount, record, "BBBDB");
  builder.Emit(Opcode::kInsert, cursor, record, rowid, {}, kInsertAppend);
  builder.Emit(Opcode::kClose, cursor);
  CodeNewSchema(context);
  return OkStatus();
}

Status CompileDrop(CompileContext& context, const DropStatement& statement) {
  ProgramBuilder& builder = context.builder;
  const std::string& name = statement.name.name.text;
  const Table* table = context.schema->FindTable(name);
  const SchemaObject* object = context.schema->FindObject(name);
  if (statement.object != SchemaObjectKind::kTable) {
    return NotSupportedYet("DROP " + std::string(Describe(statement.object)) + " is");
  }
  if (table == nullptr && object != nullptr && object->kind == SchemaObjectKind::kView) {
    return SqlError("use DROP VIEW to delete view " + name);
  }
  if (table == nullptr || !CheckSchemaName(statement.name, "").ok()) {
    if (statement.if_exists) {
      builder.NeedTransaction(/*to_write=*/false);
      return OkStatus();
    }
    const std::string schema = statement.name.schema ? statement.name.schema->text + "." : "";
    return SqlError("no such table: " + schema + name);
  }
  if (table->is_system || IsReservedName(table->name)) {
    return SqlError("table " + (table->is_system ? std::string("sqlite_master") : table->name) +
                    " may not be dropped");
  }
  if (table->is_virtual || table->is_without_rowid) RETURN_IF_ERROR(table->CheckReadable());
  if (table->index_count > 0) return NotSupportedYet("dropping a table with indexes is");
  if (table->trigger_count > 0) return NotSupportedYet("dropping a table with triggers is");
  if (table->is_autoincrement) return NotSupportedYet("AUTOINCREMENT is");

  builder.NeedTransaction(/*to_write=*/true);
  builder.program().writes = true;
  const int cursor = builder.NewCursor();
  builder.Emit(Opcode::kOpenWrite, cursor, kSchemaRoot, 0, int64_t{kSchemaColumnCount});
  const int wanted = builder.NewRegister();
  builder.LoadText(table->name, wanted);
  const Label done = builder.NewLabel();
  const Label next = builder.NewLabel();
  builder.EmitJump(Opcode::kRewind, cursor, done);
  const Label loop = builder.Here();
  const int found = builder.NewRegister();
  builder.Emit(Opcode::kColumn, cursor, kTableNameColumn, found);
  ComparisonRule same_name;
  same_name.collation = &kNoCaseCollation;
  ExprCoder(builder).EmitCompare(Opcode::kNe, found, wanted, next, same_name, kCompareJumpIfNull);
  builder.Emit(Opcode::kDelete, cursor);
  builder.Place(next);
  builder.EmitJump(Opcode::kNext, cursor, loop);
  builder.Place(done);
  builder.Emit(Opcode::kClose, cursor);
  builder.Emit(Opcode::kDestroy, static_cast<int>(table->root), builder.NewRegister());
  CodeNewSchema(context);
  return OkStatus();
}

}  // namespace orrery
