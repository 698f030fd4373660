// The words of SQL text: what the lexer cuts it into and the parser reads.

#ifndef ORRERY_ENGINE_SQL_TOKEN_H_
#define ORRERY_ENGINE_SQL_TOKEN_H_

#include <cstdint>
#include <string_view>

namespace orrery {

enum class TokenKind : uint8_t {
  kEndOfText,  // of the text; its own text is empty
  kIllegal,    // no token starts so, or it is not closed
  kSemicolon,
  kIdentifier,        // abc, and words that are no keywords where they stand
  kQuotedIdentifier,  // "abc" `abc` [abc]
  kString,            // 'abc'
  kBlob,              // x'00ff'
  kInteger,           // 123, 1_000
  kHexInteger,        // 0x1f
  kReal,              // 1.5, .5, 1e3
  kParameter,         // ? ?1 :a @a $a $a::b(c) #a

  kLeftParen,
  kRightParen,
  kComma,
  kDot,
  kPlus,
  kMinus,
  kStar,
  kSlash,
  kPercent,
  kEqual,     // = ==
  kNotEqual,  // <> !=
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kShiftLeft,
  kShiftRight,
  kAmpersand,
  kPipe,
  kConcat,  // ||
  kTilde,
  kArrow,      // ->
  kLongArrow,  // ->>

// The keywords: kAbort, kAction, ....
#define KEYWORD(name, text, use) k##name,
#include "engine/sql/keywords.inc"
#undef KEYWORD
};

inline constexpr TokenKind kFirstKeyword = TokenKind::kAbort;

// When a keyword is a plain name; see keywords.inc.
enum class KeywordUse : uint8_t { kReserved, kYielding, kJoinWord, kIndexed, kContextual };

struct KeywordSpec {
  TokenKind kind;
  std::string_view text;
  KeywordUse use;
};

inline constexpr KeywordSpec kKeywords[] = {
#define KEYWORD(name, text, use) {TokenKind::k##name, text, KeywordUse::use},
#include "engine/sql/keywords.inc"
#undef KEYWORD
};

constexpr bool IsKeyword(TokenKind kind) { return kind >= kFirstKeyword; }

// For keywords only.
constexpr const KeywordSpec& Describe(TokenKind kind) {
  return kKeywords[static_cast<int>(kind) - static_cast<int>(kFirstKeyword)];
}

struct Token {
  TokenKind kind = TokenKind::kEndOfText;
  uint32_t begin = 0;     // offset in the text
  std::string_view text;  // as written, quotes included

  uint32_t end() const { return begin + static_cast<uint32_t>(text.size()); }
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_SQL_TOKEN_H_
