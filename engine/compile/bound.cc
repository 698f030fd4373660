#include "engine/compile/bound.h"

#include "engine/compile/query.h"
#include "engine/compile/window.h"

namespace orrery {

Bound::Bound(BoundKind k) : kind(k) {}
Bound::~Bound() = default;

ComparisonRule RuleFor(const Bound& left, const Bound& right) {
  ComparisonRule rule;
  if (left.affinity && right.affinity) {
    const bool is_numeric = IsNumeric(*left.affinity) || IsNumeric(*right.affinity);
    rule.affinity = is_numeric ? Affinity::kNumeric : Affinity::kBlob;
  } else {
    rule.affinity = left.affinity ? left.affinity : right.affinity;
  }
  // COLLATE goes before a column's collation, the left side before the right.
  const Bound& first = !left.has_collate && right.has_collate ? right : left;
  const Bound& second = &first == &left ? right : left;
  if (first.collation != nullptr) {
    rule.collation = first.collation;
  } else if (second.collation != nullptr && !first.has_collate) {
    rule.collation = second.collation;
  }
  return rule;
}

ComparisonRule MemberRule(const Bound& in) {
  const Bound& operand = in.operand(0);
  if (in.kind == BoundKind::kInQuery) return RuleFor(operand, *in.query->blocks.back()->result[0]);
  ComparisonRule rule;
  rule.affinity = operand.affinity;
  if (operand.collation != nullptr) rule.collation = operand.collation;
  return rule;
}

int WidthOf(const Bound& bound) {
  switch (bound.kind) {
    case BoundKind::kRow:
      return static_cast<int>(bound.operands.size());
    case BoundKind::kSubquery:
      return bound.query->column_count();
    default:
      return 1;
  }
}

const Bound& ColumnOf(const Bound& bound, int column) {
  switch (bound.kind) {
    case BoundKind::kRow:
      return bound.operand(static_cast<size_t>(column));
    case BoundKind::kSubquery:
      // Of a compound it is the last SELECT that comparisons go by.
      return *bound.query->blocks.back()->result[static_cast<size_t>(column)];
    default:
      return bound;
  }
}

BoundPtr Clone(const Bound& bound) {
  if (bound.query) return nullptr;
  auto copy = std::make_unique<Bound>(bound.kind);
  copy->affinity = bound.affinity;
  copy->collation = bound.collation;
  copy->has_collate = bound.has_collate;
  copy->constant = bound.constant;
  copy->index = bound.index;
  copy->cursor = bound.cursor;
  copy->column = bound.column;
  copy->table = bound.table;
  copy->unary = bound.unary;
  copy->binary = bound.binary;
  copy->is_negated = bound.is_negated;
  copy->truth = bound.truth;
  copy->has_operand = bound.has_operand;
  copy->has_otherwise = bound.has_otherwise;
  copy->raise = bound.raise;
  copy->function = bound.function;
  copy->fixed_place = bound.fixed_place;
  copy->aggregate = bound.aggregate;
  copy->window = bound.window;
  for (const BoundPtr& operand : bound.operands) {
    BoundPtr operand_copy = Clone(*operand);
    if (operand_copy == nullptr) return nullptr;
    copy->operands.push_back(std::move(operand_copy));
  }
  return copy;
}

Result<BoundPtr> Collated(BoundPtr bound, std::string_view name) {
  const Collation* collation = FindCollation(name);
  if (collation == nullptr) {
    return Status(ResultCode::kError, "no such collation sequence: " + std::string(name));
  }
  auto collated = std::make_unique<Bound>(BoundKind::kPlain);
  collated->affinity = bound->affinity;
  collated->collation = collation;
  collated->has_collate = true;
  collated->operands.push_back(std::move(bound));
  return collated;
}

SortColumn SortColumnOf(const Bound& bound, const OrderingTerm& term) {
  SortColumn column;
  if (bound.collation != nullptr) column.collation = bound.collation;
  column.descending = term.order == SortOrder::kDescending;
  column.nulls_last =
      term.nulls == NullsOrder::kUnsaid ? column.descending : term.nulls == NullsOrder::kLast;
  return column;
}

void VisitAll(const Bound& bound, const std::function<void(const Bound&)>& visit) {
  visit(bound);
  for (const BoundPtr& operand : bound.operands) VisitAll(*operand, visit);
  if (bound.query) VisitAll(*bound.query, visit);
}

void CollectColumns(const Bound& bound, std::vector<const Bound*>& columns) {
  VisitAll(bound, [&columns](const Bound& each) {
    if (each.kind == BoundKind::kColumn) columns.push_back(&each);
  });
}

bool ReadsColumns(const Bound& bound) {
  switch (bound.kind) {
    case BoundKind::kColumn:
    case BoundKind::kAggregate:
    case BoundKind::kWindow:
      return true;
    default:
      break;
  }
  if (bound.query && bound.query->is_correlated) return true;
  for (const BoundPtr& operand : bound.operands) {
    if (ReadsColumns(*operand)) return true;
  }
  return false;
}

// Two subqueries are never taken for the same, nor two calls that may answer differently.
bool SameBound(const Bound& a, const Bound& b) {
  if (a.kind != b.kind || a.operands.size() != b.operands.size()) return false;
  if (a.query || b.query) return false;
  switch (a.kind) {
    case BoundKind::kConstant:
      if (!Identical(a.constant, b.constant)) return false;
      break;
    case BoundKind::kParameter:
      if (a.index != b.index) return false;
      break;
    case BoundKind::kColumn:
      if (a.cursor != b.cursor || a.column != b.column) return false;
      break;
    case BoundKind::kUnary:
      if (a.unary != b.unary) return false;
      break;
    case BoundKind::kBinary:
    case BoundKind::kCompareRows:
      if (a.binary != b.binary) return false;
      break;
    case BoundKind::kTruth:
      if (a.truth != b.truth || a.is_negated != b.is_negated) return false;
      break;
    case BoundKind::kBetween:
    case BoundKind::kIn:
      if (a.is_negated != b.is_negated) return false;
      break;
    case BoundKind::kCast:
      if (a.affinity != b.affinity) return false;
      break;
    case BoundKind::kCase:
      if (a.has_operand != b.has_operand || a.has_otherwise != b.has_otherwise) return false;
      break;
    case BoundKind::kFunction:
      if (a.function != b.function || !a.function->is_deterministic) return false;
      break;
    case BoundKind::kAggregate:
      if (a.aggregate != b.aggregate) return false;
      break;
    case BoundKind::kWindow:
      if (a.window != b.window) return false;
      break;
    case BoundKind::kPlain:
      if (a.collation != b.collation || a.has_collate != b.has_collate) return false;
      break;
    case BoundKind::kRow:
      break;
    case BoundKind::kSubquery:
    case BoundKind::kExists:
    case BoundKind::kInQuery:
    case BoundKind::kRaise:
      return false;
  }
  for (size_t i = 0; i < a.operands.size(); ++i) {
    if (!SameBound(a.operand(i), b.operand(i))) return false;
  }
  return true;
}

}  // namespace orrery
