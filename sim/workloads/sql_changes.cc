#include "sim/workloads/sql_changes.h"

#include <iterator>
#include <utility>

namespace orrery::sim {
namespace {

constexpr auto& Join = SqlExpressions::Join;

// Of the row that is being stored SQLite 3.40.1 shows a REAL without a fraction as an integer.
std::string NotWholeReal(const std::string& column) {
  return Join(
      {"CASE typeof(", column, ") WHEN 'real' THEN ", column, "+0.5 ELSE ", column, " END"});
}

}  // namespace

std::string SqlChanges::Value(const SqlTable& table) {
  const size_t first = table.has_key ? 1 : 0;
  if (table.columns.size() == first) return "";
  return table.columns[first + Choose(table.columns.size() - first, "column")];
}

// -- Tables --

std::string SqlChanges::StrictBody(const SqlTable& table) {
  static constexpr const char* kTypes[] = {"INT", "TEXT", "ANY", "INTEGER", "BLOB", "REAL", "text"};
  std::string body = "(";
  for (size_t i = 0; i < table.columns.size(); ++i) {
    if (i > 0) body += ",";
    body += table.columns[i] + " ";
    const bool is_key = i == 0 && table.has_key;
    body += is_key ? "INTEGER PRIMARY KEY" : kTypes[Choose(std::size(kTypes), "type")];
  }
  // Without a constraint of another kind that it looks at, a statement that fails leaves its rows
  // in SQLite.
  body += ",CHECK(1";
  for (const std::string& column : table.columns) body += " AND " + column + " IS " + column;
  return body + ")) STRICT";
}

std::string SqlChanges::BodyWithoutRowid(SqlTable& table) {
  static constexpr const char* kTypes[] = {"",      " INT",         " TEXT",          " REAL",
                                           " BLOB", " TEXT UNIQUE", " COLLATE NOCASE"};
  table.columns[0] = "rowid";
  table.has_key = table.has_index = table.has_constraint = table.is_without_rowid = true;
  const std::string type = Pick({" INTEGER", " INTEGER", " INT", "", " TEXT"}, "key type");
  const uint64_t form = Choose(7, "key form");
  std::string body = "(rowid" + type;
  if (form == 0) body += " PRIMARY KEY";
  if (form == 1) body += " PRIMARY KEY DESC";
  int index_count = 1;
  for (size_t i = 1; i < table.columns.size(); ++i) {
    const std::string of_column = kTypes[Choose(std::size(kTypes), "type")];
    body += "," + table.columns[i] + of_column;
    if (of_column.ends_with("UNIQUE")) ++index_count;
  }
  const std::string column = Column(table);
  if (form == 2) body += ",PRIMARY KEY(rowid)";
  if (form == 3) body += ",PRIMARY KEY(rowid DESC) ON CONFLICT REPLACE";
  if (form == 4) body += ",PRIMARY KEY(" + column + ",rowid)";
  if (form == 5) body += ",PRIMARY KEY(" + column + " DESC,rowid,rowid)";
  if (form == 6) body += Join({",PRIMARY KEY(", column, " COLLATE NOCASE,rowid,", column, ")"});
  if (form >= 4) body += Pick({",UNIQUE(rowid)", ",UNIQUE(rowid)ON CONFLICT REPLACE"}, "unique");
  // An INTEGER PRIMARY KEY becomes an index after all others.
  const bool comes_first = form == 1 || (form == 0 && type != " INTEGER");
  table.primary_key =
      "sqlite_autoindex_" + table.name + "_" + std::to_string(comes_first ? 1 : index_count);
  return body + ")" + Pick({" WITHOUT ROWID", " WITHOUT rowid", "WITHOUT ROWID"}, "option");
}

// -- Behind INSERT --

std::string SqlChanges::OnConflict(const SqlTable& table) {
  if (!choices_.Chance(100'000, "on conflict")) return "";
  std::string text = " ON CONFLICT";
  const std::string key = table.has_key ? table.columns[0] : "rowid";
  const uint64_t target = Choose(4, "target");
  if (target == 1) text += "(" + key + ")";
  if (target == 2) text += "(" + Column(table) + ")";  // which may be no key
  if (target == 3) text += Join({"(", Column(table), ") DO NOTHING ON CONFLICT"});
  if (Choose(3, "do nothing") == 0) return text + " DO NOTHING";
  const std::string column = Value(table);
  if (column.empty()) return text + " DO NOTHING";
  text += " DO UPDATE SET " + column + "=";
  switch (Choose(3, "new value")) {
    case 0:
      text += NotWholeReal("excluded." + Column(table));
      break;
    case 1:
      text += Join({column, "||typeof(excluded.", Column(table), ")"});
      break;
    default:
      expressions_.Use(&table);
      text += expressions_.Draw(1);
      break;
  }
  if (Choose(3, "where") == 0) {
    text += Join({" WHERE ", table.name, ".", Column(table), " IS NOT excluded.", Column(table)});
  }
  return text;
}

// -- Behind all --

std::string SqlChanges::Returning(const SqlTable& table) {
  if (!choices_.Chance(100'000, "returning")) return "";
  std::string text = " RETURNING ";
  const uint64_t count = choices_.Between(1, 3, "returned");
  expressions_.Use(nullptr);
  for (uint64_t i = 0; i < count; ++i) {
    if (i > 0) text += ", ";
    switch (Choose(4, "what")) {
      case 0:
        text += NotWholeReal(Column(table));
        break;
      case 1:
        // Alone it is shown as 1.0 when the first column is REAL.
        text += "abs(rowid)";
        break;
      case 2:
        text += "typeof(" + Column(table) + ")";
        break;
      default:
        text += expressions_.Draw(1);
        break;
    }
  }
  return text;
}

// -- UPDATE --

std::string SqlChanges::Update(const SqlTable& table, const std::vector<SqlTable>& tables) {
  const SqlTable& other = tables[Choose(tables.size(), "other")];
  if (Value(table).empty() || other.is_query) return "";
  // Two of its rows may be numbered alike, by a text and a number.
  const bool is_numbered = !other.is_without_rowid;
  return Choose(2, "form") == 0 && is_numbered ? UpdateFrom(table, other) : UpdateRow(table, other);
}

std::string SqlChanges::UpdateFrom(const SqlTable& table, const SqlTable& other) {
  std::string sql = "UPDATE " + table.name + " SET " + Value(table) + "=f.y";
  if (Choose(2, "more") == 0) sql += Join({",", Value(table), "=f.x||typeof(f.y)"});
  sql += Join({" FROM (SELECT rowid AS x,", Column(other), " AS y FROM ", other.name, ") AS f"});
  if (Choose(3, "left join") == 0) {
    sql += Join({" LEFT JOIN (SELECT rowid AS z FROM ", table.name, ") AS g ON g.z=f.x+1"});
  }
  return sql + " WHERE f.x=" + table.name + ".rowid";
}

std::string SqlChanges::UpdateRow(const SqlTable& table, const SqlTable& other) {
  const std::string first = Value(table);
  const std::string second = Value(table);
  const std::string hint = table.is_without_rowid ? table.InOrder() : " NOT INDEXED";
  std::string sql = "UPDATE " + table.name + hint + " SET (" + first + "," + second + ")=(";
  if (Choose(2, "query") == 0) {
    sql += Join({"SELECT ", Column(other), ",rowid FROM ", other.name,
                 " AS o WHERE o.rowid=", table.name, ".rowid+", expressions_.Integer(), ")"});
  } else {
    expressions_.Use(&table);
    sql += Join({expressions_.Draw(1), ",", expressions_.Draw(1), ")"});
  }
  return sql;
}

}  // namespace orrery::sim
