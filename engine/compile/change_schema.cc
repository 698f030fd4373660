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
constexpr int kTypeColumn = 0;  // of sqlite_schema
constexpr int kNameColumn = 1;
constexpr int kTableNameColumn = 2;
constexpr int kRootColumn = 3;
constexpr int kSqlColumn = 4;

}  // namespace

void BeginSchemaChange(CompileContext& context, int database) {
  context.builder.NeedTransaction(database, /*to_write=*/true);
  context.builder.program().writes = true;
}

void NothingToDo(CompileContext& context, int database) {
  context.builder.NeedTransaction(database, /*to_write=*/false);
}

void CodeNewSchema(CompileContext& context, int database) {
  ProgramBuilder& builder = context.builder;
  const uint32_t cookie = context.catalog->SchemaOf(database).cookie + 1;
  builder.Emit(Opcode::kSetCookie, database, static_cast<int>(HeaderField::kSchemaCookie),
               static_cast<int>(cookie));
  builder.Emit(Opcode::kParseSchema, database);
}

int CodeNewTree(CompileContext& context, int database, int kind) {
  ProgramBuilder& builder = context.builder;
  const Label has_format = builder.NewLabel();
  const int format = builder.NewRegister();
  builder.Emit(Opcode::kReadCookie, database, format, static_cast<int>(HeaderField::kSchemaFormat));
  builder.EmitJump(Opcode::kIf, format, has_format);
  builder.Emit(Opcode::kSetCookie, database, static_cast<int>(HeaderField::kSchemaFormat),
               kSchemaFormatWithDescending);
  builder.Place(has_format);

  const int root = builder.NewRegister();
  builder.Emit(Opcode::kCreateBtree, database, root, kind);
  return root;
}

void AddSchemaRow(CompileContext& context, int database, std::string_view type,
                  std::string_view name, std::string_view table_name, int root,
                  std::string_view sql) {
  ProgramBuilder& builder = context.builder;
  const int cursor = builder.NewCursor();
  builder.Emit(Opcode::kOpenWrite, cursor, kSchemaRoot, database, int64_t{kSchemaColumnCount});
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
void DeleteRows(CompileContext& context, int database, PageNumber root, size_t column_count,
                int column, std::string_view name, std::string_view type,
                const Collation& collation) {
  ProgramBuilder& builder = context.builder;
  ExprCoder coder(context);
  const int cursor = builder.NewCursor();
  builder.Emit(Opcode::kOpenWrite, cursor, static_cast<int>(root), database,
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

// The value of a column of sqlite_schema, in a register.
struct SchemaField {
  int column;
  int value;
};

// Sets a field in the rows of sqlite_schema that have all of `where`.
void SetInSchema(CompileContext& context, int database, std::initializer_list<SchemaField> where,
                 SchemaField field) {
  ProgramBuilder& builder = context.builder;
  ExprCoder coder(context);
  const Label close = builder.NewLabel();
  const Label next = builder.NewLabel();
  const int cursor = builder.NewCursor();
  builder.Emit(Opcode::kOpenWrite, cursor, kSchemaRoot, database, int64_t{kSchemaColumnCount});
  builder.EmitJump(Opcode::kRewind, cursor, close);
  const Label loop = builder.Here();
  const int first = builder.NewRegisters(kSchemaColumnCount);
  ComparisonRule same_name;
  same_name.collation = &kNoCaseCollation;
  for (const SchemaField& wanted : where) {
    builder.Emit(Opcode::kColumn, cursor, wanted.column, first + wanted.column);
    coder.EmitCompare(Opcode::kNe, first + wanted.column, wanted.value, next, same_name,
                      kCompareJumpIfNull);
  }
  for (int column = 0; column < kSchemaColumnCount; ++column) {
    builder.Emit(Opcode::kColumn, cursor, column, first + column);
  }
  builder.Emit(Opcode::kSCopy, field.value, first + field.column);
  const int rowid = builder.NewRegister();
  const int record = builder.NewRegister();
  builder.Emit(Opcode::kRowid, cursor, rowid);
  builder.Emit(Opcode::kMakeRecord, first, kSchemaColumnCount, record, "BBBDB");
  builder.Emit(Opcode::kInsert, cursor, record, rowid);
  builder.Place(next);
  builder.EmitJump(Opcode::kNext, cursor, loop);
  builder.Place(close);
  builder.Emit(Opcode::kClose, cursor);
}

// Frees a tree, and writes down that another one's root is there now, if that has happened: as it
// does in a file with pointer maps.
void DestroyTreeAt(CompileContext& context, int database, PageNumber root) {
  ProgramBuilder& builder = context.builder;
  const int moved_from = builder.NewRegister();
  const int now_at = builder.NewRegister();
  builder.Emit(Opcode::kDestroy, static_cast<int>(root), moved_from, database);
  const Label done = builder.NewLabel();
  builder.EmitJump(Opcode::kIfNot, moved_from, done);
  builder.LoadInteger(static_cast<int64_t>(root), now_at);
  SetInSchema(context, database, {{kRootColumn, moved_from}}, {kRootColumn, now_at});
  builder.Place(done);
}

}  // namespace

void SetSchemaSql(CompileContext& context, int database, std::string_view type,
                  std::string_view name, std::string_view sql) {
  const int first = context.builder.NewRegisters(3);
  context.builder.LoadText(type, first);
  context.builder.LoadText(name, first + 1);
  context.builder.LoadText(sql, first + 2);
  SetInSchema(context, database, {{kTypeColumn, first}, {kNameColumn, first + 1}},
              {kSqlColumn, first + 2});
}

void DeleteSchemaRow(CompileContext& context, int database, std::string_view type,
                     std::string_view name) {
  DeleteRows(context, database, kSchemaRoot, kSchemaColumnCount, kNameColumn, name, type,
             kNoCaseCollation);
}

void DeleteSchemaRowsOf(CompileContext& context, int database, std::string_view table_name) {
  DeleteRows(context, database, kSchemaRoot, kSchemaColumnCount, kTableNameColumn, table_name, {},
             kNoCaseCollation);
}

Status NotThere(CompileContext& context, const DropStatement& statement, std::string_view what) {
  if (!statement.if_exists) {
    return SqlError("no such " + std::string(what) + ": " + WrittenName(statement.name));
  }
  NothingToDo(context, kMainDatabase);
  return OkStatus();
}

void DropTemporaryTriggers(CompileContext& context, const std::vector<const Trigger*>& triggers,
                           int database) {
  if (database == kTempDatabase) return;
  bool has_some = false;
  for (const Trigger* const trigger : triggers) {
    if (trigger->database != kTempDatabase) continue;
    if (!has_some) BeginSchemaChange(context, kTempDatabase);
    has_some = true;
    DeleteSchemaRow(context, kTempDatabase, "trigger", trigger->name);
  }
  if (has_some) CodeNewSchema(context, kTempDatabase);
}

Status CheckNameIsFree(const CompileContext& context, int database, const std::string& name) {
  const Relation there = context.catalog->FindRelation(name, database);
  if (there.table != nullptr) return SqlError("table " + name + " already exists");
  if (there.view != nullptr) return SqlError("view " + name + " already exists");
  const Table* indexed = nullptr;
  if (context.catalog->FindIndex(name, &indexed, database) != nullptr)
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
  ASSIGN_OR_RETURN(const int database,
                   DatabaseToChange(context, statement.table, statement.is_temporary));
  const std::string& name = statement.table.name.text;
  if (IsReservedName(name)) return SqlError("object name reserved for internal use: " + name);
  ProgramBuilder& builder = context.builder;
  if (Status status = CheckNameIsFree(context, database, name); !status.ok()) {
    if (!statement.if_not_exists || !context.catalog->FindRelation(name, database)) return status;
    NothingToDo(context, database);
    return OkStatus();
  }
  BeginSchemaChange(context, database);
  if (statement.select) return CompileCreateTableAs(context, database, statement);
  // The definition is borrowed for the check; the schema gets its own from sqlite_schema.
  ASSIGN_OR_RETURN(
      Table table,
      MakeTable(std::shared_ptr<const ParsedStatement>(std::shared_ptr<const ParsedStatement>(),
                                                       &context.parsed),
                context.catalog->SchemaOf(database).schema_format(), DefinitionSource::kStatement));
  table.database = database;
  RETURN_IF_ERROR(CheckSupported(table));
  RETURN_IF_ERROR(CheckNames(table, context.functions, /*functions_may_be_missing=*/false));

  const int root =
      CodeNewTree(context, database, table.is_without_rowid ? kTreeOfIndex : kTreeOfTable);
  // The text as sqlite_schema keeps it: from the name on, whatever stood before it; behind an
  // option up to the semicolon, with the blanks before that.
  const size_t begin = statement.table.name.span.begin;
  size_t end = statement.span.end;
  if (table.is_strict || table.is_without_rowid) {
    end = context.text().size() - (context.text().ends_with(';') ? 1 : 0);
  }
  AddSchemaRow(context, database, "table", name, name, root,
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
    builder.Emit(Opcode::kCreateBtree, database, index_root, kTreeOfIndex);
    AddSchemaRow(context, database, "index", index->name, name, index_root, "");
  }
  if (table.is_autoincrement &&
      context.catalog->SchemaOf(database).FindTable(kSequenceTable) == nullptr) {
    const int sequences = builder.NewRegister();
    builder.Emit(Opcode::kCreateBtree, database, sequences, kTreeOfTable);
    AddSchemaRow(context, database, "table", kSequenceTable, kSequenceTable, sequences,
                 kSequenceTableSql);
  }
  CodeNewSchema(context, database);
  return OkStatus();
}

namespace {

Status DropTable(CompileContext& context, const DropStatement& statement) {
  const Relation found = FindRelation(context, statement.name);
  const Table* const table = found.table;
  if (found.view != nullptr) {
    return SqlError("use DROP VIEW to delete view " + statement.name.name.text);
  }
  if (table == nullptr) return NotThere(context, statement, "table");
  const int database = table->database;
  if (table->is_system || IsReservedName(table->name)) {
    return SqlError("table " + std::string(OldNameOf(*table)) + " may not be dropped");
  }
  if (table->is_virtual) RETURN_IF_ERROR(table->CheckReadable());

  BeginSchemaChange(context, database);
  DropTemporaryTriggers(context, context.catalog->TriggersOf(*table), database);
  DeleteSchemaRowsOf(context, database, table->name);
  const Table* const sequences = context.catalog->SchemaOf(database).FindTable(kSequenceTable);
  if (table->is_autoincrement && sequences != nullptr) {
    DeleteRows(context, database, sequences->root, sequences->columns.size(), 0, table->name, {},
               kBinaryCollation);
  }
  // The last root first, as SQLite does, so that the same pages are free afterwards.
  std::vector<PageNumber> roots = {table->root};
  for (const std::unique_ptr<Index>& index : table->indexes) {
    if (index->root != kNoPage && index.get() != table->primary_key) roots.push_back(index->root);
  }
  std::sort(roots.begin(), roots.end(), std::greater<>());
  for (const PageNumber root : roots) DestroyTreeAt(context, database, root);
  CodeNewSchema(context, database);
  return OkStatus();
}

Status DropIndex(CompileContext& context, const DropStatement& statement) {
  const std::optional<int> place = PlaceOf(context, statement.name);
  const Table* table = nullptr;
  const Index* const index =
      place ? context.catalog->FindIndex(statement.name.name.text, &table, *place) : nullptr;
  if (index == nullptr) return NotThere(context, statement, "index");
  const int database = table->database;
  if (index->origin != IndexOrigin::kCreateIndex) {
    return SqlError("index associated with UNIQUE or PRIMARY KEY constraint cannot be dropped");
  }
  BeginSchemaChange(context, database);
  DeleteSchemaRow(context, database, "index", index->name);
  DestroyTreeAt(context, database, index->root);
  CodeNewSchema(context, database);
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
