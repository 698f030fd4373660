#include "engine/sql/sql_writer.h"

namespace orrery {
namespace {

std::string_view Words(FrameUnit unit) {
  switch (unit) {
    case FrameUnit::kRange:
      return "RANGE";
    case FrameUnit::kRows:
      return "ROWS";
    case FrameUnit::kGroups:
      return "GROUPS";
  }
  Unreachable();
}

}  // namespace

void SqlWriter::WriteOver(const FunctionExpr& function) {
  if (!function.has_window()) return;
  Word("OVER");
  if (function.window_name) {
    WriteName(*function.window_name);
  } else {
    WriteInParentheses(*function.window);
  }
}

void SqlWriter::WriteInParentheses(const WindowDefinition& window) {
  Open();
  if (window.base) WriteName(*window.base);
  if (!window.partition_by.empty()) {
    Word("PARTITION BY");
    Write(window.partition_by);
  }
  if (!window.order_by.empty()) {
    Word("ORDER BY");
    Write(window.order_by);
  }
  if (window.has_frame) {
    Word(Words(window.unit));
    Word("BETWEEN");
    Write(window.start);
    Word("AND");
    Write(window.end);
    switch (window.exclude) {
      case FrameExclude::kUnsaid:
        break;
      case FrameExclude::kNoOthers:
        Word("EXCLUDE NO OTHERS");
        break;
      case FrameExclude::kCurrentRow:
        Word("EXCLUDE CURRENT ROW");
        break;
      case FrameExclude::kGroup:
        Word("EXCLUDE GROUP");
        break;
      case FrameExclude::kTies:
        Word("EXCLUDE TIES");
        break;
    }
  }
  Mark(")");
}

void SqlWriter::Write(const FrameEdge& edge) {
  switch (edge.kind) {
    case FrameEdgeKind::kUnboundedPreceding:
      Word("UNBOUNDED PRECEDING");
      return;
    case FrameEdgeKind::kPreceding:
      // A distance that ends in a name must not swallow what follows, nor AND end it early.
      WriteOperand(*edge.distance, Precedence::kOperand);
      Word("PRECEDING");
      return;
    case FrameEdgeKind::kCurrentRow:
      Word("CURRENT ROW");
      return;
    case FrameEdgeKind::kFollowing:
      WriteOperand(*edge.distance, Precedence::kOperand);
      Word("FOLLOWING");
      return;
    case FrameEdgeKind::kUnboundedFollowing:
      Word("UNBOUNDED FOLLOWING");
      return;
  }
}

}  // namespace orrery
