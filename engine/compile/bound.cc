#include "engine/compile/bound.h"

namespace orrery {
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

void CollectColumns(const Bound& bound, std::vector<const Bound*>& columns) {
  if (bound.kind == BoundKind::kColumn) columns.push_back(&bound);
  for (const BoundPtr& operand : bound.operands) CollectColumns(*operand, columns);
}

bool ReadsColumns(const Bound& bound) {
  if (bound.kind == BoundKind::kColumn || bound.kind == BoundKind::kAggregate) return true;
  for (const BoundPtr& operand : bound.operands) {
    if (ReadsColumns(*operand)) return true;
  }
  return false;
}

}  // namespace orrery
