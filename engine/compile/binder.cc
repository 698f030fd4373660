#include "engine/compile/binder.h"

#include "engine/catalog/folding.h"
#include "engine/catalog/literal.h"
#include "engine/compile/query_binder.h"

namespace orrery {
namespace {

BoundPtr Node(BoundKind kind) { return std::make_unique<Bound>(kind); }

constexpr char kRowMisused[] = "row value misused";

// How many values an expression has, as far as it is written out.
std::optional<size_t> WrittenWidth(const Expr& expr) {
  if (const RowExpr* row = expr.TryAs<RowExpr>()) return row->values.size();
  const SubqueryExpr* subquery = expr.TryAs<SubqueryExpr>();
  if (subquery == nullptr) return 1;
  const SelectCore& core = subquery->select->cores[0];
  if (core.is_values()) return core.values[0].size();
  for (const ResultColumn& column : core.columns) {
    if (column.is_star()) return std::nullopt;
  }
  return core.columns.size();
}

// Whether SQLite still looks names up in an expression that it comes to after an error: it does in
// names themselves and in what it takes apart by its own hand.
bool IsLookedUpAfterError(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kColumn:
    case ExprKind::kFunction:
      return true;
    case ExprKind::kPattern:
      return !expr.As<PatternExpr>().is_negated;
    case ExprKind::kUnary:
      return expr.As<UnaryExpr>().op == UnaryOp::kIsNull ||
             expr.As<UnaryExpr>().op == UnaryOp::kNotNull;
    case ExprKind::kBinary:
      return expr.As<BinaryExpr>().op == BinaryOp::kIs ||
             expr.As<BinaryExpr>().op == BinaryOp::kIsNot;
    default:
      return false;
  }
}

}  // namespace

// A node that is no column, cast or COLLATE has no affinity; its collation is that of a COLLATE
// somewhere in it.
void InheritCollate(Bound& bound) {
  for (const BoundPtr& operand : bound.operands) {
    if (!operand->has_collate) continue;
    bound.has_collate = true;
    bound.collation = operand->collation;
    return;
  }
}

void MarkCorrelated(Scope& from, const Scope& to) {
  for (Scope* scope = &from; scope != &to; scope = scope->outer) scope->is_correlated = true;
}

const BoundAggregate* FindAggregate(const Bound& bound, const Scope& scope) {
  const BoundAggregate* found = nullptr;
  VisitAll(bound, [&](const Bound& each) {
    if (found != nullptr || each.kind != BoundKind::kAggregate || scope.aggregates == nullptr) {
      return;
    }
    for (const auto& aggregate : *scope.aggregates) {
      if (aggregate.get() == each.aggregate) found = each.aggregate;
    }
  });
  return found;
}

bool Binder::is_in_default() const { return scope_.restricted_to == kDefaultValues; }

Result<BoundPtr> Binder::Bind(const Expr& expr) {
  Result<BoundPtr> bound = BindNode(expr);
  Status error = std::exchange(error_, OkStatus());
  if (bound.ok() && !error.ok()) return error;
  return bound;
}

Result<BoundPtr> Binder::BindRow(const Expr& expr) {
  Result<BoundPtr> bound = BindRowNode(expr);
  Status error = std::exchange(error_, OkStatus());
  if (bound.ok() && !error.ok()) return error;
  return bound;
}

Result<BoundPtr> Binder::BindNode(const Expr& expr) {
  if (!error_.ok() && !IsLookedUpAfterError(expr)) return error_;
  switch (expr.kind) {
    case ExprKind::kLiteral:
      return BindLiteral(expr.As<LiteralExpr>());
    case ExprKind::kColumn:
      return BindColumn(expr.As<ColumnExpr>());
    case ExprKind::kParameter: {
      if (scope_.restricted_to != nullptr) {
        return SqlError(std::string("parameters prohibited in ") + scope_.restricted_to);
      }
      BoundPtr bound = Node(BoundKind::kParameter);
      bound->index = expr.As<ParameterExpr>().index;
      return bound;
    }
    case ExprKind::kUnary:
      return BindUnary(expr.As<UnaryExpr>());
    case ExprKind::kBinary:
      return BindBinary(expr.As<BinaryExpr>());
    case ExprKind::kPattern:
      return BindPattern(expr.As<PatternExpr>());
    case ExprKind::kBetween:
      return BindBetween(expr.As<BetweenExpr>());
    case ExprKind::kIn:
      return BindIn(expr.As<InExpr>());
    case ExprKind::kCollate:
      return BindCollate(expr.As<CollateExpr>());
    case ExprKind::kCast:
      return BindCast(expr.As<CastExpr>());
    case ExprKind::kCase:
      return BindCase(expr.As<CaseExpr>());
    case ExprKind::kFunction:
      return BindFunction(expr.As<FunctionExpr>());
    case ExprKind::kExists:
      return BindExists(expr.As<ExistsExpr>());
    case ExprKind::kSubquery: {
      ASSIGN_OR_RETURN(BoundPtr bound, BindSubquery(*expr.As<SubqueryExpr>().select));
      if (const int width = WidthOf(*bound); width > 1) {
        return FoundLate(
            SqlError("sub-select returns " + std::to_string(width) + " columns - expected 1"));
      }
      return bound;
    }
    case ExprKind::kRow:
      for (const ExprPtr& value : expr.As<RowExpr>().values) {
        ASSIGN_OR_RETURN(const BoundPtr bound, BindNode(*value));
      }
      return FoundLate(SqlError(kRowMisused));
    case ExprKind::kRaise:
      return BindRaise(expr.As<RaiseExpr>());
  }
  Unreachable();
}

BoundPtr Binder::FoundLate(Status error) {
  // What a subquery has too many of is found before rows are.
  Status& first = context_.late_error;
  if (first.ok() || first.message() == kRowMisused) first = std::move(error);
  return MakeConstant(Value::Null());
}

// Of what is compared; a row and a single value cannot be. What * stands for is not known yet.
Status Binder::CheckSameWidth(const Expr& left, const Expr& right) const {
  const std::optional<size_t> left_width = WrittenWidth(left);
  const std::optional<size_t> right_width = WrittenWidth(right);
  if (!left_width || !right_width || left_width == right_width) return OkStatus();
  return SqlError(kRowMisused);
}

Status Binder::BindInto(Bound& bound, const Expr& expr) {
  ASSIGN_OR_RETURN(BoundPtr operand, BindNode(expr));
  bound.operands.push_back(std::move(operand));
  return OkStatus();
}

bool Binder::BindLeniently(const Expr& expr, std::vector<BoundPtr>& operands) {
  Result<BoundPtr> operand = BindNode(expr);
  const bool is_bound = operand.ok();
  operands.push_back(is_bound ? *std::move(operand) : MakeConstant(Value::Null()));
  if (!is_bound) error_ = std::move(operand).status();
  return is_bound;
}

void Binder::BindArguments(const ExprList& arguments, std::vector<BoundPtr>& operands) {
  for (const ExprPtr& argument : arguments) {
    if (!BindLeniently(*argument, operands)) return;
  }
}

Result<BoundPtr> Binder::BindLiteral(const LiteralExpr& expr) {
  if (expr.literal < LiteralKind::kCurrentDate) {
    ASSIGN_OR_RETURN(Value value, LiteralValue(expr, /*negated=*/false));
    return MakeConstant(std::move(value));
  }
  const char* name = expr.literal == LiteralKind::kCurrentDate   ? "current_date"
                     : expr.literal == LiteralKind::kCurrentTime ? "current_time"
                                                                 : "current_timestamp";
  BoundPtr bound = Node(BoundKind::kFunction);
  bound->function = FindFunction(name, 0);
  return bound;
}

// -- Names --

// From the inside out: a column, then an alias of the result, of each query in turn.
Result<BoundPtr> Binder::BindColumn(const ColumnExpr& expr) {
  const bool is_in_index = scope_.restricted_to == kIndexExpressions;
  if (is_in_index && expr.table) {
    return SqlError("the \".\" operator prohibited in index expressions");
  }
  for (Scope* scope = &scope_; scope != nullptr; scope = scope->outer) {
    ASSIGN_OR_RETURN(BoundPtr found, FindColumn(*scope, expr, context_.catalog.get()));
    if (found) {
      MarkCorrelated(scope_, *scope);
      return found;
    }
    if (expr.table || scope->aliases == nullptr) continue;
    for (const ResultColumn& column : *scope->aliases) {
      if (!column.alias || !SameName(column.alias->text, expr.column.text)) continue;
      MarkCorrelated(scope_, *scope);
      return BindAlias(expr, column, *scope);
    }
  }
  if (const std::optional<bool> truth = TruthWord(expr)) return MakeConstant(Value::Bool(*truth));
  if (expr.is_double_quoted && !expr.table) return MakeConstant(Value::Text(expr.column.text));
  return Status(ResultCode::kError, "no such column: " + Written(expr))
      .WithOffset(expr.span.offset());
}

// An alias means its expression, in which no alias means anything.
Result<BoundPtr> Binder::BindAlias(const ColumnExpr& expr, const ResultColumn& column,
                                   Scope& scope) {
  const auto* aliases = std::exchange(scope.aliases, nullptr);
  const AggregateUse use = scope.aggregate_use;
  if (scope.aggregates != nullptr) scope.aggregate_use = AggregateUse::kAllowed;
  Result<BoundPtr> bound = Binder(context_, scope).BindRow(*column.expr);
  scope.aliases = aliases;
  scope.aggregate_use = use;
  if (!bound.ok()) return bound;
  if (const BoundAggregate* aggregate = FindAggregate(**bound, scope); aggregate != nullptr) {
    if (use == AggregateUse::kRefused) {
      return SqlError("misuse of aliased aggregate " + expr.column.text);
    }
    if (use == AggregateUse::kMisplaced && scope.late_error.ok()) {
      scope.late_error = SqlError("misuse of aggregate: " + aggregate->expr->name.text + "()");
    }
  }
  if (WidthOf(**bound) > 1) return SqlError("row value misused");
  return bound;
}

// -- Operators --

Result<BoundPtr> Binder::BindUnary(const UnaryExpr& expr) {
  if (expr.op == UnaryOp::kNegate) {
    const LiteralExpr* literal = expr.operand->TryAs<LiteralExpr>();
    const bool is_number = literal != nullptr && (literal->literal == LiteralKind::kInteger ||
                                                  literal->literal == LiteralKind::kHexInteger ||
                                                  literal->literal == LiteralKind::kReal);
    if (is_number) {
      ASSIGN_OR_RETURN(Value value, LiteralValue(*literal, /*negated=*/true));
      return MakeConstant(std::move(value));
    }
  }
  if (expr.op == UnaryOp::kIsNull || expr.op == UnaryOp::kNotNull) {
    return BindNullTest(expr.op, *expr.operand);
  }
  const bool is_plus = expr.op == UnaryOp::kPlus;
  BoundPtr bound = Node(is_plus ? BoundKind::kPlain : BoundKind::kUnary);
  bound->unary = expr.op;
  RETURN_IF_ERROR(BindInto(*bound, *expr.operand));
  InheritCollate(*bound);
  if (is_plus) bound->collation = bound->operand(0).collation;  // but no affinity
  return bound;
}

BoundPtr Binder::BindNullTest(UnaryOp op, const Expr& operand) {
  BoundPtr bound = Node(BoundKind::kUnary);
  bound->unary = op;
  (void)BindLeniently(operand, bound->operands);
  InheritCollate(*bound);
  return bound;
}

Result<BoundPtr> Binder::BindBinary(const BinaryExpr& expr) {
  if (expr.op == BinaryOp::kExtract || expr.op == BinaryOp::kExtractText) {
    BoundPtr call = Node(BoundKind::kFunction);
    call->function = FindFunction(Describe(expr.op).text, 2);
    if (BindLeniently(*expr.left, call->operands)) {
      (void)BindLeniently(*expr.right, call->operands);
    }
    InheritCollate(*call);
    return call;
  }
  if (expr.op == BinaryOp::kIs || expr.op == BinaryOp::kIsNot) {
    const LiteralExpr* literal = expr.right->TryAs<LiteralExpr>();
    if (literal != nullptr && literal->literal == LiteralKind::kNull) {
      return BindNullTest(expr.op == BinaryOp::kIs ? UnaryOp::kIsNull : UnaryOp::kNotNull,
                          *expr.left);
    }
    ASSIGN_OR_RETURN(const std::optional<bool> truth, TruthOf(WithoutCollate(*expr.right)));
    if (truth) {
      BoundPtr bound = Node(BoundKind::kTruth);
      RETURN_IF_ERROR(BindInto(*bound, *expr.left));
      if (!error_.ok()) return error_;  // the word behind IS is a constant, where it is noticed
      bound->truth = *truth;
      bound->is_negated = expr.op == BinaryOp::kIsNot;
      InheritCollate(*bound);
      return bound;
    }
    if (!error_.ok()) return error_;
  }
  if (expr.op == BinaryOp::kAnd && IsAlwaysFalse(expr)) return MakeConstant(Value::Integer(0));
  BoundPtr bound = Node(BoundKind::kBinary);
  bound->binary = expr.op;
  if (!IsComparison(expr.op)) {
    RETURN_IF_ERROR(BindInto(*bound, *expr.left));
    RETURN_IF_ERROR(BindInto(*bound, *expr.right));
    InheritCollate(*bound);
    return bound;
  }
  RETURN_IF_ERROR(CheckSameWidth(*expr.left, *expr.right));
  ASSIGN_OR_RETURN(BoundPtr left, BindRowNode(*expr.left));
  ASSIGN_OR_RETURN(BoundPtr right, BindRowNode(*expr.right));
  if (WidthOf(*left) > 1 || WidthOf(*right) > 1) {
    return BindComparedRows(expr.op, std::move(left), std::move(right));
  }
  bound->operands.push_back(std::move(left));
  bound->operands.push_back(std::move(right));
  InheritCollate(*bound);
  return bound;
}

// Whether TRUE or FALSE stands behind an IS. A bare name there is looked up first, in case it is
// one of them: so it is also the first to be missing.
Result<std::optional<bool>> Binder::TruthOf(const Expr& expr) {
  if (is_in_default()) return std::optional<bool>();  // there they are the numbers 1 and 0
  if (IsEmptyIn(expr) && !HasCall(*expr.As<InExpr>().operand)) {
    return std::optional<bool>(expr.As<InExpr>().is_negated);
  }
  const ColumnExpr* word = expr.TryAs<ColumnExpr>();
  if (word == nullptr || word->table) return std::optional<bool>();
  ASSIGN_OR_RETURN(const BoundPtr bound, BindColumn(*word));
  return bound->kind == BoundKind::kConstant ? TruthWord(*word) : std::nullopt;
}

// x LIKE y ESCAPE z is like(y, x, z).
Result<BoundPtr> Binder::BindPattern(const PatternExpr& expr) {
  BoundPtr call = Node(BoundKind::kFunction);
  const int argument_count = expr.escape ? 3 : 2;
  call->function = FindFunction(Describe(expr.op), argument_count);
  if (BindLeniently(*expr.pattern, call->operands) && BindLeniently(*expr.text, call->operands) &&
      expr.escape) {
    (void)BindLeniently(*expr.escape, call->operands);
  }
  InheritCollate(*call);
  if (!expr.is_negated) return call;
  BoundPtr bound = Node(BoundKind::kUnary);
  bound->unary = UnaryOp::kNot;
  bound->operands.push_back(std::move(call));
  InheritCollate(*bound);
  return bound;
}

// Of rows: operand >= low AND operand <= high.
Result<BoundPtr> Binder::BindBetween(const BetweenExpr& expr) {
  RETURN_IF_ERROR(CheckSameWidth(*expr.operand, *expr.low));
  RETURN_IF_ERROR(CheckSameWidth(*expr.operand, *expr.high));
  ASSIGN_OR_RETURN(BoundPtr operand, BindRowNode(*expr.operand));
  ASSIGN_OR_RETURN(BoundPtr low, BindRowNode(*expr.low));
  ASSIGN_OR_RETURN(BoundPtr high, BindRowNode(*expr.high));
  if (WidthOf(*operand) > 1 || WidthOf(*low) > 1 || WidthOf(*high) > 1) {
    ASSIGN_OR_RETURN(BoundPtr again, BindRowNode(*expr.operand));
    BoundPtr both = Node(BoundKind::kBinary);
    both->binary = BinaryOp::kAnd;
    ASSIGN_OR_RETURN(BoundPtr above, BindComparedRows(BinaryOp::kGreaterOrEqual, std::move(operand),
                                                      std::move(low)));
    ASSIGN_OR_RETURN(BoundPtr below,
                     BindComparedRows(BinaryOp::kLessOrEqual, std::move(again), std::move(high)));
    both->operands.push_back(std::move(above));
    both->operands.push_back(std::move(below));
    if (!expr.is_negated) return both;
    BoundPtr bound = Node(BoundKind::kUnary);
    bound->unary = UnaryOp::kNot;
    bound->operands.push_back(std::move(both));
    return bound;
  }
  BoundPtr bound = Node(BoundKind::kBetween);
  bound->is_negated = expr.is_negated;
  bound->operands.push_back(std::move(operand));
  bound->operands.push_back(std::move(low));
  bound->operands.push_back(std::move(high));
  InheritCollate(*bound);
  return bound;
}

Result<BoundPtr> Binder::BindCollate(const CollateExpr& expr) {
  const Collation* collation = FindCollation(expr.collation.text);
  if (collation == nullptr) {
    return SqlError("no such collation sequence: " + expr.collation.text);
  }
  BoundPtr bound = Node(BoundKind::kPlain);
  RETURN_IF_ERROR(BindInto(*bound, *expr.operand));
  bound->affinity = bound->operand(0).affinity;
  bound->collation = collation;
  bound->has_collate = true;
  return bound;
}

Result<BoundPtr> Binder::BindCast(const CastExpr& expr) {
  BoundPtr bound = Node(BoundKind::kCast);
  RETURN_IF_ERROR(BindInto(*bound, *expr.operand));
  // No type at all is NUMERIC here, unlike for a column.
  bound->affinity = expr.type.empty() ? Affinity::kNumeric : AffinityOfType(expr.type.text);
  bound->collation = bound->operand(0).collation;
  bound->has_collate = bound->operand(0).has_collate;
  return bound;
}

Result<BoundPtr> Binder::BindCase(const CaseExpr& expr) {
  BoundPtr bound = Node(BoundKind::kCase);
  if (expr.operand) {
    bound->has_operand = true;
    RETURN_IF_ERROR(BindInto(*bound, *expr.operand));
  }
  for (const CaseExpr::Branch& branch : expr.branches) {
    RETURN_IF_ERROR(BindInto(*bound, *branch.condition));
    RETURN_IF_ERROR(BindInto(*bound, *branch.result));
  }
  if (expr.otherwise) {
    bound->has_otherwise = true;
    RETURN_IF_ERROR(BindInto(*bound, *expr.otherwise));
  }
  InheritCollate(*bound);
  return bound;
}

Result<BoundPtr> Binder::BindRaise(const RaiseExpr& expr) {
  if (!context_.is_trigger) {
    return SqlError("RAISE() may only be used within a trigger-program");
  }
  BoundPtr bound = Node(BoundKind::kRaise);
  bound->raise = expr.action;
  if (expr.message) RETURN_IF_ERROR(BindInto(*bound, *expr.message));
  return bound;
}

}  // namespace orrery
