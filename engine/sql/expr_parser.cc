#include "engine/sql/expr_parser.h"

#include <algorithm>
#include <optional>

#include "engine/sql/select_parser.h"
#include "engine/sql/window_parser.h"

namespace orrery {
namespace {

int Height(const ExprPtr& expr) { return expr ? expr->height : 0; }
int Height(const ExprList& list) {
  int height = 0;
  for (const ExprPtr& expr : list) height = std::max(height, Height(expr));
  return height;
}
int Height(const SelectPtr& select) { return select ? select->height : 0; }

std::optional<BinaryOp> AsBinaryOp(TokenKind kind) {
  switch (kind) {
    case TokenKind::kOr:
      return BinaryOp::kOr;
    case TokenKind::kAnd:
      return BinaryOp::kAnd;
    case TokenKind::kEqual:
      return BinaryOp::kEqual;
    case TokenKind::kNotEqual:
      return BinaryOp::kNotEqual;
    case TokenKind::kLess:
      return BinaryOp::kLess;
    case TokenKind::kLessOrEqual:
      return BinaryOp::kLessOrEqual;
    case TokenKind::kGreater:
      return BinaryOp::kGreater;
    case TokenKind::kGreaterOrEqual:
      return BinaryOp::kGreaterOrEqual;
    case TokenKind::kAmpersand:
      return BinaryOp::kBitAnd;
    case TokenKind::kPipe:
      return BinaryOp::kBitOr;
    case TokenKind::kShiftLeft:
      return BinaryOp::kShiftLeft;
    case TokenKind::kShiftRight:
      return BinaryOp::kShiftRight;
    case TokenKind::kPlus:
      return BinaryOp::kAdd;
    case TokenKind::kMinus:
      return BinaryOp::kSubtract;
    case TokenKind::kStar:
      return BinaryOp::kMultiply;
    case TokenKind::kSlash:
      return BinaryOp::kDivide;
    case TokenKind::kPercent:
      return BinaryOp::kRemainder;
    case TokenKind::kConcat:
      return BinaryOp::kConcat;
    case TokenKind::kArrow:
      return BinaryOp::kExtract;
    case TokenKind::kLongArrow:
      return BinaryOp::kExtractText;
    default:
      return std::nullopt;
  }
}

std::optional<PatternOp> AsPatternOp(TokenKind kind) {
  switch (kind) {
    case TokenKind::kLike:
      return PatternOp::kLike;
    case TokenKind::kGlob:
      return PatternOp::kGlob;
    case TokenKind::kMatch:
      return PatternOp::kMatch;
    case TokenKind::kRegexp:
      return PatternOp::kRegexp;
    default:
      return std::nullopt;
  }
}

// How tightly the operator that begins with this token binds; kLowest when it begins none.
Precedence OperatorPrecedence(TokenKind kind) {
  if (const auto op = AsBinaryOp(kind)) return Describe(*op).precedence;
  if (AsPatternOp(kind)) return Precedence::kEquality;
  switch (kind) {
    case TokenKind::kIs:
    case TokenKind::kIn:
    case TokenKind::kBetween:
    case TokenKind::kIsnull:
    case TokenKind::kNotnull:
    case TokenKind::kNot:
      return Precedence::kEquality;  // NOT LIKE, NOT IN, ...
    case TokenKind::kCollate:
      return Precedence::kCollate;
    default:
      return Precedence::kLowest;
  }
}

std::optional<LiteralKind> AsLiteralKind(TokenKind kind) {
  switch (kind) {
    case TokenKind::kNull:
      return LiteralKind::kNull;
    case TokenKind::kInteger:
      return LiteralKind::kInteger;
    case TokenKind::kHexInteger:
      return LiteralKind::kHexInteger;
    case TokenKind::kReal:
      return LiteralKind::kReal;
    case TokenKind::kString:
      return LiteralKind::kText;
    case TokenKind::kBlob:
      return LiteralKind::kBlob;
    case TokenKind::kCurrentDate:
      return LiteralKind::kCurrentDate;
    case TokenKind::kCurrentTime:
      return LiteralKind::kCurrentTime;
    case TokenKind::kCurrentTimestamp:
      return LiteralKind::kCurrentTimestamp;
    default:
      return std::nullopt;
  }
}

// Whether the token, not quoted, is the word TRUE or FALSE.
std::optional<bool> AsTruth(const Token& token) {
  if (token.kind != TokenKind::kIdentifier) return std::nullopt;
  if (EqualsIgnoringCase(token.text, "true")) return true;
  if (EqualsIgnoringCase(token.text, "false")) return false;
  return std::nullopt;
}

std::string LiteralText(const Token& token) {
  switch (token.kind) {
    case TokenKind::kString:
      return Unquote(token.text);
    case TokenKind::kBlob:
      return DecodeBlobLiteral(token.text);
    case TokenKind::kInteger:
    case TokenKind::kHexInteger:
    case TokenKind::kReal: {
      std::string digits(token.text);
      std::erase(digits, '_');
      return digits;
    }
    default:
      return {};
  }
}

}  // namespace

template <typename T>
ExprPtr ExprParser::Finish(std::unique_ptr<T> node, uint32_t begin, int operand_height) {
  stream_.CheckHeight(operand_height + 1);
  node->height = static_cast<uint16_t>(std::min(operand_height + 1, kExprDepthMax + 1));
  node->span = stream_.SpanFrom(begin);
  return ExprPtr(std::move(node));
}

ExprList ExprParser::ParseList() {
  ExprList list;
  do {
    list.push_back(Parse());
  } while (stream_.TryTake(TokenKind::kComma));
  return list;
}

ExprList ExprParser::ParseParenthesizedList() {
  stream_.Expect(TokenKind::kLeftParen);
  ExprList list;
  if (!stream_.Is(TokenKind::kRightParen)) list = ParseList();
  stream_.Expect(TokenKind::kRightParen);
  return list;
}

std::vector<OrderingTerm> ExprParser::ParseOrderingTerms() {
  std::vector<OrderingTerm> terms;
  do {
    OrderingTerm term{.expr = Parse()};
    if (stream_.TryTake(TokenKind::kAsc)) {
      term.order = SortOrder::kAscending;
    } else if (stream_.TryTake(TokenKind::kDesc)) {
      term.order = SortOrder::kDescending;
    }
    if (stream_.TryTake(TokenKind::kNulls)) {
      if (stream_.TryTake(TokenKind::kFirst)) {
        term.nulls = NullsOrder::kFirst;
      } else {
        stream_.Expect(TokenKind::kLast);
        term.nulls = NullsOrder::kLast;
      }
    }
    terms.push_back(std::move(term));
  } while (stream_.TryTake(TokenKind::kComma));
  return terms;
}

TypeName ExprParser::ParseTypeName() {
  TypeName type;
  if (!stream_.IsPlainName()) return type;
  const uint32_t begin = stream_.current().begin;
  while (stream_.IsPlainName()) stream_.Take();
  if (stream_.TryTake(TokenKind::kLeftParen)) {
    ParseSignedNumber();
    if (stream_.TryTake(TokenKind::kComma)) ParseSignedNumber();
    stream_.Expect(TokenKind::kRightParen);
  }
  if (stream_.failed()) return type;
  type.span = stream_.SpanFrom(begin);
  type.text = type.span.In(stream_.text());
  return type;
}

std::string ExprParser::ParseSignedNumber() {
  std::string number;
  if (stream_.TryTake(TokenKind::kMinus)) {
    number = "-";
  } else {
    stream_.TryTake(TokenKind::kPlus);
  }
  switch (stream_.current().kind) {
    case TokenKind::kInteger:
    case TokenKind::kHexInteger:
    case TokenKind::kReal:
      return number += LiteralText(stream_.Take());
    default:
      stream_.FailAtCurrent();
      return {};
  }
}

ExprPtr ExprParser::ParseLevel(Precedence least, bool stops_at_and) {
  const TokenStream::Nesting nesting(stream_);
  const uint32_t begin = stream_.current().begin;
  ExprPtr left = ParsePrefix();
  while (!stream_.failed()) {
    const TokenKind kind = stream_.current().kind;
    const Precedence precedence = OperatorPrecedence(kind);
    if (precedence == Precedence::kLowest || precedence < least) break;
    if (kind == TokenKind::kAnd && stops_at_and) break;
    if (const auto binary = AsBinaryOp(kind)) {
      left = ParseBinary(*binary, std::move(left), begin);
    } else if (const auto pattern = AsPatternOp(kind)) {
      left = ParsePattern(*pattern, false, std::move(left), begin);
    } else {
      switch (kind) {
        case TokenKind::kIs:
          left = ParseIs(std::move(left), begin);
          break;
        case TokenKind::kIn:
          left = ParseIn(false, std::move(left), begin);
          break;
        case TokenKind::kBetween:
          left = ParseBetween(false, std::move(left), begin);
          break;
        case TokenKind::kIsnull:
          left = ParsePostfix(UnaryOp::kIsNull, std::move(left), begin);
          break;
        case TokenKind::kNotnull:
          left = ParsePostfix(UnaryOp::kNotNull, std::move(left), begin);
          break;
        case TokenKind::kNot:
          left = ParseNot(std::move(left), begin);
          break;
        case TokenKind::kCollate:
          left = ParseCollate(std::move(left), begin);
          break;
        default:
          Unreachable();
      }
    }
  }
  return left;
}

// ---- Operands ----

bool ExprParser::IsColumnName() const {
  switch (stream_.current().kind) {
    // An expression has a use for these keywords themselves.
    case TokenKind::kCast:
    case TokenKind::kRaise:
    case TokenKind::kCurrentDate:
    case TokenKind::kCurrentTime:
    case TokenKind::kCurrentTimestamp:
      return false;
    // A string is a value, unless a dot makes it the name of a table.
    case TokenKind::kString:
      return stream_.PeekKind() == TokenKind::kDot;
    default:
      return stream_.IsName();
  }
}

ExprPtr ExprParser::ParsePrefix() {
  switch (stream_.current().kind) {
    case TokenKind::kLeftParen:
      return ParseParenthesized();
    case TokenKind::kMinus:
      return ParsePrefixOperator(UnaryOp::kNegate, Precedence::kPrefix);
    case TokenKind::kPlus:
      return ParsePrefixOperator(UnaryOp::kPlus, Precedence::kPrefix);
    case TokenKind::kTilde:
      return ParsePrefixOperator(UnaryOp::kBitNot, Precedence::kPrefix);
    case TokenKind::kNot:
      return ParsePrefixOperator(UnaryOp::kNot, Precedence::kNot);
    case TokenKind::kParameter:
      return ParseParameter();
    case TokenKind::kCase:
      return ParseCase();
    case TokenKind::kCast:
      return ParseCast();
    case TokenKind::kExists:
      return ParseExists();
    case TokenKind::kRaise:
      return ParseRaise();
    default:
      return IsColumnName() ? ParseName() : ParseLiteral();
  }
}

ExprPtr ExprParser::ParsePrefixOperator(UnaryOp op, Precedence operand) {
  const uint32_t begin = stream_.Take().begin;
  auto node = std::make_unique<UnaryExpr>();
  node->op = op;
  node->operand = ParseLevel(operand);
  const int height = Height(node->operand);
  return Finish(std::move(node), begin, height);
}

ExprPtr ExprParser::ParseLiteral() {
  const auto kind = AsLiteralKind(stream_.current().kind);
  if (!kind) {
    stream_.FailAtCurrent();
    return nullptr;
  }
  const Token token = stream_.Take();
  auto node = std::make_unique<LiteralExpr>();
  node->literal = *kind;
  node->text = LiteralText(token);
  return Finish(std::move(node), token.begin, 0);
}

bool ExprParser::IsLiteral() const { return AsLiteralKind(stream_.current().kind).has_value(); }

ExprPtr ExprParser::ParseWordAsText() {
  auto column = std::make_unique<ColumnExpr>();
  const Token token = stream_.current();
  column->column = stream_.ExpectName();
  column->truth = AsTruth(token);
  if (column->truth) return Finish(std::move(column), token.begin, 0);
  auto node = std::make_unique<LiteralExpr>();
  node->literal = LiteralKind::kText;
  node->text = std::move(column->column.text);
  return Finish(std::move(node), token.begin, 0);
}

// (select), (a) or the row (a, b).
ExprPtr ExprParser::ParseParenthesized() {
  const uint32_t begin = stream_.Expect(TokenKind::kLeftParen).begin;
  if (SelectParser::IsSelect(stream_)) {
    auto node = std::make_unique<SubqueryExpr>();
    node->select = SelectParser(stream_).Parse();
    stream_.Expect(TokenKind::kRightParen);
    const int height = Height(node->select);
    return Finish(std::move(node), begin, height);
  }
  ExprPtr first = Parse();
  if (!stream_.Is(TokenKind::kComma)) {
    stream_.Expect(TokenKind::kRightParen);
    return first;
  }
  auto node = std::make_unique<RowExpr>();
  node->values.push_back(std::move(first));
  while (stream_.TryTake(TokenKind::kComma)) node->values.push_back(Parse());
  stream_.Expect(TokenKind::kRightParen);
  const int height = Height(node->values);
  return Finish(std::move(node), begin, height);
}

ExprPtr ExprParser::ParseName() {
  if (!stream_.Is(TokenKind::kString) && stream_.PeekKind() == TokenKind::kLeftParen) {
    return ParseFunction();
  }
  return ParseColumn();
}

ExprPtr ExprParser::ParseColumn() {
  const uint32_t begin = stream_.current().begin;
  auto node = std::make_unique<ColumnExpr>();
  Token last = stream_.current();
  node->column = stream_.ExpectName();
  if (stream_.TryTake(TokenKind::kDot)) {
    node->table = std::move(node->column);
    last = stream_.current();
    node->column = stream_.ExpectName();
  }
  if (node->table && stream_.TryTake(TokenKind::kDot)) {
    node->schema = std::move(node->table);
    node->table = std::move(node->column);
    last = stream_.current();
    node->column = stream_.ExpectName();
  }
  node->is_double_quoted = last.text.starts_with('"');
  if (!node->table) node->truth = AsTruth(last);
  return Finish(std::move(node), begin, 0);
}

ExprPtr ExprParser::ParseFunction() {
  auto node = std::make_unique<FunctionExpr>();
  node->name = stream_.ExpectName();
  stream_.Expect(TokenKind::kLeftParen);
  int height = 0;
  if (stream_.TryTake(TokenKind::kStar)) {
    node->has_star = true;
  } else {
    node->is_distinct = stream_.TryTake(TokenKind::kDistinct);
    if (!node->is_distinct) stream_.TryTake(TokenKind::kAll);
    if (!stream_.Is(TokenKind::kRightParen)) {
      node->arguments = ParseList();
      if (stream_.TryTake(TokenKind::kOrder)) {
        stream_.Expect(TokenKind::kBy);
        node->order_by = ParseOrderingTerms();
      }
    }
    height = Height(node->arguments);
    for (const OrderingTerm& term : node->order_by) height = std::max(height, Height(term.expr));
  }
  stream_.Expect(TokenKind::kRightParen);
  if (stream_.TryTake(TokenKind::kFilter)) {
    stream_.Expect(TokenKind::kLeftParen);
    stream_.Expect(TokenKind::kWhere);
    node->filter = Parse();
    stream_.Expect(TokenKind::kRightParen);
    height = std::max(height, Height(node->filter));
  }
  if (stream_.Is(TokenKind::kOver)) WindowParser(stream_).ParseOver(*node);
  if (node->window) height = std::max(height, HeightOfWindow(*node->window));
  const uint32_t begin = node->name.span.begin;
  return Finish(std::move(node), begin, height);
}

ExprPtr ExprParser::ParseParameter() {
  const Token token = stream_.Take();
  auto node = std::make_unique<ParameterExpr>();
  node->index = stream_.NumberParameter(token);
  if (token.text.size() > 1) node->name = token.text;
  return Finish(std::move(node), token.begin, 0);
}

ExprPtr ExprParser::ParseCase() {
  const uint32_t begin = stream_.Expect(TokenKind::kCase).begin;
  auto node = std::make_unique<CaseExpr>();
  int height = 0;
  if (!stream_.Is(TokenKind::kWhen)) {
    node->operand = Parse();
    height = Height(node->operand);
  }
  do {
    stream_.Expect(TokenKind::kWhen);
    CaseExpr::Branch branch;
    branch.condition = Parse();
    stream_.Expect(TokenKind::kThen);
    branch.result = Parse();
    height = std::max({height, Height(branch.condition), Height(branch.result)});
    node->branches.push_back(std::move(branch));
  } while (stream_.Is(TokenKind::kWhen));
  if (stream_.TryTake(TokenKind::kElse)) {
    node->otherwise = Parse();
    height = std::max(height, Height(node->otherwise));
  }
  stream_.Expect(TokenKind::kEnd);
  return Finish(std::move(node), begin, height);
}

ExprPtr ExprParser::ParseCast() {
  const uint32_t begin = stream_.Expect(TokenKind::kCast).begin;
  auto node = std::make_unique<CastExpr>();
  stream_.Expect(TokenKind::kLeftParen);
  node->operand = Parse();
  stream_.Expect(TokenKind::kAs);
  node->type = ParseTypeName();
  stream_.Expect(TokenKind::kRightParen);
  const int height = Height(node->operand);
  return Finish(std::move(node), begin, height);
}

ExprPtr ExprParser::ParseExists() {
  const uint32_t begin = stream_.Expect(TokenKind::kExists).begin;
  auto node = std::make_unique<ExistsExpr>();
  stream_.Expect(TokenKind::kLeftParen);
  node->select = SelectParser(stream_).Parse();
  stream_.Expect(TokenKind::kRightParen);
  const int height = Height(node->select);
  return Finish(std::move(node), begin, height);
}

ExprPtr ExprParser::ParseRaise() {
  const uint32_t begin = stream_.Expect(TokenKind::kRaise).begin;
  auto node = std::make_unique<RaiseExpr>();
  stream_.Expect(TokenKind::kLeftParen);
  if (!stream_.TryTake(TokenKind::kIgnore)) {
    if (stream_.TryTake(TokenKind::kRollback)) {
      node->action = RaiseAction::kRollback;
    } else if (stream_.TryTake(TokenKind::kAbort)) {
      node->action = RaiseAction::kAbort;
    } else {
      stream_.Expect(TokenKind::kFail);
      node->action = RaiseAction::kFail;
    }
    stream_.Expect(TokenKind::kComma);
    node->message = Parse();
  }
  stream_.Expect(TokenKind::kRightParen);
  const int height = Height(node->message);
  return Finish(std::move(node), begin, height);
}

// ---- Operators behind an operand ----

ExprPtr ExprParser::ParseBinary(BinaryOp op, ExprPtr left, uint32_t begin) {
  stream_.Take();
  auto node = std::make_unique<BinaryExpr>();
  node->op = op;
  node->left = std::move(left);
  node->right = ParseLevel(Tighter(Describe(op).precedence));
  const int height = std::max(Height(node->left), Height(node->right));
  return Finish(std::move(node), begin, height);
}

// IS, IS NOT, IS DISTINCT FROM, IS NOT DISTINCT FROM.
ExprPtr ExprParser::ParseIs(ExprPtr left, uint32_t begin) {
  stream_.Take();
  auto node = std::make_unique<BinaryExpr>();
  bool differs = stream_.TryTake(TokenKind::kNot);
  if (stream_.TryTake(TokenKind::kDistinct)) {
    stream_.Expect(TokenKind::kFrom);
    differs = !differs;
  }
  node->op = differs ? BinaryOp::kIsNot : BinaryOp::kIs;
  node->left = std::move(left);
  node->right = ParseLevel(Tighter(Precedence::kEquality));
  const int height = std::max(Height(node->left), Height(node->right));
  return Finish(std::move(node), begin, height);
}

// NOT NULL, NOT LIKE, NOT BETWEEN, NOT IN.
ExprPtr ExprParser::ParseNot(ExprPtr left, uint32_t begin) {
  stream_.Take();
  if (const auto pattern = AsPatternOp(stream_.current().kind)) {
    return ParsePattern(*pattern, true, std::move(left), begin);
  }
  switch (stream_.current().kind) {
    case TokenKind::kNull:
      return ParsePostfix(UnaryOp::kNotNull, std::move(left), begin);
    case TokenKind::kBetween:
      return ParseBetween(true, std::move(left), begin);
    case TokenKind::kIn:
      return ParseIn(true, std::move(left), begin);
    default:
      stream_.FailAtCurrent();
      return nullptr;
  }
}

ExprPtr ExprParser::ParsePostfix(UnaryOp op, ExprPtr operand, uint32_t begin) {
  stream_.Take();
  auto node = std::make_unique<UnaryExpr>();
  node->op = op;
  node->operand = std::move(operand);
  const int height = Height(node->operand);
  return Finish(std::move(node), begin, height);
}

ExprPtr ExprParser::ParsePattern(PatternOp op, bool negated, ExprPtr text, uint32_t begin) {
  stream_.Take();
  auto node = std::make_unique<PatternExpr>();
  node->op = op;
  node->is_negated = negated;
  node->text = std::move(text);
  node->pattern = ParseLevel(Tighter(Precedence::kEquality));
  if (stream_.TryTake(TokenKind::kEscape)) {
    node->escape = ParseLevel(Tighter(Precedence::kEquality));
  }
  const int height = std::max({Height(node->text), Height(node->pattern), Height(node->escape)});
  return Finish(std::move(node), begin, height);
}

ExprPtr ExprParser::ParseBetween(bool negated, ExprPtr operand, uint32_t begin) {
  stream_.Take();
  auto node = std::make_unique<BetweenExpr>();
  node->is_negated = negated;
  node->operand = std::move(operand);
  // Any expression, up to the first AND that is not inside a looser one: a OR b AND c is whole.
  node->low = ParseLevel(Precedence::kLowest, /*stops_at_and=*/true);
  stream_.Expect(TokenKind::kAnd);
  node->high = ParseLevel(Tighter(Precedence::kEquality));
  const int height = std::max({Height(node->operand), Height(node->low), Height(node->high)});
  return Finish(std::move(node), begin, height);
}

ExprPtr ExprParser::ParseIn(bool negated, ExprPtr operand, uint32_t begin) {
  stream_.Take();
  auto node = std::make_unique<InExpr>();
  node->is_negated = negated;
  node->operand = std::move(operand);
  if (!stream_.Is(TokenKind::kLeftParen)) {
    node->table = stream_.ExpectQualifiedName();
    stream_.NoteTable();
    node->has_arguments = stream_.Is(TokenKind::kLeftParen);
    if (node->has_arguments) node->list = ParseParenthesizedList();
  } else if (SelectParser::IsSelect(stream_, 1)) {
    stream_.Take();
    node->select = SelectParser(stream_).Parse();
    stream_.Expect(TokenKind::kRightParen);
  } else {
    node->list = ParseParenthesizedList();
    CheckRowsOf(*node);
  }
  const int height = std::max({Height(node->operand), Height(node->list), Height(node->select)});
  return Finish(std::move(node), begin, height);
}

// Of (a, b) IN ((1, 2), ...).
void ExprParser::CheckRowsOf(const InExpr& in) {
  if (stream_.failed()) return;
  const RowExpr* operand = in.operand->TryAs<RowExpr>();
  if (operand == nullptr) return;
  for (const ExprPtr& element : in.list) {
    const RowExpr* row = element->TryAs<RowExpr>();
    const size_t size = row == nullptr ? 1 : row->values.size();
    if (size == operand->values.size()) continue;
    // After a syntax error at the token that follows.
    return stream_.FailLate(Status(ResultCode::kError, "IN(...) element has " +
                                                           std::to_string(size) + " term" +
                                                           (size == 1 ? "" : "s") + " - expected " +
                                                           std::to_string(operand->values.size())));
  }
}

ExprPtr ExprParser::ParseCollate(ExprPtr operand, uint32_t begin) {
  stream_.Take();
  auto node = std::make_unique<CollateExpr>();
  node->operand = std::move(operand);
  node->collation = stream_.ExpectPlainName();
  const int height = Height(node->operand);
  return Finish(std::move(node), begin, height);
}

}  // namespace orrery
