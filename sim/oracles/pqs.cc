#include "sim/oracles/pqs.h"

namespace orrery::sim {

std::string CheckPqs(RelationDraw& draw, const std::vector<SqlTable>& tables, const Ask& reference,
                     const Ask& ask) {
  // The pivot: one row of each of one or two tables.
  SqlTable columns;
  columns.is_query = true;
  std::string from;
  std::string pivot;
  std::string ids;
  Row expected;
  const uint64_t table_count = 1 + draw.Choose(2, "tables");
  for (uint64_t i = 0; i < table_count; ++i) {
    const SqlTable& table = tables[draw.Choose(tables.size(), "table")];
    const std::string alias = "p" + std::to_string(i);
    const std::optional<Rows> rows =
        reference("SELECT rowid FROM " + table.name + " ORDER BY rowid");
    if (!rows || rows->empty()) return "";
    const Value id = (*rows)[draw.Choose(rows->size(), "pivot")][0];
    for (const std::string& column : table.columns) columns.columns.push_back(alias + "." + column);
    from += (i == 0 ? " FROM " : ",") + table.name + " AS " + alias;
    pivot += (i == 0 ? " WHERE " : " AND ") + alias + ".rowid=" + ToLiteral(id);
    ids += (i == 0 ? "" : ",") + alias + ".rowid";
    expected.push_back(id);
  }
  std::string condition;
  const uint64_t part_count = 1 + draw.Choose(3, "parts");
  for (uint64_t i = 0; i < part_count; ++i) {
    const std::string p = draw.PredicateOn(columns);
    const std::optional<Rows> value =
        reference("SELECT (" + p + ") IS TRUE,(" + p + ") IS NULL" + from + pivot);
    if (!value || value->size() != 1) return "";
    std::string rectified = "(" + p + ")";
    if ((*value)[0][1].integer() == 1) {
      rectified = "(" + rectified + " IS NULL)";
    } else if ((*value)[0][0].integer() == 0) {
      rectified = "(NOT " + rectified + ")";
    }
    condition += (i == 0 ? "" : " AND ") + rectified;
  }
  const std::string query = "SELECT " + ids + from + " WHERE " + condition;
  const std::optional<Rows> answer = ask(query);
  if (!answer) return "";
  for (const Row& row : *answer) {
    if (CompareBags({expected}, {row}).empty()) return "";
  }
  return query + " has not the row " + ToString(expected) + " for which its condition is true";
}

}  // namespace orrery::sim
