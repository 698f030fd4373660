// Goal: conversion, comparison, arithmetic, logic and patterns give what sqlite3 gives.
// Method: generated operands, many of them at edges, are bound to an expression in sqlite3 and
// given to ours; type and bits must be the same.

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "engine/value/affinity.h"
#include "engine/value/arithmetic.h"
#include "engine/value/cast.h"
#include "engine/value/compare.h"
#include "engine/value/logic.h"
#include "engine/value/numeric.h"
#include "engine/value/pattern.h"
#include "engine/value/quote.h"
#include "engine/value/sqlite_oracle.h"
#include "engine/value/value_generators.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace orrery {
namespace {

SqliteOracle& Oracle() {
  static SqliteOracle oracle;
  return oracle;
}

Value Ask(const std::string& sql, const std::vector<Value>& arguments) {
  const Result<Value> answer = Oracle().Evaluate(sql, arguments);
  RC_ASSERT(answer.ok());
  return *answer;
}

// The release beside us reads text through extended precision and may be off in the last place,
// where ours is exact; an operation on it may be off by a few.
bool IsSame(const Value& ours, const Value& theirs) {
  if (Identical(ours, theirs)) return true;
  if (!ours.is_real() || !theirs.is_real()) return false;
  if (ours.real() == theirs.real()) return false;  // zeros of two signs
  double near = ours.real();
  for (int i = 0; i < 4 && near != theirs.real(); ++i) near = std::nextafter(near, theirs.real());
  return near == theirs.real();
}

void ExpectSame(const Value& ours, const Value& theirs) {
  if (IsSame(ours, theirs)) return;
  RC_LOG() << "ours " << ours << ", sqlite3 " << theirs << '\n';
  RC_FAIL("different");
}

#define CHECK_UNARY(name, sql, ours)                       \
  RC_GTEST_PROP(ValueOracleTest, name, (const Value& a)) { \
    RC_LOG() << "?1 = " << a << '\n';                      \
    ExpectSame(ours, Ask(sql, {a}));                       \
  }

#define CHECK_BINARY(name, sql, ours)                                      \
  RC_GTEST_PROP(ValueOracleTest, name, (const Value& a, const Value& b)) { \
    RC_LOG() << "?1 = " << a << " ?2 = " << b << '\n';                     \
    ExpectSame(ours, Ask(sql, {a, b}));                                    \
  }

CHECK_BINARY(Adds, "SELECT ?1 + ?2", Add(a, b))
CHECK_BINARY(Subtracts, "SELECT ?1 - ?2", Subtract(a, b))
CHECK_BINARY(Multiplies, "SELECT ?1 * ?2", Multiply(a, b))
CHECK_BINARY(Divides, "SELECT ?1 / ?2", Divide(a, b))
CHECK_BINARY(TakesRemainders, "SELECT ?1 % ?2", Remainder(a, b))
CHECK_BINARY(AndsBits, "SELECT ?1 & ?2", BitAnd(a, b))
CHECK_BINARY(OrsBits, "SELECT ?1 | ?2", BitOr(a, b))
CHECK_BINARY(ShiftsLeft, "SELECT ?1 << ?2", ShiftLeft(a, b))
CHECK_BINARY(ShiftsRight, "SELECT ?1 >> ?2", ShiftRight(a, b))
CHECK_BINARY(Concatenates, "SELECT ?1 || ?2", *Concatenate(a, b))
CHECK_BINARY(KnowsAnd, "SELECT ?1 AND ?2", And(a, b))
CHECK_BINARY(KnowsOr, "SELECT ?1 OR ?2", Or(a, b))
CHECK_BINARY(KnowsIs, "SELECT ?1 IS ?2", Value::Bool(Is(a, b)))
CHECK_BINARY(KnowsIsWithNoCase, "SELECT ?1 IS ?2 COLLATE NOCASE",
             Value::Bool(Is(a, b, kNoCaseCollation)))
CHECK_BINARY(KnowsIsWithRtrim, "SELECT ?1 IS ?2 COLLATE RTRIM",
             Value::Bool(Is(a, b, kRtrimCollation)))
CHECK_UNARY(KnowsNot, "SELECT NOT ?1", Not(a))
CHECK_UNARY(InvertsBits, "SELECT ~?1", BitNot(a))
CHECK_UNARY(Negates, "SELECT -?1", Negate(a))
CHECK_UNARY(CastsToInteger, "SELECT CAST(?1 AS INTEGER)", Cast(a, Affinity::kInteger))
CHECK_UNARY(CastsToReal, "SELECT CAST(?1 AS REAL)", Cast(a, Affinity::kReal))
CHECK_UNARY(CastsToNumeric, "SELECT CAST(?1 AS NUMERIC)", Cast(a, Affinity::kNumeric))
CHECK_UNARY(CastsToText, "SELECT CAST(?1 AS TEXT)", Cast(a, Affinity::kText))
CHECK_UNARY(CastsToBlob, "SELECT CAST(?1 AS BLOB)", Cast(a, Affinity::kBlob))

Value Order(std::weak_ordering order) { return Value::Integer(order < 0 ? -1 : order > 0 ? 1 : 0); }

// NULL first; sqlite3 has no operator for that, so ORDER BY tells.
std::string OrderSql(const std::string& collation) {
  return "WITH v(i, x) AS (VALUES (1, ?1), (2, ?2)) SELECT CASE WHEN ?1 IS ?2 " + collation +
         " THEN 0 WHEN (SELECT i FROM v ORDER BY x " + collation +
         " LIMIT 1) = 1 THEN -1 ELSE 1 END";
}

CHECK_BINARY(Compares, OrderSql(""), Order(Compare(a, b)))
CHECK_BINARY(ComparesWithNoCase, OrderSql("COLLATE NOCASE"), Order(Compare(a, b, kNoCaseCollation)))
CHECK_BINARY(ComparesWithRtrim, OrderSql("COLLATE RTRIM"), Order(Compare(a, b, kRtrimCollation)))

RC_GTEST_PROP(ValueOracleTest, ComparesIntegersToRealsExactly, ()) {
  const int64_t a = *AnyInteger();
  const double b = *rc::gen::oneOf(AnyReal(), rc::gen::just(static_cast<double>(a)),
                                   rc::gen::just(std::nextafter(static_cast<double>(a), 0.0)));
  ExpectSame(Order(Compare(Value::Integer(a), Value::Real(b))),
             Ask(OrderSql(""), {Value::Integer(a), Value::Real(b)}));
}

// ---- Column affinity, through a table with a column of each ----

class AffinityTable {
 public:
  AffinityTable() {
    CHECK(oracle_.Query("CREATE TABLE t (b, t TEXT, n NUMERIC, i INT, r REAL)", {}).ok());
  }
  std::vector<Value> Store(const Value& value) {
    CHECK(oracle_.Query("DELETE FROM t", {}).ok());
    CHECK(oracle_.Query("INSERT INTO t VALUES (?1, ?1, ?1, ?1, ?1)", {value}).ok());
    return (*oracle_.Query("SELECT * FROM t", {}))[0];
  }

 private:
  SqliteOracle oracle_;
};

RC_GTEST_PROP(ValueOracleTest, AppliesColumnAffinity, (const Value& value)) {
  static AffinityTable table;
  RC_LOG() << "value " << value << '\n';
  const std::vector<Value> stored = table.Store(value);
  size_t column = 0;
  for (const Affinity affinity : {Affinity::kBlob, Affinity::kText, Affinity::kNumeric,
                                  Affinity::kInteger, Affinity::kReal}) {
    Value ours = value;
    ApplyAffinity(ours, affinity);
    Value read = ToStoredForm(ours, affinity);
    FromStoredForm(read, affinity);
    ExpectSame(read, stored[column++]);
  }
}

TEST(ValueOracleTest, FindsTheAffinityOfDeclaredTypes) {
  SqliteOracle oracle;
  for (const char* type : {"",
                           "INT",
                           "integer",
                           "BIGINT UNSIGNED",
                           "CHARINT",
                           "VARCHAR(10)",
                           "clob",
                           "mytextual",
                           "BLOB",
                           "blobreal",
                           "REAL",
                           "DOUBLE PRECISION",
                           "floaty",
                           "DECIMAL(10,5)",
                           "BOOLEAN",
                           "POINT",
                           "FLOATING POINT",
                           "xblobx text",
                           "doub",
                           "date",
                           "STRING",
                           "any"}) {
    // '5' stays text, or becomes an integer or a real; 5.0 says which of the numeric ones it is.
    ASSERT_TRUE(oracle.Query("DROP TABLE IF EXISTS t", {}).ok());
    ASSERT_TRUE(oracle.Query(std::string("CREATE TABLE t (x ") + type + ")", {}).ok());
    for (const Value& value : {Value::Text("5"), Value::Integer(5), Value::Real(5.0)}) {
      ASSERT_TRUE(oracle.Query("DELETE FROM t", {}).ok());
      ASSERT_TRUE(oracle.Query("INSERT INTO t VALUES (?1)", {value}).ok());
      Value ours = value;
      ApplyAffinity(ours, AffinityOfType(type));
      const Result<Value> theirs = oracle.Evaluate("SELECT x FROM t ORDER BY rowid", {});
      EXPECT_TRUE(Identical(ours, *theirs)) << type << ": " << ours << ", " << *theirs;
    }
  }
}

RC_GTEST_PROP(ValueOracleTest, AppliesComparisonAffinity, (const Value& a, const Value& b)) {
  static SqliteOracle oracle;
  static const bool created = oracle.Query("CREATE TABLE t (n NUMERIC, b BLOB)", {}).ok();
  RC_ASSERT(created);
  RC_PRE((!a.is_null() && !b.is_null()));
  RC_ASSERT(oracle.Query("DELETE FROM t", {}).ok());
  RC_ASSERT(oracle.Query("INSERT INTO t VALUES (?1, ?2)", {a, b}).ok());
  const Value theirs = *oracle.Evaluate("SELECT n < b FROM t", {});
  Value left = a;
  ApplyAffinity(left, Affinity::kNumeric);
  Value right = b;
  ApplyComparisonAffinity(right, Affinity::kNumeric);
  ExpectSame(Value::Bool(Compare(left, right) < 0), theirs);
}

// ---- Text of numbers ----

RC_GTEST_PROP(ValueOracleTest, WritesReals, ()) {
  const double real = *AnyReal();
  ExpectSame(Value::Text(RealToText(real)), Ask("SELECT CAST(?1 AS TEXT)", {Value::Real(real)}));
}

RC_GTEST_PROP(ValueOracleTest, QuotesWhatReadsBackTheSame, (const Value& value)) {
  RC_PRE((!value.is_text() || value.text().find('\0') == std::string_view::npos));
  // The sign of zero is lost to SQL's own arithmetic on literals; the bits are asked for above.
  ExpectSame(value, Ask("SELECT " + QuoteValue(value), {}));
}

TEST(ValueOracleTest, ReadsRealsExactly) {
  EXPECT_EQ(LeadingReal("9007199254740993"), 9007199254740992.0);
  EXPECT_EQ(LeadingReal("9007199254740993.00000000000000001"), 9007199254740994.0);
  EXPECT_EQ(LeadingReal("1e999"), std::numeric_limits<double>::infinity());
  EXPECT_EQ(LeadingReal("-1e999"), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(LeadingReal("0e999"), 0.0);
  EXPECT_EQ(LeadingReal("1e-999"), 0.0);
  EXPECT_EQ(LeadingReal("5e-324"), 5e-324);
  EXPECT_EQ(LeadingReal("0.000000000000000000001e999999999999999999999"),
            std::numeric_limits<double>::infinity());
}

TEST(ValueOracleTest, ReadsLiterals) {
  EXPECT_EQ(IntegerLiteral("9223372036854775807"), 9223372036854775807);
  EXPECT_EQ(IntegerLiteral("9223372036854775808"), std::nullopt);
  EXPECT_EQ(IntegerLiteral("0x10"), 16);
  EXPECT_EQ(IntegerLiteral("0xffffffffffffffff"), -1);
  EXPECT_EQ(IntegerLiteral("0X0000000000000000000001"), 1);
  EXPECT_EQ(IntegerLiteral("0x10000000000000000"), std::nullopt);
  EXPECT_EQ(RealLiteral("1e3"), 1000.0);
}

// ---- Patterns ----

rc::Gen<std::string> PatternText() {
  using namespace std::string_literals;
  static const std::vector<std::string> kPieces = {
      "a",    "A",    "b",    "c",     "z",    "%",    "_", "*", "?",  "[",
      "]",    "^",    "-",    "[a-c]", "[^b]", "[]x]", "é", "É", "日", "\\",
      "\xc3", "\x80", "\xff", "\0"s,   "%%",   "**",   "K", "k", "!"};
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(kPieces)),
                      [](const std::vector<std::string>& pieces) {
                        std::string text;
                        for (const std::string& piece : pieces) text += piece;
                        return text;
                      });
}

RC_GTEST_PROP(ValueOracleTest, MatchesLike, ()) {
  const Value text = Value::Text(*PatternText());
  const Value pattern = Value::Text(*PatternText());
  RC_LOG() << text << " LIKE " << pattern << '\n';
  ExpectSame(*Like(text, pattern, nullptr), Ask("SELECT ?1 LIKE ?2", {text, pattern}));
}

RC_GTEST_PROP(ValueOracleTest, MatchesLikeWithEscape, ()) {
  const Value text = Value::Text(*PatternText());
  const Value pattern = Value::Text(*PatternText());
  const Value escape = Value::Text(*rc::gen::element<std::string>("\\", "!", "%", "_", "é", "a"));
  RC_LOG() << text << " LIKE " << pattern << " ESCAPE " << escape << '\n';
  ExpectSame(*Like(text, pattern, &escape),
             Ask("SELECT ?1 LIKE ?2 ESCAPE ?3", {text, pattern, escape}));
}

RC_GTEST_PROP(ValueOracleTest, MatchesGlob, ()) {
  const Value text = Value::Text(*PatternText());
  const Value pattern = Value::Text(*PatternText());
  RC_LOG() << text << " GLOB " << pattern << '\n';
  ExpectSame(*Glob(text, pattern), Ask("SELECT ?1 GLOB ?2", {text, pattern}));
}

CHECK_BINARY(MatchesValuesOfAllTypesButBlobs, "SELECT CAST(?1 AS TEXT) LIKE CAST(?2 AS TEXT)",
             *Like(a, b, nullptr))

TEST(ValueOracleTest, RefusesEscapesThatAreNotOneCharacter) {
  const Value text = Value::Text("a");
  for (const char* escape : {"", "ab", "éé"}) {
    const Value value = Value::Text(escape);
    const Result<Value> ours = Like(text, text, &value);
    const Result<Value> theirs = Oracle().Evaluate("SELECT ?1 LIKE ?1 ESCAPE ?2", {text, value});
    ASSERT_FALSE(ours.ok());
    ASSERT_FALSE(theirs.ok());
    EXPECT_EQ(ours.status().message(), theirs.status().message());
  }
}

TEST(ValueOracleTest, RefusesLongPatterns) {
  const Value pattern = Value::Text(std::string(kPatternSizeMax + 1, 'a'));
  const Result<Value> theirs = Oracle().Evaluate("SELECT ?1 LIKE ?2", {Value::Text("a"), pattern});
  const Result<Value> ours = Like(Value::Text("a"), pattern, nullptr);
  ASSERT_FALSE(ours.ok());
  ASSERT_FALSE(theirs.ok());
  EXPECT_EQ(ours.status().message(), theirs.status().message());
}

TEST(ValueOracleTest, MatchesHardPatternsInBoundedTime) {
  std::string pattern;
  for (int i = 0; i < 1000; ++i) pattern += "%a";
  EXPECT_FALSE(MatchesLike(std::string(100'000, 'a') + "b", pattern));
  EXPECT_TRUE(MatchesLike(std::string(100'000, 'a'), pattern));
}

}  // namespace
}  // namespace orrery
