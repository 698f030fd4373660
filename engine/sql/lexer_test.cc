// Goal: text is cut into tokens as SQLite cuts it.
// Method: a table of texts and their tokens. What the tokens then mean to a parser is compared with
// sqlite3 in parser_errors_test.cc.

#include "engine/sql/lexer.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace orrery {
namespace {

using Kind = TokenKind;

std::vector<Kind> Kinds(std::string_view text) {
  std::vector<Kind> kinds;
  Lexer lexer(text);
  for (Token token = lexer.Next(); token.kind != Kind::kEndOfText; token = lexer.Next()) {
    kinds.push_back(token.kind);
  }
  return kinds;
}

TEST(LexerTest, KnowsEachSortOfToken) {
  const struct {
    std::string_view text;
    std::vector<Kind> kinds;
  } kCases[] = {
      {"", {}},
      {" \t\r\n\f", {}},
      {"-- all\n", {}},
      {"-- to the end", {}},
      {"/* a * / */", {}},
      {"/* open", {}},
      {"/*", {Kind::kSlash, Kind::kStar}},
      {"a-- b\nc", {Kind::kIdentifier, Kind::kIdentifier}},
      {"a/**/b", {Kind::kIdentifier, Kind::kIdentifier}},
      {"\xef\xbb\xbfselect", {Kind::kSelect}},
      {"SELECT sElEcT selec", {Kind::kSelect, Kind::kSelect, Kind::kIdentifier}},
      {"_a a$1 é x", {Kind::kIdentifier, Kind::kIdentifier, Kind::kIdentifier, Kind::kIdentifier}},
      {"$", {Kind::kIllegal}},
      {"\"a\"\"b\" `c``d` [e f]",
       {Kind::kQuotedIdentifier, Kind::kQuotedIdentifier, Kind::kQuotedIdentifier}},
      {"'it''s' ''", {Kind::kString, Kind::kString}},
      {"'open", {Kind::kIllegal}},
      {"[open", {Kind::kIllegal}},
      {"x'00fF' X''", {Kind::kBlob, Kind::kBlob}},
      {"x'0'", {Kind::kIllegal}},
      {"x'0g'", {Kind::kIllegal}},
      {"0 12 1_000 0x1f 0X1_F",
       {Kind::kInteger, Kind::kInteger, Kind::kInteger, Kind::kHexInteger, Kind::kHexInteger}},
      {"1. .5 1.5 1e3 1E+3 1.e-3 1_0.0_1",
       {Kind::kReal, Kind::kReal, Kind::kReal, Kind::kReal, Kind::kReal, Kind::kReal, Kind::kReal}},
      {"1_ 1__0 1a 0x 0xg 1e 1.5x 1_.5",
       {Kind::kIllegal, Kind::kIllegal, Kind::kIllegal, Kind::kIllegal, Kind::kIllegal,
        Kind::kIllegal, Kind::kIllegal, Kind::kIllegal}},
      {"? ?12 :a @a $a #a $a::b(c) :1",
       {Kind::kParameter, Kind::kParameter, Kind::kParameter, Kind::kParameter, Kind::kParameter,
        Kind::kParameter, Kind::kParameter, Kind::kParameter}},
      {": @ $a(b", {Kind::kIllegal, Kind::kIllegal, Kind::kIllegal}},
      {"-> ->> - >", {Kind::kArrow, Kind::kLongArrow, Kind::kMinus, Kind::kGreater}},
      {"= == <> != < <= << > >= >>",
       {Kind::kEqual, Kind::kEqual, Kind::kNotEqual, Kind::kNotEqual, Kind::kLess,
        Kind::kLessOrEqual, Kind::kShiftLeft, Kind::kGreater, Kind::kGreaterOrEqual,
        Kind::kShiftRight}},
      {"| || & ~ + * / % ( ) , . ;",
       {Kind::kPipe, Kind::kConcat, Kind::kAmpersand, Kind::kTilde, Kind::kPlus, Kind::kStar,
        Kind::kSlash, Kind::kPercent, Kind::kLeftParen, Kind::kRightParen, Kind::kComma, Kind::kDot,
        Kind::kSemicolon}},
      {"! ^ \\ { \x01",
       {Kind::kIllegal, Kind::kIllegal, Kind::kIllegal, Kind::kIllegal, Kind::kIllegal}},
      {std::string_view("a\0b", 3), {Kind::kIdentifier}},
  };
  for (const auto& [text, kinds] : kCases) EXPECT_EQ(Kinds(text), kinds) << text;
}

TEST(LexerTest, TakesSomeKeywordsForNamesByTheirNeighbours) {
  EXPECT_EQ(Kinds("window"), std::vector{Kind::kIdentifier});
  EXPECT_EQ(Kinds("window w as")[0], Kind::kWindow);
  EXPECT_EQ(Kinds("over ("), (std::vector{Kind::kIdentifier, Kind::kLeftParen}));
  EXPECT_EQ(Kinds(") over (")[1], Kind::kOver);
  EXPECT_EQ(Kinds(") over w")[1], Kind::kOver);
  EXPECT_EQ(Kinds(") over ,")[1], Kind::kIdentifier);
  EXPECT_EQ(Kinds(") filter (")[1], Kind::kFilter);
  EXPECT_EQ(Kinds(") filter x")[1], Kind::kIdentifier);
}

TEST(LexerTest, SaysWhereATokenStands) {
  Lexer lexer("  ab /* c */ 'd'");
  Token token = lexer.Next();
  EXPECT_EQ(token.begin, 2u);
  EXPECT_EQ(token.end(), 4u);
  token = lexer.Next();
  EXPECT_EQ(token.begin, 13u);
  EXPECT_EQ(token.text, "'d'");
}

TEST(LexerTest, FindsEveryKeyword) {
  for (const KeywordSpec& keyword : kKeywords) {
    EXPECT_EQ(LookUpKeyword(keyword.text), keyword.kind) << keyword.text;
    EXPECT_FALSE(IsPlainIdentifier(keyword.text));
  }
  EXPECT_EQ(LookUpKeyword("keyword"), Kind::kIdentifier);
}

TEST(LexerTest, TakesQuotesOff) {
  EXPECT_EQ(Unquote("'it''s'"), "it's");
  EXPECT_EQ(Unquote("\"\""), "");
  EXPECT_EQ(Unquote("[a\"b]"), "a\"b");
  EXPECT_EQ(DecodeBlobLiteral("x'00fF'"), std::string("\0\xff", 2));
}

}  // namespace
}  // namespace orrery
