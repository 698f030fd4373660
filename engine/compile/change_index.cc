// CREATE INDEX: an index is filled from its table, in its own order.

#include "engine/compile/change_schema.h"
#include "engine/compile/compile_context.h"
#include "engine/compile/expr_coder.h"
#include "engine/compile/index_entry.h"
#include "engine/compile/row_key.h"

namespace orrery {
namespace {

SortKey SortKeyOf(const KeyOrder& order) {
  SortKey key;
  for (const KeyColumn& column : order) {
    key.push_back({.collation = column.collation,
                   .descending = column.is_descending,
                   .nulls_last = column.is_descending});
  }
  return key;
}

}  // namespace

Status CodeFill(CompileContext& context, const Table& table, const Index& index, int index_cursor,
                bool is_made_anew) {
  ProgramBuilder& builder = context.builder;
  ExprCoder coder(context);
  const int cursor = builder.NewCursor();
  IndexEntry entry(table, index, cursor);
  RETURN_IF_ERROR(entry.Bind(context));

  const int sorter = builder.NewCursor();
  const int count = entry.column_count();
  const int record = builder.NewRegister();
  builder.Emit(Opcode::kSorterOpen, sorter, count, 0, SortKeyOf(index.order));
  OpenRows(builder, Opcode::kOpenRead, table, cursor);
  const Label read_all = builder.NewLabel();
  const Label next_row = builder.NewLabel();
  builder.EmitJump(Opcode::kRewind, cursor, read_all);
  const Label row_loop = builder.Here();
  entry.CodeWhere(coder, next_row);
  const int first = builder.NewRegisters(count);
  entry.CodeColumns(coder, first);
  builder.Emit(Opcode::kMakeRecord, first, count, record, entry.Letters());
  builder.Emit(Opcode::kSorterInsert, sorter, record);
  builder.Place(next_row);
  builder.EmitJump(Opcode::kNext, cursor, row_loop);
  builder.Place(read_all);
  builder.Emit(Opcode::kClose, cursor);

  if (is_made_anew) builder.Emit(Opcode::kClear, static_cast<int>(index.root), table.database);
  const Label done = builder.NewLabel();
  const Label store = builder.NewLabel();
  builder.EmitJump(Opcode::kSorterSort, sorter, done);
  Label entry_loop;
  if (index.is_unique) {
    // From the second on, each is compared with the one before.
    builder.Goto(store);
    entry_loop = builder.Here();
    builder.EmitJump(Opcode::kSorterCompare, sorter, store, record,
                     static_cast<int64_t>(index.declared_count));
    builder.Emit(Opcode::kHalt, static_cast<int>(ResultCode::kConstraintUnique),
                 static_cast<int>(OnError::kAbort), 0,
                 "UNIQUE constraint failed: " + KeyDescription(table, index));
    builder.Place(store);
  } else {
    builder.Place(store);
    entry_loop = builder.Here();
  }
  builder.Emit(Opcode::kSorterData, sorter, record);
  builder.Emit(Opcode::kIdxInsert, index_cursor, record, 0, {}, kInsertAppend);
  builder.EmitJump(Opcode::kSorterNext, sorter, entry_loop);
  builder.Place(done);
  builder.Emit(Opcode::kClose, sorter);
  return OkStatus();
}

namespace {

// Where the index is to be, which is where its table is: if it says no database, its table may be
// in the temporary one.
Status CheckIndexable(const CompileContext& context, const CreateIndexStatement& statement,
                      const Table** table) {
  const std::string& name = statement.table.text;
  ASSIGN_OR_RETURN(int database, DatabaseToUse(context, statement.index.schema));
  if (!statement.index.schema && !IsSchemaTableName(name) &&
      context.catalog->FindRelation(name, kTempDatabase)) {
    database = kTempDatabase;
  }
  const Relation found = context.catalog->FindRelation(name, database);
  if (found.view != nullptr) return SqlError("views may not be indexed");
  *table = found.table;
  if (*table == nullptr) {
    return SqlError("no such table: " + context.catalog->NameOf(database) + "." + name);
  }
  if ((*table)->is_system || IsReservedName((*table)->name)) {
    return SqlError("table " + std::string(OldNameOf(**table)) + " may not be indexed");
  }
  if ((*table)->is_virtual) return SqlError("virtual tables may not be indexed");
  return (*table)->CheckReadable();
}

}  // namespace

Status CompileCreateIndex(CompileContext& context, const CreateIndexStatement& statement) {
  const Table* table = nullptr;
  RETURN_IF_ERROR(CheckIndexable(context, statement, &table));
  const int database = table->database;
  ProgramBuilder& builder = context.builder;
  const std::string& name = statement.index.name.text;
  if (IsReservedName(name)) return SqlError("object name reserved for internal use: " + name);
  if (context.catalog->FindRelation(name, database)) {
    return SqlError("there is already a table named " + name);
  }
  const Table* indexed = nullptr;
  if (context.catalog->FindIndex(name, &indexed, database) != nullptr) {
    if (!statement.if_not_exists) return SqlError("index " + name + " already exists");
    NothingToDo(context, database);
    return OkStatus();
  }
  // The definition is borrowed for now; the schema gets its own from sqlite_schema.
  ASSIGN_OR_RETURN(std::unique_ptr<Index> made,
                   MakeIndex(std::shared_ptr<const ParsedStatement>(
                                 std::shared_ptr<const ParsedStatement>(), &context.parsed),
                             *table, context.catalog->SchemaOf(database).schema_format(),
                             DefinitionSource::kStatement));
  const std::shared_ptr<const Index> index = std::move(made);
  builder.program().made_index = index;

  BeginSchemaChange(context, database);
  const int root = builder.NewRegister();
  builder.Emit(Opcode::kCreateBtree, database, root, kTreeOfIndex);
  // The text as sqlite_schema keeps it: from the name on, whatever stood before it, up to the
  // semicolon or the end, with the blanks before that.
  std::string_view text = context.text().substr(statement.index.name.span.begin);
  if (text.ends_with(';')) text.remove_suffix(1);
  AddSchemaRow(
      context, database, "index", name, table->name, root,
      std::string("CREATE ") + (index->is_unique ? "UNIQUE INDEX " : "INDEX ") + std::string(text));
  const int cursor = builder.NewCursor();
  builder.Emit(Opcode::kOpenWrite, cursor, root, database, &index->order, /*p5=*/1);
  RETURN_IF_ERROR(CodeFill(context, *table, *index, cursor, /*is_made_anew=*/false));
  builder.Emit(Opcode::kClose, cursor);
  CodeNewSchema(context, database);
  return OkStatus();
}

}  // namespace orrery
