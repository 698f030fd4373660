#include "engine/compile/query.h"

#include <algorithm>

#include "engine/compile/window.h"

namespace orrery {
namespace {

using Visit = std::function<void(const Bound&)>;

void VisitAll(const BoundPtr& bound, const Visit& visit) {
  if (bound) VisitAll(*bound, visit);
}

void VisitAll(const std::vector<BoundPtr>& list, const Visit& visit) {
  for (const BoundPtr& bound : list) VisitAll(*bound, visit);
}

void VisitAll(const QueryBlock& block, const Visit& visit) {
  for (const auto& term : block.from) {
    VisitAll(term->on, visit);
    if (term->query) VisitAll(*term->query, visit);
    VisitAll(term->arguments, visit);
  }
  VisitAll(block.where, visit);
  VisitAll(block.group_by, visit);
  VisitAll(block.having, visit);
  VisitAll(block.result, visit);
  for (const auto& aggregate : block.aggregates) {
    VisitAll(aggregate->arguments, visit);
    VisitAll(aggregate->order_by, visit);
    VisitAll(aggregate->filter, visit);
  }
  for (const auto& window : block.windows) {
    VisitAll(window->arguments, visit);
    VisitAll(window->filter, visit);
    VisitAll(window->partition_by, visit);
    VisitAll(window->order_by, visit);
    VisitAll(window->start_distance, visit);
    VisitAll(window->end_distance, visit);
  }
  for (const std::vector<BoundPtr>& row : block.more_rows) VisitAll(row, visit);
}

}  // namespace

void VisitAll(const Query& query, const Visit& visit) {
  for (const auto& block : query.blocks) VisitAll(*block, visit);
  for (const QueryOrder& order : query.order_by) VisitAll(order.expr, visit);
  VisitAll(query.limit, visit);
  VisitAll(query.offset, visit);
}

namespace {

// Whether `is_wanted` holds for a table of the database that the query, or one in it, reads.
bool AnyTable(const Query& query, const std::function<bool(const Table&)>& is_wanted) {
  for (const auto& block : query.blocks) {
    for (const auto& term : block->from) {
      if (term->query ? AnyTable(*term->query, is_wanted)
                      : !term->is_recursion && !term->function && is_wanted(*term->source.table)) {
        return true;
      }
    }
  }
  bool found = false;
  VisitAll(query, [&](const Bound& bound) {
    found = found || (bound.query && AnyTable(*bound.query, is_wanted));
  });
  return found;
}

}  // namespace

bool ReadsTable(const Query& query, const Table& table) {
  return AnyTable(query, [&table](const Table& each) { return &each == &table; });
}

const Collation* CollationOfColumn(const Query& query, int column) {
  for (const auto& block : query.blocks) {
    const Collation* collation = block->result[static_cast<size_t>(column)]->collation;
    if (collation != nullptr) return collation;
  }
  return &kBinaryCollation;
}

// -- Columns --

namespace {

// What values an expression may have, as far as its form tells.
constexpr int kNumbers = 1;
constexpr int kTexts = 2;
constexpr int kBlobs = 4;

int PossibleTypes(const Bound& bound) {
  switch (bound.kind) {
    case BoundKind::kPlain:
      return PossibleTypes(bound.operand(0));
    case BoundKind::kConstant:
      switch (bound.constant.type()) {
        case ValueType::kNull:
          return 0;
        case ValueType::kText:
          return kTexts;
        case ValueType::kBlob:
          return kBlobs;
        default:
          return kNumbers;
      }
    case BoundKind::kBinary:
      return bound.binary == BinaryOp::kConcat ? kTexts | kBlobs : kNumbers;
    case BoundKind::kParameter:
    case BoundKind::kAggregate:
    case BoundKind::kWindow:
    case BoundKind::kFunction:
      return kNumbers | kTexts | kBlobs;
    case BoundKind::kColumn:
    case BoundKind::kSubquery:
    case BoundKind::kCast:
    case BoundKind::kRow:
      if (bound.affinity && IsNumeric(*bound.affinity)) return kNumbers | kBlobs;
      if (bound.affinity == Affinity::kText) return kTexts | kBlobs;
      return kNumbers | kTexts | kBlobs;
    case BoundKind::kCase: {
      int types = 0;
      const size_t first = bound.has_operand ? 2 : 1;
      for (size_t i = first; i < bound.operands.size(); i += 2) {
        types |= PossibleTypes(bound.operand(i));
      }
      if (bound.has_otherwise) types |= PossibleTypes(*bound.operands.back());
      return types;
    }
    default:
      return kNumbers;
  }
}

// The affinity of a column that several SELECTs give values for: that of the first that has one,
// unless another may give a value that would not stay what it is.
std::optional<Affinity> AffinityOfColumn(const Query& query, size_t column) {
  const auto expr_of = [&](size_t block) -> const Bound& {
    return *query.blocks[block]->result[column];
  };
  size_t decides = 0;
  int types = 0;
  while (!expr_of(decides).affinity && decides + 1 < query.blocks.size()) {
    types |= PossibleTypes(expr_of(decides++));
  }
  const std::optional<Affinity> affinity = expr_of(decides).affinity;
  if (!affinity || *affinity == Affinity::kBlob || query.blocks.size() == 1) return affinity;
  for (size_t i = decides + 1; i < query.blocks.size(); ++i) types |= PossibleTypes(expr_of(i));
  if (affinity == Affinity::kText && (types & kNumbers) != 0) return Affinity::kBlob;
  if (IsNumeric(*affinity) && (types & kTexts) != 0) return Affinity::kBlob;
  return affinity;
}

// As the column that the expression is was declared.
std::string DeclaredType(const Bound& bound) {
  if (bound.kind == BoundKind::kSubquery) return DeclaredType(ColumnOf(bound, 0));
  if (bound.kind != BoundKind::kColumn) return "";
  if (bound.column == kRowidColumn) {
    const int index = bound.table->rowid_column;
    return index < 0 ? "INTEGER" : bound.table->columns[static_cast<size_t>(index)].declared_type;
  }
  return bound.table->columns[static_cast<size_t>(bound.column)].declared_type;
}

std::string NameOfAffinity(std::optional<Affinity> affinity) {
  if (!affinity) return "";
  switch (*affinity) {
    case Affinity::kBlob:
      return "BLOB";
    case Affinity::kText:
      return "TEXT";
    case Affinity::kNumeric:
      return "NUM";
    case Affinity::kInteger:
      return "INT";
    case Affinity::kReal:
      return "REAL";
  }
  Unreachable();
}

// "a", and when there is one already "a:1", "a:2".
std::string UniqueName(const std::string& wanted, const Table& table) {
  if (table.FindColumn(wanted) < 0) return wanted;
  // A number that is there already is counted on.
  std::string stem = wanted;
  const size_t colon = stem.find_last_not_of("0123456789");
  if (colon != stem.npos && colon > 0 && stem[colon] == ':' && colon + 1 < stem.size()) {
    stem.resize(colon);
  }
  for (int i = 1;; ++i) {
    std::string name = stem + ":" + std::to_string(i);
    if (table.FindColumn(name) < 0) return name;
  }
}

}  // namespace

std::unique_ptr<Table> TableOfQuery(const Query& query, std::string name) {
  auto table = std::make_unique<Table>();
  table->name = std::move(name);
  table->is_without_rowid = true;
  for (size_t i = 0; i < query.table_names.size(); ++i) {
    Column column;
    column.name = UniqueName(query.table_names[i], *table);
    const std::optional<Affinity> affinity = AffinityOfColumn(query, i);
    column.is_without_affinity = !affinity;
    column.affinity = affinity.value_or(Affinity::kBlob);
    const Bound& expr = *query.blocks[0]->result[i];
    if (expr.collation != nullptr) column.collation = expr.collation;
    column.declared_type = DeclaredType(expr);
    if (column.declared_type.empty() || !affinity ||
        AffinityOfType(column.declared_type) != *affinity) {
      column.declared_type = NameOfAffinity(affinity);
    }
    table->columns.push_back(std::move(column));
  }
  return table;
}

}  // namespace orrery
