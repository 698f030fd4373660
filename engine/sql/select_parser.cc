#include "engine/sql/select_parser.h"

#include <algorithm>
#include <array>
#include <string>

#include "engine/sql/expr_parser.h"
#include "engine/sql/window_parser.h"

namespace orrery {
namespace {

// The height of the highest expression in a query, as CheckHeight() bounds it.
class HeightOf {
 public:
  explicit HeightOf(const SelectStatement& select) {
    for (const CommonTable& table : select.with.tables) {
      if (table.select) value_ = std::max(value_, table.select->height + 1);
    }
    for (const SelectCore& core : select.cores) Add(core);
    for (const OrderingTerm& term : select.order_by) Add(term.expr);
    Add(select.limit);
    Add(select.offset);
  }
  int value() const { return value_; }

 private:
  void Add(const ExprPtr& expr) {
    if (expr) value_ = std::max<int>(value_, expr->height);
  }
  void Add(const ExprList& list) {
    for (const ExprPtr& expr : list) Add(expr);
  }
  void Add(const FromClause& from) {
    for (const FromItem& item : from) {
      if (item.select) value_ = std::max(value_, item.select->height + 1);
      Add(item.nested);
      Add(item.arguments);
      Add(item.on);
    }
  }
  void Add(const SelectCore& core) {
    for (const ResultColumn& column : core.columns) Add(column.expr);
    Add(core.from);
    Add(core.where);
    Add(core.group_by);
    Add(core.having);
    for (const NamedWindow& window : core.windows) {
      value_ = std::max(value_, HeightOfWindow(window.definition));
    }
    for (const ExprList& row : core.values) Add(row);
  }

  int value_ = 0;
};

bool TryTakeCompoundOp(TokenStream& stream, CompoundOp& op) {
  if (stream.TryTake(TokenKind::kUnion)) {
    op = stream.TryTake(TokenKind::kAll) ? CompoundOp::kUnionAll : CompoundOp::kUnion;
  } else if (stream.TryTake(TokenKind::kIntersect)) {
    op = CompoundOp::kIntersect;
  } else if (stream.TryTake(TokenKind::kExcept)) {
    op = CompoundOp::kExcept;
  } else {
    return false;
  }
  return true;
}

bool IsJoinWord(const Token& token) {
  return IsKeyword(token.kind) && Describe(token.kind).use == KeywordUse::kJoinWord;
}

}  // namespace

bool SelectParser::IsSelect(const TokenStream& stream, int distance) {
  switch (distance == 0 ? stream.current().kind : stream.PeekKind(distance)) {
    case TokenKind::kSelect:
    case TokenKind::kValues:
    case TokenKind::kWith:
      return true;
    default:
      return false;
  }
}

WithClause SelectParser::ParseWith() {
  WithClause with;
  if (!stream_.TryTake(TokenKind::kWith)) return with;
  with.is_recursive = stream_.TryTake(TokenKind::kRecursive);
  do {
    CommonTable table = ParseCommonTable();
    for (const CommonTable& earlier : with.tables) {
      if (!EqualsIgnoringCase(earlier.name.text, table.name.text)) continue;
      stream_.FailLate({ResultCode::kError, "duplicate WITH table name: " + table.name.text});
    }
    with.tables.push_back(std::move(table));
  } while (stream_.TryTake(TokenKind::kComma));
  return with;
}

CommonTable SelectParser::ParseCommonTable() {
  CommonTable table;
  table.name = stream_.ExpectName();
  if (stream_.Is(TokenKind::kLeftParen)) table.columns = stream_.ExpectColumnNames();
  stream_.Expect(TokenKind::kAs);
  if (stream_.TryTake(TokenKind::kNot)) {
    stream_.Expect(TokenKind::kMaterialized);
    table.materialization = Materialization::kNotMaterialized;
  } else if (stream_.TryTake(TokenKind::kMaterialized)) {
    table.materialization = Materialization::kMaterialized;
  }
  stream_.Expect(TokenKind::kLeftParen);
  table.select = Parse();
  stream_.Expect(TokenKind::kRightParen);
  return table;
}

SelectPtr SelectParser::Parse() {
  const uint32_t begin = stream_.current().begin;
  const TokenStream::Nesting nesting(stream_);
  WithClause with = ParseWith();
  return ParseBehind(std::move(with), begin);
}

SelectPtr SelectParser::ParseBehind(WithClause with, uint32_t begin) {
  auto select = std::make_unique<SelectStatement>();
  select->with = std::move(with);
  // ORDER BY and LIMIT are read behind any SELECT; that only the last may have them is another
  // error, which waits until the text itself is known to be right.
  Status misplaced;
  CompoundOp op;
  for (;;) {
    select->cores.push_back(ParseCore());
    if (!select->cores.back().is_values()) ParseOrderAndLimit(*select);
    if (!TryTakeCompoundOp(stream_, op)) break;
    select->ops.push_back(op);
    const bool has_order = !select->order_by.empty();
    if (has_order || select->limit) {
      misplaced = Status(ResultCode::kError, std::string(has_order ? "ORDER BY" : "LIMIT") +
                                                 " clause should come after " +
                                                 std::string(Describe(op)) + " not before");
      select->order_by.clear();
      select->limit = nullptr;
      select->offset = nullptr;
    }
  }
  if (!misplaced.ok()) stream_.FailLate(std::move(misplaced));
  if (select->cores.size() > kCompoundSelectCountMax) {
    stream_.FailLate({ResultCode::kError, "too many terms in compound SELECT"});
  }
  const int height = HeightOf(*select).value();
  stream_.CheckHeight(height);
  select->height = static_cast<uint16_t>(height);
  select->span = stream_.SpanFrom(begin);
  return SelectPtr(std::move(select));
}

SelectCore SelectParser::ParseCore() {
  SelectCore core;
  const uint32_t begin = stream_.current().begin;
  if (stream_.Is(TokenKind::kValues)) {
    ParseValues(core);
    core.span = stream_.SpanFrom(begin);
    return core;
  }
  stream_.Expect(TokenKind::kSelect);
  core.is_distinct = stream_.TryTake(TokenKind::kDistinct);
  if (!core.is_distinct) stream_.TryTake(TokenKind::kAll);
  core.columns = ParseResultColumns();
  ExprParser expressions(stream_);
  if (stream_.TryTake(TokenKind::kFrom)) core.from = ParseFrom();
  if (stream_.TryTake(TokenKind::kWhere)) core.where = expressions.Parse();
  if (stream_.TryTake(TokenKind::kGroup)) {
    stream_.Expect(TokenKind::kBy);
    core.group_by = expressions.ParseList();
  }
  if (stream_.TryTake(TokenKind::kHaving)) core.having = expressions.Parse();
  if (stream_.TryTake(TokenKind::kWindow)) core.windows = WindowParser(stream_).ParseNamedWindows();
  core.span = stream_.SpanFrom(begin);
  return core;
}

void SelectParser::ParseValues(SelectCore& core) {
  stream_.Expect(TokenKind::kValues);
  ExprParser expressions(stream_);
  do {
    stream_.Expect(TokenKind::kLeftParen);
    core.values.push_back(expressions.ParseList());
    stream_.Expect(TokenKind::kRightParen);
  } while (stream_.TryTake(TokenKind::kComma));
}

std::vector<ResultColumn> SelectParser::ParseResultColumns() {
  std::vector<ResultColumn> columns;
  do {
    columns.push_back(ParseResultColumn());
  } while (stream_.TryTake(TokenKind::kComma));
  return columns;
}

ResultColumn SelectParser::ParseResultColumn() {
  ResultColumn column;
  const uint32_t begin = stream_.current().begin;
  ExprParser expressions(stream_);
  if (stream_.TryTake(TokenKind::kStar)) {
    column.span = stream_.SpanFrom(begin);
    return column;
  }
  if (expressions.IsColumnName() && stream_.PeekKind(1) == TokenKind::kDot &&
      stream_.PeekKind(2) == TokenKind::kStar) {
    column.table = stream_.ExpectName();
    stream_.Expect(TokenKind::kDot);
    stream_.Expect(TokenKind::kStar);
    column.span = stream_.SpanFrom(begin);
    return column;
  }
  column.expr = expressions.Parse();
  // Its name has the comments behind it, up to the next token.
  uint32_t end = stream_.current().begin;
  constexpr std::string_view kSpaces = " \t\n\v\f\r";
  while (end > stream_.taken_end() && kSpaces.find(stream_.text()[end - 1]) != kSpaces.npos) --end;
  column.span = {.begin = begin, .end = end};
  column.alias = ParseAlias();
  return column;
}

std::optional<Name> SelectParser::ParseAlias() {
  if (stream_.TryTake(TokenKind::kAs)) return stream_.ExpectName();
  if (stream_.IsPlainName()) return stream_.ExpectPlainName();
  return std::nullopt;
}

void SelectParser::ParseOrderAndLimit(SelectStatement& select) {
  ExprParser expressions(stream_);
  if (stream_.TryTake(TokenKind::kOrder)) {
    stream_.Expect(TokenKind::kBy);
    select.order_by = expressions.ParseOrderingTerms();
  }
  if (stream_.TryTake(TokenKind::kLimit)) {
    select.limit = expressions.Parse();
    if (stream_.TryTake(TokenKind::kOffset)) {
      select.offset = expressions.Parse();
    } else if (stream_.TryTake(TokenKind::kComma)) {
      select.offset = std::move(select.limit);
      select.limit = expressions.Parse();
    }
  }
}

// ---- FROM ----

FromClause SelectParser::ParseFrom() {
  const TokenStream::Nesting nesting(stream_);
  FromClause from;
  JoinType join;
  do {
    FromItem item = ParseFromItem();
    item.join = join;
    if (from.empty() && (item.on || !item.using_columns.empty())) {
      stream_.FailLate({ResultCode::kError, std::string("a JOIN clause is required before ") +
                                                (item.on ? "ON" : "USING")});
    }
    from.push_back(std::move(item));
  } while (ParseJoin(join));
  return from;
}

FromItem SelectParser::ParseFromItem() {
  FromItem item;
  const uint32_t begin = stream_.current().begin;
  if (IsSelect(stream_, 1) && stream_.TryTake(TokenKind::kLeftParen)) {
    item.select = Parse();
    stream_.Expect(TokenKind::kRightParen);
    item.alias = ParseAlias();
  } else if (stream_.TryTake(TokenKind::kLeftParen)) {
    item.nested = ParseFrom();
    stream_.Expect(TokenKind::kRightParen);
    item.alias = ParseAlias();
  } else {
    item.table = stream_.ExpectQualifiedName();
    stream_.NoteTable();
    item.has_arguments = stream_.Is(TokenKind::kLeftParen);
    if (item.has_arguments) item.arguments = ExprParser(stream_).ParseParenthesizedList();
    item.alias = ParseAlias();
    if (!item.has_arguments) item.hint = ParseIndexHint();
  }
  ParseJoinConstraint(item);
  item.span = stream_.SpanFrom(begin);
  return item;
}

IndexHint SelectParser::ParseIndexHint() {
  IndexHint hint;
  if (stream_.TryTake(TokenKind::kIndexed)) {
    stream_.Expect(TokenKind::kBy);
    hint.index = stream_.ExpectName();
  } else if (stream_.TryTake(TokenKind::kNot)) {
    stream_.Expect(TokenKind::kIndexed);
    hint.is_not_indexed = true;
  }
  return hint;
}

void SelectParser::ParseJoinConstraint(FromItem& item) {
  if (stream_.TryTake(TokenKind::kOn)) {
    item.on = ExprParser(stream_).Parse();
  } else if (stream_.TryTake(TokenKind::kUsing)) {
    stream_.Expect(TokenKind::kLeftParen);
    do {
      item.using_columns.push_back(stream_.ExpectName());
    } while (stream_.TryTake(TokenKind::kComma));
    stream_.Expect(TokenKind::kRightParen);
  }
}

bool SelectParser::ParseJoin(JoinType& type) {
  type = {};
  if (stream_.TryTake(TokenKind::kComma)) return true;
  type.kind = JoinKind::kInner;
  if (stream_.TryTake(TokenKind::kJoin)) return true;
  if (!IsJoinWord(stream_.current())) return false;
  ParseJoinWords(type);
  return !stream_.failed();
}

// Up to three words in any order before JOIN. The grammar takes any names for the second and third,
// so that a wrong one is an error of its own.
void SelectParser::ParseJoinWords(JoinType& type) {
  const uint32_t begin = stream_.current().begin;
  std::string words;
  bool inner = false, cross = false, left = false, right = false, outer = false, unknown = false;
  for (int count = 0; count < 3 && stream_.IsName(); ++count) {
    const Token word = stream_.Take();
    words += (count == 0 ? "" : " ") + std::string(word.text);
    switch (word.kind) {
      case TokenKind::kNatural:
        type.is_natural = true;
        break;
      case TokenKind::kInner:
        inner = true;
        break;
      case TokenKind::kCross:
        cross = true;
        break;
      case TokenKind::kLeft:
        left = outer = true;
        break;
      case TokenKind::kRight:
        right = outer = true;
        break;
      case TokenKind::kFull:
        left = right = outer = true;
        break;
      case TokenKind::kOuter:
        outer = true;
        break;
      default:
        unknown = true;
        break;
    }
  }
  stream_.Expect(TokenKind::kJoin);
  if (unknown || ((inner || cross) && outer) || (outer && !left && !right)) {
    stream_.FailLate(Status(ResultCode::kError, "unknown join type: " + words)
                         .WithOffset(static_cast<int>(begin)));
  }
  if (left && right) {
    type.kind = JoinKind::kFull;
  } else if (left) {
    type.kind = JoinKind::kLeft;
  } else if (right) {
    type.kind = JoinKind::kRight;
  } else if (cross) {
    type.kind = JoinKind::kCross;
  }
}

}  // namespace orrery
