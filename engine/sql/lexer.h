// Cuts SQL text into tokens, one at a time. A Lexer is a place in a text: small, and copied to look
// ahead. It never fails; what cannot be a token is one of kind kIllegal, which the parser reports.
//
// Blanks and comments separate tokens and are gone. A comment that is not closed ends with the
// text. A NUL byte ends the text.
//
// Three keywords are such only where the words around them say so, and are identifiers elsewhere:
//   WINDOW  before a name and AS        OVER    after ) and before ( or a name
//   FILTER  after ) and before (

#ifndef ORRERY_ENGINE_SQL_LEXER_H_
#define ORRERY_ENGINE_SQL_LEXER_H_

#include <string>
#include <string_view>

#include "engine/sql/token.h"

namespace orrery {

class Lexer {
 public:
  // Spans are 32 bits; longer text is refused by the parser before it comes here.
  explicit Lexer(std::string_view text) : text_(text.substr(0, text.find('\0'))) {}

  Token Next();
  // Offset behind the last token that Next() gave.
  uint32_t position() const { return position_; }

 private:
  Token Scan();  // knows nothing of context

  std::string_view text_;
  uint32_t position_ = 0;
  TokenKind previous_ = TokenKind::kEndOfText;
};

// Takes off the quotes of a string or quoted identifier, and halves the doubled ones inside.
std::string Unquote(std::string_view quoted);

// Whether `word` is `lower`, which is in small letters, but for the case of ASCII letters.
bool EqualsIgnoringCase(std::string_view word, std::string_view lower);

// The keyword that `word` spells in any case, or kIdentifier.
TokenKind LookUpKeyword(std::string_view word);

// Whether `word` reads as an identifier that means itself: no quotes needed anywhere.
bool IsPlainIdentifier(std::string_view word);

// The bytes of a kBlob token.
std::string DecodeBlobLiteral(std::string_view token);

}  // namespace orrery

#endif  // ORRERY_ENGINE_SQL_LEXER_H_
