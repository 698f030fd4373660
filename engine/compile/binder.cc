#include "engine/compile/binder.h"

#include "engine/catalog/literal.h"
#include "engine/compile/folding.h"

namespace orrery {
namespace {

Status SqlError(std::string message) { return Status(ResultCode::kError, message); }

Status NotYet(std::string_view what) {
  return Status(ResultCode::kError, std::string(what) + " not supported yet");
}

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

BoundPtr Node(BoundKind kind) { return std::make_unique<Bound>(kind); }

// Of literals and parameters alone.
bool IsConstant(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kLiteral:
    case ExprKind::kParameter:
      return true;
    case ExprKind::kUnary:
      return IsConstant(*expr.As<UnaryExpr>().operand);
    case ExprKind::kBinary:
      return IsConstant(*expr.As<BinaryExpr>().left) && IsConstant(*expr.As<BinaryExpr>().right);
    case ExprKind::kCollate:
      return IsConstant(*expr.As<CollateExpr>().operand);
    case ExprKind::kCast:
      return IsConstant(*expr.As<CastExpr>().operand);
    default:
      return false;
  }
}

// As likelihood() wants it: a literal with a point or an exponent.
bool IsProbability(const Expr& expr) {
  const LiteralExpr* literal = expr.TryAs<LiteralExpr>();
  if (literal == nullptr || literal->literal != LiteralKind::kReal) return false;
  const Result<Value> value = LiteralValue(*literal, /*negated=*/false);
  return value.ok() && value->real() <= 1.0;
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

const Expr& WithoutCollate(const Expr& expr) {
  const Expr* inner = &expr;
  while (const CollateExpr* collate = inner->TryAs<CollateExpr>()) inner = collate->operand.get();
  return *inner;
}

std::string Written(const ColumnExpr& expr) {
  std::string text;
  if (expr.schema) text += expr.schema->text + ".";
  if (expr.table) text += expr.table->text + ".";
  return text + expr.column.text;
}

}  // namespace

BoundPtr MakeConstant(Value value) {
  BoundPtr bound = Node(BoundKind::kConstant);
  bound->constant = std::move(value);
  return bound;
}

BoundPtr MakeColumn(const Table& table, int cursor, int column) {
  BoundPtr bound = Node(BoundKind::kColumn);
  bound->table = &table;
  bound->cursor = cursor;
  bound->column = column == table.rowid_column ? kRowidColumn : column;
  if (column < 0) {
    bound->affinity = Affinity::kInteger;
  } else {
    bound->affinity = table.columns[static_cast<size_t>(column)].affinity;
    bound->collation = table.columns[static_cast<size_t>(column)].collation;
  }
  return bound;
}

bool Binder::is_in_default() const {
  return context_.restricted_to != nullptr &&
         std::string_view(context_.restricted_to) == "DEFAULT values";
}

Result<BoundPtr> Binder::Bind(const Expr& expr) {
  Result<BoundPtr> bound = BindNode(expr);
  Status error = std::exchange(error_, OkStatus());
  if (bound.ok() && !error.ok()) return error;
  return bound;
}

Result<BoundPtr> Binder::BindNode(const Expr& expr) {
  if (!error_.ok() && !IsLookedUpAfterError(expr)) return error_;
  switch (expr.kind) {
    case ExprKind::kLiteral: {
      const LiteralExpr& literal = expr.As<LiteralExpr>();
      if (literal.literal >= LiteralKind::kCurrentDate)
        return NotYet("CURRENT_DATE and CURRENT_TIME are");
      ASSIGN_OR_RETURN(Value value, LiteralValue(literal, /*negated=*/false));
      return MakeConstant(std::move(value));
    }
    case ExprKind::kColumn:
      return BindColumn(expr.As<ColumnExpr>());
    case ExprKind::kParameter: {
      if (context_.restricted_to != nullptr) {
        return SqlError(std::string("parameters prohibited in ") + context_.restricted_to);
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
    case ExprKind::kBetween: {
      const BetweenExpr& between = expr.As<BetweenExpr>();
      BoundPtr bound = Node(BoundKind::kBetween);
      bound->is_negated = between.is_negated;
      RETURN_IF_ERROR(BindInto(*bound, *between.operand));
      RETURN_IF_ERROR(BindInto(*bound, *between.low));
      RETURN_IF_ERROR(BindInto(*bound, *between.high));
      InheritCollate(*bound);
      return bound;
    }
    case ExprKind::kIn:
      return BindIn(expr.As<InExpr>());
    case ExprKind::kCollate: {
      const CollateExpr& collate = expr.As<CollateExpr>();
      const Collation* collation = FindCollation(collate.collation.text);
      if (collation == nullptr)
        return SqlError("no such collation sequence: " + collate.collation.text);
      BoundPtr bound = Node(BoundKind::kPlain);
      RETURN_IF_ERROR(BindInto(*bound, *collate.operand));
      bound->affinity = bound->operand(0).affinity;
      bound->collation = collation;
      bound->has_collate = true;
      return bound;
    }
    case ExprKind::kCast: {
      const CastExpr& cast = expr.As<CastExpr>();
      BoundPtr bound = Node(BoundKind::kCast);
      RETURN_IF_ERROR(BindInto(*bound, *cast.operand));
      // No type at all is NUMERIC here, unlike for a column.
      bound->affinity = cast.type.empty() ? Affinity::kNumeric : AffinityOfType(cast.type.text);
      bound->collation = bound->operand(0).collation;
      bound->has_collate = bound->operand(0).has_collate;
      return bound;
    }
    case ExprKind::kCase:
      return BindCase(expr.As<CaseExpr>());
    case ExprKind::kFunction:
      return BindFunction(expr.As<FunctionExpr>());
    case ExprKind::kExists:
    case ExprKind::kSubquery:
      return NotYet("subqueries are");
    case ExprKind::kRow:
      return NotYet("row values are");
    case ExprKind::kRaise:
      return SqlError("RAISE() may only be used within a trigger-program");
  }
  Unreachable();
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

Result<BoundPtr> Binder::BindColumn(const ColumnExpr& expr) {
  if (expr.schema && !SameName(expr.schema->text, "main")) {
    return SqlError("no such column: " + Written(expr));
  }
  BoundPtr found;
  for (const Source& source : context_.sources) {
    if (expr.table && !SameName(expr.table->text, source.name)) continue;
    int column = source.table->FindColumn(expr.column.text);
    if (column < 0 && !IsRowidName(expr.column.text)) continue;
    if (column < 0 && source.table->is_without_rowid) continue;
    if (found) return SqlError("ambiguous column name: " + Written(expr));
    found = MakeColumn(*source.table, source.cursor, column);
  }
  if (found) return found;
  if (!expr.table && context_.aliases != nullptr) {
    for (const ResultColumn& column : *context_.aliases) {
      if (column.alias && SameName(column.alias->text, expr.column.text)) {
        return BindAlias(expr, column);
      }
    }
  }
  if (const std::optional<bool> truth = TruthWord(expr)) return MakeConstant(Value::Bool(*truth));
  if (expr.is_double_quoted && !expr.table) return MakeConstant(Value::Text(expr.column.text));
  return Status(ResultCode::kError, "no such column: " + Written(expr))
      .WithOffset(expr.span.offset());
}

// An alias means its expression, in which no alias means anything.
Result<BoundPtr> Binder::BindAlias(const ColumnExpr& expr, const ResultColumn& column) {
  if (context_.aggregates == nullptr && !context_.is_where_of_aggregate &&
      HasAggregate(*column.expr, functions_)) {
    return SqlError("misuse of aliased aggregate " + expr.column.text);
  }
  const auto* aliases = std::exchange(context_.aliases, nullptr);
  Result<BoundPtr> bound = BindNode(*column.expr);
  context_.aliases = aliases;
  return bound;
}

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
  if (expr.op == BinaryOp::kExtract || expr.op == BinaryOp::kExtractText) return NotYet("JSON is");
  if (expr.left->kind == ExprKind::kRow || expr.right->kind == ExprKind::kRow)
    return NotYet("row values are");
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
  RETURN_IF_ERROR(BindInto(*bound, *expr.left));
  RETURN_IF_ERROR(BindInto(*bound, *expr.right));
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

Result<BoundPtr> Binder::BindIn(const InExpr& expr) {
  if (expr.select || expr.table) return NotYet("subqueries are");
  if (expr.operand->kind == ExprKind::kRow) return NotYet("row values are");
  if (expr.list.empty()) {
    BoundPtr word = MakeConstant(Value::Bool(expr.is_negated));
    if (!HasCall(*expr.operand)) return word;  // names in the operand are not looked up
    BoundPtr bound = Node(BoundKind::kBinary);
    bound->binary = expr.is_negated ? BinaryOp::kOr : BinaryOp::kAnd;
    bound->operands.push_back(std::move(word));
    RETURN_IF_ERROR(BindInto(*bound, *expr.operand));
    return bound;
  }
  // One constant: the same as =, whose right side has no affinity.
  const bool is_one_constant = expr.list.size() == 1 && IsConstant(*expr.list[0]);
  if (is_one_constant) {
    BoundPtr equal = Node(BoundKind::kBinary);
    equal->binary = BinaryOp::kEqual;
    RETURN_IF_ERROR(BindInto(*equal, *expr.operand));
    RETURN_IF_ERROR(BindInto(*equal, *expr.list[0]));
    equal->operands[1]->affinity.reset();
    InheritCollate(*equal);
    if (!expr.is_negated) return equal;
    BoundPtr negated = Node(BoundKind::kUnary);
    negated->unary = UnaryOp::kNot;
    negated->operands.push_back(std::move(equal));
    InheritCollate(*negated);
    return negated;
  }
  BoundPtr bound = Node(BoundKind::kIn);
  bound->is_negated = expr.is_negated;
  RETURN_IF_ERROR(BindInto(*bound, *expr.operand));
  for (const ExprPtr& each : expr.list) RETURN_IF_ERROR(BindInto(*bound, *each));
  InheritCollate(*bound);
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

// -- Functions --

const Function* Binder::FindFunction(std::string_view name, int argument_count) {
  bool known = false;
  const Function* function = functions_.Find(name, argument_count, &known);
  if (function != nullptr) return function;
  if (is_in_default()) {
    error_ = SqlError("unknown function: " + std::string(name) + "()");
    return nullptr;
  }
  if (!known && context_.functions_may_be_missing) return nullptr;
  error_ = known ? SqlError("wrong number of arguments to function " + std::string(name) + "()")
                 : SqlError("no such function: " + std::string(name));
  return nullptr;
}

Result<BoundPtr> Binder::BindFunction(const FunctionExpr& expr) {
  const int argument_count = static_cast<int>(expr.arguments.size());
  const std::string& name = expr.name.text;

  // Calls that choose which argument to evaluate are no calls at all.
  if (SameName(name, "iif") && (argument_count == 2 || argument_count == 3)) {
    BoundPtr bound = Node(BoundKind::kCase);
    BindArguments(expr.arguments, bound->operands);
    bound->has_otherwise = argument_count == 3;
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
  if (function != nullptr && function->aggregate != nullptr) return BindAggregate(expr, *function);
  if (function != nullptr && context_.restricted_to != nullptr && !function->is_deterministic &&
      !is_in_default()) {
    error_ = SqlError(std::string("non-deterministic functions prohibited in ") +
                      context_.restricted_to);
  }
  if (function != nullptr && expr.filter) {
    error_ = SqlError("FILTER may not be used with non-aggregate " + name + "()");
  } else if (function != nullptr && !expr.order_by.empty()) {
    error_ = SqlError("ORDER BY may not be used with non-aggregate " + name + "()");
  }
  BoundPtr bound = Node(BoundKind::kFunction);
  bound->function = function;
  BindArguments(expr.arguments, bound->operands);
  InheritCollate(*bound);
  return bound;
}

Result<BoundPtr> Binder::BindAggregate(const FunctionExpr& expr, const Function& function) {
  if (context_.aggregates == nullptr) {
    if (context_.is_where_of_aggregate) {
      if (late_error_.ok()) late_error_ = SqlError("misuse of aggregate: " + expr.name.text + "()");
    } else {
      error_ = SqlError("misuse of aggregate function " + expr.name.text + "()");
    }
    BoundPtr misused = MakeConstant(Value::Null());
    const bool was_where = std::exchange(context_.is_where_of_aggregate, false);
    BindArguments(expr.arguments, misused->operands);
    context_.is_where_of_aggregate = was_where;
    return misused;
  }
  if (!expr.order_by.empty()) return NotYet("ORDER BY in aggregates is");
  if (expr.is_distinct && expr.arguments.size() != 1) {
    return SqlError("DISTINCT aggregates must have exactly one argument");
  }
  std::vector<BoundAggregate>* aggregates = context_.aggregates;
  BoundPtr bound = Node(BoundKind::kAggregate);
  for (size_t i = 0; i < aggregates->size(); ++i) {
    if (*(*aggregates)[i].expr == expr) {
      bound->index = static_cast<int>(i);
      return bound;
    }
  }
  BoundAggregate aggregate;
  aggregate.function = &function;
  aggregate.is_distinct = expr.is_distinct;
  aggregate.expr = &expr;
  context_.aggregates = nullptr;  // they do not nest
  BindArguments(expr.arguments, aggregate.arguments);
  if (expr.filter) {
    std::vector<BoundPtr> filter;
    (void)BindLeniently(*expr.filter, filter);
    aggregate.filter = std::move(filter[0]);
  }
  context_.aggregates = aggregates;
  bound->index = static_cast<int>(aggregates->size());
  aggregates->push_back(std::move(aggregate));
  return bound;
}

// -- Looking for aggregates --

namespace {

bool AnyHasAggregate(const ExprList& list, const FunctionRegistry& functions) {
  for (const ExprPtr& each : list) {
    if (HasAggregate(*each, functions)) return true;
  }
  return false;
}

}  // namespace

bool HasAggregate(const Expr& expr, const FunctionRegistry& functions) {
  const auto has = [&](const ExprPtr& each) { return each && HasAggregate(*each, functions); };
  switch (expr.kind) {
    case ExprKind::kLiteral:
    case ExprKind::kColumn:
    case ExprKind::kParameter:
    case ExprKind::kExists:
    case ExprKind::kSubquery:
    case ExprKind::kRaise:
      return false;
    case ExprKind::kUnary:
      return has(expr.As<UnaryExpr>().operand);
    case ExprKind::kBinary:
      return has(expr.As<BinaryExpr>().left) || has(expr.As<BinaryExpr>().right);
    case ExprKind::kPattern:
      return has(expr.As<PatternExpr>().text) || has(expr.As<PatternExpr>().pattern) ||
             has(expr.As<PatternExpr>().escape);
    case ExprKind::kBetween:
      return has(expr.As<BetweenExpr>().operand) || has(expr.As<BetweenExpr>().low) ||
             has(expr.As<BetweenExpr>().high);
    case ExprKind::kIn:
      return has(expr.As<InExpr>().operand) || AnyHasAggregate(expr.As<InExpr>().list, functions);
    case ExprKind::kCollate:
      return has(expr.As<CollateExpr>().operand);
    case ExprKind::kCast:
      return has(expr.As<CastExpr>().operand);
    case ExprKind::kCase: {
      const CaseExpr& cases = expr.As<CaseExpr>();
      for (const CaseExpr::Branch& branch : cases.branches) {
        if (has(branch.condition) || has(branch.result)) return true;
      }
      return has(cases.operand) || has(cases.otherwise);
    }
    case ExprKind::kFunction: {
      const FunctionExpr& call = expr.As<FunctionExpr>();
      bool known = false;
      const Function* function =
          functions.Find(call.name.text, static_cast<int>(call.arguments.size()), &known);
      if (function != nullptr && function->aggregate != nullptr) return true;
      return AnyHasAggregate(call.arguments, functions);
    }
    case ExprKind::kRow:
      return AnyHasAggregate(expr.As<RowExpr>().values, functions);
  }
  Unreachable();
}

}  // namespace orrery
