// A call of a window function after binding. https://www.sqlite.org/windowfunctions.html

#ifndef ORRERY_ENGINE_COMPILE_WINDOW_H_
#define ORRERY_ENGINE_COMPILE_WINDOW_H_

#include <vector>

#include "engine/compile/bound.h"

namespace orrery {

struct BoundWindow {
  const Function* function = nullptr;
  std::vector<BoundPtr> arguments;
  BoundPtr filter;
  std::vector<BoundPtr> partition_by;
  std::vector<BoundPtr> order_by;
  SortKey order_key;
  FrameUnit unit = FrameUnit::kRange;
  FrameEdgeKind start = FrameEdgeKind::kUnboundedPreceding;
  FrameEdgeKind end = FrameEdgeKind::kCurrentRow;
  BoundPtr start_distance;
  BoundPtr end_distance;
  FrameExclude exclude = FrameExclude::kNoOthers;
  const FunctionExpr* expr = nullptr;  // what it was bound from
  int result = 0;                      // register, when coding
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_WINDOW_H_
