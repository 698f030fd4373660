#include "engine/compile/binder.h"

#include "engine/catalog/literal.h"

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

Result<BoundPtr> Binder::Bind(const Expr& expr) {
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
      bound->affinity = AffinityOfType(cast.type.text);
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
  ASSIGN_OR_RETURN(BoundPtr operand, Bind(expr));
  bound.operands.push_back(std::move(operand));
  return OkStatus();
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
  Result<BoundPtr> bound = Bind(*column.expr);
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
  const bool is_plus = expr.op == UnaryOp::kPlus;
  BoundPtr bound = Node(is_plus ? BoundKind::kPlain : BoundKind::kUnary);
  bound->unary = expr.op;
  RETURN_IF_ERROR(BindInto(*bound, *expr.operand));
  InheritCollate(*bound);
  if (is_plus) bound->collation = bound->operand(0).collation;  // but no affinity
  return bound;
}

Result<BoundPtr> Binder::BindBinary(const BinaryExpr& expr) {
  if (expr.op == BinaryOp::kExtract || expr.op == BinaryOp::kExtractText) return NotYet("JSON is");
  if (expr.left->kind == ExprKind::kRow || expr.right->kind == ExprKind::kRow)
    return NotYet("row values are");
  if (expr.op == BinaryOp::kIs || expr.op == BinaryOp::kIsNot) {
    const ColumnExpr* word = expr.right->TryAs<ColumnExpr>();
    // A bare name on the right is looked up first, in case it is TRUE or FALSE: so it is also the
    // first to be missing.
    if (word != nullptr && !word->table) RETURN_IF_ERROR(BindColumn(*word).status());
    if (word != nullptr && TruthWord(*word)) {
      ASSIGN_OR_RETURN(BoundPtr right, BindColumn(*word));
      if (right->kind == BoundKind::kConstant) {
        BoundPtr bound = Node(BoundKind::kTruth);
        RETURN_IF_ERROR(BindInto(*bound, *expr.left));
        bound->truth = *TruthWord(*word);
        bound->is_negated = expr.op == BinaryOp::kIsNot;
        InheritCollate(*bound);
        return bound;
      }
    }
  }
  BoundPtr bound = Node(BoundKind::kBinary);
  bound->binary = expr.op;
  RETURN_IF_ERROR(BindInto(*bound, *expr.left));
  RETURN_IF_ERROR(BindInto(*bound, *expr.right));
  InheritCollate(*bound);
  return bound;
}

// x LIKE y ESCAPE z is like(y, x, z).
Result<BoundPtr> Binder::BindPattern(const PatternExpr& expr) {
  if (expr.op == PatternOp::kMatch) {
    return SqlError("unable to use function MATCH in the requested context");
  }
  BoundPtr call = Node(BoundKind::kFunction);
  const int argument_count = expr.escape ? 3 : 2;
  ASSIGN_OR_RETURN(call->function, FindFunction(Describe(expr.op), argument_count));
  RETURN_IF_ERROR(BindInto(*call, *expr.pattern));
  RETURN_IF_ERROR(BindInto(*call, *expr.text));
  if (expr.escape) RETURN_IF_ERROR(BindInto(*call, *expr.escape));
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
  if (expr.list.empty()) {  // its operand is never looked at, nor are names in it looked up
    return MakeConstant(Value::Bool(expr.is_negated));
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

Result<const Function*> Binder::FindFunction(std::string_view name, int argument_count) {
  bool known = false;
  const Function* function = functions_.Find(name, argument_count, &known);
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
  if (SameName(name, "iif") && (argument_count == 2 || argument_count == 3)) {
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
  if (function->aggregate != nullptr) return BindAggregate(expr, *function);
  if (expr.has_star) {
    return SqlError("wrong number of arguments to function " + name + "()");
  }
  if (expr.has_window()) return NotYet("window functions are");
  if (expr.filter) return SqlError("FILTER may not be used with non-aggregate " + name + "()");
  if (!expr.order_by.empty()) {
    return SqlError("ORDER BY may not be used with non-aggregate " + name + "()");
  }
  if (context_.restricted_to != nullptr && !function->is_deterministic &&
      std::string_view(context_.restricted_to) != "DEFAULT values") {
    return SqlError(std::string("non-deterministic functions prohibited in ") +
                    context_.restricted_to);
  }
  BoundPtr bound = Node(BoundKind::kFunction);
  bound->function = function;
  for (const ExprPtr& argument : expr.arguments) RETURN_IF_ERROR(BindInto(*bound, *argument));
  InheritCollate(*bound);
  return bound;
}

Result<BoundPtr> Binder::BindAggregate(const FunctionExpr& expr, const Function& function) {
  if (expr.has_window()) return NotYet("window functions are");
  if (context_.aggregates == nullptr) {
    return SqlError((context_.is_where_of_aggregate ? "misuse of aggregate: "
                                                    : "misuse of aggregate function ") +
                    expr.name.text + "()");
  }
  if (expr.has_star && function.argument_count_min > 0) {
    return SqlError("wrong number of arguments to function " + expr.name.text + "()");
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
  Status status;
  for (const ExprPtr& argument : expr.arguments) {
    Result<BoundPtr> operand = Bind(*argument);
    if (!operand.ok()) {
      status = std::move(operand).status();
      break;
    }
    aggregate.arguments.push_back(*std::move(operand));
  }
  if (status.ok() && expr.filter) {
    Result<BoundPtr> filter = Bind(*expr.filter);
    if (filter.ok()) {
      aggregate.filter = *std::move(filter);
    } else {
      status = std::move(filter).status();
    }
  }
  context_.aggregates = aggregates;
  RETURN_IF_ERROR(std::move(status));
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
