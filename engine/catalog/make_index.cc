#include "engine/catalog/make_index.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace orrery {
namespace {

Status SqlError(std::string message) { return Status(ResultCode::kError, message); }

// The name of a column, when that is all the expression is. A text in single quotes is one too, as
// in SQLite.
std::optional<std::string_view> LoneName(const Expr& expr) {
  if (const ColumnExpr* column = expr.TryAs<ColumnExpr>()) {
    if (column->table) return std::nullopt;
    return column->column.text;
  }
  const LiteralExpr* literal = expr.TryAs<LiteralExpr>();
  if (literal != nullptr && literal->literal == LiteralKind::kText) return literal->text;
  return std::nullopt;
}

}  // namespace

Result<IndexColumn> MakeIndexColumn(const OrderingTerm& term, const Table& table, int schema_format,
                                    DefinitionSource source, MissingCollations& missing) {
  if (term.nulls != NullsOrder::kUnsaid) {
    return SqlError(std::string("unsupported use of NULLS ") +
                    (term.nulls == NullsOrder::kFirst ? "FIRST" : "LAST"));
  }
  IndexColumn column;
  column.is_descending =
      term.order == SortOrder::kDescending && schema_format >= kSchemaFormatWithDescending;
  column.collation = nullptr;
  const Expr* expr = term.expr.get();
  while (const CollateExpr* collate = expr->TryAs<CollateExpr>()) {
    if (column.collation == nullptr) {
      ASSIGN_OR_RETURN(column.collation, missing.Find(collate->collation.text, source));
    }
    expr = collate->operand.get();
  }
  const std::optional<std::string_view> name = LoneName(*expr);
  const int found = name ? table.FindColumn(*name) : -1;
  if (found >= 0) {
    column.column = found;
    if (column.collation == nullptr) {
      column.collation = table.columns[static_cast<size_t>(found)].collation;
    }
    return column;
  }
  // A word in double quotes that is no column is a text, and an expression.
  const ColumnExpr* word = expr->TryAs<ColumnExpr>();
  if (word != nullptr && !word->table && !word->is_double_quoted && !TruthWord(*word)) {
    return Status(ResultCode::kError, "no such column: " + word->column.text)
        .WithOffset(word->span.offset());
  }
  column.column = kExpressionColumn;
  column.expr = expr;
  if (column.collation == nullptr) column.collation = &kBinaryCollation;
  return column;
}

bool HasColumn(const std::vector<IndexColumn>& columns, const IndexColumn& column) {
  return std::any_of(columns.begin(), columns.end(), [&](const IndexColumn& each) {
    return each.column == column.column && each.collation == column.collation;
  });
}

void FinishIndex(const Table& table, Index& index) {
  size_t ordered_count = 0;  // 0: all
  if (table.primary_key == nullptr) {
    index.columns.push_back({.column = kRowidColumn});
  } else if (table.primary_key == &index) {
    ordered_count = index.declared_count;
    for (int i = 0; i < static_cast<int>(table.columns.size()); ++i) {
      const bool is_there = std::any_of(index.columns.begin(), index.columns.end(),
                                        [i](const IndexColumn& each) { return each.column == i; });
      if (!is_there) index.columns.push_back({.column = i});
    }
  } else {
    // Where the key descends, a constraint's index ascends nevertheless.
    const std::vector<IndexColumn> declared = index.columns;
    const bool may_descend = index.origin == IndexOrigin::kCreateIndex;
    for (size_t i = 0; i < table.primary_key->declared_count; ++i) {
      IndexColumn of_key = table.primary_key->columns[i];
      if (HasColumn(declared, of_key)) continue;
      of_key.is_descending = of_key.is_descending && may_descend;
      index.columns.push_back(of_key);
    }
  }
  if (ordered_count == 0) ordered_count = index.columns.size();
  index.order.clear();
  for (size_t i = 0; i < ordered_count; ++i) {
    const IndexColumn& each = index.columns[i];
    index.order.push_back({.collation = each.collation, .is_descending = each.is_descending});
  }
}

Result<std::unique_ptr<Index>> MakeIndex(std::shared_ptr<const ParsedStatement> definition,
                                         const Table& table, int schema_format,
                                         DefinitionSource source) {
  const auto& statement = definition->statement->As<CreateIndexStatement>();
  auto index = std::make_unique<Index>();
  index->name = statement.index.name.text;
  index->is_unique = statement.is_unique;
  index->where = statement.where.get();
  for (const OrderingTerm& term : statement.columns) {
    ASSIGN_OR_RETURN(const IndexColumn column, MakeIndexColumn(term, table, schema_format, source,
                                                               index->missing_collations));
    index->columns.push_back(column);
  }
  index->declared_count = index->columns.size();
  FinishIndex(table, *index);
  index->definition = std::move(definition);
  return index;
}

void OrderIndexes(Table& table) {
  std::vector<std::unique_ptr<Index>> ordered;
  for (const bool replaces : {false, true}) {
    for (std::unique_ptr<Index>& index : table.indexes) {
      if (index != nullptr && (index->action == ConflictAction::kReplace) == replaces) {
        ordered.push_back(std::move(index));
      }
    }
  }
  table.indexes = std::move(ordered);
}

Index& AddIndex(Table& table, std::unique_ptr<Index> index) {
  Index& added = *index;
  table.indexes.insert(table.indexes.begin(), std::move(index));
  OrderIndexes(table);
  return added;
}

}  // namespace orrery
