// A call of a window function after binding. https://www.sqlite.org/windowfunctions.html

#ifndef ORRERY_ENGINE_COMPILE_WINDOW_H_
#define ORRERY_ENGINE_COMPILE_WINDOW_H_

#include <vector>

#include "engine/compile/bound.h"
#include "engine/program/window_plan.h"

namespace orrery {

struct BoundWindow {
  const Function* function = nullptr;
  std::vector<BoundPtr> arguments;
  BoundPtr filter;  // null: all rows count
  std::vector<BoundPtr> partition_by;
  std::vector<BoundPtr> order_by;
  SortKey key;  // of both
  WindowFrame frame;
  BoundPtr start_distance;  // null: the frame has none
  BoundPtr end_distance;
  int result = 0;  // register, when coding
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_WINDOW_H_
