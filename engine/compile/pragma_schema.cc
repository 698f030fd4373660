// Pragmas that describe tables and indexes.

#include "engine/compile/pragma_parts.h"

namespace orrery {

Status CompileTableInfo(CompileContext& context, const PragmaStatement& statement) {
  ProgramBuilder& builder = context.builder;
  builder.program().column_names = {"cid", "name", "type", "notnull", "dflt_value", "pk"};
  builder.NeedTransaction(/*to_write=*/false);
  if (!statement.value) return OkStatus();
  const Table* table = context.schema->FindTable(*statement.value);
  if (table == nullptr) return OkStatus();
  const int count = 6;
  const int first = builder.NewRegisters(count);
  for (size_t i = 0; i < table->columns.size(); ++i) {
    const Column& column = table->columns[i];
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
    builder.Emit(Opcode::kResultRow, first, count);
  }
  return OkStatus();
}

Status CompileIndexList(CompileContext& context, const PragmaStatement& statement) {
  ProgramBuilder& builder = context.builder;
  builder.program().column_names = {"seq", "name", "unique", "origin", "partial"};
  builder.NeedTransaction(/*to_write=*/false);
  const Table* table = statement.value ? context.schema->FindTable(*statement.value) : nullptr;
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
Status DescribeIndex(CompileContext& context, const PragmaStatement& statement, bool is_extended) {
  ProgramBuilder& builder = context.builder;
  builder.program().column_names = {"seqno", "cid", "name"};
  if (is_extended) {
    for (const char* name : {"desc", "coll", "key"}) {
      builder.program().column_names.emplace_back(name);
    }
  }
  builder.NeedTransaction(/*to_write=*/false);
  const Table* table = nullptr;
  const Index* index =
      statement.value ? context.schema->FindIndex(*statement.value, &table) : nullptr;
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

Status CompileIndexInfo(CompileContext& context, const PragmaStatement& statement) {
  return DescribeIndex(context, statement, /*is_extended=*/false);
}
Status CompileIndexXinfo(CompileContext& context, const PragmaStatement& statement) {
  return DescribeIndex(context, statement, /*is_extended=*/true);
}

}  // namespace orrery
