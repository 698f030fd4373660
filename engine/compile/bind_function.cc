// Binder: calls of functions and aggregates.

#include "engine/catalog/literal.h"
#include "engine/compile/binder.h"
#include "engine/compile/query.h"

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

// As likelihood() wants it: a literal with a point or an exponent.
bool IsProbability(const Expr& expr) {
  const LiteralExpr* literal = expr.TryAs<LiteralExpr>();
  if (literal == nullptr || literal->literal != LiteralKind::kReal) return false;
  const Result<Value> value = LiteralValue(*literal, /*negated=*/false);
  return value.ok() && value->real() <= 1.0;
}

}  // namespace

const Function* Binder::FindFunction(std::string_view name, int argument_count) {
  bool known = false;
  const Function* function = context_.functions.Find(name, argument_count, &known);
  if (function != nullptr) return function;
  if (is_in_default()) {
    error_ = SqlError("unknown function: " + std::string(name) + "()");
    return nullptr;
  }
  if (!known && scope_.functions_may_be_missing) return nullptr;
  error_ = known ? SqlError("wrong number of arguments to function " + std::string(name) + "()")
                 : SqlError("no such function: " + std::string(name));
  return nullptr;
}

Result<BoundPtr> Binder::BindFunction(const FunctionExpr& expr) {
  const int argument_count = static_cast<int>(expr.arguments.size());
  const std::string& name = expr.name.text;

  // Calls that choose which argument to evaluate are no calls at all.
  const bool is_choice = SameName(name, "iif") || SameName(name, "if");
  if (is_choice && argument_count >= 2 && !expr.has_window()) {
    BoundPtr bound = Node(BoundKind::kCase);
    BindArguments(expr.arguments, bound->operands);
    bound->has_otherwise = argument_count % 2 == 1;
    InheritCollate(*bound);
    return bound;
  }
  const bool is_hint =
      (argument_count == 1 && (SameName(name, "likely") || SameName(name, "unlikely"))) ||
      (argument_count == 2 && SameName(name, "likelihood"));
  if (is_hint) {
    if (argument_count == 2 && !IsProbability(*expr.arguments[1])) {
      error_ = SqlError("second argument to " + name + "() must be a constant between 0.0 and 1.0");
    }
    BoundPtr bound = Node(BoundKind::kPlain);
    BindArguments(expr.arguments, bound->operands);
    InheritCollate(*bound);  // but, as with other calls, nothing of a column's
    return bound;
  }

  const Function* function = FindFunction(name, argument_count);
  if (function != nullptr && (expr.has_window() || function->window != WindowFunction::kNone)) {
    return BindWindow(expr, *function);
  }
  if (function != nullptr && function->aggregate != nullptr) return BindAggregate(expr, *function);
  if (function != nullptr && scope_.restricted_to != nullptr && !function->is_deterministic &&
      !is_in_default()) {
    error_ =
        SqlError(std::string("non-deterministic functions prohibited in ") + scope_.restricted_to);
  }
  if (function != nullptr && expr.filter) {
    error_ = SqlError("FILTER may not be used with non-aggregate " + name + "()");
  } else if (function != nullptr && !expr.order_by.empty()) {
    error_ = SqlError("ORDER BY may not be used with non-aggregate " + name + "()");
  }
  BoundPtr bound = Node(BoundKind::kFunction);
  bound->function = function;
  if (scope_.restricted_to != nullptr && !is_in_default()) {
    const bool is_check = scope_.restricted_to == kCheckConstraints;
    bound->fixed_place = is_check ? FixedPlace::kCheck : FixedPlace::kIndex;
  }
  BindArguments(expr.arguments, bound->operands);
  InheritCollate(*bound);
  return bound;
}

// -- Aggregates --

Result<BoundPtr> Binder::BindAggregate(const FunctionExpr& expr, const Function& function) {
  const std::string& name = expr.name.text;
  if (scope_.aggregate_use == AggregateUse::kRefused) {
    error_ = SqlError("misuse of aggregate function " + name + "()");
    BoundPtr misused = MakeConstant(Value::Null());
    BindArguments(expr.arguments, misused->operands);
    return misused;
  }
  if (expr.is_distinct && expr.arguments.size() != 1) {
    return SqlError("DISTINCT aggregates must have exactly one argument");
  }
  auto aggregate = std::make_unique<BoundAggregate>();
  aggregate->function = &function;
  aggregate->is_distinct = expr.is_distinct;
  aggregate->expr = &expr;
  BindAggregateParts(expr, *aggregate);

  Scope& owner = OwnerOf(*aggregate, scope_);
  MarkCorrelated(scope_, owner);
  if (owner.aggregates == nullptr || owner.aggregate_use != AggregateUse::kAllowed) {
    if (owner.late_error.ok()) owner.late_error = SqlError("misuse of aggregate: " + name + "()");
    return MakeConstant(Value::Null());
  }
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
void Binder::BindAggregateParts(const FunctionExpr& expr, BoundAggregate& aggregate) {
  const AggregateUse use = std::exchange(scope_.aggregate_use, AggregateUse::kRefused);
  auto* const windows = std::exchange(scope_.windows, nullptr);
  BindArguments(expr.arguments, aggregate.arguments);
  for (const OrderingTerm& term : expr.order_by) {
    (void)BindLeniently(*term.expr, aggregate.order_by);
    aggregate.order_key.push_back(SortColumnOf(*aggregate.order_by.back(), term));
  }
  if (expr.filter) {
    std::vector<BoundPtr> filter;
    (void)BindLeniently(*expr.filter, filter);
    aggregate.filter = std::move(filter[0]);
  }
  scope_.aggregate_use = use;
  scope_.windows = windows;
}

}  // namespace orrery
