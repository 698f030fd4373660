// Goal: parsing what was printed gives the tree that was printed, and operators bind as in sqlite3.
// Method: trees from lists of choices; and random words of expressions, which sqlite3 must value
// the same as they are and with the parentheses of our tree put in.

#include "engine/sql/printer.h"

#include <string>
#include <vector>

#include "engine/sql/ast_generator.h"
#include "engine/sql/parser.h"
#include "engine/value/sqlite_oracle.h"
#include "engine/value/value_generators.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace orrery {
namespace {

using Choices = std::vector<uint8_t>;

rc::Gen<Choices> AnyChoices() { return rc::gen::resize(300, rc::gen::arbitrary<Choices>()); }

void ExpectIdentity(const SqlStatement& statement, Parentheses parentheses) {
  const std::string text = Print(statement, parentheses);
  RC_LOG() << text << '\n';
  const Result<ParsedStatement> parsed = ParseStatement(text, nullptr);
  if (!parsed.ok()) RC_LOG() << parsed.status().ToString() << " at " << parsed.status().offset();
  RC_ASSERT(parsed.ok());
  RC_LOG() << Print(*parsed->statement, parentheses) << '\n';
  RC_ASSERT(*parsed->statement == statement);
}

RC_GTEST_PROP(PrinterTest, PrintsWhatParsesToTheSameStatement, ()) {
  const Choices choices = *AnyChoices();
  const StatementPtr statement = AstGenerator(choices).AnyStatement();
  ExpectIdentity(*statement, Parentheses::kNeeded);
  ExpectIdentity(*statement, Parentheses::kAll);
}

RC_GTEST_PROP(PrinterTest, PrintsWhatParsesToTheSameExpression, ()) {
  const Choices choices = *AnyChoices();
  SelectStatement select;
  select.cores.emplace_back().columns.emplace_back().expr = AstGenerator(choices).AnyExpr();
  ExpectIdentity(select, Parentheses::kNeeded);
  ExpectIdentity(select, Parentheses::kAll);
}

std::string Reprint(std::string_view sql) {
  const Result<ParsedStatement> parsed = ParseStatement(sql, nullptr);
  return parsed.ok() ? Print(*parsed->statement) : parsed.status().ToString();
}

TEST(PrinterTest, PutsParenthesesOnlyWhereTheyAreNeeded) {
  EXPECT_EQ(Reprint("select ((a+b)*c)-(d-(e))"), "SELECT (a + b) * c - (d - e)");
  EXPECT_EQ(Reprint("select not (a and (b or c))"), "SELECT NOT (a AND (b OR c))");
  EXPECT_EQ(Reprint("select -(-1), (not a) = b"), "SELECT - - 1, (NOT a) = b");
}

TEST(PrinterTest, GivesOneSpellingToWhatMeansTheSame) {
  EXPECT_EQ(Reprint("replace into t values(1)"), "INSERT OR REPLACE INTO t VALUES (1)");
  EXPECT_EQ(Reprint("select a from t limit 5,10"), "SELECT a FROM t LIMIT 10 OFFSET 5");
  EXPECT_EQ(Reprint("select a==b, a!=b, a is distinct from b"), "SELECT a = b, a <> b, a IS NOT b");
  EXPECT_EQ(Reprint("end transaction x"), "COMMIT");
}

TEST(PrinterTest, QuotesNamesThatAreNoPlainWords) {
  EXPECT_EQ(PrintName("abc"), "abc");
  EXPECT_EQ(PrintName("select"), "\"select\"");
  EXPECT_EQ(PrintName("a b"), "\"a b\"");
  EXPECT_EQ(PrintName("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(PrintName(""), "\"\"");
  EXPECT_EQ(PrintName("\xef\xbb\xbf"
                      "c"),
            "\"\xef\xbb\xbf"
            "c\"");
}

// ---- Precedence ----

std::string AnyWords() {
  static const std::vector<std::string> kOperands = {"0", "1", "2", "NULL", "'1'", "'a'", "7"};
  static const std::vector<std::string> kPrefixes = {"", "", "", "NOT ", "- ", "~ ", "+ "};
  static const std::vector<std::string> kInfixes = {"OR",
                                                    "AND",
                                                    "=",
                                                    "<>",
                                                    "IS",
                                                    "IS NOT",
                                                    "<",
                                                    "<=",
                                                    ">",
                                                    ">=",
                                                    "&",
                                                    "|",
                                                    "<<",
                                                    ">>",
                                                    "+",
                                                    "-",
                                                    "*",
                                                    "/",
                                                    "%",
                                                    "||",
                                                    "LIKE",
                                                    "GLOB",
                                                    "NOT LIKE",
                                                    "BETWEEN 0 AND",
                                                    "NOT BETWEEN 1 AND",
                                                    "BETWEEN",
                                                    "AND",
                                                    "IS DISTINCT FROM",
                                                    "IS NOT DISTINCT FROM",
                                                    "ESCAPE"};
  static const std::vector<std::string> kPostfixes = {
      "",           "",           "", "", " ISNULL", " NOTNULL", " NOT NULL", " COLLATE NOCASE",
      " IN (1, 2)", " NOT IN (0)"};
  std::string words;
  for (int count = *rc::gen::inRange(1, 7); count > 0; --count) {
    if (!words.empty()) words += " " + *rc::gen::elementOf(kInfixes) + " ";
    words += *rc::gen::elementOf(kPrefixes);
    words += *rc::gen::elementOf(kPrefixes);
    words += *rc::gen::elementOf(kOperands);
    words += *rc::gen::elementOf(kPostfixes);
    words += *rc::gen::elementOf(kPostfixes);
  }
  return words;
}

RC_GTEST_PROP(PrinterTest, ShowsThatOperatorsBindAsInSqlite, ()) {
  static SqliteOracle oracle;
  const std::string sql = "SELECT " + AnyWords();
  RC_LOG() << sql << '\n';
  const Result<ParsedStatement> parsed = ParseStatement(sql, nullptr);
  const Result<Value> plain = oracle.Evaluate(sql, {});
  if (!parsed.ok()) {
    RC_ASSERT(!plain.ok());
    return;
  }
  const std::string shaped = Print(*parsed->statement, Parentheses::kAll);
  RC_LOG() << shaped << '\n';
  const Result<Value> grouped = oracle.Evaluate(shaped, {});
  RC_ASSERT(plain.ok() == grouped.ok());
  if (plain.ok()) {
    RC_LOG() << *plain << ", grouped " << *grouped << '\n';
    RC_ASSERT(Identical(*plain, *grouped));
  }
}

}  // namespace
}  // namespace orrery
