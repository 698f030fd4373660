// Pragmas that describe tables and indexes.

#include "engine/compile/from_binder.h"
#include "engine/compile/pragma_parts.h"
#include "engine/compile/query.h"

namespace orrery {

namespace {

// The table or view that the pragma is about, in the database that it says, or in any.
Relation FindOperand(CompileContext& context, const PragmaStatement& statement) {
  if (!statement.value) return Relation();
  return context.catalog->FindRelation(*statement.value, *PlaceOf(context, statement.name));
}

// The columns of a table, or of a view; empty when there is neither.
Result<std::vector<Column>> ColumnsOf(CompileContext& context, const Relation& relation) {
  if (relation.table != nullptr) return relation.table->columns;
  if (relation.view == nullptr) return std::vector<Column>();
  Scope scope;
  QueryBlock block;
  QualifiedName view;
  view.schema.emplace();
  view.schema->text = context.catalog->NameOf(relation.view->database);
  view.name.text = relation.view->name;
  RETURN_IF_ERROR(FromBinder(context, scope, block).BindTable(view, /*arguments=*/nullptr));
  return block.from[0]->source.table->columns;
}

// `is_extended`: whether a column is hidden.
Status DescribeTable(CompileContext& context, int database, const PragmaStatement& statement,
                     bool is_extended) {
  ProgramBuilder& builder = context.builder;
  builder.program().column_names = {"cid", "name", "type", "notnull", "dflt_value", "pk"};
  if (is_extended) builder.program().column_names.emplace_back("hidden");
  builder.NeedTransaction(database, /*to_write=*/false);
  if (!statement.value) return OkStatus();
  ASSIGN_OR_RETURN(const std::vector<Column> columns,
                   ColumnsOf(context, FindOperand(context, statement)));
  const int count = is_extended ? 7 : 6;
  const int first = builder.NewRegisters(count);
  for (size_t i = 0; i < columns.size(); ++i) {
    const Column& column = columns[i];
    builder.LoadInteger(static_cast<int64_t>(i), first);
    builder.LoadText(column.name, first + 1);
    builder.LoadText(column.declared_type, first + 2);
    builder.LoadInteger(column.is_not_null ? 1 : 0, first + 3);
    if (column.default_expr == nullptr) {
      builder.Emit(Opcode::kNull, 0, first + 4);
    } else {
      builder.LoadText(column.default_text, first + 4);
    }
    builder.LoadInteger(column.primary_key_position, first + 5);
    if (is_extended) builder.LoadInteger(column.is_hidden ? 1 : 0, first + 6);
    builder.Emit(Opcode::kResultRow, first, count);
  }
  return OkStatus();
}

}  // namespace

Status CompileTableInfo(CompileContext& context, int database, const PragmaStatement& statement) {
  return DescribeTable(context, database, statement, /*is_extended=*/false);
}
Status CompileTableXinfo(CompileContext& context, int database, const PragmaStatement& statement) {
  return DescribeTable(context, database, statement, /*is_extended=*/true);
}

// The newest first.
Status CompileTableList(CompileContext& context, int database, const PragmaStatement& statement) {
  ProgramBuilder& builder = context.builder;
  builder.program().column_names = {"schema", "name", "type", "ncol", "wr", "strict"};
  builder.NeedTransaction(database, /*to_write=*/false);
  constexpr int kCount = 6;
  const int first = builder.NewRegisters(kCount);
  const auto answer = [&](std::string_view schema, const std::string& name, std::string_view type,
                          size_t column_count, bool is_without_rowid, bool is_strict) {
    if (statement.value && !SameName(name, *statement.value)) return;
    builder.LoadText(schema, first);
    builder.LoadText(name, first + 1);
    builder.LoadText(type, first + 2);
    builder.LoadInteger(static_cast<int64_t>(column_count), first + 3);
    builder.LoadInteger(is_without_rowid ? 1 : 0, first + 4);
    builder.LoadInteger(is_strict ? 1 : 0, first + 5);
    builder.Emit(Opcode::kResultRow, first, kCount);
  };
  for (int each = 0; each < context.catalog->count(); ++each) {
    if (statement.name.schema && each != database) continue;
    const Schema& schema = context.catalog->SchemaOf(each);
    const std::string& schema_name = context.catalog->NameOf(each);
    for (auto object = schema.objects().rbegin(); object != schema.objects().rend(); ++object) {
      if (object->kind != SchemaObjectKind::kView) continue;
      // One that cannot be read has no columns.
      const Result<std::vector<Column>> columns =
          ColumnsOf(context, context.catalog->FindRelation(object->name, each));
      answer(schema_name, object->name, "view", columns.ok() ? columns->size() : 0, false, false);
    }
    for (auto of = schema.tables().rbegin(); of != schema.tables().rend(); ++of) {
      const Table& table = **of;
      answer(schema_name, table.name, table.is_virtual ? "virtual" : "table", table.columns.size(),
             table.is_without_rowid, table.is_strict);
    }
    const Table& schema_table = *schema.FindTable("sqlite_schema");
    answer(schema_name, schema_table.name, "table", schema_table.columns.size(), false, false);
  }
  return OkStatus();
}

// The last one first; of each a row for every column.
Status CompileForeignKeyList(CompileContext& context, int database,
                             const PragmaStatement& statement) {
  ProgramBuilder& builder = context.builder;
  builder.program().column_names = {"id", "seq",       "table",     "from",
                                    "to", "on_update", "on_delete", "match"};
  builder.NeedTransaction(database, /*to_write=*/false);
  const Table* const table = FindOperand(context, statement).table;
  if (table == nullptr) return OkStatus();
  constexpr int kCount = 8;
  const int first = builder.NewRegisters(kCount);
  const std::vector<ForeignKey>& keys = table->foreign_keys;
  for (size_t id = 0; id < keys.size(); ++id) {
    const ForeignKey& key = keys[keys.size() - 1 - id];
    for (size_t i = 0; i < key.columns.size(); ++i) {
      builder.LoadInteger(static_cast<int64_t>(id), first);
      builder.LoadInteger(static_cast<int64_t>(i), first + 1);
      builder.LoadText(key.parent, first + 2);
      builder.LoadText(table->columns[static_cast<size_t>(key.columns[i])].name, first + 3);
      if (key.reference->columns.empty()) {
        builder.Emit(Opcode::kNull, 0, first + 4);
      } else {
        builder.LoadText(key.reference->columns[i].text, first + 4);
      }
      builder.LoadText(Describe(key.reference->on_update), first + 5);
      builder.LoadText(Describe(key.reference->on_delete), first + 6);
      builder.LoadText("NONE", first + 7);
      builder.Emit(Opcode::kResultRow, first, kCount);
    }
  }
  return OkStatus();
}

// Without the temporary one while nobody has used it.
Status CompileDatabaseList(CompileContext& context, int, const PragmaStatement&) {
  ProgramBuilder& builder = context.builder;
  builder.program().column_names = {"seq", "name", "file"};
  const int first = builder.NewRegisters(3);
  for (int each = 0; each < context.catalog->count(); ++each) {
    const Label is_not_there = builder.NewLabel();
    builder.EmitJump(Opcode::kDatabaseFile, each, is_not_there, first + 2);
    builder.LoadInteger(each, first);
    builder.LoadText(context.catalog->NameOf(each), first + 1);
    builder.Emit(Opcode::kResultRow, first, 3);
    builder.Place(is_not_there);
  }
  return OkStatus();
}

Status CompileCollationList(CompileContext& context, int, const PragmaStatement&) {
  ProgramBuilder& builder = context.builder;
  builder.program().column_names = {"seq", "name"};
  const int first = builder.NewRegisters(2);
  int64_t number = 0;
  for (const std::string_view name : {"RTRIM", "NOCASE", "BINARY"}) {
    builder.LoadInteger(number++, first);
    builder.LoadText(name, first + 1);
    builder.Emit(Opcode::kResultRow, first, 2);
  }
  return OkStatus();
}

Status CompileIndexList(CompileContext& context, int database, const PragmaStatement& statement) {
  ProgramBuilder& builder = context.builder;
  builder.program().column_names = {"seq", "name", "unique", "origin", "partial"};
  builder.NeedTransaction(database, /*to_write=*/false);
  const Table* const table = FindOperand(context, statement).table;
  if (table == nullptr) return OkStatus();
  constexpr int kCount = 5;
  static constexpr std::string_view kOrigins[] = {"c", "u", "pk"};
  const int first = builder.NewRegisters(kCount);
  for (size_t i = 0; i < table->indexes.size(); ++i) {
    const Index& index = *table->indexes[i];
    builder.LoadInteger(static_cast<int64_t>(i), first);
    builder.LoadText(index.name, first + 1);
    builder.LoadInteger(index.is_unique ? 1 : 0, first + 2);
    builder.LoadText(kOrigins[static_cast<size_t>(index.origin)], first + 3);
    builder.LoadInteger(index.where != nullptr ? 1 : 0, first + 4);
    builder.Emit(Opcode::kResultRow, first, kCount);
  }
  return OkStatus();
}

namespace {

// `is_extended`: all columns of an entry, and how each is ordered.
Status DescribeIndex(CompileContext& context, int database, const PragmaStatement& statement,
                     bool is_extended) {
  ProgramBuilder& builder = context.builder;
  builder.program().column_names = {"seqno", "cid", "name"};
  if (is_extended) {
    for (const char* name : {"desc", "coll", "key"}) {
      builder.program().column_names.emplace_back(name);
    }
  }
  builder.NeedTransaction(database, /*to_write=*/false);
  const Table* table = nullptr;
  const Index* index =
      statement.value
          ? context.catalog->FindIndex(*statement.value, &table, *PlaceOf(context, statement.name))
          : nullptr;
  if (index == nullptr) return OkStatus();
  const int count = is_extended ? 6 : 3;
  const int first = builder.NewRegisters(count);
  const size_t shown_count = is_extended ? index->columns.size() : index->declared_count;
  for (size_t i = 0; i < shown_count; ++i) {
    const IndexColumn& column = index->columns[i];
    builder.LoadInteger(static_cast<int64_t>(i), first);
    builder.LoadInteger(column.column, first + 1);
    if (column.column < 0) {
      builder.Emit(Opcode::kNull, 0, first + 2);
    } else {
      builder.LoadText(table->columns[static_cast<size_t>(column.column)].name, first + 2);
    }
    if (is_extended) {
      builder.LoadInteger(column.is_descending ? 1 : 0, first + 3);
      builder.LoadText(column.collation->name, first + 4);
      builder.LoadInteger(i < index->declared_count ? 1 : 0, first + 5);
    }
    builder.Emit(Opcode::kResultRow, first, count);
  }
  return OkStatus();
}

}  // namespace

Status CompileIndexInfo(CompileContext& context, int database, const PragmaStatement& statement) {
  return DescribeIndex(context, database, statement, /*is_extended=*/false);
}
Status CompileIndexXinfo(CompileContext& context, int database, const PragmaStatement& statement) {
  return DescribeIndex(context, database, statement, /*is_extended=*/true);
}

}  // namespace orrery
