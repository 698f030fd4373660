// A WindowPlan says what the Window opcode computes over sorted rows: calls of functions whose
// windows have one PARTITION BY and one ORDER BY. https://www.sqlite.org/windowfunctions.html
//
// The rows are records: the columns of PARTITION BY, those of ORDER BY, then what the calls need.

#ifndef ORRERY_ENGINE_PROGRAM_WINDOW_PLAN_H_
#define ORRERY_ENGINE_PROGRAM_WINDOW_PLAN_H_

#include <vector>

#include "engine/catalog/function.h"
#include "engine/sql/ast.h"
#include "engine/value/collation.h"

namespace orrery {

// Whether an edge is so far from the current row.
constexpr bool HasDistance(FrameEdgeKind kind) {
  return kind == FrameEdgeKind::kPreceding || kind == FrameEdgeKind::kFollowing;
}

struct WindowFrame {
  FrameUnit unit = FrameUnit::kRange;
  FrameEdgeKind start = FrameEdgeKind::kUnboundedPreceding;
  FrameEdgeKind end = FrameEdgeKind::kCurrentRow;
  FrameExclude exclude = FrameExclude::kUnsaid;

  bool operator==(const WindowFrame&) const = default;
};

struct WindowCall {
  const Function* function = nullptr;
  const Collation* collation = &kBinaryCollation;  // of the first argument
  int argument_count = 0;
  int first_argument = 0;  // column of the record
  int filter = -1;         // column of the record; -1: every row counts
  WindowFrame frame;
};

struct WindowPlan {
  size_t partition_count = 0;  // leading columns
  std::vector<WindowCall> calls;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_PROGRAM_WINDOW_PLAN_H_
