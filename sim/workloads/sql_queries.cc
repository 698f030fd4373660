#include "sim/workloads/sql_queries.h"

#include <utility>

namespace orrery::sim {
namespace {

constexpr int kDepth = 2;
constexpr uint64_t kFewRows = 10;
// Of each table in the common table, which may then be joined with itself.
constexpr uint64_t kFewestRows = 3;

std::string Join(std::initializer_list<std::string> pieces) { return SqlExpressions::Join(pieces); }

// Which 3.40.1 makes an integer on the way into the common table: see oracles/differential.h.
bool IsCastToNumeric(const std::string& text) {
  return text.starts_with("CAST(") &&
         (text.ends_with(" AS NUMERIC)") || text.ends_with(" AS DECIMAL(5,2))") ||
          text.ends_with(" AS )"));
}

}  // namespace

std::string SqlQueries::Draw(const std::vector<SqlTable>& tables) {
  tables_ = &tables;
  common_.clear();
  scope_ = nullptr;
  alias_count_ = 0;
  few_rows_max_ = kFewRows;
  std::string with;
  if (Choose(4, "with") == 0) {
    if (Choose(4, "recursion") == 0) return Recursion();
    with = OneOf({"WITH w(x,y) AS ", "WITH w(x,y) AS ", "WITH w(x,y) AS MATERIALIZED ",
                  "WITH w(x,y) AS NOT MATERIALIZED "},
                 "with");
    few_rows_max_ = kFewestRows;
    const Joined from = From(0, /*few_rows=*/true);
    few_rows_max_ = kFewRows;
    scope_ = &from.columns;
    const std::string x = Expression(1);
    with += Join({"(SELECT ", IsCastToNumeric(x) ? "+" : "", x, ",", Settled(), from.text,
                  " WHERE ", Test(1), ") "});
    SqlTable table;
    table.name = "w";
    table.columns = {"x", "y"};
    table.is_query = true;
    common_.push_back(std::move(table));
  }
  switch (Choose(6, "query")) {
    case 0:
      return with + Compound();
    case 1:
      return with + Groups(kDepth);
    default:
      return with + Simple(kDepth);
  }
}

std::string SqlQueries::Condition(const std::vector<SqlTable>& tables, const SqlTable& table) {
  tables_ = &tables;
  common_.clear();
  alias_count_ = 0;
  SqlTable columns;
  columns.is_query = true;
  for (const std::string& column : table.columns)
    columns.columns.push_back(table.name + "." + column);
  scope_ = &columns;
  std::string test = Test(1);
  scope_ = nullptr;
  expressions_.Use(nullptr);
  return test;
}

// -- FROM --

std::string SqlQueries::Term(int depth, bool few_rows, Joined& joined) {
  const std::string alias = "q" + std::to_string(alias_count_++);
  if (!common_.empty() && Choose(2, "common") == 0) {
    for (const char* column : {".x", ".y"}) joined.columns.columns.push_back(alias + column);
    return "w AS " + alias;
  }
  const SqlTable& table = (*tables_)[Choose(tables_->size(), "table")];
  if (views_.WantsRead()) {
    for (const char* column : {".x", ".y"}) joined.columns.columns.push_back(alias + column);
    return views_.Term(few_rows ? few_rows_max_ : 0) + " AS " + alias;
  }
  if (depth > 0 && Choose(5, "subquery") == 0) {
    Joined inner;
    inner.columns.is_query = true;
    const SqlTable* const outside = std::exchange(scope_, &inner.columns);
    inner.text = Term(depth - 1, few_rows, inner);
    std::string text = Join({"(SELECT ", OneOf({"", "", "DISTINCT "}, "distinct")});
    text += Join({Settled(), " AS x,", Settled(), " AS y FROM ", inner.text});
    if (Choose(2, "where") == 0) text += " WHERE " + Test(0);
    scope_ = outside;
    for (const char* column : {".x", ".y"}) joined.columns.columns.push_back(alias + column);
    return text + ") AS " + alias;
  }
  for (const std::string& column : table.columns) {
    joined.columns.columns.push_back(alias + "." + column);
  }
  if (!few_rows) {
    joined.columns.columns.push_back(alias + ".rowid");
    return table.name + OneOf({" AS ", " "}, "as") + alias;
  }
  return "(SELECT * FROM " + table.name + " ORDER BY rowid LIMIT " +
         std::to_string(choices_.Between(1, few_rows_max_, "few rows")) + ") AS " + alias;
}

// Compares a column on the left with one on the right.
std::string SqlQueries::OnCondition(const Joined& joined, size_t left_count) {
  const std::vector<std::string>& columns = joined.columns.columns;
  const size_t right_count = columns.size() - left_count;
  std::string text = columns[Choose(left_count, "left")];
  text += OneOf({"=", "=", "=", " IS ", "<"}, "comparison");
  text += columns[left_count + Choose(right_count, "right")];
  if (Choose(4, "more") == 0) {
    text += " AND " + expressions_.Column();
    if (Choose(2, "comparison") == 0) {
      text += OneOf({"=", "<>", ">"}, "comparison");
      text += expressions_.Draw(1);
    } else {
      text += " IS TRUE";  // not the column alone: see oracles/differential.h
    }
  }
  return text;
}

SqlQueries::Joined SqlQueries::From(int depth) {
  return From(depth, /*few_rows=*/Choose(2, "few rows") == 0);
}

SqlQueries::Joined SqlQueries::From(int depth, bool few_rows) {
  Joined joined;
  joined.columns.is_query = true;
  const uint64_t count = choices_.Between(1, 3, "tables");
  few_rows = few_rows || count == 3;
  joined.text = " FROM " + Term(depth, few_rows, joined);
  for (uint64_t i = 1; i < count; ++i) {
    const size_t left_count = joined.columns.columns.size();
    const char* const kind = OneOf({",", " JOIN ", " INNER JOIN ", " CROSS JOIN ", " LEFT JOIN ",
                                    " LEFT OUTER JOIN ", " RIGHT JOIN ", " FULL JOIN "},
                                   "join");
    joined.text += kind + Term(depth, few_rows, joined);
    const SqlTable* const outside = std::exchange(scope_, &joined.columns);
    expressions_.Use(scope_);
    // Without a condition there are too many rows.
    if (!few_rows || Choose(8, "condition") != 0) {
      if (kind[0] != ',') joined.text += " ON " + OnCondition(joined, left_count);
    }
    scope_ = outside;
  }
  return joined;
}

// -- Expressions --

std::string SqlQueries::Settled() {
  expressions_.Use(scope_);
  return Choose(4, "settled") == 0 ? "typeof(" + expressions_.Column() + ")"
                                   : expressions_.Summand();
}

std::string SqlQueries::InnerFrom(const SqlTable& outer, Joined& joined) {
  joined.text = " FROM " + Term(0, /*few_rows=*/false, joined);
  const std::string mine = joined.columns.columns[Choose(joined.columns.columns.size(), "mine")];
  joined.columns.is_query = true;
  if (Choose(2, "correlated") == 0 && !outer.columns.empty()) {
    joined.text += Join({" WHERE ", mine, OneOf({"=", "<", " IS ", ">="}, "comparison"),
                         outer.columns[Choose(outer.columns.size(), "theirs")]});
  } else {
    expressions_.Use(&joined.columns);
    joined.text += " WHERE " + expressions_.Draw(1);
  }
  return mine;
}

std::string SqlQueries::Subquery(int depth) {
  const SqlTable& outer = *scope_;
  Joined inner;
  const std::string mine = InnerFrom(outer, inner);
  const SqlTable* const outside = std::exchange(scope_, &inner.columns);
  std::string text;
  switch (Choose(7, "subquery")) {
    case 0:
      text = Join({"(SELECT ", OneOf({"count(*)", "count(*)+1"}, "aggregate"), inner.text, ")"});
      break;
    case 1:
      text = Join({"(SELECT ", OneOf({"sum(", "max(", "min(", "total("}, "aggregate"), Settled(),
                   ")", inner.text, ")"});
      break;
    case 2:
      text = Join({"(", OneOf({"EXISTS", "NOT EXISTS"}, "exists"), " (SELECT ",
                   OneOf({"1", "*", "NULL"}, "result"), inner.text, "))"});
      break;
    case 3:
      text = Join({"(SELECT ", Settled(), inner.text, " ORDER BY 1 LIMIT 1)"});
      break;
    default:
      text = "(SELECT " + mine + inner.text + ")";
      scope_ = outside;
      expressions_.Use(scope_);
      return Join({"(", Expression(depth - 1), OneOf({" IN ", " NOT IN "}, "in"), text, ")"});
  }
  scope_ = outside;
  expressions_.Use(scope_);
  return text;
}

std::string SqlQueries::Expression(int depth) {
  if (depth > 0 && scope_ != nullptr && Choose(5, "subquery") == 0) return Subquery(depth);
  expressions_.Use(scope_);
  return expressions_.Draw(depth);
}

std::string SqlQueries::Test(int depth) {
  expressions_.Use(scope_);
  if (Choose(8, "rows") == 0) {
    const std::string left = expressions_.Column();
    const std::string right = expressions_.Column();
    return Join({"(", left, ",", right, ")",
                 OneOf({"=", "<", "<>", ">=", " IS ", " IS NOT "}, "comparison"), "(",
                 expressions_.Draw(1), ",", expressions_.Literal(), ")"});
  }
  if (Choose(4, "subquery") == 0) return Subquery(depth);
  return Expression(depth);
}

// -- Queries --

std::string SqlQueries::Simple(int depth) {
  const Joined from = From(depth);
  scope_ = &from.columns;
  const bool is_distinct = Choose(6, "distinct") == 0;
  std::string sql = is_distinct ? "SELECT DISTINCT " : "SELECT ";
  if (!is_distinct && Choose(4, "star") == 0) {
    sql += "*";
  } else {
    const uint64_t count = choices_.Between(1, 3, "columns");
    for (uint64_t i = 0; i < count; ++i) {
      if (i > 0) sql += ",";
      sql += is_distinct ? Settled() : Expression(depth);
    }
  }
  sql += from.text;
  if (Choose(3, "where") != 0) sql += " WHERE " + Test(depth);
  scope_ = nullptr;
  return sql;
}

std::string SqlQueries::Groups(int depth) {
  const Joined from = From(depth);
  scope_ = &from.columns;
  const std::string by = Settled();
  std::string sql = "SELECT " + by + ",count(*)";
  if (Choose(2, "sum") == 0) {
    sql += Join({OneOf({",sum(", ",max(", ",count(DISTINCT "}, "sum"), Settled(), ")"});
  }
  if (Choose(3, "filter") == 0) {
    sql += Join({",count(*) FILTER (WHERE ", Expression(1), ")"});
  }
  sql += from.text;
  if (Choose(2, "where") == 0) sql += " WHERE " + Test(1);
  sql += " GROUP BY " + by;
  if (Choose(3, "having") == 0) {
    sql += OneOf({" HAVING count(*)>1", " HAVING max(1)=1 AND min(2) IN (SELECT 2)"}, "having");
  }
  if (Choose(3, "order") == 0) sql += OneOf({" ORDER BY 1 LIMIT 5", " ORDER BY 1 DESC"}, "order");
  scope_ = nullptr;
  return sql;
}

std::string SqlQueries::Compound() {
  const uint64_t width = choices_.Between(1, 2, "width");
  const uint64_t count = choices_.Between(2, 4, "parts");
  std::string sql;
  for (uint64_t i = 0; i < count; ++i) {
    if (i > 0) sql += OneOf({" UNION ", " UNION ALL ", " INTERSECT ", " EXCEPT "}, "operator");
    if (Choose(8, "values") == 0) {
      sql += width == 1 ? "VALUES(3),(4),(5)" : "VALUES(3,'text'),(7,4)";
      continue;
    }
    Joined from;
    from.text = " FROM " + Term(1, /*few_rows=*/false, from);
    from.columns.is_query = true;
    scope_ = &from.columns;
    sql += "SELECT " + Settled();
    if (width == 2) sql += "," + Settled();
    sql += from.text;
    if (Choose(2, "where") == 0) sql += " WHERE " + Test(1);
    scope_ = nullptr;
  }
  if (Choose(3, "order") == 0) {
    sql += OneOf({" ORDER BY 1", " ORDER BY 1 DESC", " ORDER BY 1 COLLATE NOCASE"}, "order");
    if (width == 2) sql += ",2";
  }
  return sql;
}

std::string SqlQueries::Recursion() {
  const std::string limit = std::to_string(choices_.Between(1, 30, "limit"));
  const std::string step = std::to_string(choices_.Between(1, 5, "step"));
  std::string sql =
      Join({"WITH RECURSIVE w(x,y) AS (SELECT ", OneOf({"0", "1"}, "start"), ",'a'",
            OneOf({" UNION ALL ", " UNION "}, "union"), "SELECT x+", step,
            OneOf({",y||'b'", ",y", ",typeof(x)"}, "second"), " FROM w WHERE x<", limit});
  sql += OneOf({"", " ORDER BY 1", " ORDER BY 1 DESC", " LIMIT 7", " LIMIT 5 OFFSET 2"}, "order");
  sql += ") SELECT ";
  if (Choose(2, "join") == 0) return sql + "* FROM w";
  const SqlTable& table = (*tables_)[Choose(tables_->size(), "table")];
  return sql + "x,q.* FROM w JOIN " + table.name + " AS q ON q.rowid=x";
}

}  // namespace orrery::sim
