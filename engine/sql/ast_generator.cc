#include "engine/sql/ast_generator.h"

#include <iterator>

namespace orrery {
namespace {

constexpr int kDepthMax = 8;

constexpr std::string_view kNames[] = {
    "a",    "b",    "t",   "Col",          "select", "order", "true",   "FALSE", "with",   "key",
    "left", "x y",  "é",   "q\"q",         "`",      "[",     "",       "cast",  "filter", "over",
    "'",    "null", "end", "current_time", "1a",     "a$b",   "replace"};

}  // namespace

uint32_t AstGenerator::Choose(uint32_t count) {
  if (choices_.empty()) return 0;
  const uint32_t choice = choices_.front() % count;
  choices_ = choices_.subspan(1);
  return choice;
}

ExprList AstGenerator::AnyList(size_t least, size_t most) {
  ExprList list;
  for (size_t count = Count(least, most); count > 0; --count) list.push_back(AnyExpr());
  return list;
}

Name AstGenerator::AnyName() {
  return {.text = std::string(kNames[Choose(std::size(kNames))]), .span = {}};
}

std::optional<Name> AstGenerator::MaybeName() {
  if (!Flip()) return std::nullopt;
  return AnyName();
}

std::vector<Name> AstGenerator::AnyNames(size_t least) {
  std::vector<Name> names;
  for (size_t count = Count(least, 3); count > 0; --count) names.push_back(AnyName());
  return names;
}

QualifiedName AstGenerator::AnyQualifiedName() {
  QualifiedName name{.schema = std::nullopt, .name = AnyName()};
  name.schema = MaybeName();
  return name;
}

TypeName AstGenerator::AnyType() {
  constexpr std::string_view kTypes[] = {
      "", "INT", "VARCHAR(10)", "DECIMAL(10, -5)", "double precision", "\"odd type\"", "key"};
  return {.text = std::string(kTypes[Choose(std::size(kTypes))]), .span = {}};
}

// ---- Expressions ----

ExprPtr AstGenerator::AnyExpr() {
  if (depth_ >= kDepthMax) return AnyLeaf();
  ++depth_;
  ExprPtr expr;
  switch (Choose(16)) {
    default:
      expr = AnyLeaf();
      break;
    case 1:
    case 2: {
      auto node = std::make_unique<UnaryExpr>();
      node->op = kUnaryOps[Choose(std::size(kUnaryOps))].op;
      node->operand = AnyExpr();
      expr = ExprPtr(std::move(node));
      break;
    }
    case 3:
    case 4:
    case 5:
    case 6: {
      auto node = std::make_unique<BinaryExpr>();
      node->op = kBinaryOps[Choose(std::size(kBinaryOps))].op;
      node->left = AnyExpr();
      node->right = AnyExpr();
      expr = ExprPtr(std::move(node));
      break;
    }
    case 7: {
      auto node = std::make_unique<PatternExpr>();
      node->op = static_cast<PatternOp>(Choose(std::size(kPatternOps)));
      node->is_negated = Flip();
      node->text = AnyExpr();
      node->pattern = AnyExpr();
      node->escape = MaybeExpr();
      expr = ExprPtr(std::move(node));
      break;
    }
    case 8: {
      auto node = std::make_unique<BetweenExpr>();
      node->is_negated = Flip();
      node->operand = AnyExpr();
      node->low = AnyExpr();
      node->high = AnyExpr();
      expr = ExprPtr(std::move(node));
      break;
    }
    case 9:
      expr = AnyIn();
      break;
    case 10: {
      auto node = std::make_unique<CollateExpr>();
      node->operand = AnyExpr();
      node->collation = AnyName();
      expr = ExprPtr(std::move(node));
      break;
    }
    case 11: {
      auto node = std::make_unique<CastExpr>();
      node->operand = AnyExpr();
      node->type = AnyType();
      expr = ExprPtr(std::move(node));
      break;
    }
    case 12:
      expr = AnyCase();
      break;
    case 13:
      expr = AnyFunction();
      break;
    case 14: {
      auto node = std::make_unique<RowExpr>();
      node->values = AnyList(2, 3);
      expr = ExprPtr(std::move(node));
      break;
    }
    case 15:
      if (Flip()) {
        auto node = std::make_unique<ExistsExpr>();
        node->select = AnySelect();
        expr = ExprPtr(std::move(node));
      } else {
        auto node = std::make_unique<SubqueryExpr>();
        node->select = AnySelect();
        expr = ExprPtr(std::move(node));
      }
      break;
  }
  --depth_;
  return expr;
}

ExprPtr AstGenerator::AnyLeaf() {
  switch (Choose(8)) {
    default:
      return AnyLiteral();
    case 4:
    case 5:
      return AnyColumn();
    case 6: {
      auto node = std::make_unique<ParameterExpr>();
      node->index = static_cast<int>(Count(1, 9));
      node->name = "?" + std::to_string(node->index);
      return ExprPtr(std::move(node));
    }
    case 7: {
      auto node = std::make_unique<RaiseExpr>();
      node->action = static_cast<RaiseAction>(Choose(4));
      if (node->action != RaiseAction::kIgnore) node->message = AnyLiteral();
      return ExprPtr(std::move(node));
    }
  }
}

ExprPtr AstGenerator::AnyLiteral() {
  static const LiteralKind kKinds[] = {
      LiteralKind::kInteger,     LiteralKind::kNull,        LiteralKind::kHexInteger,
      LiteralKind::kReal,        LiteralKind::kText,        LiteralKind::kBlob,
      LiteralKind::kCurrentDate, LiteralKind::kCurrentTime, LiteralKind::kCurrentTimestamp};
  auto node = std::make_unique<LiteralExpr>();
  node->literal = kKinds[Choose(std::size(kKinds))];
  switch (node->literal) {
    case LiteralKind::kInteger:
      node->text = Flip() ? "9223372036854775808" : "12";
      break;
    case LiteralKind::kHexInteger:
      node->text = "0x1F";
      break;
    case LiteralKind::kReal:
      node->text = Flip() ? "1." : ".5e-3";
      break;
    case LiteralKind::kText:
      node->text = Flip() ? "it's (" : "";
      break;
    case LiteralKind::kBlob:
      node->text = Flip() ? std::string("\0\xff'", 3) : "";
      break;
    default:
      break;
  }
  return ExprPtr(std::move(node));
}

ExprPtr AstGenerator::AnyColumn() {
  auto node = std::make_unique<ColumnExpr>();
  node->column = AnyName();
  node->table = MaybeName();
  if (node->table) node->schema = MaybeName();
  node->is_double_quoted = Flip();
  const bool is_word = !node->table && !node->is_double_quoted && Flip();
  if (is_word && node->column.text == "true") node->truth = true;
  if (is_word && node->column.text == "FALSE") node->truth = false;
  return ExprPtr(std::move(node));
}

ExprPtr AstGenerator::AnyFunction() {
  auto node = std::make_unique<FunctionExpr>();
  node->name = AnyName();
  node->has_star = Flip();
  if (!node->has_star) {
    node->is_distinct = Flip();
    node->arguments = AnyList(0, 3);
    if (!node->arguments.empty() && Flip()) node->order_by = AnyOrderingTerms(1);
  }
  node->filter = MaybeExpr();
  return ExprPtr(std::move(node));
}

ExprPtr AstGenerator::AnyCase() {
  auto node = std::make_unique<CaseExpr>();
  node->operand = MaybeExpr();
  for (size_t count = Count(1, 2); count > 0; --count) {
    CaseExpr::Branch branch;
    branch.condition = AnyExpr();
    branch.result = AnyExpr();
    node->branches.push_back(std::move(branch));
  }
  node->otherwise = MaybeExpr();
  return ExprPtr(std::move(node));
}

ExprPtr AstGenerator::AnyIn() {
  auto node = std::make_unique<InExpr>();
  node->is_negated = Flip();
  node->operand = AnyExpr();
  switch (Choose(3)) {
    default:
      node->list = AnyList(0, 3);
      break;
    case 1:
      node->select = AnySelect();
      break;
    case 2:
      node->table = AnyQualifiedName();
      node->has_arguments = Flip();
      if (node->has_arguments) node->list = AnyList(0, 2);
      break;
  }
  return ExprPtr(std::move(node));
}

std::vector<OrderingTerm> AstGenerator::AnyOrderingTerms(size_t least) {
  std::vector<OrderingTerm> terms;
  for (size_t count = Count(least, 3); count > 0; --count) {
    OrderingTerm term;
    term.expr = AnyExpr();
    term.order = static_cast<SortOrder>(Choose(3));
    term.nulls = static_cast<NullsOrder>(Choose(3));
    terms.push_back(std::move(term));
  }
  return terms;
}

// ---- SELECT ----

SelectPtr AstGenerator::AnySelect() {
  auto select = std::make_unique<SelectStatement>();
  ++depth_;
  select->cores.push_back(AnyCore());
  for (size_t count = Count(0, 2); count > 0; --count) {
    select->ops.push_back(static_cast<CompoundOp>(Choose(4)));
    select->cores.push_back(AnyCore());
  }
  if (!select->cores.back().is_values()) {
    select->order_by = AnyOrderingTerms(0);
    select->limit = MaybeExpr();
    if (select->limit) select->offset = MaybeExpr();
  }
  --depth_;
  return SelectPtr(std::move(select));
}

SelectCore AstGenerator::AnyCore() {
  SelectCore core;
  if (Choose(4) == 1) {
    for (size_t count = Count(1, 2); count > 0; --count) core.values.push_back(AnyList(1, 2));
    return core;
  }
  core.is_distinct = Flip();
  for (size_t count = Count(1, 3); count > 0; --count) {
    ResultColumn column;
    switch (Choose(4)) {
      default:
        column.expr = AnyExpr();
        column.alias = MaybeName();
        break;
      case 2:
        break;
      case 3:
        column.table = AnyName();
        break;
    }
    core.columns.push_back(std::move(column));
  }
  if (Flip()) core.from = AnyFrom();
  core.where = MaybeExpr();
  if (Flip()) core.group_by = AnyList(1, 2);
  core.having = MaybeExpr();
  return core;
}

FromClause AstGenerator::AnyFrom() {
  FromClause from;
  for (size_t count = Count(1, 3); count > 0; --count) from.push_back(AnyFromItem(from.empty()));
  return from;
}

FromItem AstGenerator::AnyFromItem(bool is_first) {
  FromItem item;
  ++depth_;
  const uint32_t form = depth_ > kDepthMax ? 0 : Choose(4);
  switch (form) {
    default:
      item.table = AnyQualifiedName();
      item.has_arguments = Flip();
      if (item.has_arguments) {
        item.arguments = AnyList(0, 2);
      } else {
        item.hint = AnyHint();
      }
      break;
    case 2:
      item.select = AnySelect();
      break;
    case 3:
      item.nested = AnyFrom();
      break;
  }
  item.alias = MaybeName();
  if (!is_first) {
    item.join.kind = static_cast<JoinKind>(Choose(6));
    item.join.is_natural = item.join.kind != JoinKind::kComma && Flip();
    if (Flip()) {
      item.on = AnyExpr();
    } else {
      item.using_columns = AnyNames(0);
    }
  }
  --depth_;
  return item;
}

IndexHint AstGenerator::AnyHint() {
  IndexHint hint;
  const uint32_t form = Choose(4);
  hint.is_not_indexed = form == 2;
  if (form == 3) hint.index = AnyName();
  return hint;
}

// ---- Statements ----

StatementPtr AstGenerator::AnyStatement() {
  switch (Choose(16)) {
    default:
      return StatementPtr(AnySelect());
    case 4:
      return AnyInsert();
    case 5:
      return AnyUpdate();
    case 6:
      return AnyDelete();
    case 7:
    case 8:
      return AnyCreateTable();
    case 9:
      return AnyCreateIndex();
    case 10:
      return AnyDrop();
    case 11:
      return AnyPragma();
    case 12: {
      auto begin = std::make_unique<BeginStatement>();
      begin->mode = static_cast<TransactionMode>(Choose(3));
      return StatementPtr(std::move(begin));
    }
    case 13: {
      if (Flip()) return StatementPtr(std::make_unique<CommitStatement>());
      auto rollback = std::make_unique<RollbackStatement>();
      rollback->savepoint = MaybeName();
      return StatementPtr(std::move(rollback));
    }
    case 14: {
      auto savepoint = std::make_unique<SavepointStatement>();
      savepoint->name = AnyName();
      return StatementPtr(std::move(savepoint));
    }
    case 15: {
      auto release = std::make_unique<ReleaseStatement>();
      release->name = AnyName();
      return StatementPtr(std::move(release));
    }
  }
}

ConflictAction AstGenerator::AnyConflict() { return static_cast<ConflictAction>(Choose(6)); }

StatementPtr AstGenerator::AnyInsert() {
  auto insert = std::make_unique<InsertStatement>();
  insert->or_action = AnyConflict();
  insert->table = AnyQualifiedName();
  insert->alias = MaybeName();
  insert->columns = AnyNames(0);
  if (Flip()) insert->source = AnySelect();
  return StatementPtr(std::move(insert));
}

StatementPtr AstGenerator::AnyUpdate() {
  auto update = std::make_unique<UpdateStatement>();
  update->or_action = AnyConflict();
  update->table = AnyQualifiedName();
  update->alias = MaybeName();
  update->hint = AnyHint();
  for (size_t count = Count(1, 3); count > 0; --count) {
    Assignment assignment;
    assignment.is_row = Flip();
    assignment.columns = AnyNames(1);
    if (!assignment.is_row) assignment.columns.resize(1);
    assignment.value = AnyExpr();
    update->assignments.push_back(std::move(assignment));
  }
  if (Flip()) update->from = AnyFrom();
  update->where = MaybeExpr();
  return StatementPtr(std::move(update));
}

StatementPtr AstGenerator::AnyDelete() {
  auto deletion = std::make_unique<DeleteStatement>();
  deletion->table = AnyQualifiedName();
  deletion->alias = MaybeName();
  deletion->hint = AnyHint();
  deletion->where = MaybeExpr();
  return StatementPtr(std::move(deletion));
}

StatementPtr AstGenerator::AnyCreateTable() {
  auto create = std::make_unique<CreateTableStatement>();
  create->is_temporary = Flip();
  create->if_not_exists = Flip();
  create->table = AnyQualifiedName();
  if (Choose(4) == 1) {
    create->select = AnySelect();
    return StatementPtr(std::move(create));
  }
  for (size_t count = Count(1, 3); count > 0; --count) {
    ColumnDefinition column;
    column.name = AnyName();
    column.type = AnyType();
    for (size_t i = Count(0, 3); i > 0; --i) column.constraints.push_back(AnyColumnConstraint());
    create->columns.push_back(std::move(column));
  }
  for (size_t i = Count(0, 2); i > 0; --i) create->constraints.push_back(AnyTableConstraint());
  create->is_without_rowid = Flip();
  create->is_strict = Flip();
  return StatementPtr(std::move(create));
}

ColumnConstraint AstGenerator::AnyColumnConstraint() {
  ColumnConstraint constraint;
  constraint.kind = static_cast<ColumnConstraintKind>(Choose(9));
  constraint.name = MaybeName();
  switch (constraint.kind) {
    case ColumnConstraintKind::kPrimaryKey:
      constraint.order = static_cast<SortOrder>(Choose(3));
      constraint.on_conflict = AnyConflict();
      constraint.is_autoincrement = Flip();
      break;
    case ColumnConstraintKind::kNotNull:
    case ColumnConstraintKind::kNull:
    case ColumnConstraintKind::kUnique:
      constraint.on_conflict = AnyConflict();
      break;
    case ColumnConstraintKind::kCheck:
    case ColumnConstraintKind::kDefault:
      constraint.expr = AnyExpr();
      break;
    case ColumnConstraintKind::kCollate:
      constraint.collation = AnyName();
      break;
    case ColumnConstraintKind::kReferences:
      constraint.reference = AnyReference();
      break;
    case ColumnConstraintKind::kGenerated:
      constraint.expr = AnyExpr();
      constraint.is_stored = Flip();
      break;
  }
  return constraint;
}

TableConstraint AstGenerator::AnyTableConstraint() {
  TableConstraint constraint;
  constraint.kind = static_cast<TableConstraintKind>(Choose(4));
  constraint.name = MaybeName();
  switch (constraint.kind) {
    case TableConstraintKind::kPrimaryKey:
      constraint.key = AnyOrderingTerms(1);
      constraint.is_autoincrement = Flip();
      constraint.on_conflict = AnyConflict();
      break;
    case TableConstraintKind::kUnique:
      constraint.key = AnyOrderingTerms(1);
      constraint.on_conflict = AnyConflict();
      break;
    case TableConstraintKind::kCheck:
      constraint.expr = AnyExpr();
      constraint.on_conflict = AnyConflict();
      break;
    case TableConstraintKind::kForeignKey:
      constraint.columns = AnyNames(1);
      constraint.reference = AnyReference();
      break;
  }
  return constraint;
}

ForeignKeyReference AstGenerator::AnyReference() {
  ForeignKeyReference reference;
  reference.table = AnyName();
  reference.columns = AnyNames(0);
  reference.on_delete = static_cast<ForeignKeyAction>(Choose(5));
  reference.on_update = static_cast<ForeignKeyAction>(Choose(5));
  reference.is_deferred = Flip();
  return reference;
}

StatementPtr AstGenerator::AnyCreateIndex() {
  auto create = std::make_unique<CreateIndexStatement>();
  create->is_unique = Flip();
  create->if_not_exists = Flip();
  create->index = AnyQualifiedName();
  create->table = AnyName();
  create->columns = AnyOrderingTerms(1);
  create->where = MaybeExpr();
  return StatementPtr(std::move(create));
}

StatementPtr AstGenerator::AnyDrop() {
  auto drop = std::make_unique<DropStatement>();
  drop->object = static_cast<SchemaObjectKind>(Choose(4));
  drop->if_exists = Flip();
  drop->name = AnyQualifiedName();
  return StatementPtr(std::move(drop));
}

StatementPtr AstGenerator::AnyPragma() {
  auto pragma = std::make_unique<PragmaStatement>();
  pragma->name = AnyQualifiedName();
  if (Flip()) {
    pragma->value = Flip() ? "-5" : "wal";
    pragma->is_call = Flip();
  }
  return StatementPtr(std::move(pragma));
}

}  // namespace orrery
