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
  builder.Emit(Opcode::kOpenWrite, cursor, static_cast<int>(each.index->root), each.table->database,
               &each.index->order);
  RETURN_IF_ERROR(CodeFill(context, *each.table, *each.index, cursor, /*is_made_anew=*/true));
  builder.Emit(Opcode::kClose, cursor);
  return OkStatus();
}

Result<std::vector<TableIndex>> IndexesToMake(const CompileContext& context,
                                              const ReindexStatement& statement) {
  const Catalog& catalog = *context.catalog;
  std::vector<TableIndex> found;
  const auto add_of = [&](const Table& table, const Collation* collation) {
    for (const std::unique_ptr<Index>& index : table.indexes) {
      if (collation == nullptr || Uses(*index, *collation)) found.push_back({&table, index.get()});
    }
  };
  const auto add_all = [&](const Collation* collation) {
    for (int database = 0; database < catalog.count(); ++database) {
      for (const auto& table : catalog.SchemaOf(database).tables()) add_of(*table, collation);
    }
  };
  if (!statement.name) {
    add_all(nullptr);
    return found;
  }
  const std::string& name = statement.name->name.text;
  if (!statement.name->schema) {
    if (const Collation* collation = FindCollation(name)) {
      add_all(collation);
      return found;
    }
  }
  RETURN_IF_ERROR(DatabaseToUse(context, statement.name->schema).status());
  if (const Table* table = FindRelation(context, *statement.name).table) {
    add_of(*table, nullptr);
    return found;
  }
  TableIndex one{};
  one.index = catalog.FindIndex(name, &one.table, *PlaceOf(context, *statement.name));
  if (one.index == nullptr) return SqlError("unable to identify the object to be reindexed");
  found.push_back(one);
  return found;
}

}  // namespace

Status CompileReindex(CompileContext& context, const ReindexStatement& statement) {
  ASSIGN_OR_RETURN(const std::vector<TableIndex> indexes, IndexesToMake(context, statement));
  context.builder.program().writes = true;
  context.builder.NeedTransaction(kMainDatabase, /*to_write=*/true);
  for (const TableIndex& each : indexes) {
    context.builder.NeedTransaction(each.table->database, /*to_write=*/true);
    RETURN_IF_ERROR(each.table->CheckWritable());
    RETURN_IF_ERROR(CodeOne(context, each));
  }
  return OkStatus();
}

}  // namespace orrery
