// CREATE TABLE, DROP TABLE and DROP INDEX.

#include "engine/compile/change_schema.h"

#include <algorithm>

#include "engine/compile/compile.h"
#include "engine/compile/compile_context.h"
#include "engine/compile/expr_coder.h"
#include "engine/compile/sequence.h"

namespace orrery {
namespace {

constexpr int kSchemaRoot = 1;
constexpr int kSchemaColumnCount = 5;
constexpr int kNameColumn = 1;  // of sqlite_schema
constexpr int kTableNameColumn = 2;
constexpr int kRootColumn = 3;

}  // namespace

void CodeNewSchema(CompileContext& context) {
  ProgramBuilder& builder = context.builder;
  const uint32_t cookie = context.schema->cookie + 1;
  builder.Emit(Opcode::kSetCookie, 0, static_cast<int>(HeaderField::kSchemaCookie),
               static_cast<int>(cookie));
  builder.Emit(Opcode::kParseSchema);
}

int CodeNewTree(CompileContext& context, int kind) {
  ProgramBuilder& builder = context.builder;
  builder.NeedTransaction(/*to_write=*/true);
  builder.program().writes = true;
  const Label has_format = builder.NewLabel();
  const int format = builder.NewRegister();
  builder.Emit(Opcode::kReadCookie, 0, format, static_cast<int>(HeaderField::kSchemaFormat));
  builder.EmitJump(Opcode::kIf, format, has_format);
  builder.Emit(Opcode::kSetCookie, 0, static_cast<int>(HeaderField::kSchemaFormat),
               kSchemaFormatWithDescending);
  builder.Place(has_format);

  const int root = builder.NewRegister();
  builder.Emit(Opcode::kCreateBtree, 0, root, kind);
  return root;
}

void AddSchemaRow(CompileContext& context, std::string_view type, std::string_view name,
                  std::string_view table_name, int root, std::string_view sql) {
  ProgramBuilder& builder = context.builder;
  const int cursor = builder.NewCursor();
  builder.Emit(Opcode::kOpenWrite, cursor, kSchemaRoot, 0, int64_t{kSchemaColumnCount});
  const int rowid = builder.NewRegister();
  builder.Emit(Opcode::kNewRowid, cursor, rowid);
  const int first = builder.NewRegisters(kSchemaColumnCount);
  builder.LoadText(type, first);
  builder.LoadText(name, first + 1);
  builder.LoadText(table_name, first + 2);
  builder.Emit(Opcode::kSCopy, root, first + 3);
  if (sql.empty()) {
    builder.Emit(Opcode::kNull, 0, first + 4);
  } else {
    builder.LoadText(sql, first + 4);
  }
  const int record = builder.NewRegister();
  builder.Emit(Opcode::kMakeRecord, first, kSchemaColumnCount, record, "BBBDB");
  builder.Emit(Opcode::kInsert, cursor, record, rowid, {}, kInsertAppend);
  builder.Emit(Opcode::kClose, cursor);
}

namespace {

// Takes the rows out of a table that have a name in a column, and a type in the first unless that
// is empty.
void DeleteRows(CompileContext& context, PageNumber root, size_t column_count, int column,
                std::string_view name, std::string_view type, const Collation& collation) {
  ProgramBuilder& builder = context.builder;
  ExprCoder coder(context);
  const int cursor = builder.NewCursor();
  builder.Emit(Opcode::kOpenWrite, cursor, static_cast<int>(root), 0,
               static_cast<int64_t>(column_count));
  const int wanted = builder.NewRegister();
  builder.LoadText(name, wanted);
  const int wanted_type = builder.NewRegister();
  if (!type.empty()) builder.LoadText(type, wanted_type);
  const Label done = builder.NewLabel();
  const Label next = builder.NewLabel();
  builder.EmitJump(Opcode::kRewind, cursor, done);
  const Label loop = builder.Here();
  const int found = builder.NewRegister();
  builder.Emit(Opcode::kColumn, cursor, column, found);
  ComparisonRule same_name;
  same_name.collation = &collation;
  coder.EmitCompare(Opcode::kNe, found, wanted, next, same_name, kCompareJumpIfNull);
  if (!type.empty()) {
    builder.Emit(Opcode::kColumn, cursor, 0, found);
    coder.EmitCompare(Opcode::kNe, found, wanted_type, next, ComparisonRule(), kCompareJumpIfNull);
  }
  builder.Emit(Opcode::kDelete, cursor);
  builder.Place(next);
  builder.EmitJump(Opcode::kNext, cursor, loop);
  builder.Place(done);
  builder.Emit(Opcode::kClose, cursor);
}

// Frees a tree, and writes down that another one's root is there now, if that has happened: as it
// does in a file with pointer maps.
void DestroyTreeAt(CompileContext& context, PageNumber root) {
  ProgramBuilder& builder = context.builder;
  ExprCoder coder(context);
  const int moved_from = builder.NewRegister();
  builder.Emit(Opcode::kDestroy, static_cast<int>(root), moved_from);
  const Label done = builder.NewLabel();
  const Label close = builder.NewLabel();
  const Label next = builder.NewLabel();
  builder.EmitJump(Opcode::kIfNot, moved_from, done);
  const int cursor = builder.NewCursor();
  builder.Emit(Opcode::kOpenWrite, cursor, kSchemaRoot, 0, int64_t{kSchemaColumnCount});
  builder.EmitJump(Opcode::kRewind, cursor, close);
  const Label loop = builder.Here();
  const int first = builder.NewRegisters(kSchemaColumnCount);
  builder.Emit(Opcode::kColumn, cursor, kRootColumn, first + kRootColumn);
  coder.EmitCompare(Opcode::kNe, first + kRootColumn, moved_from, next, ComparisonRule(),
                    kCompareJumpIfNull);
  for (int column = 0; column < kSchemaColumnCount; ++column) {
    if (column != kRootColumn) builder.Emit(Opcode::kColumn, cursor, column, first + column);
  }
  builder.LoadInteger(static_cast<int64_t>(root), first + kRootColumn);
  const int rowid = builder.NewRegister();
  const int record = builder.NewRegister();
  builder.Emit(Opcode::kRowid, cursor, rowid);
  builder.Emit(Opcode::kMakeRecord, first, kSchemaColumnCount, record, "BBBDB");
  builder.Emit(Opcode::kInsert, cursor, record, rowid);
  builder.Place(next);
  builder.EmitJump(Opcode::kNext, cursor, loop);
  builder.Place(close);
  builder.Emit(Opcode::kClose, cursor);
  builder.Place(done);
}

}  // namespace

void DeleteSchemaRow(CompileContext& context, std::string_view type, std::string_view name) {
  DeleteRows(context, kSchemaRoot, kSchemaColumnCount, kNameColumn, name, type, kNoCaseCollation);
}

void DeleteSchemaRowsOf(CompileContext& context, std::string_view table_name) {
  DeleteRows(context, kSchemaRoot, kSchemaColumnCount, kTableNameColumn, table_name, {},
             kNoCaseCollation);
}

Status CheckNameIsFree(const CompileContext& context, const std::string& name) {
  if (context.schema->FindTable(name) != nullptr)
    return SqlError("table " + name + " already exists");
  if (context.schema->FindView(name) != nullptr)
    return SqlError("view " + name + " already exists");
  const Table* indexed = nullptr;
  if (context.schema->FindIndex(name, &indexed) != nullptr)
    return SqlError("there is already an index named " + name);
  return OkStatus();
}

namespace {

Status CheckSupported(const Table& table) {
  for (const Column& column : table.columns) {
    if (column.is_generated) return NotSupportedYet("generated columns are");
  }
  return OkStatus();
}

}  // namespace

Status CompileCreateTable(CompileContext& context, const CreateTableStatement& statement) {
  if (statement.is_temporary) return NotSupportedYet("TEMP tables are");
  RETURN_IF_ERROR(CheckSchemaName(statement.table, "unknown database "));
  const std::string& name = statement.table.name.text;
  if (IsReservedName(name)) return SqlError("object name reserved for internal use: " + name);
  ProgramBuilder& builder = context.builder;
  if (Status status = CheckNameIsFree(context, name); !status.ok()) {
    const bool is_index =
        context.schema->FindTable(name) == nullptr && context.schema->FindView(name) == nullptr;
    if (!statement.if_not_exists || is_index) return status;
    builder.NeedTransaction(/*to_write=*/false);
    return OkStatus();
  }
  if (statement.select) return CompileCreateTableAs(context, statement);
  // The definition is borrowed for the check; the schema gets its own from sqlite_schema.
  ASSIGN_OR_RETURN(const Table table,
                   MakeTable(std::shared_ptr<const ParsedStatement>(
                                 std::shared_ptr<const ParsedStatement>(), &context.parsed),
                             context.schema->schema_format(), DefinitionSource::kStatement));
  RETURN_IF_ERROR(CheckSupported(table));
  RETURN_IF_ERROR(CheckNames(table, context.functions, /*functions_may_be_missing=*/false));

  const int root = CodeNewTree(context, table.is_without_rowid ? kTreeOfIndex : kTreeOfTable);
  // The text as sqlite_schema keeps it: from the name on, whatever stood before it; behind an
  // option up to the semicolon, with the blanks before that.
  const size_t begin = statement.table.name.span.begin;
  size_t end = statement.span.end;
  if (table.is_strict || table.is_without_rowid) {
    end = context.text().size() - (context.text().ends_with(';') ? 1 : 0);
  }
  AddSchemaRow(context, "table", name, name, root,
               "CREATE TABLE " + std::string(context.text().substr(begin, end - begin)));
  // The oldest is the last of them.
  std::vector<const Index*> indexes;
  for (const std::unique_ptr<Index>& index : table.indexes) {
    if (index.get() != table.primary_key) indexes.push_back(index.get());
  }
  std::sort(indexes.begin(), indexes.end(), [](const Index* a, const Index* b) {
    return a->constraint_number < b->constraint_number;
  });
  for (const Index* index : indexes) {
    const int index_root = builder.NewRegister();
    builder.Emit(Opcode::kCreateBtree, 0, index_root, kTreeOfIndex);
    AddSchemaRow(context, "index", index->name, name, index_root, "");
  }
  if (table.is_autoincrement && context.schema->FindTable(kSequenceTable) == nullptr) {
    const int sequences = builder.NewRegister();
    builder.Emit(Opcode::kCreateBtree, 0, sequences, kTreeOfTable);
    AddSchemaRow(context, "table", kSequenceTable, kSequenceTable, sequences, kSequenceTableSql);
  }
  CodeNewSchema(context);
  return OkStatus();
}

namespace {

void NothingToDrop(CompileContext& context) { context.builder.NeedTransaction(/*to_write=*/false); }

Status DropTable(CompileContext& context, const DropStatement& statement) {
  ProgramBuilder& builder = context.builder;
  const std::string& name = statement.name.name.text;
  const Table* table = context.schema->FindTable(name);
  if (table == nullptr && context.schema->FindView(name) != nullptr) {
    return SqlError("use DROP VIEW to delete view " + name);
  }
  if (table == nullptr || !CheckSchemaName(statement.name, "").ok()) {
    if (statement.if_exists) {
      NothingToDrop(context);
      return OkStatus();
    }
    const std::string schema = statement.name.schema ? statement.name.schema->text + "." : "";
    return SqlError("no such table: " + schema + name);
  }
  if (table->is_system || IsReservedName(table->name)) {
    return SqlError("table " + (table->is_system ? std::string("sqlite_master") : table->name) +
                    " may not be dropped");
  }
  if (table->is_virtual) RETURN_IF_ERROR(table->CheckReadable());

  builder.NeedTransaction(/*to_write=*/true);
  builder.program().writes = true;
  DeleteSchemaRowsOf(context, table->name);
  const Table* const sequences = context.schema->FindTable(kSequenceTable);
  if (table->is_autoincrement && sequences != nullptr) {
    DeleteRows(context, sequences->root, sequences->columns.size(), 0, table->name, {},
               kBinaryCollation);
  }
  // The last root first, as SQLite does, so that the same pages are free afterwards.
  std::vector<PageNumber> roots = {table->root};
  for (const std::unique_ptr<Index>& index : table->indexes) {
    if (index->root != kNoPage && index.get() != table->primary_key) roots.push_back(index->root);
  }
  std::sort(roots.begin(), roots.end(), std::greater<>());
  for (const PageNumber root : roots) DestroyTreeAt(context, root);
  CodeNewSchema(context);
  return OkStatus();
}

Status DropIndex(CompileContext& context, const DropStatement& statement) {
  ProgramBuilder& builder = context.builder;
  const std::string& name = statement.name.name.text;
  const Table* table = nullptr;
  const Index* index = context.schema->FindIndex(name, &table);
  if (index == nullptr || !CheckSchemaName(statement.name, "").ok()) {
    if (statement.if_exists) {
      NothingToDrop(context);
      return OkStatus();
    }
    const std::string schema = statement.name.schema ? statement.name.schema->text + "." : "";
    return SqlError("no such index: " + schema + name);
  }
  if (index->origin != IndexOrigin::kCreateIndex) {
    return SqlError("index associated with UNIQUE or PRIMARY KEY constraint cannot be dropped");
  }
  builder.NeedTransaction(/*to_write=*/true);
  builder.program().writes = true;
  DeleteSchemaRow(context, "index", index->name);
  DestroyTreeAt(context, index->root);
  CodeNewSchema(context);
  return OkStatus();
}

}  // namespace

Status CompileDrop(CompileContext& context, const DropStatement& statement) {
  switch (statement.object) {
    case SchemaObjectKind::kTable:
      return DropTable(context, statement);
    case SchemaObjectKind::kIndex:
      return DropIndex(context, statement);
    case SchemaObjectKind::kView:
      return CompileDropView(context, statement);
    case SchemaObjectKind::kTrigger:
      return CompileDropTrigger(context, statement);
  }
  Unreachable();
}

}  // namespace orrery
