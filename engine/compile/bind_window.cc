// Binder: calls of window functions, and the windows that they name.

#include <algorithm>

#include "engine/compile/binder.h"
#include "engine/compile/window.h"

namespace orrery {
namespace {

const WindowDefinition* FindWindow(const Scope& scope, const Name& name) {
  if (scope.named_windows == nullptr) return nullptr;
  for (const NamedWindow& window : *scope.named_windows) {
    if (SameName(window.name.text, name.text)) return &window.definition;
  }
  return nullptr;
}

Status NoSuchWindow(const Name& name) { return SqlError("no such window: " + name.text); }

// A window with what it takes over from the windows that it goes on from.
struct WholeWindow {
  const ExprList* partition_by = nullptr;
  const std::vector<OrderingTerm>* order_by = nullptr;
  const WindowDefinition* frame = nullptr;
};

Result<WholeWindow> Complete(const Scope& scope, const WindowDefinition& definition, int depth) {
  WholeWindow whole{&definition.partition_by, &definition.order_by, &definition};
  if (!definition.base) return whole;
  const WindowDefinition* const base = FindWindow(scope, *definition.base);
  if (base == nullptr || depth == 0) return NoSuchWindow(*definition.base);
  const char* overridden = nullptr;
  if (!definition.partition_by.empty()) {
    overridden = "PARTITION clause";
  } else if (!definition.order_by.empty() && !base->order_by.empty()) {
    overridden = "ORDER BY clause";
  } else if (base->has_frame) {
    overridden = "frame specification";
  }
  if (overridden != nullptr) {
    return SqlError(std::string("cannot override ") + overridden +
                    " of window: " + definition.base->text);
  }
  ASSIGN_OR_RETURN(const WholeWindow of_base, Complete(scope, *base, depth - 1));
  whole.partition_by = of_base.partition_by;
  if (!of_base.order_by->empty()) whole.order_by = of_base.order_by;
  return whole;
}

// Functions of a row's place have a frame of their own, whatever the window says.
std::optional<WindowFrame> OwnFrame(WindowFunction function) {
  using enum FrameEdgeKind;
  switch (function) {
    case WindowFunction::kRowNumber:
      return WindowFrame{FrameUnit::kRows, kUnboundedPreceding, kCurrentRow};
    case WindowFunction::kRank:
    case WindowFunction::kDenseRank:
      return WindowFrame{FrameUnit::kRange, kUnboundedPreceding, kCurrentRow};
    case WindowFunction::kPercentRank:
      return WindowFrame{FrameUnit::kGroups, kCurrentRow, kUnboundedFollowing};
    case WindowFunction::kCumeDist:
      return WindowFrame{FrameUnit::kGroups, kFollowing, kUnboundedFollowing};
    case WindowFunction::kNtile:
      return WindowFrame{FrameUnit::kRows, kCurrentRow, kUnboundedFollowing};
    case WindowFunction::kLag:
    case WindowFunction::kLead:
      return WindowFrame{FrameUnit::kRows, kUnboundedPreceding, kUnboundedFollowing};
    default:
      return std::nullopt;
  }
}

}  // namespace

Result<BoundPtr> Binder::BindWindow(const FunctionExpr& expr, const Function& function) {
  const std::string call = expr.name.text + "()";
  const bool is_pure = function.window != WindowFunction::kNone;
  if (!is_pure && function.aggregate == nullptr) {
    return SqlError(call + " may not be used as a window function");
  }
  if (!expr.has_window() || scope_.windows == nullptr) {
    return SqlError("misuse of window function " + call);
  }
  const WindowDefinition* definition = expr.window.get();
  if (expr.window_name) {
    definition = FindWindow(scope_, *expr.window_name);
    if (definition == nullptr) return NoSuchWindow(*expr.window_name);
  }
  if (expr.is_distinct) return SqlError("DISTINCT is not supported for window functions");
  if (!expr.order_by.empty()) {
    return SqlError("ORDER BY may not be used with non-aggregate " + call);
  }
  if (is_pure && expr.filter) {
    return SqlError("FILTER clause may only be used with aggregate window functions");
  }
  auto window = std::make_unique<BoundWindow>();
  window->function = &function;
  const size_t depth = scope_.named_windows == nullptr ? 0 : scope_.named_windows->size();
  ASSIGN_OR_RETURN(const WholeWindow whole, Complete(scope_, *definition, static_cast<int>(depth)));
  const WindowDefinition& frame = *whole.frame;
  window->frame = {frame.unit, frame.start.kind, frame.end.kind, frame.exclude};
  const bool has_distance = HasDistance(frame.start.kind) || HasDistance(frame.end.kind);
  if (frame.unit == FrameUnit::kRange && has_distance && whole.order_by->size() != 1) {
    return SqlError("RANGE with offset PRECEDING/FOLLOWING requires one ORDER BY expression");
  }

  // No window function stands in another.
  auto* const windows = std::exchange(scope_.windows, nullptr);
  BindArguments(expr.arguments, window->arguments);
  const auto bind_one = [this](const ExprPtr& each, BoundPtr& target) {
    if (!each) return;
    std::vector<BoundPtr> list;
    (void)BindLeniently(*each, list);
    target = std::move(list[0]);
  };
  for (const ExprPtr& each : *whole.partition_by) {
    (void)BindLeniently(*each, window->partition_by);
    window->key.push_back(SortColumnOf(*window->partition_by.back(), OrderingTerm()));
  }
  for (const OrderingTerm& term : *whole.order_by) {
    (void)BindLeniently(*term.expr, window->order_by);
    window->key.push_back(SortColumnOf(*window->order_by.back(), term));
  }
  bind_one(expr.filter, window->filter);
  if (const std::optional<WindowFrame> own = OwnFrame(function.window)) {
    window->frame = *own;
    if (HasDistance(own->start)) window->start_distance = MakeConstant(Value::Integer(1));
  } else {
    bind_one(frame.start.distance, window->start_distance);
    bind_one(frame.end.distance, window->end_distance);
  }
  // SQLite takes a distance that is not constant for NULL, which is none.
  for (BoundPtr* const distance : {&window->start_distance, &window->end_distance}) {
    if (*distance != nullptr && ReadsColumns(**distance)) *distance = MakeConstant(Value::Null());
  }
  scope_.windows = windows;

  auto bound = std::make_unique<Bound>(BoundKind::kWindow);
  bound->window = window.get();
  scope_.windows->push_back(std::move(window));
  return bound;
}

}  // namespace orrery
