#include "sim/workloads/sql_views.h"

namespace orrery::sim {
namespace {

std::string Join(std::initializer_list<std::string> pieces) { return SqlExpressions::Join(pieces); }

}  // namespace

std::string SqlViews::Select(const SqlTable& table) {
  expressions_.Use(&table);
  std::string sql = expressions_.OneOf({"SELECT ", "SELECT ", "SELECT DISTINCT "}, "select");
  sql +=
      Join({expressions_.Summand(), " AS x,", expressions_.Summand(), " AS y FROM ", table.name});
  if (choices_.Choose(2, "where") == 0) sql += " WHERE " + expressions_.Draw(1);
  // A name in double quotes that is no column any more may be one of the query around the view.
  if (sql.find('"') != sql.npos) return "SELECT 1 AS x,count(*) AS y FROM " + table.name;
  return sql;
}

std::string SqlViews::Change(const std::vector<SqlTable>& tables) {
  const std::string name = "v" + std::to_string(choices_.Choose(kViewCount, "view"));
  if (choices_.Choose(4, "drop") == 0) {
    return Join({"DROP VIEW ", expressions_.OneOf({"", "IF EXISTS "}, "if exists"), name});
  }
  std::string sql = expressions_.OneOf({"CREATE VIEW ", "CREATE VIEW IF NOT EXISTS "}, "create");
  sql += name;
  // Names of its own for the columns.
  if (choices_.Choose(3, "names") == 0) sql += "(x,y)";
  sql += " AS ";
  if (!names_.empty() && choices_.Choose(4, "of a view") == 0) {
    const std::string& other = names_[choices_.Choose(names_.size(), "other")];
    return sql + "SELECT y AS x,x AS y FROM " + other + " WHERE x IS NOT NULL";
  }
  const SqlTable& table = tables[choices_.Choose(tables.size(), "table")];
  sql += Select(table);
  if (choices_.Choose(5, "compound") == 0) {
    sql += expressions_.OneOf({" UNION ALL ", " UNION ", " EXCEPT "}, "operator");
    sql += Select(tables[choices_.Choose(tables.size(), "table")]);
  }
  return sql;
}

std::string SqlViews::Term(uint64_t row_count_max) {
  const std::string& name = names_[choices_.Choose(names_.size(), "name")];
  // What 3.40.1 takes apart, see oracles/differential.h.
  const std::string& definition = definitions_.at(name);
  for (const char* part : {" UNION ALL ", " FROM v"}) {
    if (row_count_max == 0 && definition.find(part) != definition.npos) row_count_max = 1000;
  }
  if (row_count_max == 0) return name;
  return "(SELECT * FROM " + name + " ORDER BY 1,2 LIMIT " +
         std::to_string(choices_.Between(1, row_count_max, "few rows")) + ")";
}

void SqlViews::Learn(const std::vector<std::string>& definitions) {
  names_.clear();
  for (const std::string& definition : definitions) {
    constexpr std::string_view kCreate = "CREATE VIEW v";
    if (!definition.starts_with(kCreate)) continue;
    names_.push_back("v" + definition.substr(kCreate.size(), 1));
    definitions_[names_.back()] = definition;
  }
}

}  // namespace orrery::sim
