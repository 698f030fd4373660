#include "sim/workloads/sql_workload.h"

#include <algorithm>

#include "sim/workloads/filler.h"
#include "sim/workloads/table_statement.h"

namespace orrery::sim {
namespace {

std::string Join(std::initializer_list<std::string> pieces) { return SqlExpressions::Join(pieces); }

// Whether releases may differ in it without its GROUP BY, when there is no row.
bool NeedsGroupBy(const std::string& sql) {
  if (sql.find(" GROUP BY ") == sql.npos) return false;
  for (const char* part : {"IS NULL", "ISNULL", "NOT NULL", "NOTNULL", "WITH w"}) {
    if (sql.find(part) != sql.npos) return true;
  }
  return false;
}

// Not where releases differ, or a call fails or is random, as soon as something is missing: see
// oracles/differential.h. Nor a recursion, which could lose its end.
bool CanGarble(const std::string& sql) {
  if (SqlExpressions::MayFold(sql)) return false;
  for (const char* part :
       {"NOT INDEXED", "),(", "%", "quote(", "replace(", "iif(", "ORDER BY", "sqlite_version(",
        "random", "RECURSIVE", "0x", "0X", "(SELECT CAST(", "(SELECT +CAST(", " AS f"}) {
    if (sql.find(part) != sql.npos) return false;
  }
  return !NeedsGroupBy(sql);
}

// A change without its OR ..., which in SQLite may leave rows when a value is of a wrong type.
std::string WithoutOr(std::string sql) {
  if (sql.starts_with("REPLACE")) return "INSERT" + sql.substr(std::string_view("REPLACE").size());
  for (const char* clause : {" OR IGNORE", " OR FAIL", " OR REPLACE", " OR ROLLBACK"}) {
    const size_t at = sql.find(clause);
    if (at == std::string_view("INSERT").size()) sql.erase(at, std::string_view(clause).size());
  }
  return sql;
}

// Whether it has ORDER inside of parentheses, which is grammar in calls since 3.44.
bool OrdersInParentheses(const std::string& sql) {
  const size_t at = sql.find(" ORDER ");
  if (at == sql.npos) return false;
  const auto count = [&](char c) { return std::count(sql.begin(), sql.begin() + at, c); };
  return count('(') > count(')');
}

}  // namespace

SqlStatementText SqlWorkload::Next(bool in_transaction) {
  using enum SqlFeature;
  missing_ = Has(kMissingNames) && Chance(30'000, "missing names");
  // A view may be of a table that is gone: of two mistakes one is told.
  views_.Hide(missing_);
  expressions_.Use(nullptr);
  is_unordered_ = false;
  if (!tables_.empty() && alters_.Chance(5'000, "add column")) {
    return {SqlKind::kSchema, AddColumn()};
  }
  if (tables_.empty() || Chance(tables_.size() < kTableCount ? 100'000 : 5'000, "create")) {
    SqlStatementText text = {SqlKind::kSchema, CreateTable()};
    text.is_garbled = Has(kGarbled) && Chance(50'000, "garble");
    if (text.is_garbled) text.sql = Garbled(text.sql);
    return text;
  }
  if (Chance(in_transaction ? 100'000 : 2'000, "commit")) {
    return {SqlKind::kCommit, OneOf({"COMMIT", "END", "COMMIT TRANSACTION"}, "commit")};
  }
  if (Chance(in_transaction ? 50'000 : 2'000, "rollback")) return {SqlKind::kRollback, "ROLLBACK"};
  if (Has(kTransactions) && Chance(in_transaction ? 2'000 : 80'000, "begin")) {
    return {SqlKind::kBegin,
            OneOf({"BEGIN", "BEGIN IMMEDIATE", "BEGIN EXCLUSIVE", "BEGIN DEFERRED TRANSACTION"},
                  "begin")};
  }
  if (Has(kSavepoints) && Chance(in_transaction ? 120'000 : 15'000, "savepoint")) {
    return Savepoint(in_transaction);
  }
  if (!in_transaction && !journal_modes_.empty() && Chance(30'000, "change journal mode")) {
    const size_t mode = Choose(journal_modes_.size(), "journal mode");
    return {SqlKind::kCheckpoint, "PRAGMA journal_mode=" + std::string(journal_modes_[mode])};
  }
  if (!in_transaction && Has(kCheckpoints) && Chance(20'000, "checkpoint")) {
    return {SqlKind::kCheckpoint,
            Join({"PRAGMA wal_checkpoint(",
                  OneOf({"PASSIVE", "TRUNCATE", "FULL", "RESTART"}, "mode"), ")"})};
  }
  if (Has(kPragmas) && vacuums_.Chance(in_transaction ? 2'000 : 15'000, "vacuum")) {
    return {SqlKind::kSchema, "VACUUM"};
  }
  if (Has(kPragmas) && increments_.Chance(10'000, "incremental vacuum")) {
    const uint64_t page_count = increments_.Choose(20, "pages");
    return {SqlKind::kSchema, "PRAGMA incremental_vacuum(" + std::to_string(page_count) + ")"};
  }
  if (Has(kIndexes) && indexes_.Wants()) return IndexStatement();
  if (Has(kViews) && views_.Wants()) return {SqlKind::kSchema, views_.Change(tables_)};
  if (Has(kTriggers) && triggers_.Wants()) return {SqlKind::kSchema, triggers_.Change(tables_)};
  if (Has(kDrops) && Chance(10'000, "drop")) return {SqlKind::kSchema, Drop()};
  const SqlTable& table = tables_[Choose(tables_.size(), "table")];
  if (Has(kPragmas) && Chance(20'000, "pragma")) return Pragma(table);
  SqlStatementText text;
  if (Has(kQueries) && Chance(150'000, "query")) {
    text = {SqlKind::kRead, queries_.Draw(tables_)};
    text.is_unordered = true;
  } else if (Choose(10, "read") < 4) {
    text = {SqlKind::kRead, Select(table)};
    text.is_unordered = is_unordered_;
  } else {
    text = Change(table);
  }
  if (Has(kExplain) && Chance(10'000, "explain")) {
    return {SqlKind::kExplain, OneOf({"EXPLAIN ", "EXPLAIN QUERY PLAN "}, "explain") + text.sql};
  }
  // Of two mistakes the one that SQLite finds first is told.
  const bool garbles = Has(kGarbled) && (Chance(20'000, "garble") ||
                                         (missing_ && mistakes_.Chance(100'000, "garble too")));
  const bool has_index =
      std::any_of(tables_.begin(), tables_.end(), [](const SqlTable& t) { return t.has_index; });
  // What loses its call may be a bare column, of any row of its group.
  const bool has_triggers =
      std::any_of(tables_.begin(), tables_.end(), [](const SqlTable& t) { return t.has_triggers; });
  const bool is_settled =
      !has_triggers && (!has_index || text.sql.find(" GROUP BY ") == text.sql.npos);
  if (garbles && is_settled && CanGarble(text.sql)) {
    std::string garbled = Garbled(text.sql);
    if (OrdersInParentheses(garbled)) return text;
    text.is_garbled = true;
    text.is_unordered = text.is_unordered || has_index;
    text.counts_changes = text.is_insert = false;
    text.sql = std::move(garbled);
  } else if (Has(kNoise) && Chance(50'000, "noise")) {
    text.sql = WithNoise(text.sql);
  }
  return text;
}

SqlStatementText SqlWorkload::IndexStatement() {
  if (indexes_.WantsRows()) {
    SqlStatementText text = {SqlKind::kWrite, "", /*counts_changes=*/true, /*is_insert=*/true};
    text.sql = indexes_.InsertMany(tables_);
    for (const SqlTable& table : tables_) {
      const bool is_it = text.sql.find(" INTO " + table.name) != text.sql.npos;
      if (is_it && table.is_without_rowid) text.is_insert = false;
    }
    return text;
  }
  if (indexes_.WantsRead()) return {SqlKind::kRead, indexes_.Read(tables_)};
  return {SqlKind::kSchema, indexes_.Change(tables_)};
}

SqlStatementText SqlWorkload::Savepoint(bool in_transaction) {
  const std::string name = OneOf({"s0", "s1", "S0", "\"s1\"", "s2"}, "savepoint name");
  // Names may be taken twice, or not be there.
  switch (Choose(in_transaction ? 6 : 16, "savepoint")) {
    case 1:
      return {SqlKind::kRelease, OneOf({"RELEASE ", "RELEASE SAVEPOINT "}, "release") + name};
    case 2:
    case 3:
      return {SqlKind::kRollbackTo,
              OneOf({"ROLLBACK TO ", "ROLLBACK TRANSACTION TO SAVEPOINT "}, "rollback to") + name};
    default:
      return {SqlKind::kSavepoint, "SAVEPOINT " + name};
  }
}

void SqlWorkload::Learn(const std::vector<std::string>& definitions) {
  tables_.clear();
  for (const std::string& definition : definitions) {
    auto made = made_.find(definition);
    for (auto added = added_.begin(); made == made_.end() && added != added_.end(); ++added) {
      const size_t at = definition.find(added->first);
      if (at == definition.npos) continue;
      const auto before = made_.find(std::string(definition).erase(at, added->first.size()));
      if (before == made_.end()) continue;
      made = made_.emplace(definition, before->second).first;
      made->second.columns.push_back(added->second);
    }
    if (made != made_.end()) tables_.push_back(made->second);
  }
  indexes_.Learn(definitions, tables_);
  views_.Learn(definitions);
  triggers_.Learn(definitions, tables_);
}

std::vector<std::string> SqlWorkload::ReadAll() const {
  std::vector<std::string> statements = {
      "SELECT type,name,tbl_name,sql FROM sqlite_schema ORDER BY name", "PRAGMA user_version",
      "SELECT name,seq FROM sqlite_sequence ORDER BY name"};
  for (int table = 0; table < kTableCount; ++table) {
    statements.push_back("SELECT rowid,* FROM t" + std::to_string(table) + " ORDER BY rowid");
  }
  for (const auto& [table, database] : databases_) {
    statements.push_back("SELECT type,name,tbl_name,sql FROM " + database +
                         ".sqlite_schema ORDER BY name");
  }
  return statements;
}

// -- Tables --

std::string SqlWorkload::CreateTable() {
  SqlTable table;
  table.name = "t" + std::to_string(Choose(kTableCount, "number"));
  table.has_key = Choose(2, "key") == 0;
  std::string body = "(";
  const uint64_t column_count = choices_.Between(1, 6, "column count");
  const bool key_is_apart = table.has_key && Choose(6, "key apart") == 0;
  for (uint64_t i = 0; i < column_count; ++i) {
    std::string name = "c" + std::to_string(i);
    if (Chance(20'000, "odd name")) {
      name = OneOf({"\"odd name\"", "[select]", "`C9`", "\xc3\xa4", "\"it's\"", "_x"}, "name");
      if (i > 0 && name == table.columns[0]) name = "c" + std::to_string(i);
      for (const std::string& other : table.columns) {
        if (name == other) name = "c" + std::to_string(i);
      }
    }
    table.columns.push_back(name);
    if (i > 0) body += ",";
    if (i == 0 && table.has_key) {
      body += name + " INTEGER";
      if (!key_is_apart) {
        body += OneOf({" PRIMARY KEY", " PRIMARY KEY", " PRIMARY KEY ASC", " NOT NULL PRIMARY KEY",
                       " PRIMARY KEY ON CONFLICT REPLACE", " PRIMARY KEY ON CONFLICT IGNORE"},
                      "primary key");
      }
    } else {
      const std::string column = ColumnDefinition(name);
      body += column + indexes_.ColumnConstraint(table, column);
    }
  }
  if (key_is_apart) body += ",PRIMARY KEY(" + table.columns[0] + ")";
  if (Chance(100'000, "table constraint")) {
    body += TableConstraint(table.columns[Choose(table.columns.size(), "column")]);
  }
  body += indexes_.TableConstraints(table, body);
  for (const char* part : {"NOT NULL", "CHECK"}) {
    if (body.find(part) != body.npos) table.has_constraint = true;
  }
  body += ")";
  if (table.has_key && changes_.WantsSequence()) {
    constexpr std::string_view kKey = " INTEGER PRIMARY KEY";
    const size_t end = body.find(kKey) + kKey.size();
    if (body.find(kKey) != body.npos && (body[end] == ',' || body[end] == ')')) {
      body.insert(end, " AUTOINCREMENT");
    }
  } else if (changes_.WantsStrict()) {
    body = changes_.StrictBody(table);
    table.has_constraint = table.is_strict = true;
  } else if (changes_.WantsNoRowid()) {
    body = changes_.BodyWithoutRowid(table);
  }
  std::string definition = "CREATE TABLE " + table.name + body;
  const auto placed = databases_.find(table.name);
  if (placed != databases_.end()) table.database = placed->second;
  const std::string database = placed == databases_.end() ? "" : placed->second + ".";
  const char* const unless = Chance(100'000, "if not exists") ? "IF NOT EXISTS " : "";
  std::string sql = "CREATE TABLE " + (unless + database) + table.name + body;
  made_[definition] = std::move(table);
  return sql;
}

std::string SqlWorkload::ColumnDefinition(const std::string& name) {
  std::string text =
      name + OneOf({" INTEGER", " TEXT", " REAL", " BLOB", "", " NUMERIC", " VARCHAR(10)", " INT",
                    " FLOATING POINT", " DOUBLE", " DECIMAL(10,2)", " CHARINT", " \"any type\""},
                   "type");
  if (Chance(60'000, "not null")) {
    text += OneOf({" NOT NULL", " NOT NULL ON CONFLICT IGNORE", " NOT NULL ON CONFLICT REPLACE",
                   " NOT NULL ON CONFLICT FAIL", " CONSTRAINT n NOT NULL"},
                  "not null");
  }
  if (Chance(150'000, "default")) {
    text += " DEFAULT ";
    if (Choose(3, "computed") == 0) {
      expressions_.Use(nullptr);
      text += "(" + expressions_.Draw(2) + ")";
    } else {
      text += OneOf({"5", "-5", "+1.5", "'text'", "x'0102'", "NULL", "TRUE", "''", "0x10",
                     "9223372036854775807", "-9223372036854775808", "1e400", "\"quoted\"", "word"},
                    "default");
    }
  }
  if (Chance(150'000, "collate")) text += " COLLATE " + expressions_.Collation();
  if (Chance(50'000, "check")) text += TableConstraint(name).substr(1);
  return text;
}

// After a comma.
std::string SqlWorkload::TableConstraint(const std::string& name) {
  std::string text = ", ";
  if (Choose(2, "named") == 0) text += "CONSTRAINT k ";
  switch (Choose(4, "check")) {
    case 0:
      return text + "CHECK (typeof(" + name + ")<>'blob')";
    case 1:
      return text + "CHECK (" + name + " IS NULL OR length(" + name + ")<20)";
    case 2:
      return text + "CHECK (" + name + "<1000)";
    default:
      return text + "CHECK (" + name + "  IN (" + name + ",1 ) )";
  }
}

std::string SqlWorkload::AddColumn() {
  const SqlTable& table = tables_[alters_.Choose(tables_.size(), "table")];
  static constexpr const char* kDefinitions[] = {
      " TEXT",          " INTEGER DEFAULT 7",     " TEXT NOT NULL DEFAULT 'added'",
      " TEXT NOT NULL", " REAL DEFAULT -2.5",     " TEXT DEFAULT 'x' COLLATE NOCASE",
      " TEXT UNIQUE",   " INTEGER DEFAULT (1+1)", " BLOB DEFAULT x'00ff'"};
  const std::string name = "a" + std::to_string(added_.size());
  const std::string text =
      name + kDefinitions[alters_.Choose(std::size(kDefinitions), "definition")];
  added_[", " + text] = name;
  return "ALTER TABLE " + table.name + " ADD COLUMN " + text;
}

std::string SqlWorkload::Drop() {
  return Join({"DROP TABLE ", OneOf({"", "", "IF EXISTS "}, "if exists"),
               OneOf({"", "", "main."}, "schema"),
               "t" + std::to_string(Choose(kTableCount + 1, "number"))});
}

// -- Changes --

SqlStatementText SqlWorkload::Change(const SqlTable& table) {
  using enum SqlFeature;
  SqlStatementText text = {SqlKind::kWrite, "", /*counts_changes=*/true};
  const uint64_t verb = Choose(6, "verb");
  if (verb >= 5 && Has(kDeletes)) {
    text.sql = Delete(table);
    text.is_unordered = table.has_index;
  } else if (verb >= 3 && Has(kUpdates)) {
    if (changes_.WantsUpdate()) text.sql = changes_.Update(table, tables_);
    if (text.sql.empty()) text.sql = Update(table);
    text.is_unordered = table.has_index;
  } else {
    text.is_insert = true;
    const bool from_query = verb >= 2 && Choose(4, "select") == 0;
    text.sql = from_query ? InsertSelect(table) : Insert(table);
    if (!from_query && text.sql.starts_with("INSERT INTO ")) {
      const std::string clauses = changes_.OnConflict(table);
      text.is_insert = clauses.empty();  // what was updated instead sets no rowid
      text.sql += clauses;
    }
  }
  if (table.is_without_rowid) text.is_insert = false;
  if (table.is_strict) text.sql = WithoutOr(std::move(text.sql));
  text.sql += changes_.Returning(table);
  return text;
}

std::string SqlWorkload::ValueFor(const SqlTable& table, const std::string& column, bool may_fail) {
  if (column == "rowid" || (table.has_key && column == table.columns[0])) {
    // Far from the largest, after which the next is random.
    switch (Choose(8, "rowid")) {
      case 0:
      case 1:
      case 2:
        return table.is_without_rowid ? std::to_string(Choose(60, "id")) : "NULL";
      case 3:
        if (may_fail) return OneOf({"'x'", "1.5", "x'31'", "''"}, "bad rowid");
        return OneOf({"'7'", "8.0", "-3", "4294967296", "' 9 '", "0"}, "odd rowid");
      default:
        return std::to_string(Choose(60, "id"));
    }
  }
  if (Chance(60'000, "long value")) {
    Filler filler;
    filler.tag = static_cast<uint32_t>(Choose(1000, "filler"));
    filler.size = static_cast<uint32_t>(Choose(3000, "size"));
    filler.size += indexes_.MoreBytes(table);
    filler.type = Choose(2, "blob") == 0 ? ValueType::kText : ValueType::kBlob;
    return ToLiteral(FillerValue(filler));
  }
  expressions_.Use(nullptr);
  return Choose(4, "computed") == 0 ? expressions_.Draw(2) : expressions_.Literal();
}

std::string SqlWorkload::Insert(const SqlTable& table) {
  static constexpr std::initializer_list<const char*> kVerbs = {"INSERT",
                                                                "INSERT",
                                                                "INSERT",
                                                                "INSERT",
                                                                "INSERT OR IGNORE",
                                                                "INSERT OR FAIL",
                                                                "INSERT OR REPLACE",
                                                                "INSERT OR ABORT",
                                                                "INSERT OR ROLLBACK",
                                                                "REPLACE"};
  std::string sql = OneOf(kVerbs, "verb") + std::string(" INTO ") + table.name;
  if (Chance(20'000, "default values")) return sql + " DEFAULT VALUES";
  std::vector<std::string> columns = table.columns;
  if (Choose(3, "columns") == 0) {
    // Some of them, in another order.
    std::vector<std::string> left = table.columns;
    if (!table.has_key && Choose(3, "rowid") == 0) left.push_back("rowid");
    if (missing_) left.push_back("nosuch");
    columns.clear();
    const uint64_t count = choices_.Between(1, left.size(), "column count");
    for (uint64_t i = 0; i < count; ++i) {
      const size_t at = Choose(left.size(), "column");
      columns.push_back(left[at]);
      left.erase(left.begin() + static_cast<ptrdiff_t>(at));
    }
    sql += "(";
    for (size_t i = 0; i < columns.size(); ++i) sql += (i == 0 ? "" : ",") + columns[i];
    sql += ")";
  }
  if (missing_ && Choose(3, "count") == 0) columns.push_back("nosuch");
  sql += " VALUES";
  const uint64_t row_count = choices_.Between(1, 6, "row count");
  for (uint64_t row = 0; row < row_count; ++row) {
    sql += row == 0 ? "(" : ",(";
    for (size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) sql += ",";
      sql += ValueFor(table, columns[i], /*may_fail=*/row_count == 1);
    }
    sql += ")";
  }
  return sql;
}

std::string SqlWorkload::InsertSelect(const SqlTable& table) {
  const SqlTable& from = tables_[Choose(tables_.size(), "from")];
  std::string sql = OneOf({"INSERT INTO ", "INSERT OR IGNORE INTO ", "REPLACE INTO "}, "verb") +
                    table.name + " SELECT ";
  expressions_.Use(&from, missing_);
  for (size_t i = 0; i < table.columns.size(); ++i) {
    if (i > 0) sql += ",";
    if (i == 0 && table.has_key) {
      sql += OneOf({"NULL", "NULL", "rowid+20", "rowid"}, "id");
    } else {
      sql += expressions_.Draw(1);
    }
  }
  sql += FromByRowid(from);
  sql += Where(from);
  if (Choose(2, "order") == 0) sql += OneOf({" ORDER BY rowid", " ORDER BY rowid DESC"}, "order");
  return sql + " LIMIT " + std::to_string(Choose(8, "limit"));
}

std::string SqlWorkload::Update(const SqlTable& table) {
  static constexpr std::initializer_list<const char*> kVerbs = {"UPDATE ",
                                                                "UPDATE ",
                                                                "UPDATE ",
                                                                "UPDATE OR IGNORE ",
                                                                "UPDATE OR REPLACE ",
                                                                "UPDATE OR FAIL ",
                                                                "UPDATE OR ABORT ",
                                                                "UPDATE OR ROLLBACK "};
  const std::string verb = OneOf(kVerbs, "verb") + table.name;
  std::string sql = " SET ";
  bool sets_rowid = false;
  const uint64_t count = choices_.Between(1, 2, "set count");
  for (uint64_t i = 0; i < count; ++i) {
    const size_t column = Choose(table.columns.size(), "column");
    if (i > 0) sql += ",";
    expressions_.Use(&table, missing_);
    if ((column == 0 && table.has_key) || Chance(30'000, "rowid")) {
      const std::string key = column == 0 && table.has_key ? table.columns[0] : "rowid";
      sets_rowid = true;
      sql += key + "=";
      switch (Choose(4, "new rowid")) {
        case 0:
          sql += "CAST(ifnull(" + expressions_.Draw(1) + ",7)%1000 AS INTEGER)";
          break;
        case 1:
          sql += std::to_string(Choose(60, "id"));
          break;
        default:
          sql += Join({key, OneOf({"+", "-"}, "direction"),
                       std::to_string(choices_.Between(1, 60, "distance"))});
      }
    } else {
      if (missing_ && Choose(4, "missing") == 0) {
        sql += "nosuch=";
      } else {
        sql += table.columns[column] + "=";
      }
      sql += expressions_.Draw(2);
    }
  }
  std::vector<SqlTable> others;
  for (const SqlTable& other : tables_) {
    if (other.name != table.name) others.push_back(other);
  }
  // Which row comes first may decide which of them conflicts.
  const bool by_rowid = table.has_index && (table.has_constraint || sets_rowid);
  const std::string hint = by_rowid || indexes_.HidesIndexes(table) ? table.InOrder() : "";
  // A view may be of this table.
  views_.Hide(true);
  const std::string where = Where(table, others);
  views_.Hide(missing_);
  return verb + hint + sql + where;
}

std::string SqlWorkload::Delete(const SqlTable& table) {
  std::string sql = "DELETE" + From(table);
  return sql + Where(table);
}

// -- Reads --

std::string SqlWorkload::From(const SqlTable& table) {
  if (missing_ && Choose(6, "missing") == 0) return " FROM nosuch";
  return (Chance(50'000, "schema") ? " FROM main." : " FROM ") + table.name;
}

std::string SqlWorkload::FromByRowid(const SqlTable& table) {
  return From(table) + table.InOrder();
}

std::string SqlWorkload::Limit() {
  if (Choose(6, "limit") != 0) return "";
  static constexpr std::initializer_list<const char*> kOdd = {
      "'3'", "2.0", "1+1", "NULL", "'x'", "1.5", "x'32'", "-5", "max(1,2)"};
  std::string text = " LIMIT ";
  text += Choose(5, "odd") == 0 ? OneOf(kOdd, "limit") : std::to_string(Choose(8, "limit"));
  switch (Choose(4, "offset")) {
    case 0:
      return text + " OFFSET " + std::to_string(Choose(4, "offset"));
    case 1:
      return text + "," + std::to_string(Choose(4, "limit after offset"));
    default:
      return text;
  }
}

std::string SqlWorkload::Select(const SqlTable& table) {
  if (aggregates_.Wants()) return aggregates_.Draw(table);
  if (windows_.Wants()) return windows_.Draw(table);
  switch (Choose(14, "select")) {
    case 0:
    case 1:
      return SelectValues();
    case 2:
    case 3:
      return SelectAggregates(table);
    case 4:
      return SelectGroups(table);
    case 5:
      return SelectDistinct(table);
    default:
      return SelectRows(table);
  }
}

std::string SqlWorkload::SelectValues() {
  if (Chance(20'000, "failing call")) return "SELECT 1,abs(-9223372036854775808)";
  expressions_.Use(nullptr);
  if (Choose(8, "values") == 0) {
    std::string sql = "VALUES(" + expressions_.Draw(2) + ",";
    sql += expressions_.Draw(1) + "),(";
    sql += expressions_.Draw(1) + ",";
    return sql + expressions_.Draw(2) + ")";
  }
  std::string sql = "SELECT " + expressions_.Draw(3);
  if (Choose(2, "second") == 0) sql += "," + expressions_.Draw(3);
  if (Choose(6, "where") == 0) sql += " WHERE " + expressions_.Draw(2);
  if (missing_ && Choose(3, "star") == 0) sql += ",*";
  return sql;
}

std::string SqlWorkload::SelectRows(const SqlTable& table) {
  expressions_.Use(&table, missing_);
  std::string sql = OneOf({"SELECT ", "SELECT ", "SELECT ALL "}, "select");
  bool has_alias = false;
  if (Choose(3, "star") == 0) {
    sql += OneOf({"*", "*", "rowid,*", "*,rowid+1"}, "star");
  } else {
    const uint64_t count = choices_.Between(1, 3, "columns");
    for (uint64_t i = 0; i < count; ++i) sql += (i == 0 ? "" : ",") + expressions_.Draw(2);
    has_alias = Choose(6, "alias") == 0;
    if (has_alias) sql += OneOf({" AS x", " x", " AS \"x\""}, "alias");
  }
  const std::string from = From(table);
  const std::string where = Where(table);
  sql += from;
  const size_t hint_at = sql.size();
  sql += where;
  if (has_alias && Choose(3, "where alias") == 0 && sql.find(" WHERE ") == sql.npos) {
    sql += " WHERE x>0";
  }
  if (Choose(3, "order") == 0) {
    sql += " ORDER BY ";
    if (has_alias && Choose(2, "by alias") == 0) {
      sql += "x";
    } else if (Choose(8, "by position") == 0) {
      sql += OneOf({"1", "2", "0x1", "9", "-1", "+1"}, "position");
    } else {
      sql += Choose(3, "by expression") == 0 ? expressions_.Draw(1) : expressions_.Column();
    }
    if (Choose(6, "collate") == 0) sql += " COLLATE " + expressions_.Collation();
    sql += OneOf({"", "", " DESC", " ASC"}, "direction");
    sql += OneOf({"", "", "", " NULLS FIRST", " NULLS LAST"}, "nulls");
    // The row's id comes last, so that no two rows are equal.
    sql += OneOf({",rowid", ",rowid DESC"}, "last");
    return sql + Limit();
  }
  const std::string limit = Limit();
  is_unordered_ = table.has_index && limit.empty() && !indexes_.HidesIndexes(table);
  if (!is_unordered_) sql.insert(hint_at, table.InOrder());
  return sql + limit;
}

// Equal rows are one, so any order by all columns is settled.
std::string SqlWorkload::SelectDistinct(const SqlTable& table) {
  expressions_.Use(&table, missing_);
  std::string sql = "SELECT DISTINCT " + expressions_.Draw(1);
  const bool two = Choose(2, "second") == 0;
  if (two) sql += "," + expressions_.Column();
  sql += FromByRowid(table);
  sql += Where(table);
  if (Choose(2, "order") == 0) {
    sql += OneOf({" ORDER BY 1", " ORDER BY 1 DESC"}, "order");
    if (two) sql += OneOf({",2", ",2 DESC"}, "order");
  }
  return sql + Limit();
}

std::string SqlWorkload::Aggregate() {
  std::string text;
  switch (Choose(8, "aggregate")) {
    case 0:
      text = "count(*)";
      break;
    case 1:
      text = "count(" + expressions_.Draw(1) + ")";
      break;
    case 2:
      text = Join({OneOf({"min(", "max("}, "extreme"), expressions_.Draw(1), ")"});
      break;
    case 3:
      text = Join({OneOf({"sum(", "avg(", "total("}, "sum"), expressions_.Summand(), ")"});
      break;
    case 4:
      text = Join(
          {OneOf({"count(DISTINCT ", "min(DISTINCT "}, "distinct"), expressions_.Draw(1), ")"});
      break;
    case 5:
      text = Join(
          {OneOf({"sum(DISTINCT ", "avg(DISTINCT "}, "distinct"), expressions_.Summand(), ")"});
      break;
    case 6:
      text = Join({"group_concat(", expressions_.Summand(), OneOf({")", ",'-')", ",'')"}, "sep")});
      break;
    default:
      text = Join({"max(", expressions_.Column(), ")"});
  }
  if (Choose(6, "filter") == 0) text += " FILTER (WHERE " + expressions_.Draw(1) + ")";
  return text;
}

std::string SqlWorkload::SelectAggregates(const SqlTable& table) {
  expressions_.Use(&table, missing_);
  std::string sql = "SELECT ";
  const uint64_t count = choices_.Between(1, 3, "aggregates");
  for (uint64_t i = 0; i < count; ++i) {
    if (i > 0) sql += ",";
    sql += Aggregate();
    if (Choose(5, "in expression") == 0) sql += OneOf({"+1", " IS NULL", "||'x'", "=0"}, "then");
  }
  sql += FromByRowid(table);
  sql += Where(table);
  if (missing_ && Choose(4, "misuse") == 0)
    sql += OneOf({" HAVING nosuch", " LIMIT sum(1)"}, "misuse");
  return sql + Limit();
}

std::string SqlWorkload::SelectGroups(const SqlTable& table) {
  expressions_.Use(&table, missing_);
  const std::string by = Choose(2, "by column") == 0 ? expressions_.Column() : expressions_.Draw(1);
  // Of a group whose values are equal but not the same, any may be shown: so its type and text are
  // not.
  std::string sql = "SELECT " + by + " IS NULL,count(*)";
  const uint64_t count = Choose(3, "aggregates");
  for (uint64_t i = 0; i < count; ++i) sql += "," + Aggregate();
  sql += FromByRowid(table);
  sql += Where(table);
  sql += " GROUP BY " + by;
  if (Choose(4, "having") == 0) {
    sql += OneOf({" HAVING count(*)>1", " HAVING max(rowid)<30", " HAVING 1"}, "having");
  }
  if (Choose(3, "order") == 0) {
    sql += OneOf({" ORDER BY count(*),max(rowid)", " ORDER BY max(rowid) DESC"}, "order");
  } else if (table.is_without_rowid) {
    sql += " ORDER BY max(rowid)";  // where its key descends, SQLite's groups do
  }
  return sql + Limit();
}

std::string SqlWorkload::Where(const SqlTable& table) { return Where(table, tables_); }

std::string SqlWorkload::Where(const SqlTable& table, const std::vector<SqlTable>& read) {
  if (Choose(4, "where") == 0) return "";
  const std::string key = table.has_key ? table.columns[0] : "rowid";
  expressions_.Use(&table, missing_);
  if (Choose(3, "by key") == 0) {
    const std::string id = std::to_string(Choose(60, "id"));
    switch (Choose(8, "by")) {
      case 0:
        return " WHERE " + key + "=" + id;
      case 1:
        return " WHERE " + id + "<" + key;
      case 2:
        return " WHERE " + key + "<=" + id;
      case 3:
        return " WHERE " + key + " BETWEEN " + id + " AND " + id + "+9";
      case 4:
        return Join({" WHERE ", key, OneOf({"=", ">", "<=", " IS ", " IN "}, "comparison"), "(",
                     expressions_.Literal(), ")"});
      case 5:
        return Join({" WHERE ", key, ">", id, " AND ", expressions_.Draw(2)});
      case 6:
        return Join({" WHERE ", key, ">=", expressions_.Literal(), " AND ", key, "<", id});
      default:
        return Join({" WHERE ", key, OneOf({"=", "<", ">="}, "comparison"), expressions_.Draw(1)});
    }
  }
  if (!read.empty() && Choose(8, "subquery") == 0) {
    std::string test = queries_.Condition(read, table);
    expressions_.Use(&table, missing_);
    return " WHERE " + test;
  }
  return " WHERE " + expressions_.Draw(3);
}

// -- The rest --

SqlStatementText SqlWorkload::Pragma(const SqlTable& table) {
  switch (Choose(7, "pragma")) {
    case 0:
      return {SqlKind::kWrite, "PRAGMA user_version=" + std::to_string(Choose(1000, "version"))};
    case 1:
      return {SqlKind::kRead, "PRAGMA user_version"};
    case 2:
      return {SqlKind::kRead, "PRAGMA table_info(" + table.name + ")"};
    case 3:
      return {SqlKind::kRead, "PRAGMA integrity_check"};
    case 4:
      return {SqlKind::kRead,
              (table.is_without_rowid ? "PRAGMA integrity_check(" : "PRAGMA quick_check(") +
                  table.name + ")"};
    case 5:
      return {SqlKind::kRead, "PRAGMA encoding"};
    default:
      return {SqlKind::kRead, "PRAGMA nosuch"};
  }
}

std::string SqlWorkload::Garbled(std::string sql) {
  const size_t at = Choose(sql.size(), "place");
  switch (Choose(6, "mistake")) {
    case 0:
      return sql.substr(0, at);
    case 1:
      return sql.erase(at, 1);
    case 2:
      return sql.insert(at, OneOf({"(", ")", ",",   "'", "\"", " ", ";", "/*", "--", "=",
                                   ".", "1", "x'1", "[", "!",  "#", "@", "?",  "\\", "\x01"},
                                  "character"));
    case 3: {
      const size_t space = sql.find(' ', at);
      if (space == sql.npos) return sql + ",nosuch";
      return sql.insert(space, OneOf({" SELECT", " FROM", " AND", " NOT", " NULL", " t0", " 5",
                                      " WHERE", " AS", " IN", " VALUES", " IS"},
                                     "word"));
    }
    case 4: {
      const size_t end = sql.find_first_of(" ,()", at);
      return sql.erase(at, end == sql.npos ? end : end - at);
    }
    default:
      return sql + OneOf({" , nosuch", " nosuch", " )", " FROM t0", " ;;", ";x"}, "end");
  }
}

std::string SqlWorkload::WithNoise(std::string sql) {
  switch (Choose(5, "noise")) {
    case 0:
      return "  \n\t" + sql;
    case 1:
      return "-- a comment\n" + sql;
    case 2:
      return "/* a comment */ " + sql;
    case 3:
      return sql + " ;";
    default:
      return sql + " -- the end";
  }
}

}  // namespace orrery::sim
