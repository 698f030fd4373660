#include "engine/sql/lexer.h"

#include <algorithm>
#include <array>
#include <span>

#include "engine/base/check.h"

namespace orrery {
namespace {

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool IsHexDigit(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
constexpr bool IsBlank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}
constexpr bool IsWordStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
constexpr bool IsWordPart(char c) { return IsWordStart(c) || IsDigit(c) || c == '$'; }
constexpr char Upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }
constexpr int HexValue(char c) { return IsDigit(c) ? c - '0' : (Upper(c) - 'A') + 10; }

constexpr size_t kKeywordSizeMax = 17;  // CURRENT_TIMESTAMP

// The keywords that begin with each letter: those of 'A' + i are [kFirstOf[i], kFirstOf[i + 1]).
constexpr auto kFirstOf = [] {
  std::array<uint8_t, 27> first{};
  for (const KeywordSpec& spec : kKeywords) {
    for (size_t letter = static_cast<size_t>(spec.text[0] - 'A') + 1; letter < 27; ++letter) {
      ++first[letter];
    }
  }
  return first;
}();

// A view of the rest of the text from which reads behind the end give NUL.
class Cursor {
 public:
  explicit Cursor(std::string_view rest) : rest_(rest) {}
  char operator[](size_t index) const { return index < rest_.size() ? rest_[index] : '\0'; }
  size_t size() const { return rest_.size(); }

 private:
  std::string_view rest_;
};

struct Scanned {
  TokenKind kind;
  size_t size;
};

// The size of the blanks and comments at the start of `rest`.
size_t BlankSize(std::string_view rest) {
  const Cursor at(rest);
  size_t size = 0;
  while (size < rest.size()) {
    if (IsBlank(at[size])) {
      // A vertical tab is no blank of its own, but goes with one before it.
      while (IsBlank(at[size]) || at[size] == '\v') ++size;
    } else if (rest.substr(size).starts_with("\xef\xbb\xbf")) {  // a byte order mark
      size += 3;
    } else if (at[size] == '-' && at[size + 1] == '-') {
      size = std::min(rest.find('\n', size), rest.size());
    } else if (at[size] == '/' && at[size + 1] == '*' && size + 2 < rest.size()) {
      const size_t close = rest.find("*/", size + 2);
      size = close == std::string_view::npos ? rest.size() : close + 2;
    } else {
      break;
    }
  }
  return size;
}

// 'text', "name", `name`: a doubled quote stands for one.
Scanned ScanQuoted(const Cursor& at) {
  const char quote = at[0];
  for (size_t i = 1; i < at.size(); ++i) {
    if (at[i] != quote) continue;
    if (at[i + 1] != quote) {
      return {quote == '\'' ? TokenKind::kString : TokenKind::kQuotedIdentifier, i + 1};
    }
    ++i;
  }
  return {TokenKind::kIllegal, at.size()};
}

Scanned ScanBracketed(const Cursor& at) {
  size_t i = 1;
  while (i < at.size() && at[i] != ']') ++i;
  if (i == at.size()) return {TokenKind::kIllegal, i};
  return {TokenKind::kQuotedIdentifier, i + 1};
}

Scanned ScanBlob(const Cursor& at) {
  size_t i = 2;
  while (IsHexDigit(at[i])) ++i;
  if (at[i] == '\'' && i % 2 == 0) return {TokenKind::kBlob, i + 1};
  while (i < at.size() && at[i] != '\'') ++i;
  return {TokenKind::kIllegal, std::min(i + 1, at.size())};
}

// Digits with single separators between them. Sets *bad when a separator stands elsewhere.
size_t ScanDigits(const Cursor& at, size_t i, bool (*is_digit)(char), bool* bad) {
  const size_t begin = i;
  for (; is_digit(at[i]) || at[i] == '_'; ++i) {
    if (at[i] == '_' && (i == begin || !is_digit(at[i - 1]) || !is_digit(at[i + 1]))) *bad = true;
  }
  return i;
}

Scanned ScanNumber(const Cursor& at) {
  bool bad = false;
  size_t i = 0;
  TokenKind kind = TokenKind::kInteger;
  if (at[0] == '0' && (at[1] == 'x' || at[1] == 'X') && IsHexDigit(at[2])) {
    kind = TokenKind::kHexInteger;
    i = ScanDigits(at, 2, IsHexDigit, &bad);
  } else {
    i = ScanDigits(at, 0, IsDigit, &bad);
    if (at[i] == '.') {
      kind = TokenKind::kReal;
      i = ScanDigits(at, i + 1, IsDigit, &bad);
    }
    const size_t sign = at[i + 1] == '+' || at[i + 1] == '-' ? 1 : 0;
    if ((at[i] == 'e' || at[i] == 'E') && IsDigit(at[i + 1 + sign])) {
      kind = TokenKind::kReal;
      i = ScanDigits(at, i + 1 + sign, IsDigit, &bad);
    }
  }
  // A number runs into a word: neither is meant.
  if (IsWordPart(at[i])) bad = true;
  while (IsWordPart(at[i])) ++i;
  return {bad ? TokenKind::kIllegal : kind, i};
}

// $a, @a, :a, #a; any of them may go on as a Tcl variable: $a::b(c).
Scanned ScanNamedParameter(const Cursor& at) {
  bool named = false;
  size_t i = 1;
  for (; i < at.size(); ++i) {
    if (IsWordPart(at[i])) {
      named = true;
    } else if (at[i] == '(' && named) {
      do {
        ++i;
      } while (i < at.size() && !IsBlank(at[i]) && at[i] != '\v' && at[i] != ')');
      if (at[i] != ')') return {TokenKind::kIllegal, i};
      return {TokenKind::kParameter, i + 1};
    } else if (at[i] == ':' && at[i + 1] == ':') {
      ++i;
    } else {
      break;
    }
  }
  return {named ? TokenKind::kParameter : TokenKind::kIllegal, i};
}

Scanned ScanWord(std::string_view rest) {
  size_t i = 1;
  while (i < rest.size() && IsWordPart(rest[i])) ++i;
  return {LookUpKeyword(rest.substr(0, i)), i};
}

Scanned ScanToken(std::string_view rest) {
  const Cursor at(rest);
  switch (at[0]) {
    case ';':
      return {TokenKind::kSemicolon, 1};
    case '(':
      return {TokenKind::kLeftParen, 1};
    case ')':
      return {TokenKind::kRightParen, 1};
    case ',':
      return {TokenKind::kComma, 1};
    case '+':
      return {TokenKind::kPlus, 1};
    case '*':
      return {TokenKind::kStar, 1};
    case '/':
      return {TokenKind::kSlash, 1};
    case '%':
      return {TokenKind::kPercent, 1};
    case '&':
      return {TokenKind::kAmpersand, 1};
    case '~':
      return {TokenKind::kTilde, 1};
    case '-':
      if (at[1] != '>') return {TokenKind::kMinus, 1};
      return at[2] == '>' ? Scanned{TokenKind::kLongArrow, 3} : Scanned{TokenKind::kArrow, 2};
    case '=':
      return {TokenKind::kEqual, at[1] == '=' ? 2u : 1u};
    case '<':
      if (at[1] == '=') return {TokenKind::kLessOrEqual, 2};
      if (at[1] == '>') return {TokenKind::kNotEqual, 2};
      if (at[1] == '<') return {TokenKind::kShiftLeft, 2};
      return {TokenKind::kLess, 1};
    case '>':
      if (at[1] == '=') return {TokenKind::kGreaterOrEqual, 2};
      if (at[1] == '>') return {TokenKind::kShiftRight, 2};
      return {TokenKind::kGreater, 1};
    case '!':
      return at[1] == '=' ? Scanned{TokenKind::kNotEqual, 2} : Scanned{TokenKind::kIllegal, 1};
    case '|':
      return at[1] == '|' ? Scanned{TokenKind::kConcat, 2} : Scanned{TokenKind::kPipe, 1};
    case '\'':
    case '"':
    case '`':
      return ScanQuoted(at);
    case '[':
      return ScanBracketed(at);
    case '.':
      if (!IsDigit(at[1])) return {TokenKind::kDot, 1};
      return ScanNumber(at);
    case '?': {
      size_t i = 1;
      while (IsDigit(at[i])) ++i;
      return {TokenKind::kParameter, i};
    }
    case '$':
    case '@':
    case ':':
    case '#':
      return ScanNamedParameter(at);
    case 'x':
    case 'X':
      if (at[1] == '\'') return ScanBlob(at);
      return ScanWord(rest);
    default:
      break;
  }
  if (IsDigit(at[0])) return ScanNumber(at);
  if (IsWordStart(at[0])) return ScanWord(rest);
  return {TokenKind::kIllegal, 1};
}

// Whether the token is a name to a parser that may take it as one.
bool ReadsAsName(TokenKind kind) {
  switch (kind) {
    case TokenKind::kIdentifier:
    case TokenKind::kQuotedIdentifier:
    case TokenKind::kString:
      return true;
    default:
      break;
  }
  if (!IsKeyword(kind)) return false;
  switch (Describe(kind).use) {
    case KeywordUse::kYielding:
    case KeywordUse::kJoinWord:
      return true;
    case KeywordUse::kContextual:
      return kind != TokenKind::kFilter;
    case KeywordUse::kReserved:
    case KeywordUse::kIndexed:
      return false;
  }
  Unreachable();
}

}  // namespace

Token Lexer::Scan() {
  position_ += static_cast<uint32_t>(BlankSize(text_.substr(position_)));
  const std::string_view rest = text_.substr(position_);
  Token token{.kind = TokenKind::kEndOfText, .begin = position_, .text = rest.substr(0, 0)};
  if (rest.empty()) return token;
  const Scanned scanned = ScanToken(rest);
  token.kind = scanned.kind;
  token.text = rest.substr(0, scanned.size);
  position_ += static_cast<uint32_t>(scanned.size);
  return token;
}

Token Lexer::Next() {
  Token token = Scan();
  if (IsKeyword(token.kind) && Describe(token.kind).use == KeywordUse::kContextual) {
    Lexer ahead = *this;
    const TokenKind next = ahead.Scan().kind;
    bool is_keyword = false;
    switch (token.kind) {
      case TokenKind::kWindow:
        is_keyword = ReadsAsName(next) && ahead.Scan().kind == TokenKind::kAs;
        break;
      case TokenKind::kOver:
        is_keyword = previous_ == TokenKind::kRightParen &&
                     (next == TokenKind::kLeftParen || ReadsAsName(next));
        break;
      case TokenKind::kFilter:
        is_keyword = previous_ == TokenKind::kRightParen && next == TokenKind::kLeftParen;
        break;
      default:
        Unreachable();
    }
    if (!is_keyword) token.kind = TokenKind::kIdentifier;
  }
  previous_ = token.kind;
  return token;
}

std::string Unquote(std::string_view quoted) {
  CHECK(quoted.size() >= 2);
  const char quote = quoted[0] == '[' ? ']' : quoted[0];
  std::string text;
  text.reserve(quoted.size() - 2);
  for (size_t i = 1; i + 1 < quoted.size(); ++i) {
    text += quoted[i];
    if (quoted[i] == quote) ++i;
  }
  return text;
}

bool EqualsIgnoringCase(std::string_view word, std::string_view lower) {
  return std::ranges::equal(word, lower, [](char a, char b) { return Upper(a) == Upper(b); });
}

TokenKind LookUpKeyword(std::string_view word) {
  std::array<char, kKeywordSizeMax> upper;
  if (word.size() < 2 || word.size() > kKeywordSizeMax) return TokenKind::kIdentifier;
  std::transform(word.begin(), word.end(), upper.begin(), Upper);
  const std::string_view key(upper.data(), word.size());
  const auto letter = static_cast<size_t>(key[0] - 'A');
  if (letter >= kFirstOf.size() - 1) return TokenKind::kIdentifier;
  const std::span candidates(kKeywords + kFirstOf[letter], kKeywords + kFirstOf[letter + 1]);
  // A letter has few words, and fewer of a length: quicker than a binary search.
  for (const KeywordSpec& spec : candidates) {
    if (spec.text.size() == key.size() && spec.text == key) return spec.kind;
  }
  return TokenKind::kIdentifier;
}

bool IsPlainIdentifier(std::string_view word) {
  // A byte order mark, say, is made of letters and is a blank: only the lexer knows.
  const Token token = Lexer(word).Next();
  return token.kind == TokenKind::kIdentifier && token.text == word &&
         LookUpKeyword(word) == TokenKind::kIdentifier;
}

std::string DecodeBlobLiteral(std::string_view token) {
  CHECK(token.size() >= 3);
  const std::string_view digits = token.substr(2, token.size() - 3);
  std::string bytes;
  bytes.reserve(digits.size() / 2);
  for (size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes += static_cast<char>(HexValue(digits[i]) * 16 + HexValue(digits[i + 1]));
  }
  return bytes;
}

}  // namespace orrery
