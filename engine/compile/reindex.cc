// REINDEX: indexes are made anew from their tables: all, those of a table, those that use a
// collation, or one (https://www.sqlite.org/lang_reindex.html).

#include "engine/compile/change_schema.h"
#include "engine/compile/compile_context.h"

namespace orrery {
namespace {

struct TableIndex {
  const Table* table;
  const Index* index;
};

bool Uses(const Index& index, const Collation& collation) {
  for (size_t i = 0; i < index.declared_count; ++i) {
    if (index.columns[i].collation == &collation) return true;
  }
  return false;
}

Status CodeOne(CompileContext& context, const TableIndex& each) {
  ProgramBuilder& builder = context.builder;
  const int cursor = builder.NewCursor();
  builder.Emit(Opcode::kOpenWrite, cursor, static_cast<int>(each.index->root), 0,
               &each.index->order);
  RETURN_IF_ERROR(CodeFill(context, *each.table, *each.index, cursor, /*is_made_anew=*/true));
  builder.Emit(Opcode::kClose, cursor);
  return OkStatus();
}

Result<std::vector<TableIndex>> IndexesToMake(const CompileContext& context,
                                              const ReindexStatement& statement) {
  const Schema& schema = *context.schema;
  std::vector<TableIndex> found;
  const auto add_all = [&](const Table& table, const Collation* collation) {
    for (const std::unique_ptr<Index>& index : table.indexes) {
      if (collation == nullptr || Uses(*index, *collation)) found.push_back({&table, index.get()});
    }
  };
  if (!statement.name) {
    for (const std::unique_ptr<Table>& table : schema.tables()) add_all(*table, nullptr);
    return found;
  }
  const std::string& name = statement.name->name.text;
  if (!statement.name->schema) {
    if (const Collation* collation = FindCollation(name)) {
      for (const std::unique_ptr<Table>& table : schema.tables()) add_all(*table, collation);
      return found;
    }
  }
  RETURN_IF_ERROR(CheckSchemaName(*statement.name, "unknown database "));
  if (const Table* table = schema.FindTable(name)) {
    add_all(*table, nullptr);
    return found;
  }
  TableIndex one{};
  one.index = schema.FindIndex(name, &one.table);
  if (one.index == nullptr) return SqlError("unable to identify the object to be reindexed");
  found.push_back(one);
  return found;
}

}  // namespace

Status CompileReindex(CompileContext& context, const ReindexStatement& statement) {
  ASSIGN_OR_RETURN(const std::vector<TableIndex> indexes, IndexesToMake(context, statement));
  context.builder.NeedTransaction(/*to_write=*/true);
  context.builder.program().writes = true;
  for (const TableIndex& each : indexes) {
    RETURN_IF_ERROR(each.table->CheckWritable());
    RETURN_IF_ERROR(CodeOne(context, each));
  }
  return OkStatus();
}

}  // namespace orrery
