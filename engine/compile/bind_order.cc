// QueryBinder: ORDER BY, and the positions and aliases that its terms may be.

#include "engine/compile/folding.h"
#include "engine/compile/query_binder.h"

namespace orrery {

std::string Ordinal(size_t number) {
  const char* suffix = "th";
  if (number % 100 / 10 != 1) {
    if (number % 10 == 1) suffix = "st";
    if (number % 10 == 2) suffix = "nd";
    if (number % 10 == 3) suffix = "rd";
  }
  return std::to_string(number) + suffix;
}

const Expr& WithoutCollate(const Expr& expr) {
  const Expr* inner = &expr;
  while (const CollateExpr* collate = inner->TryAs<CollateExpr>()) inner = collate->operand.get();
  return *inner;
}

namespace {
// A position beyond this is out of range before other terms are looked at, a smaller one after.
constexpr int32_t kPositionMax = 0xffff;
}  // namespace

Status QueryBinder::OutOfRange(size_t term_index, const char* clause) const {
  return SqlError(Ordinal(term_index + 1) + " " + clause +
                  " term out of range - should be between 1 and " + std::to_string(names_.size()));
}

Result<std::optional<int>> QueryBinder::PositionOf(const Expr& term, size_t term_index,
                                                   const char* clause) const {
  const std::optional<int32_t> position = IntegerTerm(WithoutCollate(term));
  if (!position) return std::optional<int>();
  if (*position < 1 || *position > kPositionMax) return OutOfRange(term_index, clause);
  return std::optional<int>(*position - 1);
}

Status QueryBinder::CheckPositions(const std::vector<std::optional<int>>& positions,
                                   const char* clause) const {
  for (size_t i = 0; i < positions.size(); ++i) {
    if (positions[i].value_or(0) >= static_cast<int>(names_.size())) return OutOfRange(i, clause);
  }
  return OkStatus();
}

// The column that a bare name is an alias of.
std::optional<int> QueryBinder::AliasOf(const Expr& term) const {
  const ColumnExpr* name = WithoutCollate(term).TryAs<ColumnExpr>();
  if (name == nullptr || name->table) return std::nullopt;
  for (size_t i = 0; i < aliases_.size(); ++i) {
    if (aliases_[i] && SameName(*aliases_[i], name->column.text)) return static_cast<int>(i);
  }
  return std::nullopt;
}

namespace {

std::optional<int> FindSame(const QueryBlock& block, const Bound& bound) {
  for (size_t i = 0; i < block.result.size(); ++i) {
    if (SameBound(*block.result[i], bound)) return static_cast<int>(i);
  }
  return std::nullopt;
}

// Orders by a column of the result, under the collation that the term names, if any.
Status OrderByColumn(const OrderingTerm& term, const Collation* collation, int column,
                     QueryOrder& order) {
  order.result_index = column;
  order.sort.descending = term.order == SortOrder::kDescending;
  order.sort.nulls_last =
      term.nulls == NullsOrder::kUnsaid ? order.sort.descending : term.nulls == NullsOrder::kLast;
  if (const CollateExpr* collate = term.expr->TryAs<CollateExpr>()) {
    collation = FindCollation(collate->collation.text);
    if (collation == nullptr) {
      return SqlError("no such collation sequence: " + collate->collation.text);
    }
  }
  if (collation != nullptr) order.sort.collation = collation;
  return OkStatus();
}

}  // namespace

Status QueryBinder::BindOrderBy(Scope& scope, QueryBlock& block) {
  std::vector<std::optional<int>> positions;
  for (size_t i = 0; i < select_.order_by.size(); ++i) {
    const OrderingTerm& term = select_.order_by[i];
    QueryOrder order;
    std::optional<int> column = AliasOf(*term.expr);
    if (!column) {
      ASSIGN_OR_RETURN(column, PositionOf(*term.expr, i, "ORDER BY"));
    }
    positions.push_back(column);
    if (column && *column >= static_cast<int>(names_.size())) continue;  // an error, but a late one
    if (!column) {
      ASSIGN_OR_RETURN(order.expr, Binder(context_, scope).Bind(*term.expr));
      column = FindSame(block, *order.expr);
      if (column) order.expr = nullptr;
    }
    if (column) {
      const Collation* collation = block.result[static_cast<size_t>(*column)]->collation;
      RETURN_IF_ERROR(OrderByColumn(term, collation, *column, order));
    } else {
      order.sort = SortColumnOf(*order.expr, term);
    }
    query_->order_by.push_back(std::move(order));
  }
  return CheckPositions(positions, "ORDER BY");
}

// A term is a column that any of the SELECTs has under that name, or as that expression; the first
// SELECT goes before the others.
void QueryBinder::MatchCompoundOrder(size_t index, Scope& scope, QueryBlock& block) {
  for (size_t i = 0; i < select_.order_by.size(); ++i) {
    OrderMatch& match = order_matches_[i];
    if (match.column && match.block < index) continue;
    const Expr& term = WithoutCollate(*select_.order_by[i].expr);
    if (const std::optional<int> alias = AliasOf(term)) {
      match = {alias, index};
      continue;
    }
    const size_t aggregate_count = block.aggregates.size();
    const Result<BoundPtr> bound = Binder(context_, scope).Bind(term);
    block.aggregates.resize(aggregate_count);
    if (!bound.ok()) continue;
    if (const std::optional<int> same = FindSame(block, **bound)) match = {same, index};
  }
}

Status QueryBinder::FinishCompoundOrder() {
  if (query_->blocks.size() == 1) return OkStatus();
  for (size_t i = 0; i < select_.order_by.size(); ++i) {
    const OrderingTerm& term = select_.order_by[i];
    ASSIGN_OR_RETURN(std::optional<int> column, PositionOf(*term.expr, i, "ORDER BY"));
    if (column.value_or(0) >= static_cast<int>(names_.size())) return OutOfRange(i, "ORDER BY");
    if (!column) column = order_matches_[i].column;
    if (!column) {
      return SqlError(Ordinal(i + 1) +
                      " ORDER BY term does not match any column in the result set");
    }
    QueryOrder order;
    RETURN_IF_ERROR(OrderByColumn(term, CollationOfColumn(*query_, *column), *column, order));
    query_->order_by.push_back(std::move(order));
  }
  return OkStatus();
}

}  // namespace orrery
