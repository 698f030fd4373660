#include "sim/oracles/eet.h"

namespace orrery::sim {
namespace {

// Two conditions of the same truth for every row, NULL included.
struct Pair {
  std::string plain;
  std::string other;
};

std::string Transformed(RelationDraw& draw, const std::string& p) {
  const uint64_t kind = draw.Choose(7, "transformation");
  const std::string q = draw.Expression();
  const std::string always = "((" + q + ") OR NOT (" + q + ") OR (" + q + ") IS NULL)";
  switch (kind) {
    case 0:
      return "(" + p + " AND " + always + ")";
    case 1:
      return "(" + p + " OR ((" + q + ") AND NOT (" + q + ") AND (" + q + ") IS NOT NULL))";
    case 2:
      return "CASE WHEN " + q + " THEN " + p + " ELSE " + p + " END";
    case 3:
      return "CASE WHEN " + always + " THEN " + p + " ELSE " + q + " END";
    case 4:
      return "(NOT (NOT " + p + "))";
    case 5:
      return "CASE WHEN " + p + " THEN 1 WHEN NOT " + p + " THEN 0 END";
    default:
      return "(" + p + draw.OneOf({" AND ", " OR "}, "twice") + p + ")";
  }
}

Pair Condition(RelationDraw& draw, int depth) {
  Pair pair;
  if (depth == 0 || draw.Choose(3, "leaf") == 0) {
    pair.plain = pair.other = "(" + draw.Predicate() + ")";
  } else if (draw.Choose(4, "not") == 0) {
    const Pair inner = Condition(draw, depth - 1);
    pair = {"(NOT " + inner.plain + ")", "(NOT " + inner.other + ")"};
  } else {
    const Pair left = Condition(draw, depth - 1);
    const std::string op = draw.OneOf({" AND ", " OR "}, "operator");
    const Pair right = Condition(draw, depth - 1);
    pair = {"(" + left.plain + op + right.plain + ")", "(" + left.other + op + right.other + ")"};
  }
  if (draw.Choose(2, "transform") == 0) pair.other = Transformed(draw, pair.other);
  return pair;
}

}  // namespace

std::string CheckEet(RelationDraw& draw, const Ask& ask) {
  const Pair condition = Condition(draw, 2);
  const std::string value = draw.Expression();
  std::string other = value;
  if (draw.Choose(2, "value") == 0) {
    const std::string q = draw.Expression();
    other = "CASE WHEN " + q + " THEN " + value + " ELSE " + value + " END";
  }
  const std::string from = draw.from() + " WHERE ";
  return CompareQueries(ask, "SELECT " + value + from + condition.plain,
                        "SELECT " + other + from + condition.other);
}

}  // namespace orrery::sim
