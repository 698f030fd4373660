// Goal: the tree says what was written and where it stood, and hostile text is refused in time.
// Method: by hand, for what neither the comparison with sqlite3 (parser_errors_test.cc) nor
// printing (printer_test.cc) can see.

#include "engine/sql/parser.h"

#include <string>
#include <vector>

#include "engine/sql/printer.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

ParsedStatement Parse(std::string_view sql) {
  Result<ParsedStatement> parsed = ParseStatement(sql, nullptr);
  EXPECT_TRUE(parsed.ok()) << sql << ": " << parsed.status().ToString();
  return parsed.ok() ? *std::move(parsed) : ParsedStatement();
}

std::string ErrorOf(std::string_view sql) {
  const Result<ParsedStatement> parsed = ParseStatement(sql, nullptr);
  return parsed.ok() ? "ok" : std::string(parsed.status().message());
}

const SelectCore& CoreOf(const ParsedStatement& parsed) {
  return parsed.statement->As<SelectStatement>().cores[0];
}

TEST(ParserTest, ReadsAScriptStatementByStatement) {
  std::string_view sql = "SELECT 1; ; -- x\n SELECT 2;SELECT 3 -- end";
  std::vector<std::string> statements;
  for (size_t tail; !sql.empty(); sql.remove_prefix(tail)) {
    const Result<ParsedStatement> parsed = ParseStatement(sql, &tail);
    ASSERT_TRUE(parsed.ok());
    if (parsed->statement) statements.push_back(Print(*parsed->statement));
  }
  EXPECT_EQ(statements, (std::vector<std::string>{"SELECT 1", "SELECT 2", "SELECT 3"}));
}

TEST(ParserTest, GivesNoStatementForBlanksAndComments) {
  for (const std::string_view sql : {"", "  ", ";", ";;", "-- x", "/* x", " ; /* x */ ;"}) {
    size_t tail = 99;
    const Result<ParsedStatement> parsed = ParseStatement(sql, &tail);
    ASSERT_TRUE(parsed.ok()) << sql;
    EXPECT_FALSE(parsed->statement) << sql;
    EXPECT_EQ(tail, sql.size());
  }
}

TEST(ParserTest, StopsAtANulByte) {
  const std::string_view sql("SELECT 1\0garbage '", 18);
  size_t tail = 0;
  ASSERT_TRUE(ParseStatement(sql, &tail).ok());
  EXPECT_EQ(tail, sql.size());
}

TEST(ParserTest, KeepsTheExplainMode) {
  EXPECT_EQ(Parse("SELECT 1").explain, ExplainMode::kNone);
  EXPECT_EQ(Parse("EXPLAIN SELECT 1").explain, ExplainMode::kProgram);
  EXPECT_EQ(Parse("EXPLAIN QUERY PLAN SELECT 1").explain, ExplainMode::kQueryPlan);
}

TEST(ParserTest, KnowsWhereThingsStood) {
  const ParsedStatement parsed = Parse("SELECT 1;SELECT  (a + b), t.c FROM t");
  EXPECT_EQ(parsed.text, "SELECT 1;");
  const std::string_view sql = "  SELECT  (a + b) x, t.c FROM t;";
  const ParsedStatement second = Parse(sql);
  const SelectCore& core = CoreOf(second);
  EXPECT_EQ(core.columns[0].span.In(second.text), "(a + b)");
  EXPECT_EQ(core.columns[0].expr->span.In(second.text), "a + b");
  EXPECT_EQ(core.columns[0].alias->span.In(second.text), "x");
  EXPECT_EQ(core.columns[1].expr->span.In(second.text), "t.c");
  EXPECT_EQ(core.columns[1].expr->span.offset(), 21);
  EXPECT_EQ(second.statement->span.In(second.text), "SELECT  (a + b) x, t.c FROM t");
}

TEST(ParserTest, QuotesConstraintsAsWritten) {
  const ParsedStatement parsed = Parse("CREATE TABLE t (a CHECK ( a > 0 ), CHECK (a<b))");
  const auto& create = parsed.statement->As<CreateTableStatement>();
  EXPECT_EQ(create.columns[0].constraints[0].expr_span.In(parsed.text), "a > 0");
  EXPECT_EQ(create.constraints[0].expr_span.In(parsed.text), "a<b");
}

TEST(ParserTest, NumbersParametersAsTheyCome) {
  const ParsedStatement parsed = Parse("SELECT ?, :a, ?5, @b, :a, ?, ?2");
  std::vector<int> indexes;
  for (const ResultColumn& column : CoreOf(parsed).columns) {
    indexes.push_back(column.expr->As<ParameterExpr>().index);
  }
  EXPECT_EQ(indexes, (std::vector<int>{1, 2, 5, 6, 2, 7, 2}));
  EXPECT_EQ(parsed.parameter_names, (std::vector<std::string>{"", ":a", "", "", "?5", "@b", ""}));
}

TEST(ParserTest, BoundsParameterNumbers) {
  EXPECT_EQ(Parse("SELECT ?32766").parameter_names.size(), 32766u);
  EXPECT_EQ(ErrorOf("SELECT ?32767"), "variable number must be between ?1 and ?32766");
  EXPECT_EQ(ErrorOf("SELECT ?0"), "variable number must be between ?1 and ?32766");
  EXPECT_EQ(ErrorOf("SELECT ?99999999999999999999999"),
            "variable number must be between ?1 and ?32766");
  EXPECT_EQ(ErrorOf("SELECT ?32766, ?"), "too many SQL variables");
}

TEST(ParserTest, TellsTruthWordsFromNames) {
  const ParsedStatement parsed = Parse("SELECT true, FALSE, \"true\", t.true, truth");
  const SelectCore& core = CoreOf(parsed);
  const auto truth = [&core](size_t i) {
    return TruthWord(core.columns[i].expr->As<ColumnExpr>());
  };
  EXPECT_EQ(truth(0), true);
  EXPECT_EQ(truth(1), false);
  EXPECT_EQ(truth(2), std::nullopt);
  EXPECT_EQ(truth(3), std::nullopt);
  EXPECT_EQ(truth(4), std::nullopt);
}

TEST(ParserTest, KeepsTheTextOfNumbersWithoutSeparators) {
  const ParsedStatement parsed = Parse("SELECT 1_000, 0x1_f, 9223372036854775808, 1_0.5");
  const SelectCore& core = CoreOf(parsed);
  EXPECT_EQ(core.columns[0].expr->As<LiteralExpr>().text, "1000");
  EXPECT_EQ(core.columns[1].expr->As<LiteralExpr>().text, "0x1f");
  EXPECT_EQ(core.columns[2].expr->As<LiteralExpr>().literal, LiteralKind::kInteger);
  EXPECT_EQ(core.columns[3].expr->As<LiteralExpr>().text, "10.5");
}

TEST(ParserTest, TakesGeneratedAlwaysOffATypeName) {
  const ParsedStatement parsed = Parse("CREATE TABLE t (a INT Generated  ALWAYS AS (1) STORED)");
  const ColumnDefinition& column = parsed.statement->As<CreateTableStatement>().columns[0];
  EXPECT_EQ(column.type.text, "INT");
  EXPECT_EQ(column.constraints[0].kind, ColumnConstraintKind::kGenerated);
  EXPECT_TRUE(column.constraints[0].is_stored);
}

TEST(ParserTest, ReadsDefaultWordsAsText) {
  const ParsedStatement parsed = Parse("CREATE TABLE t (a DEFAULT foo, b DEFAULT true)");
  const auto& create = parsed.statement->As<CreateTableStatement>();
  EXPECT_EQ(create.columns[0].constraints[0].expr->As<LiteralExpr>().text, "foo");
  EXPECT_EQ(TruthWord(create.columns[1].constraints[0].expr->As<ColumnExpr>()), true);
}

TEST(ParserTest, KeepsTheArgumentsOfAModuleAsWritten) {
  const ParsedStatement parsed = Parse("CREATE VIRTUAL TABLE v USING fts5(a  TEXT, b='c;', (x,y))");
  const auto& create = parsed.statement->As<CreateVirtualTableStatement>();
  EXPECT_EQ(create.module.text, "fts5");
  EXPECT_EQ(create.arguments, (std::vector<std::string>{"a  TEXT", "b='c;'", "(x,y)"}));
}

TEST(ParserTest, FindsTheEndOfATrigger) {
  size_t tail = 0;
  const std::string_view sql =
      "CREATE TRIGGER tr AFTER INSERT ON t BEGIN UPDATE t SET a = CASE WHEN 1 THEN 2 END; "
      "DELETE FROM t; END; SELECT 1";
  const Result<ParsedStatement> parsed = ParseStatement(sql, &tail);
  ASSERT_TRUE(parsed.ok());
  const auto& create = parsed->statement->As<CreateTriggerStatement>();
  EXPECT_EQ(create.trigger.name.text, "tr");
  ASSERT_EQ(create.body.size(), 2u);
  EXPECT_EQ(create.body[1]->span.In(parsed->text), "DELETE FROM t");
  EXPECT_EQ(sql.substr(tail), " SELECT 1");
}

TEST(ParserTest, RefusesFramesThatRunBackwards) {
  const std::string_view error = "unsupported frame specification";
  EXPECT_EQ(ErrorOf("SELECT sum(a) OVER (ROWS 1 FOLLOWING)"), error);
  EXPECT_EQ(ErrorOf("SELECT sum(a) OVER (ROWS BETWEEN CURRENT ROW AND 1 PRECEDING)"), error);
  EXPECT_EQ(ErrorOf("SELECT sum(a) OVER (ROWS BETWEEN 1 PRECEDING AND 2 PRECEDING)"), "ok");
}

TEST(ParserTest, RefusesInTriggersWhatOnlyStatementsMaySay) {
  const auto error_of = [](std::string_view step) {
    return ErrorOf("CREATE TRIGGER tr AFTER INSERT ON t BEGIN " + std::string(step) + "; END");
  };
  EXPECT_EQ(error_of("DELETE FROM main.t"),
            "qualified table names are not allowed on INSERT, UPDATE, and DELETE statements within "
            "triggers");
  EXPECT_EQ(error_of("UPDATE t NOT INDEXED SET a = 1"),
            "the NOT INDEXED clause is not allowed on UPDATE or DELETE statements within triggers");
  EXPECT_EQ(error_of("INSERT INTO t VALUES (1) RETURNING a"), "cannot use RETURNING in a trigger");
  EXPECT_EQ(error_of("INSERT INTO t DEFAULT VALUES"), "near \"DEFAULT\": syntax error");
}

TEST(ParserTest, RefusesMisplacedOrderAndLimit) {
  EXPECT_EQ(ErrorOf("SELECT 1 ORDER BY 1 UNION SELECT 2"),
            "ORDER BY clause should come after UNION not before");
  EXPECT_EQ(ErrorOf("SELECT 1 LIMIT 1 EXCEPT SELECT 2"),
            "LIMIT clause should come after EXCEPT not before");
}

TEST(ParserTest, SetsTheTailToTheError) {
  size_t tail = 0;
  const Result<ParsedStatement> parsed = ParseStatement("SELECT a b c d", &tail);
  ASSERT_FALSE(parsed.ok());
  EXPECT_EQ(parsed.status().offset(), 11);
  EXPECT_EQ(tail, 11u);
}

// ---- Depth ----

std::string Repeat(std::string_view text, int count) {
  std::string repeated;
  for (; count > 0; --count) repeated += text;
  return repeated;
}

constexpr std::string_view kTooDeep = "Expression tree is too large (maximum depth 1000)";

TEST(ParserTest, BoundsTheHeightOfExpressions) {
  EXPECT_EQ(ErrorOf("SELECT 1" + Repeat(" + 1", 999)), "ok");
  EXPECT_EQ(ErrorOf("SELECT 1" + Repeat(" + 1", 1000)), kTooDeep);
  EXPECT_EQ(ErrorOf("SELECT " + Repeat("- ", 990) + "1"), "ok");
  EXPECT_EQ(ErrorOf("SELECT " + Repeat("NOT ", 1000) + "1"), kTooDeep);
}

TEST(ParserTest, CountsTheHeightOfSubqueries) {
  const std::string chain = Repeat(" + 1", 600);
  EXPECT_EQ(ErrorOf("SELECT (SELECT 1" + chain + ")" + chain), kTooDeep);
  EXPECT_EQ(ErrorOf("SELECT (SELECT 1" + chain + "), 1" + chain), "ok");
  EXPECT_EQ(ErrorOf("SELECT * FROM (SELECT 1" + chain + ") WHERE 1" + chain), "ok");
}

TEST(ParserTest, BoundsNesting) {
  for (const std::string_view open :
       {"(", "x(", "CASE ", "(SELECT ", "1 IN (", "CAST(", "EXISTS (SELECT ", "1 + (", "- ", "~"}) {
    EXPECT_EQ(ErrorOf("SELECT " + Repeat(open, 100'000)), kTooDeep) << open;
  }
  EXPECT_EQ(ErrorOf("SELECT * FROM " + Repeat("(", 100'000)), kTooDeep);
  EXPECT_EQ(ErrorOf("SELECT * FROM " + Repeat("(SELECT * FROM ", 100'000)), kTooDeep);
}

TEST(ParserTest, TakesLongListsInStride) {
  EXPECT_EQ(ErrorOf("SELECT 1" + Repeat(", 1", 100'000)), "ok");
  EXPECT_EQ(ErrorOf("VALUES (1)" + Repeat(", (1)", 100'000)), "ok");
  EXPECT_EQ(ErrorOf("SELECT 1" + Repeat(" UNION SELECT 1", 499)), "ok");
  EXPECT_EQ(ErrorOf("SELECT 1" + Repeat(" UNION SELECT 1", 500)),
            "too many terms in compound SELECT");
}

}  // namespace
}  // namespace orrery
