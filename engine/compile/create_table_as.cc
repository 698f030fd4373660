// CREATE TABLE name AS SELECT: a table with the columns of a query, and its rows.

#include "engine/compile/change_schema.h"
#include "engine/compile/query_binder.h"
#include "engine/compile/query_coder.h"
#include "engine/compile/row_writer.h"
#include "engine/sql/printer.h"

namespace orrery {
namespace {

std::string_view TypeOf(const Column& column) {
  switch (column.affinity) {
    case Affinity::kBlob:
      return "";
    case Affinity::kText:
      return " TEXT";
    case Affinity::kNumeric:
      return " NUM";
    case Affinity::kInteger:
      return " INT";
    case Affinity::kReal:
      return " REAL";
  }
  Unreachable();
}

// The text that sqlite_schema keeps: in one line when it is short.
std::string DefinitionOf(const Table& table) {
  constexpr size_t kShort = 50;
  constexpr size_t kMoreOfEach = 5;  // of a column, for its type and its comma
  const std::string name = PrintName(table.name);
  size_t size = name.size();
  for (const Column& column : table.columns) size += column.name.size() + kMoreOfEach;
  const bool is_short = size < kShort;
  std::string text = "CREATE TABLE " + name + "(";
  for (const Column& column : table.columns) {
    if (&column != &table.columns.front()) text += ",";
    if (!is_short) text += "\n  ";
    text += PrintName(column.name);
    text += TypeOf(column);
  }
  return text + (is_short ? ")" : "\n)");
}

}  // namespace

Status CompileCreateTableAs(CompileContext& context, int database,
                            const CreateTableStatement& statement) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Query> query,
                   BindQuery(context, *statement.select, /*with=*/nullptr, /*outer=*/nullptr));
  query->table_names = query->schema_names;
  const std::unique_ptr<Table> table = TableOfQuery(*query, statement.table.name.text);
  ProgramBuilder& builder = context.builder;
  const int root = CodeNewTree(context, database, kTreeOfTable);
  const int cursor = builder.NewCursor();
  const int count = query->column_count();
  builder.Emit(Opcode::kOpenWrite, cursor, root, database, static_cast<int64_t>(count), 1);
  ExprCoder coder(context);
  QueryCoder(context, coder, *query).Code([&](int first, int) {
    const int copy = builder.NewRegisters(count);
    builder.Emit(Opcode::kCopy, first, copy, count - 1);
    const int record = builder.NewRegister();
    const int rowid = builder.NewRegister();
    builder.Emit(Opcode::kMakeRecord, copy, count, record, StoredLetters(*table));
    builder.Emit(Opcode::kNewRowid, cursor, rowid);
    builder.Emit(Opcode::kInsert, cursor, record, rowid, {}, kInsertAppend);
  });
  builder.Emit(Opcode::kClose, cursor);
  AddSchemaRow(context, database, "table", table->name, table->name, root, DefinitionOf(*table));
  CodeNewSchema(context, database);
  return OkStatus();
}

}  // namespace orrery
