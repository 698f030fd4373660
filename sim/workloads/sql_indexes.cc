#include "sim/workloads/sql_indexes.h"

#include "sim/workloads/sql_expressions.h"

namespace orrery::sim {
namespace {

std::string Join(std::initializer_list<std::string> pieces) { return SqlExpressions::Join(pieces); }

bool HasPrimaryKey(const std::string& body) { return body.find("PRIMARY KEY") != body.npos; }

// Whether a column with this definition would be the rowid if it was PRIMARY KEY.
bool IsInteger(const std::string& definition, const std::string& name) {
  const std::string type = definition.substr(name.size());
  return type == " INTEGER" || type.starts_with(" INTEGER ");
}

}  // namespace

// -- Constraints --

std::string SqlIndexes::OnConflict() {
  if (Choose(2, "on conflict") == 0) return "";
  return std::string(" ON CONFLICT ") +
         OneOf({"REPLACE", "IGNORE", "FAIL", "ABORT", "ROLLBACK"}, "action");
}

std::string SqlIndexes::ColumnConstraint(SqlTable& table, const std::string& column) {
  std::string text;
  const bool may_be_primary =
      !table.has_key && !table.has_index && Choose(12, "primary key column") == 0;
  if (may_be_primary) {
    // With DESC it is not the rowid, whatever its type.
    text = IsInteger(column, table.columns.back())
               ? " PRIMARY KEY DESC"
               : std::string(" PRIMARY KEY") + OneOf({"", " ASC", " DESC"}, "direction");
    text += OnConflict();
  } else if (Choose(8, "unique column") == 0) {
    text = " UNIQUE" + OnConflict();
  }
  if (!text.empty()) table.has_index = table.has_constraint = true;
  return text;
}

std::string SqlIndexes::TableConstraints(SqlTable& table, const std::string& body) {
  std::string text;
  const uint64_t count = Choose(5, "table constraints") == 0 ? choices_.Between(1, 2, "count") : 0;
  for (uint64_t i = 0; i < count; ++i) {
    // One column alone might be the rowid, two are not.
    const bool is_primary = !table.has_key && !HasPrimaryKey(body + text) &&
                            table.columns.size() > 1 && Choose(2, "primary key") == 0;
    text += Choose(3, "named") == 0 ? ",CONSTRAINT u " : ",";
    text += is_primary ? "PRIMARY KEY(" : "UNIQUE(";
    const uint64_t term_count = choices_.Between(is_primary ? 2 : 1, 3, "terms");
    for (uint64_t term = 0; term < term_count; ++term) {
      if (term > 0) text += ",";
      text += table.columns[is_primary && term < 2 ? term : Choose(table.columns.size(), "column")];
      if (Choose(6, "collate") == 0) {
        text += Join({" COLLATE ", OneOf({"NOCASE", "RTRIM", "BINARY"}, "collation")});
      }
      text += OneOf({"", "", " DESC", " ASC"}, "direction");
    }
    text += ")" + OnConflict();
    table.has_index = table.has_constraint = true;
  }
  return text;
}

// -- Indexes --

std::string SqlIndexes::Expression(const SqlTable& table) {
  const std::string a = Column(table);
  const std::string b = Column(table);
  switch (Choose(10, "expression")) {
    case 0:
      return "typeof(" + a + ")";
    case 1:
      return "(" + a + " IS " + b + ")";
    case 2:
      return "(" + a + "<" + b + ")";
    case 3:
      return "max(" + a + "," + b + ")";
    case 4:
      return "coalesce(" + a + "," + b + ",5)";
    case 5:
      return "CASE typeof(" + a + ") WHEN 'text' THEN lower(" + a + ") ELSE " + b + " END";
    case 6:
      return "(" + a + " IN (1,'a',NULL," + b + "))";
    case 7:
      return "(" + a + " & 255)";
    case 8:
      return "-" + a;
    default:
      return "nullif(" + a + "," + b + ")";
  }
}

std::string SqlIndexes::Condition(const SqlTable& table) {
  const std::string a = Column(table);
  const std::string b = Column(table);
  switch (Choose(8, "condition")) {
    case 0:
    case 1:
      return a + " IS NOT NULL";
    case 2:
      return a + ">5";
    case 3:
      return a + "<>'abc'";
    case 4:
      return a + " IN (1,'a',NULL,12)";
    case 5:
      return "typeof(" + a + ")='text' OR " + b + " IS NULL";
    case 6:
      return a + "<" + b;
    default:
      return "NOT " + a + " AND " + b + " IS NOT NULL";
  }
}

std::string SqlIndexes::Term(const SqlTable& table) {
  std::string term = Choose(6, "expression") == 0 ? Expression(table) : Column(table);
  if (Choose(6, "collate") == 0) {
    term += Join({" COLLATE ", OneOf({"NOCASE", "RTRIM", "BINARY"}, "collation")});
  }
  return term + OneOf({"", "", "", " DESC", " ASC"}, "direction");
}

std::string SqlIndexes::CreateIndex(const SqlTable& table) {
  const bool is_unique = Choose(3, "unique") == 0;
  const std::string create = is_unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ";
  std::string body = Join({Choose(40, "odd name") == 0 ? "t1" : Name(), " ON ", table.name, "("});
  const uint64_t count = choices_.Between(1, 3, "columns");
  for (uint64_t i = 0; i < count; ++i) {
    if (i > 0) body += ",";
    body += Term(table);
  }
  body += ")";
  if (Choose(4, "partial") == 0) body += " WHERE " + Condition(table);
  made_[create + body] = {table.name, is_unique};
  std::string where = OneOf({"", "", "", "IF NOT EXISTS ", "main."}, "if not exists");
  if (table.database != "main" && where.empty()) where = table.database + ".";
  return create + where + body;
}

std::string SqlIndexes::Change(const std::vector<SqlTable>& tables) {
  if (Choose(4, "drop") == 0) {
    return Join({"DROP INDEX ", OneOf({"", "", "IF EXISTS "}, "if exists"),
                 OneOf({"", "", "main."}, "schema"),
                 Choose(20, "automatic") == 0 ? "sqlite_autoindex_t0_1" : Name()});
  }
  return CreateIndex(tables[Choose(tables.size(), "table")]);
}

std::string SqlIndexes::Read(const std::vector<SqlTable>& tables) {
  const std::string& table = tables[Choose(tables.size(), "table")].name;
  switch (Choose(4, "pragma")) {
    case 0:
      return "PRAGMA index_list(" + table + ")";
    case 1:
      return "PRAGMA index_info(" + Name() + ")";
    case 2:
      return "PRAGMA index_xinfo(sqlite_autoindex_" + table + "_1)";
    default:
      return "PRAGMA index_xinfo(" + Name() + ")";
  }
}

// -- Rows --

std::string SqlIndexes::InsertMany(const std::vector<SqlTable>& tables) {
  const SqlTable& table = tables[Choose(tables.size(), "table")];
  std::string sql = Join(
      {OneOf({"INSERT INTO ", "INSERT OR IGNORE INTO ", "REPLACE INTO ", "INSERT OR FAIL INTO "},
             "verb"),
       table.name, " SELECT "});
  for (size_t i = 0; i < table.columns.size(); ++i) {
    if (i > 0) sql += ",";
    if (i == 0 && table.has_key) {
      sql += OneOf({"NULL", "NULL", "x+100", "x*7%100"}, "id");
    } else {
      sql += OneOf(
          {"x", "x*37%101", "x%5", "NULL", "'k'||(x*7%50)", "x/4.0", "hex(x*x)||x",
           "substr('a longer text, to make some rows larger than others',1+x%9)||x",
           "hex(zeroblob(x%90))||x", "CAST('b'||(x*31%97) AS BLOB)", "-x", "x*3000000000", "x%2"},
          "value");
    }
  }
  return sql + " FROM (WITH RECURSIVE n(x) AS (VALUES(1) UNION ALL SELECT x+1 FROM n WHERE x<" +
         std::to_string(choices_.Between(10, 90, "rows")) + ") SELECT x FROM n)";
}

uint32_t SqlIndexes::MoreBytes(const SqlTable& table) {
  if (!table.has_index || Choose(4, "longer") != 0) return 0;
  return static_cast<uint32_t>(Choose(12'000, "more bytes"));
}

void SqlIndexes::Learn(const std::vector<std::string>& definitions,
                       std::vector<SqlTable>& tables) const {
  for (const std::string& definition : definitions) {
    if (!definition.starts_with("CREATE INDEX") && !definition.starts_with("CREATE UNIQUE INDEX")) {
      continue;
    }
    const auto made = made_.find(definition);
    for (SqlTable& table : tables) {
      // What was made wrong at random may be on any.
      if (made != made_.end() && made->second.table != table.name) continue;
      table.has_index = true;
      if (made == made_.end() || made->second.is_unique) table.has_constraint = true;
    }
  }
}

}  // namespace orrery::sim
