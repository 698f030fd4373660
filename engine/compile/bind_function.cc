// Binder: calls of functions, aggregates and window functions.

#include "engine/compile/binder.h"
#include "engine/compile/query.h"
#include "engine/compile/window.h"

namespace orrery {
namespace {

BoundPtr Node(BoundKind kind) { return std::make_unique<Bound>(kind); }

// Whether one of the scope's own columns is in the expression; and whether any column at all is.
struct ColumnUse {
  bool reads_scope = false;
  bool reads_any = false;
};

ColumnUse UseOf(const std::vector<const Bound*>& expressions, const Scope& scope) {
  ColumnUse use;
  for (const Bound* expr : expressions) {
    VisitAll(*expr, [&](const Bound& each) {
      if (each.kind != BoundKind::kColumn) return;
      use.reads_any = true;
      for (const Source& source : scope.sources) {
        use.reads_scope = use.reads_scope || source.cursor == each.cursor;
      }
    });
  }
  return use;
}

// The scope whose rows an aggregate is over: the innermost that its arguments read, or the one it
// stands in when they read none.
Scope& OwnerOf(const BoundAggregate& aggregate, Scope& innermost) {
  std::vector<const Bound*> expressions;
  for (const BoundPtr& argument : aggregate.arguments) expressions.push_back(argument.get());
  for (const BoundPtr& term : aggregate.order_by) expressions.push_back(term.get());
  if (aggregate.filter) expressions.push_back(aggregate.filter.get());
  if (!UseOf(expressions, innermost).reads_any) return innermost;
  for (Scope* scope = &innermost; scope != nullptr; scope = scope->outer) {
    if (UseOf(expressions, *scope).reads_scope) return *scope;
  }
  return innermost;
}

}  // namespace

Result<const Function*> Binder::FindFunction(std::string_view name, int argument_count) {
  bool known = false;
  const Function* function = context_.functions.Find(name, argument_count, &known);
  if (function != nullptr) return function;
  if (known) {
    return SqlError("wrong number of arguments to function " + std::string(name) + "()");
  }
  return SqlError("no such function: " + std::string(name));
}

Result<BoundPtr> Binder::BindFunction(const FunctionExpr& expr) {
  const int argument_count = static_cast<int>(expr.arguments.size());
  const std::string& name = expr.name.text;

  // Calls that choose which argument to evaluate are no calls at all.
  if (SameName(name, "iif") && (argument_count == 2 || argument_count == 3) && !expr.has_window()) {
    BoundPtr bound = Node(BoundKind::kCase);
    for (const ExprPtr& argument : expr.arguments) RETURN_IF_ERROR(BindInto(*bound, *argument));
    bound->has_otherwise = argument_count == 3;
    InheritCollate(*bound);
    return bound;
  }
  const bool is_hint =
      (argument_count == 1 && (SameName(name, "likely") || SameName(name, "unlikely"))) ||
      (argument_count == 2 && SameName(name, "likelihood"));
  if (is_hint) {
    BoundPtr bound = Node(BoundKind::kPlain);
    RETURN_IF_ERROR(BindInto(*bound, *expr.arguments[0]));
    InheritCollate(*bound);
    bound->affinity = bound->operand(0).affinity;
    bound->collation = bound->operand(0).collation;
    return bound;
  }

  ASSIGN_OR_RETURN(const Function* function, FindFunction(name, argument_count));
  if (expr.has_window()) return BindWindow(expr, *function);
  if (function->aggregate != nullptr) return BindAggregate(expr, *function);
  if (expr.has_star) {
    return SqlError("wrong number of arguments to function " + name + "()");
  }
  if (expr.filter) return SqlError("FILTER may not be used with non-aggregate " + name + "()");
  if (!expr.order_by.empty()) {
    return SqlError("ORDER BY may not be used with non-aggregate " + name + "()");
  }
  if (scope_.restricted_to != nullptr && !function->is_deterministic &&
      std::string_view(scope_.restricted_to) != "DEFAULT values") {
    return SqlError(std::string("non-deterministic functions prohibited in ") +
                    scope_.restricted_to);
  }
  BoundPtr bound = Node(BoundKind::kFunction);
  bound->function = function;
  for (const ExprPtr& argument : expr.arguments) RETURN_IF_ERROR(BindInto(*bound, *argument));
  InheritCollate(*bound);
  return bound;
}

// -- Aggregates --

Result<BoundPtr> Binder::BindAggregate(const FunctionExpr& expr, const Function& function) {
  if (expr.has_star && function.argument_count_min > 0) {
    return SqlError("wrong number of arguments to function " + expr.name.text + "()");
  }
  if (expr.is_distinct && expr.arguments.size() != 1) {
    return SqlError("DISTINCT aggregates must have exactly one argument");
  }
  if (scope_.aggregate_use == AggregateUse::kRefused) {
    return SqlError("misuse of aggregate function " + expr.name.text + "()");
  }
  auto aggregate = std::make_unique<BoundAggregate>();
  aggregate->function = &function;
  aggregate->is_distinct = expr.is_distinct;
  aggregate->expr = &expr;
  RETURN_IF_ERROR(BindAggregateParts(expr, *aggregate));

  Scope& owner = OwnerOf(*aggregate, scope_);
  if (owner.aggregates == nullptr || owner.aggregate_use != AggregateUse::kAllowed) {
    return SqlError("misuse of aggregate: " + expr.name.text + "()");
  }
  MarkCorrelated(scope_, owner);
  BoundPtr bound = Node(BoundKind::kAggregate);
  for (const auto& earlier : *owner.aggregates) {
    if (*earlier->expr == expr && &owner == &scope_) {
      bound->aggregate = earlier.get();
      return bound;
    }
  }
  bound->aggregate = aggregate.get();
  owner.aggregates->push_back(std::move(aggregate));
  return bound;
}

// The arguments, in which no aggregate of this scope may be called.
Status Binder::BindAggregateParts(const FunctionExpr& expr, BoundAggregate& aggregate) {
  const AggregateUse use = std::exchange(scope_.aggregate_use, AggregateUse::kRefused);
  auto* const windows = std::exchange(scope_.windows, nullptr);
  const auto bind = [&]() -> Status {
    for (const ExprPtr& argument : expr.arguments) {
      ASSIGN_OR_RETURN(BoundPtr bound, Bind(*argument));
      aggregate.arguments.push_back(std::move(bound));
    }
    for (const OrderingTerm& term : expr.order_by) {
      ASSIGN_OR_RETURN(BoundPtr bound, Bind(*term.expr));
      aggregate.order_key.push_back(SortColumnOf(*bound, term));
      aggregate.order_by.push_back(std::move(bound));
    }
    if (expr.filter) {
      ASSIGN_OR_RETURN(aggregate.filter, Bind(*expr.filter));
    }
    return OkStatus();
  };
  Status status = bind();
  scope_.aggregate_use = use;
  scope_.windows = windows;
  return status;
}

// -- Window functions --

Result<BoundPtr> Binder::BindWindow(const FunctionExpr&, const Function&) {
  return NotSupportedYet("window functions are");
}

}  // namespace orrery
