#include "sim/workloads/sql_windows.h"

#include <iterator>

namespace orrery::sim {

std::string SqlWindows::Draw(const SqlTable& table) {
  expressions_.Use(&table);
  std::string sql = "SELECT rowid";
  const uint64_t count = choices_.Between(1, 3, "calls");
  for (uint64_t i = 0; i < count; ++i) sql += "," + Call(table);
  sql += " FROM " + table.name;
  if (choices_.Choose(3, "where") == 0) sql += " WHERE " + expressions_.Draw(1);
  if (choices_.Choose(8, "named") == 0) {
    sql.insert(sql.find(" FROM "), ",count(*) OVER v,rank() OVER (v ORDER BY rowid)");
    sql += " WINDOW v AS (";
    sql += Partition() + ")";
  }
  sql += Pick({" ORDER BY rowid", " ORDER BY rowid DESC"}, "order");
  if (choices_.Choose(4, "limit") == 0) sql += Pick({" LIMIT 3", " LIMIT 2 OFFSET 1"}, "limit");
  return sql;
}

std::string SqlWindows::Partition() {
  if (choices_.Choose(2, "partition") == 0) return "";
  return "PARTITION BY " + expressions_.Summand();
}

std::string SqlWindows::Call(const SqlTable& table) {
  const bool has_peers = choices_.Choose(2, "peers") == 0;
  std::string call = has_peers ? OfAnyOrder() : OfOneOrder(table);
  call += " OVER (" + Partition();
  const bool is_ordered = !has_peers || choices_.Choose(6, "ordered") != 0;
  if (is_ordered) call += " ORDER BY " + expressions_.Summand();
  if (is_ordered) call += Pick({"", "", " DESC", " NULLS LAST"}, "direction");
  if (!has_peers) call += Pick({",rowid", ",rowid DESC"}, "last");
  if (choices_.Choose(3, "frame") != 0) {
    const char* const units[] = {"RANGE", "GROUPS", "ROWS"};
    const char* const unit = units[choices_.Choose(has_peers ? 2 : 3, "unit")];
    const bool is_range = unit == units[0];
    // A distance is one from the values of one term.
    call += Frame(unit, is_range ? has_peers && is_ordered : true);
  }
  return call + ")";
}

std::string SqlWindows::OfAnyOrder() {
  static constexpr const char* kOfPlace[] = {"rank()", "dense_rank()", "percent_rank()",
                                             "cume_dist()"};
  if (choices_.Choose(4, "of place") == 0) {
    return kOfPlace[choices_.Choose(std::size(kOfPlace), "of place")];
  }
  std::string call = Pick({"sum(", "count(", "min(", "max(", "total("}, "function");
  call += expressions_.Summand() + ")";
  if (choices_.Choose(6, "star") == 0) call = "count(*)";
  if (choices_.Choose(5, "filter") == 0 && !call.starts_with("m")) {
    call += " FILTER (WHERE " + expressions_.Draw(1) + ")";
  }
  return call;
}

std::string SqlWindows::OfOneOrder(const SqlTable& table) {
  const std::string column = table.columns[choices_.Choose(table.columns.size(), "column")];
  switch (choices_.Choose(9, "call")) {
    case 0:
      return "row_number()";
    case 1:
      return Pick({"ntile(1)", "ntile(3)", "ntile(7)"}, "tiles");
    case 2:
      return "first_value(" + column + ")";
    case 3:
      return "last_value(" + column + ")";
    case 4:
      return "nth_value(" + column + Pick({",1)", ",2)", ",5)"}, "nth");
    case 5:
      return "lag(" + column + Pick({")", ",2)", ",0,'none')", ",-1,rowid)"}, "lag");
    case 6:
      return "lead(" + column + Pick({")", ",2)", ",1,'none')", ",NULL,rowid)"}, "lead");
    case 7:
      return SqlExpressions::Join({"group_concat(", expressions_.Summand(),
                                   Pick({")", ",'-')", ",NULL)"}, "between")});
    default:
      return OfAnyOrder();
  }
}

std::string SqlWindows::Frame(const char* unit, bool steps) {
  static constexpr const char* kEdges[] = {
      "UNBOUNDED PRECEDING", "3 PRECEDING", "1 PRECEDING", "CURRENT ROW",
      "0 FOLLOWING",         "2 FOLLOWING", "5 FOLLOWING", "UNBOUNDED FOLLOWING"};
  static constexpr const char* kPlain[] = {"UNBOUNDED PRECEDING", "CURRENT ROW",
                                           "UNBOUNDED FOLLOWING"};
  const size_t count = steps ? std::size(kEdges) : std::size(kPlain);
  const char* const* const edges = steps ? kEdges : kPlain;
  const size_t start = choices_.Choose(count - 1, "start");
  // One that can be a row's own place is the end of a frame that begins there too.
  const size_t first_end = start == 0 ? 1 : start;
  const size_t end = first_end + choices_.Choose(count - first_end, "end");
  std::string text = " ";
  text += unit;
  text += " BETWEEN ";
  text += edges[start];
  text += " AND ";
  text += edges[end];
  return text + Pick({"", "", "", " EXCLUDE NO OTHERS", " EXCLUDE CURRENT ROW", " EXCLUDE TIES",
                      " EXCLUDE GROUP"},
                     "exclude");
}

}  // namespace orrery::sim
