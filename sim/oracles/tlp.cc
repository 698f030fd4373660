#include "sim/oracles/tlp.h"

namespace orrery::sim {
namespace {

// `whole` and the three parts, put together by `together`, between `before` and `after`.
std::string Compare(const Ask& ask, const std::string& whole, const std::string& before,
                    const std::string& part, const std::string& clause, const std::string& p,
                    const char* together, const std::string& after) {
  const std::string parts = before + part + clause + "(" + p + ")" + together + part + clause +
                            "(NOT (" + p + "))" + together + part + clause + "((" + p +
                            ") IS NULL)" + after;
  return CompareQueries(ask, whole, parts);
}

}  // namespace

std::string CheckTlp(RelationDraw& draw, const Ask& ask) {
  const uint64_t kind = draw.Choose(5, "kind");
  const std::string p = draw.Predicate();
  const std::string& from = draw.from();
  if (kind == 0) {
    std::string part = "SELECT DISTINCT " + draw.Summand();
    part += "," + draw.Summand();
    part += from;
    return Compare(ask, part, "", part, " WHERE ", p, " UNION ", "");
  }
  const std::string a = draw.Summand();
  const std::string b = draw.Summand();
  if (kind == 1) {
    const std::string part =
        "SELECT count(*) AS x,sum(" + a + ") AS y,min(" + b + ") AS z,max(" + b + ") AS w" + from;
    return Compare(ask, part, "SELECT sum(x),sum(y),min(z),max(w) FROM (", part, " WHERE ", p,
                   " UNION ALL ", ")");
  }
  if (kind == 2) {
    const std::string part = "SELECT " + a + ",count(*)" + from + " GROUP BY " + a;
    const char* const of_groups =
        draw.OneOf({"count(*)>1", "max(", "sum(", "count(", "min("}, "having");
    std::string having = of_groups;
    if (having.ends_with("(")) having += b + draw.OneOf({")>3", ")", ")%2", ")=1"}, "test");
    return Compare(ask, part, "", part, " HAVING ", having, " UNION ALL ", "");
  }
  std::string part = "SELECT " + draw.Expression();
  part += "," + draw.Column();
  part += from;
  return Compare(ask, part, "", part, " WHERE ", p, " UNION ALL ", "");
}

}  // namespace orrery::sim
