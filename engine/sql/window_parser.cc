#include "engine/sql/window_parser.h"

#include <algorithm>

#include "engine/sql/expr_parser.h"

namespace orrery {

void WindowParser::ParseOver(FunctionExpr& call) {
  stream_.Expect(TokenKind::kOver);
  if (stream_.Is(TokenKind::kLeftParen)) {
    call.window = std::make_unique<WindowDefinition>(ParseInParentheses());
  } else {
    call.window_name = stream_.ExpectName();
  }
}

std::vector<NamedWindow> WindowParser::ParseNamedWindows() {
  std::vector<NamedWindow> windows;
  do {
    NamedWindow window;
    window.name = stream_.ExpectName();
    stream_.Expect(TokenKind::kAs);
    window.definition = ParseInParentheses();
    windows.push_back(std::move(window));
  } while (stream_.TryTake(TokenKind::kComma));
  return windows;
}

WindowDefinition WindowParser::ParseInParentheses() {
  WindowDefinition window;
  ExprParser expressions(stream_);
  stream_.Expect(TokenKind::kLeftParen);
  switch (stream_.current().kind) {
    case TokenKind::kPartition:
    case TokenKind::kOrder:
    case TokenKind::kRange:
    case TokenKind::kRows:
    case TokenKind::kGroups:
      break;
    default:
      if (stream_.IsName()) window.base = stream_.ExpectName();
  }
  if (stream_.TryTake(TokenKind::kPartition)) {
    stream_.Expect(TokenKind::kBy);
    window.partition_by = expressions.ParseList();
  }
  if (stream_.TryTake(TokenKind::kOrder)) {
    stream_.Expect(TokenKind::kBy);
    window.order_by = expressions.ParseOrderingTerms();
  }
  ParseFrame(window);
  stream_.Expect(TokenKind::kRightParen);
  return window;
}

void WindowParser::ParseFrame(WindowDefinition& window) {
  if (stream_.TryTake(TokenKind::kRange)) {
    window.unit = FrameUnit::kRange;
  } else if (stream_.TryTake(TokenKind::kRows)) {
    window.unit = FrameUnit::kRows;
  } else if (stream_.TryTake(TokenKind::kGroups)) {
    window.unit = FrameUnit::kGroups;
  } else {
    window.start.kind = FrameEdgeKind::kUnboundedPreceding;
    return;
  }
  window.has_frame = true;
  if (stream_.TryTake(TokenKind::kBetween)) {
    window.start = ParseEdge(/*is_start=*/true);
    stream_.Expect(TokenKind::kAnd);
    window.end = ParseEdge(/*is_start=*/false);
  } else {
    window.start = ParseEdge(/*is_start=*/true);
  }
  window.exclude = ParseExclude();
  // The kinds are in the order in which a frame may run from one to the other.
  const bool runs_back = window.start.kind > window.end.kind;
  if (runs_back) stream_.FailLate({ResultCode::kError, "unsupported frame specification"});
}

FrameEdge WindowParser::ParseEdge(bool is_start) {
  FrameEdge edge;
  if (stream_.TryTake(TokenKind::kUnbounded)) {
    edge.kind = is_start ? FrameEdgeKind::kUnboundedPreceding : FrameEdgeKind::kUnboundedFollowing;
    stream_.Expect(is_start ? TokenKind::kPreceding : TokenKind::kFollowing);
    return edge;
  }
  if (stream_.TryTake(TokenKind::kCurrent)) {
    stream_.Expect(TokenKind::kRow);
    return edge;
  }
  edge.distance = ExprParser(stream_).Parse();
  edge.kind = FrameEdgeKind::kPreceding;
  if (!stream_.TryTake(TokenKind::kPreceding)) {
    stream_.Expect(TokenKind::kFollowing);
    edge.kind = FrameEdgeKind::kFollowing;
  }
  return edge;
}

FrameExclude WindowParser::ParseExclude() {
  if (!stream_.TryTake(TokenKind::kExclude)) return FrameExclude::kUnsaid;
  if (stream_.TryTake(TokenKind::kNo)) {
    stream_.Expect(TokenKind::kOthers);
    return FrameExclude::kNoOthers;
  }
  if (stream_.TryTake(TokenKind::kCurrent)) {
    stream_.Expect(TokenKind::kRow);
    return FrameExclude::kCurrentRow;
  }
  if (stream_.TryTake(TokenKind::kGroup)) return FrameExclude::kGroup;
  stream_.Expect(TokenKind::kTies);
  return FrameExclude::kTies;
}

int HeightOfWindow(const WindowDefinition& window) {
  int height = 0;
  const auto add = [&height](const ExprPtr& expr) {
    if (expr) height = std::max<int>(height, expr->height);
  };
  for (const ExprPtr& expr : window.partition_by) add(expr);
  for (const OrderingTerm& term : window.order_by) add(term.expr);
  add(window.start.distance);
  add(window.end.distance);
  return height;
}

}  // namespace orrery
