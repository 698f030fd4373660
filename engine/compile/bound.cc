#include "engine/compile/bound.h"

namespace orrery {
namespace {

bool IsNumeric(Affinity affinity) {
  return affinity == Affinity::kNumeric || affinity == Affinity::kInteger ||
         affinity == Affinity::kReal;
}

}  // namespace

ComparisonRule RuleFor(const Bound& left, const Bound& right) {
  ComparisonRule rule;
  if (left.affinity && right.affinity) {
    const bool is_numeric = IsNumeric(*left.affinity) || IsNumeric(*right.affinity);
    rule.affinity = is_numeric ? Affinity::kNumeric : Affinity::kBlob;
  } else {
    rule.affinity = left.affinity ? left.affinity : right.affinity;
  }
  if (left.has_collate) {
    rule.collation = left.collation.value_or(Collation::kBinary);
  } else if (right.has_collate) {
    rule.collation = right.collation.value_or(Collation::kBinary);
  } else {
    rule.collation = left.collation ? *left.collation : right.collation.value_or(Collation::kBinary);
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
