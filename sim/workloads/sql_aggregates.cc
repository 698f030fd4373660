#include "sim/workloads/sql_aggregates.h"

namespace orrery::sim {
namespace {

std::string Join(std::initializer_list<std::string> pieces) { return SqlExpressions::Join(pieces); }

}  // namespace

std::string SqlAggregates::Draw(const SqlTable& table) {
  expressions_.Use(&table);
  std::string sql = "SELECT ";
  // Where an index may lead to the extreme, which of several rows comes first is open.
  const bool sums = choices_.Choose(3, "sum") == 0 || table.is_without_rowid;
  sql += sums ? LargeSum() : BesideExtreme(table);
  // Of rows that are equal in it the first one counts.
  sql += " FROM " + table.name + table.InOrder();
  if (choices_.Choose(3, "where") == 0) sql += " WHERE " + expressions_.Draw(1);
  // Behind an overflow no other group would come.
  if (!sums && choices_.Choose(3, "group") == 0) sql += " GROUP BY " + expressions_.Summand();
  return sql;
}

std::string SqlAggregates::BesideExtreme(const SqlTable& table) {
  const std::string beside = table.columns[choices_.Choose(table.columns.size(), "beside")];
  std::string extreme = expressions_.OneOf({"max(", "min("}, "extreme");
  extreme += choices_.Choose(2, "computed") == 0 ? expressions_.Summand() : expressions_.Column();
  extreme += ")";
  if (choices_.Choose(4, "filter") == 0) {
    extreme += " FILTER (WHERE " + expressions_.Draw(1) + ")";
  }
  // Which row is shown when all are NULL is open.
  const std::string row =
      Join({"iif(", extreme, " IS NULL,NULL,rowid),iif(", extreme, " IS NULL,NULL,", beside, ")"});
  if (choices_.Choose(2, "order") == 0) return Join({row, ",", extreme});
  return Join({extreme, ",", row});
}

// Integers only: a real behind an overflow makes 3.50.4 forget it, but not 3.40.1.
std::string SqlAggregates::LargeSum() {
  const char* const large =
      expressions_.OneOf({"9223372036854775000", "4611686018427387904", "-4611686018427387905",
                          "3000000000000000000", "9223372036854775807"},
                         "large");
  switch (choices_.Choose(3, "summand")) {
    case 0:
      return Join({"sum(", large, "-abs(CAST(rowid%1000 AS INTEGER)))"});
    case 1:
      return Join({"sum(", large, "-", expressions_.Summand(), ")"});
    default:
      return Join({"sum(CASE WHEN ", expressions_.Draw(1), " THEN ", large, " ELSE ",
                   expressions_.OneOf({"1", "-1", "NULL", "-9223372036854775807"}, "else"),
                   " END)"});
  }
}

}  // namespace orrery::sim
