#include "engine/sql/token_stream.h"

#include <algorithm>

namespace orrery {
namespace {

Status TooDeepError() {
  return {ResultCode::kError,
          "Expression tree is too large (maximum depth " + std::to_string(kExprDepthMax) + ")"};
}

// This token cannot stand where it does.
Status SyntaxError(const Token& token) {
  if (token.kind == TokenKind::kEndOfText) return {ResultCode::kError, "incomplete input"};
  const std::string quoted = '"' + std::string(token.text) + '"';
  const std::string message = token.kind == TokenKind::kIllegal
                                  ? "unrecognized token: " + quoted
                                  : "near " + quoted + ": syntax error";
  return Status(ResultCode::kError, message).WithOffset(static_cast<int>(token.begin));
}

bool Yields(TokenKind kind) {
  return IsKeyword(kind) && Describe(kind).use == KeywordUse::kYielding;
}

}  // namespace

TokenStream::TokenStream(std::string_view text) : text_(text), lexer_(text) {
  current_ = lexer_.Next();
}

TokenKind TokenStream::PeekKind(int distance) const {
  if (failed()) return TokenKind::kEndOfText;
  Lexer ahead = lexer_;
  TokenKind kind = current_.kind;
  while (distance-- > 0) kind = ahead.Next().kind;
  return kind;
}

Token TokenStream::Take() {
  const Token taken = current_;
  AcceptCurrent();
  if (failed() || Is(TokenKind::kEndOfText)) return taken;
  taken_end_ = taken.end();
  current_ = lexer_.Next();
  return taken;
}

bool TokenStream::TryTake(TokenKind kind) {
  if (!Is(kind)) return false;
  Take();
  return true;
}

Token TokenStream::Expect(TokenKind kind) {
  if (!Is(kind)) FailAtCurrent();
  return Take();
}

bool TokenStream::IsIdentifier() const {
  return Is(TokenKind::kIdentifier) || Is(TokenKind::kQuotedIdentifier) || Yields(current_.kind);
}

bool TokenStream::IsPlainName() const { return IsIdentifier() || Is(TokenKind::kString); }

bool TokenStream::IsName() const {
  if (IsPlainName()) return true;
  if (!IsKeyword(current_.kind)) return false;
  const KeywordUse use = Describe(current_.kind).use;
  return use == KeywordUse::kJoinWord || use == KeywordUse::kIndexed;
}

Name TokenStream::TakeAsName() {
  const Token token = Take();
  const bool quoted =
      token.kind == TokenKind::kQuotedIdentifier || token.kind == TokenKind::kString;
  return {.text = quoted ? Unquote(token.text) : std::string(token.text),
          .span = {.begin = token.begin, .end = token.end()}};
}

Name TokenStream::ExpectName() {
  if (!IsName()) FailAtCurrent();
  return failed() ? Name() : TakeAsName();
}

Name TokenStream::ExpectPlainName() {
  if (!IsPlainName()) FailAtCurrent();
  return failed() ? Name() : TakeAsName();
}

QualifiedName TokenStream::ExpectQualifiedName() {
  QualifiedName name{.name = ExpectName()};
  if (TryTake(TokenKind::kDot)) {
    name.schema = std::move(name.name);
    name.name = ExpectName();
  }
  return name;
}

std::vector<Name> TokenStream::ExpectColumnNames() {
  std::vector<Name> columns;
  Status refused;
  Expect(TokenKind::kLeftParen);
  do {
    columns.push_back(ExpectName());
    const bool has_collation = TryTake(TokenKind::kCollate);
    if (has_collation) ExpectPlainName();
    const bool has_order = TryTake(TokenKind::kAsc) || TryTake(TokenKind::kDesc);
    if (has_collation || has_order) {
      refused = {ResultCode::kError,
                 "syntax error after column name \"" + columns.back().text + "\""};
    }
  } while (TryTake(TokenKind::kComma));
  Expect(TokenKind::kRightParen);
  if (!refused.ok()) FailLate(std::move(refused));
  return columns;
}

int TokenStream::NumberParameter(const Token& token) {
  const std::string_view text = token.text;
  const int offset = static_cast<int>(token.begin);
  // #1 looks like a parameter to the lexer, but means nothing to anyone.
  if (text.size() > 1 && text[0] == '#' && text[1] >= '0' && text[1] <= '9') {
    FailLate(SyntaxError(token));
    return 1;
  }
  if (text.size() > 1 && text[0] == '?') {
    size_t index = 0;
    for (const char digit : text.substr(1)) {
      index = std::min<size_t>(index * 10 + static_cast<size_t>(digit - '0'), 1'000'000);
    }
    if (index < 1 || index > kParameterIndexMax) {
      FailLate(Status(ResultCode::kError, "variable number must be between ?1 and ?" +
                                              std::to_string(kParameterIndexMax))
                   .WithOffset(offset));
      return 1;
    }
    if (parameter_names_.size() < index) parameter_names_.resize(index);
    if (parameter_names_[index - 1].empty()) parameter_names_[index - 1] = text;
    return static_cast<int>(index);
  }
  if (text.size() > 1) {
    const auto known = std::ranges::find(parameter_names_, text);
    if (known != parameter_names_.end()) {
      return static_cast<int>(known - parameter_names_.begin()) + 1;
    }
  }
  if (parameter_names_.size() >= kParameterIndexMax) {
    FailLate(Status(ResultCode::kError, "too many SQL variables").WithOffset(offset));
    return 1;
  }
  parameter_names_.emplace_back(text.size() > 1 ? text : std::string_view());
  return static_cast<int>(parameter_names_.size());
}

void TokenStream::FailAtCurrent() { Fail(SyntaxError(current_)); }

void TokenStream::Fail(Status status) {
  if (failed()) return;
  status_ = std::move(status);
  current_.kind = TokenKind::kEndOfText;
  current_.text = {};
}

void TokenStream::FailLate(Status status) { late_status_ = std::move(status); }

void TokenStream::AcceptCurrent() {
  if (!late_status_.ok()) Fail(std::move(late_status_));
}

TokenStream::Nesting::Nesting(TokenStream& stream) : stream_(stream) {
  if (++stream_.nesting_ > kExprDepthMax) stream_.Fail(TooDeepError());
}

void TokenStream::CheckHeight(int height) {
  if (height > kExprDepthMax) Fail(TooDeepError());
}

}  // namespace orrery
