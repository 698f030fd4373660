// QueryBinder: ORDER BY, and the positions and aliases that its terms may be.

#include "engine/catalog/literal.h"
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

// The column that a whole number stands for; empty for any other expression.
Result<std::optional<int>> QueryBinder::PositionOf(const Expr& term, size_t term_index,
                                                   const char* clause) const {
  const Expr* expr = &WithoutCollate(term);
  bool is_negated = false;
  while (const UnaryExpr* sign = expr->TryAs<UnaryExpr>()) {
    if (sign->op != UnaryOp::kNegate && sign->op != UnaryOp::kPlus) break;
    is_negated = is_negated != (sign->op == UnaryOp::kNegate);
    expr = sign->operand.get();
  }
  const LiteralExpr* literal = expr->TryAs<LiteralExpr>();
  if (literal == nullptr || literal->literal != LiteralKind::kInteger) return std::optional<int>();
  ASSIGN_OR_RETURN(const Value number, LiteralValue(*literal, is_negated));
  // What is no 32-bit integer is no position for sqlite3 but a constant.
  if (!number.is_integer()) return std::optional<int>();
  const int64_t position = number.integer();
  if (position != static_cast<int32_t>(position)) return std::optional<int>();
  const int column_count = static_cast<int>(names_.size());
  if (position < 1 || position > column_count) {
    return SqlError(Ordinal(term_index + 1) + " " + clause +
                    " term out of range - should be between 1 and " +
                    std::to_string(column_count));
  }
  return std::optional<int>(static_cast<int>(position) - 1);
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
  order.sort.nulls_last = term.nulls == NullsOrder::kUnsaid ? order.sort.descending
                                                            : term.nulls == NullsOrder::kLast;
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
  for (size_t i = 0; i < select_.order_by.size(); ++i) {
    const OrderingTerm& term = select_.order_by[i];
    QueryOrder order;
    std::optional<int> column = AliasOf(*term.expr);
    if (!column) {
      ASSIGN_OR_RETURN(column, PositionOf(*term.expr, i, "ORDER BY"));
    }
    if (!column) {
      ASSIGN_OR_RETURN(order.expr, Binder(context_, scope).Bind(*term.expr));
      if (const BoundAggregate* misplaced = FindAggregate(*order.expr, scope);
          misplaced != nullptr && scope.aggregate_use != AggregateUse::kAllowed) {
        return SqlError("misuse of aggregate: " + misplaced->expr->name.text + "()");
      }
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
  return OkStatus();
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
