#include "sim/workloads/sql_workload.h"

#include "sim/workloads/filler.h"
#include "sim/workloads/table_statement.h"

namespace orrery::sim {
namespace {

// Whether 3.40.1 and 3.50.4 may fold an AND of this and another away: see oracles/differential.h.
bool MayFold(const std::string& text) {
  if (text == "0") return true;
  for (const char* part : {"IN ())", " AND 0)", "(0 AND "}) {
    if (text.find(part) != text.npos) return true;
  }
  return false;
}

// A call, or CAST, which is none.
bool HasCall(const std::string& text) {
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '(' && (text[i - 1] | 0x20) >= 'a' && (text[i - 1] | 0x20) <= 'z') return true;
  }
  return false;
}

// For pieces that draw: a list in braces is evaluated from left to right, operands of + are not.
std::string Join(std::initializer_list<std::string> pieces) {
  std::string text;
  for (const std::string& piece : pieces) text += piece;
  return text;
}

}  // namespace

const char* SqlWorkload::OneOf(std::initializer_list<const char*> words, const char* label) {
  return words.begin()[Choose(words.size(), label)];
}

SqlStatementText SqlWorkload::Next(bool in_transaction) {
  const int table = static_cast<int>(Choose(kTableCount, "table"));
  if (tables_[table].columns.empty()) return {SqlKind::kWrite, CreateTable(table)};
  if (in_transaction) {
    if (choices_.Chance(100'000, "commit")) return {SqlKind::kCommit, "COMMIT"};
    if (choices_.Chance(50'000, "rollback")) return {SqlKind::kRollback, "ROLLBACK"};
  } else {
    if (choices_.Chance(80'000, "begin")) {
      return {SqlKind::kBegin, OneOf({"BEGIN", "BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"}, "begin")};
    }
    if (choices_.Chance(20'000, "checkpoint")) {
      return {SqlKind::kCheckpoint, std::string("PRAGMA wal_checkpoint(") +
                                        OneOf({"PASSIVE", "TRUNCATE", "FULL", "RESTART"}, "mode") +
                                        ")"};
    }
  }
  if (choices_.Chance(40'000, "schema")) return Schema(table);
  SqlStatementText text;
  switch (Choose(10, "verb")) {
    case 0:
    case 1:
    case 2:
      text = {SqlKind::kWrite, Insert(table)};
      break;
    case 3:
    case 4:
      text = {SqlKind::kWrite, Update(table)};
      break;
    case 5:
      text = {SqlKind::kWrite, Delete(table)};
      break;
    default:
      text = {SqlKind::kRead, Select(table)};
  }
  if (choices_.Chance(15'000, "wrong")) text.sql = Wrong(text.sql);
  return text;
}

std::vector<std::string> SqlWorkload::ReadAll() const {
  std::vector<std::string> statements = {
      "SELECT type,name,tbl_name,sql FROM sqlite_schema ORDER BY name"};
  for (int table = 0; table < kTableCount; ++table) {
    statements.push_back("SELECT rowid,* FROM t" + std::to_string(table) + " ORDER BY rowid");
  }
  return statements;
}

// -- Statements --

SqlStatementText SqlWorkload::Schema(int table) {
  switch (Choose(8, "change")) {
    case 0:
      return {SqlKind::kWrite, CreateTable(table)};
    case 1:
      return {SqlKind::kWrite, "DROP TABLE t" + std::to_string(table)};
    case 2:
      return {SqlKind::kWrite, "DROP INDEX i" + std::to_string(Choose(kIndexCount, "index"))};
    default:
      return {SqlKind::kWrite, CreateIndex(table)};
  }
}

std::string SqlWorkload::OnConflict() {
  if (Choose(3, "on conflict") != 0) return "";
  return std::string(" ON CONFLICT ") +
         OneOf({"ROLLBACK", "ABORT", "FAIL", "IGNORE", "REPLACE"}, "action");
}

std::string SqlWorkload::OrAction() {
  if (Choose(3, "or") != 0) return "";
  return std::string(" OR ") + OneOf({"REPLACE", "IGNORE", "FAIL", "ABORT", "ROLLBACK"}, "action");
}

std::string SqlWorkload::ColumnConstraints() {
  std::string sql;
  if (choices_.Chance(100'000, "collate")) {
    sql += std::string(" COLLATE ") + OneOf({"NOCASE", "RTRIM", "BINARY"}, "collation");
  }
  if (choices_.Chance(80'000, "not null")) {
    sql += " NOT NULL";
    sql += OnConflict();
    if (Choose(2, "default") == 0) sql += " DEFAULT 7";
  }
  if (choices_.Chance(150'000, "unique")) {
    sql += " UNIQUE";
    sql += OnConflict();
  }
  if (choices_.Chance(30'000, "check")) sql += " CHECK (typeof(c0) <> 'blob')";
  return sql;
}

std::string SqlWorkload::TableConstraints(const Table& table) {
  std::string sql;
  if (!*table.has_key && choices_.Chance(150'000, "primary key")) {
    // Never one column, which could be the rowid.
    sql += ",PRIMARY KEY(";
    sql += KeyTerm(table, false);
    sql += "," + KeyTerm(table, false);
    sql += ")";
    sql += OnConflict();
  }
  if (choices_.Chance(100'000, "unique")) {
    sql += ",UNIQUE(";
    sql += KeyTerm(table, false);
    if (Choose(2, "second") == 0) sql += "," + KeyTerm(table, false);
    sql += ")";
    sql += OnConflict();
  }
  return sql;
}

std::string SqlWorkload::KeyTerm(const Table& table, bool may_be_expression) {
  const std::string column = table.columns[Choose(table.columns.size(), "column")];
  std::string term = column;
  if (may_be_expression && Choose(5, "expression") == 0) {
    term = Join({OneOf({"typeof(", "length(typeof(", "(7 IN (", "(NULL IS ("}, "of"), column});
    term += term.starts_with("typeof(") ? ")" : "))";
  }
  if (choices_.Chance(150'000, "collate")) {
    term += std::string(" COLLATE ") + OneOf({"NOCASE", "RTRIM", "BINARY"}, "collation");
  }
  return term + OneOf({"", "", " DESC", " ASC"}, "direction");
}

std::string SqlWorkload::CreateIndex(int number) {
  const Table& table = tables_[number];
  std::string sql = "CREATE ";
  if (Choose(3, "unique") == 0) sql += "UNIQUE ";
  sql += "INDEX ";
  if (Choose(4, "if not exists") == 0) sql += "IF NOT EXISTS ";
  sql +=
      "i" + std::to_string(Choose(kIndexCount, "index")) + " ON t" + std::to_string(number) + "(";
  const uint64_t count = choices_.Between(1, 3, "columns");
  for (uint64_t i = 0; i < count; ++i) {
    if (i > 0) sql += ",";
    sql += KeyTerm(table, true);
  }
  sql += ")";
  if (Choose(4, "partial") == 0) {
    const std::string column = table.columns[Choose(table.columns.size(), "column")];
    sql += Join({" WHERE ", column,
                 OneOf({" IS NOT NULL", " > 5", " <> 'abc'", " IN (1,'a',NULL)"}, "where")});
  }
  return sql;
}

std::string SqlWorkload::CreateTable(int number) {
  Table& table = tables_[number];
  table.columns.clear();
  if (!table.has_key) table.has_key = Choose(2, "key") == 0;
  std::string sql = "CREATE TABLE t" + std::to_string(number) + "(";
  const uint64_t column_count = choices_.Between(1, 6, "column count");
  for (uint64_t i = 0; i < column_count; ++i) {
    const std::string name = "c" + std::to_string(i);
    table.columns.push_back(name);
    if (i > 0) sql += ",";
    if (i == 0 && *table.has_key) {
      sql += name + " INTEGER PRIMARY KEY";
      sql += OnConflict();
      continue;
    }
    sql += name + OneOf({" INTEGER", " TEXT", " REAL", " BLOB", "", " NUMERIC", " VARCHAR(10)",
                         " INT", " FLOATING POINT", " DOUBLE"},
                        "type");
    sql += ColumnConstraints();
  }
  sql += TableConstraints(table);
  return sql + ")";
}

std::string SqlWorkload::Insert(int number) {
  const Table& table = tables_[number];
  std::string sql = "INSERT" + OrAction();
  if (sql.ends_with(" REPLACE") && Choose(2, "short") == 0) sql = "REPLACE";
  sql += " INTO t" + std::to_string(number);
  size_t first = 0;
  if (Choose(3, "columns") == 0) {
    first = Choose(table.columns.size(), "first column");
    sql += "(";
    for (size_t i = first; i < table.columns.size(); ++i) {
      sql += (i == first ? "" : ",") + table.columns[i];
    }
    sql += ")";
  }
  sql += " VALUES";
  const uint64_t row_count = choices_.Between(1, 6, "row count");
  for (uint64_t row = 0; row < row_count; ++row) {
    sql += row == 0 ? "(" : ",(";
    for (size_t i = first; i < table.columns.size(); ++i) {
      if (i > first) sql += ",";
      if (i == 0 && *table.has_key) {
        sql += Choose(2, "own id") == 0 ? "NULL" : std::to_string(Choose(60, "id"));
      } else if (choices_.Chance(60'000, "long value")) {
        const Filler filler{.tag = static_cast<uint32_t>(Choose(1000, "filler")),
                            .size = static_cast<uint32_t>(Choose(3000, "size")),
                            .type = Choose(2, "blob") == 0 ? ValueType::kText : ValueType::kBlob};
        sql += ToLiteral(FillerValue(filler));
      } else {
        sql += Choose(4, "computed") == 0 ? Expression(-1, 2) : Literal();
      }
    }
    sql += ")";
  }
  return sql;
}

std::string SqlWorkload::Update(int number) {
  const Table& table = tables_[number];
  // Which row comes first may decide which of them conflicts.
  std::string sql = "UPDATE" + OrAction() + " t" + std::to_string(number) + " NOT INDEXED SET ";
  const uint64_t count = choices_.Between(1, 2, "set count");
  for (uint64_t i = 0; i < count; ++i) {
    const size_t column = Choose(table.columns.size(), "column");
    if (i > 0) sql += ",";
    sql += table.columns[column] + "=";
    if (column == 0 && *table.has_key) {
      sql += table.columns[0] + "+" + std::to_string(choices_.Between(1, 60, "distance"));
    } else {
      sql += Expression(number, 2);
    }
  }
  return sql + Where(number);
}

std::string SqlWorkload::Delete(int number) {
  return "DELETE FROM t" + std::to_string(number) + Where(number);
}

std::string SqlWorkload::Select(int number) {
  const Table& table = tables_[number];
  const std::string from = " FROM t" + std::to_string(number);
  if (Choose(8, "no table") == 0) {
    if (choices_.Chance(20'000, "failing call")) return "SELECT 1,abs(-9223372036854775808)";
    std::string sql = "SELECT " + Expression(-1, 3);
    if (Choose(2, "second") == 0) sql += "," + Expression(-1, 3);
    return sql;
  }
  if (Choose(5, "aggregate") == 0) {
    std::string sql = "SELECT ";
    const uint64_t count = choices_.Between(1, 3, "aggregates");
    for (uint64_t i = 0; i < count; ++i) {
      if (i > 0) sql += ",";
      switch (Choose(5, "function")) {
        case 0:
          sql += "count(*)";
          break;
        case 1:
          sql += "count(" + Expression(number, 1) + ")";
          break;
        case 2:
          sql += "min(" + Expression(number, 1) + ")";
          break;
        case 3:
          sql += "max(" + Expression(number, 1) + ")";
          break;
        default:
          // Integers of modest size only: releases add reals up differently.
          sql += OneOf({"sum(", "avg(", "total("}, "sum");
          sql += "length(" + Column(number) + "))";
      }
    }
    return sql + from + Where(number);
  }
  std::string sql = "SELECT ";
  if (Choose(3, "star") == 0) {
    sql += Choose(3, "rowid") == 0 ? "rowid,*" : "*";
  } else {
    const uint64_t count = choices_.Between(1, 3, "columns");
    for (uint64_t i = 0; i < count; ++i) sql += (i == 0 ? "" : ",") + Expression(number, 2);
    if (Choose(6, "alias") == 0) sql += " AS x";
  }
  const bool is_ordered = Choose(3, "order") == 0;
  sql += from + (is_ordered ? "" : " NOT INDEXED") + Where(number);
  if (is_ordered) {
    // The row's id comes last, so that no two rows are equal.
    sql += Join(
        {" ORDER BY ", Choose(3, "by expression") == 0 ? Expression(number, 1) : Column(number),
         OneOf({"", " DESC", " ASC"}, "direction"), ",rowid", OneOf({"", " DESC"}, "direction")});
  }
  if (Choose(6, "limit") == 0) {
    sql += " LIMIT " + std::to_string(static_cast<int64_t>(Choose(8, "limit")) - 1);
    if (Choose(2, "offset") == 0) sql += " OFFSET " + std::to_string(Choose(4, "offset"));
  }
  (void)table;
  return sql;
}

std::string SqlWorkload::Wrong(std::string sql) {
  switch (Choose(4, "mistake")) {
    case 0:  // cut off
      return sql.substr(0, 1 + Choose(sql.size(), "cut"));
    case 1:  // a name that is not there
      return sql + " , nosuch";
    case 2:
      return "SELECT nosuch FROM t" + std::to_string(Choose(kTableCount, "table"));
    default:
      return "SELECT nosuch(1)";
  }
}

// -- Expressions --

std::string SqlWorkload::Where(int number) {
  if (Choose(4, "where") == 0) return "";
  const Table& table = tables_[number];
  if (*table.has_key && Choose(2, "by key") == 0) {
    const std::string id = std::to_string(Choose(60, "id"));
    switch (Choose(4, "by")) {
      case 0:
        return " WHERE c0=" + id;
      case 1:
        return " WHERE c0>" + id;
      case 2:
        return " WHERE c0<=" + id;
      default:
        return " WHERE c0 BETWEEN " + id + " AND " + id + "+9";
    }
  }
  return " WHERE " + Expression(number, 3);
}

std::string SqlWorkload::Column(int number) {
  const Table& table = tables_[number];
  if (choices_.Chance(30'000, "rowid")) return "rowid";
  return table.columns[Choose(table.columns.size(), "column")];
}

std::string SqlWorkload::Integer() {
  if (Choose(4, "edge") == 0) {
    return OneOf({"0",
                  "1",
                  "-1",
                  "2147483647",
                  "2147483648",
                  "-2147483648",
                  "9007199254740993",
                  "9223372036854775807",
                  "(-9223372036854775807-1)",
                  "127",
                  "128",
                  "-128",
                  "-129",
                  "32767",
                  "32768",
                  "8388607",
                  "8388608",
                  "140737488355327",
                  "140737488355328",
                  "0x10",
                  "4294967296"},
                 "integer");
  }
  return std::to_string(static_cast<int64_t>(Choose(100, "integer")) - 20);
}

std::string SqlWorkload::Literal() {
  switch (Choose(10, "literal")) {
    case 0:
      return "NULL";
    case 1:
    case 2:
    case 3:
      return Integer();
    case 4:
    case 5:
      return OneOf({"0.0", "1.5", "-2.25", "3.0", "1e3", "-0.0", "0.5", "100.0", "1e10", "12.125",
                    "9223372036854775808.0", "-1e18", "1e100"},
                   "real");
    case 6:
    case 7:
    case 8:
      return OneOf({"''",
                    "'a'",
                    "'abc'",
                    "'ABC'",
                    "'aBc'",
                    "'12'",
                    "' 12 '",
                    "'1e3'",
                    "'-5'",
                    "'1.5'",
                    "'12abc'",
                    "'0x10'",
                    "'it''s'",
                    "'\xc3\xa9t\xc3\xa9'",
                    "'\xe6\x97\xa5\xe6\x9c\xac'",
                    "'%'",
                    "'_b_'",
                    "'a%'",
                    "'null'",
                    "'1.0'",
                    "'.5'",
                    "'+7'",
                    "'9223372036854775808'",
                    "'a longer text, to make some rows larger than others'"},
                   "text");
    default:
      return OneOf({"x''", "x'00'", "x'616263'", "x'ff'", "x'3132'", "x'0102030405060708090a'"},
                   "blob");
  }
}

std::string SqlWorkload::Call(int table, int depth) {
  const std::string x = Expression(table, depth - 1);
  switch (Choose(17, "function")) {
    case 0:
      return "abs(" + x + "%1000)";  // of the least integer it fails
    case 1:
      return "length(" + x + ")";
    case 2:
      return "lower(" + x + ")";
    case 3:
      return "upper(" + x + ")";
    case 4:
      return "typeof(" + x + ")";
    case 5:
      return "coalesce(" + x + "," + Expression(table, depth - 1) + ")";
    case 6:
      return "ifnull(" + x + "," + Expression(table, depth - 1) + ")";
    case 7:
      return "nullif(" + x + "," + Expression(table, depth - 1) + ")";
    case 8:
      return "hex(" + x + ")";
    case 9:
      return "substr(" + x + "," + std::to_string(static_cast<int64_t>(Choose(8, "from")) - 3) +
             ")";
    case 10:
      return Join({"substr(", x, ",", std::to_string(static_cast<int64_t>(Choose(8, "from")) - 3),
                   ",", std::to_string(static_cast<int64_t>(Choose(8, "size")) - 2), ")"});
    case 11:
      return "min(" + x + "," + Expression(table, depth - 1) + ")";
    case 12:
      return "max(" + x + "," + Expression(table, depth - 1) + ")";
    case 13:
      return "instr(" + x + "," + Expression(table, depth - 1) + ")";
    case 14:
      return "trim(" + x + ")";
    case 15:
      return "replace(" + x + ",'b'," + Literal() + ")";
    default:
      return "length(typeof(" + x + "))";
  }
}

std::string SqlWorkload::Expression(int table, int depth) {
  if (depth <= 0 || Choose(4, "leaf") == 0) {
    return table >= 0 && Choose(5, "column") > 1 ? Column(table) : Literal();
  }
  const auto x = [&] { return Expression(table, depth - 1); };
  switch (Choose(20, "expression")) {
    case 0:
    case 1:
    case 2: {
      const std::string left = x();
      const char* op = OneOf({"+", "-", "*", "/", "%", "&", "|", "<<", ">>"}, "operator");
      return "(" + left + op + x() + ")";
    }
    case 3:
    case 4:
    case 5: {
      const std::string left = x();
      const char* op = OneOf({"=", "<>", "<", "<=", ">", ">=", " IS ", " IS NOT "}, "comparison");
      return "(" + left + op + x() + ")";
    }
    case 6:
    case 7: {
      const std::string left = x();
      const char* op = OneOf({" AND ", " OR "}, "logic");
      const std::string right = x();
      if ((MayFold(left) || MayFold(right)) && (HasCall(left) || HasCall(right))) op = " OR ";
      return "(" + left + op + right + ")";
    }
    case 8:
      return Join({"(", OneOf({"NOT ", "-", "~", "+"}, "unary"), x(), ")"});
    case 9:
      return Join({"(", x(), OneOf({" IS NULL", " IS NOT NULL", " NOTNULL"}, "null"), ")"});
    case 10: {
      const std::string left = x();
      const std::string low = x();
      return Join(
          {"(", left, OneOf({" BETWEEN ", " NOT BETWEEN "}, "between"), low, " AND ", x(), ")"});
    }
    case 11: {
      const std::string left = x();
      std::string list = "(" + left + OneOf({" IN (", " NOT IN ("}, "in");
      const uint64_t count = HasCall(left) ? choices_.Between(1, 3, "list") : Choose(4, "list");
      for (uint64_t i = 0; i < count; ++i) list += (i == 0 ? "" : ",") + Literal();
      return list + "))";
    }
    case 12: {
      // As text: Debian's SQLite is built to match no blobs.
      const std::string left = x();
      const char* op = OneOf({" LIKE ", " NOT LIKE ", " GLOB "}, "like");
      return Join(
          {"(CAST(", left, " AS TEXT)", op,
           OneOf({"'a%'", "'%b%'", "'_b_'", "'%'", "'ABC'", "'a*'", "'[a-c]*'", "''"}, "pattern"),
           ")"});
    }
    case 13: {
      const std::string condition = x();
      const std::string then = x();
      return "CASE WHEN " + condition + " THEN " + then +
             (Choose(2, "else") == 0 ? " ELSE " + x() : std::string()) + " END";
    }
    case 14: {
      const std::string base = x();
      const std::string when = Literal();
      return "CASE " + base + " WHEN " + when + " THEN " + x() + " END";
    }
    case 15:
      return Join({"CAST(", x(), " AS ",
                   OneOf({"INTEGER", "TEXT", "REAL", "BLOB", "NUMERIC"}, "type"), ")"});
    case 16: {
      const std::string left = x();
      return "(" + left + "||" + x() + ")";
    }
    default:
      return Call(table, depth);
  }
}

}  // namespace orrery::sim
