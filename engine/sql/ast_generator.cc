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
  switch (Choose(4)) {
    default:
      break;
    case 2:
      node->window_name = AnyName();
      break;
    case 3:
      node->window = std::make_unique<WindowDefinition>(AnyWindow());
      break;
  }
  return ExprPtr(std::move(node));
}

WindowDefinition AstGenerator::AnyWindow() {
  WindowDefinition window;
  ++depth_;
  window.start.kind = FrameEdgeKind::kUnboundedPreceding;
  window.base = MaybeName();
  if (depth_ <= kDepthMax) {
    window.partition_by = AnyList(0, 2);
    window.order_by = AnyOrderingTerms(0);
  }
  window.has_frame = Flip();
  if (window.has_frame) {
    window.unit = static_cast<FrameUnit>(Choose(3));
    window.start = AnyEdge(FrameEdgeKind::kUnboundedPreceding, FrameEdgeKind::kFollowing);
    const bool begins_unbounded = window.start.kind == FrameEdgeKind::kUnboundedPreceding;
    window.end = AnyEdge(begins_unbounded ? FrameEdgeKind::kPreceding : window.start.kind,
                         FrameEdgeKind::kUnboundedFollowing);
    window.exclude = static_cast<FrameExclude>(Choose(5));
  }
  --depth_;
  return window;
}

FrameEdge AstGenerator::AnyEdge(FrameEdgeKind least, FrameEdgeKind most) {
  FrameEdge edge;
  edge.kind =
      static_cast<FrameEdgeKind>(Count(static_cast<size_t>(least), static_cast<size_t>(most)));
  if (edge.kind == FrameEdgeKind::kPreceding || edge.kind == FrameEdgeKind::kFollowing) {
    edge.distance = AnyExpr();
  }
  return edge;
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
  select->with = MaybeWith();
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

WithClause AstGenerator::MaybeWith() {
  WithClause with;
  if (depth_ > kDepthMax || Choose(6) != 5) return with;
  with.is_recursive = Flip();
  for (size_t count = Count(1, 2); count > 0; --count) {
    CommonTable table;
    table.name = {.text = "w" + std::to_string(count), .span = {}};
    table.columns = AnyNames(0);
    table.materialization = static_cast<Materialization>(Choose(3));
    table.select = AnySelect();
    with.tables.push_back(std::move(table));
  }
  return with;
}

SelectCore AstGenerator::AnyCore() {
  SelectCore core;
  if (Choose(4) == 1) {
    for (size_t count = Count(1, 2); count > 0; --count) core.values.push_back(AnyList(1, 2));
    return core;
  }
  core.is_distinct = Flip();
  core.columns = AnyResultColumns(1);
  if (Flip()) core.from = AnyFrom();
  core.where = MaybeExpr();
  if (Flip()) core.group_by = AnyList(1, 2);
  core.having = MaybeExpr();
  if (Choose(6) == 5) {
    for (size_t count = Count(1, 2); count > 0; --count) {
      NamedWindow window;
      window.name = AnyName();
      window.definition = AnyWindow();
      core.windows.push_back(std::move(window));
    }
  }
  return core;
}

std::vector<ResultColumn> AstGenerator::AnyResultColumns(size_t least) {
  std::vector<ResultColumn> columns;
  for (size_t count = Count(least, 3); count > 0; --count) {
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
    columns.push_back(std::move(column));
  }
  return columns;
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
  switch (Choose(21)) {
    default:
      return StatementPtr(AnySelect());
    case 16:
      return AnyCreateView();
    case 17:
      return AnyCreateVirtualTable();
    case 18:
      return AnyCreateTrigger();
    case 19:
      return AnyAlterTable();
    case 20:
      return AnyOfWholeDatabase();
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
  insert->with = MaybeWith();
  if (Flip()) insert->source = AnySelect();
  if (insert->source && Flip()) {
    // Behind a table the word ON would be that of a join.
    insert->source->cores.back() = SelectCore();
    insert->source->cores.back().values.push_back(AnyList(1, 2));
    insert->source->order_by.clear();
    insert->source->limit = nullptr;
    insert->source->offset = nullptr;
    for (size_t count = Count(0, 2); count > 0; --count) {
      insert->upserts.push_back(AnyUpsert(count == 1));
    }
  }
  insert->returning = AnyResultColumns(0);
  return StatementPtr(std::move(insert));
}

UpsertClause AstGenerator::AnyUpsert(bool is_last) {
  UpsertClause upsert;
  upsert.target = AnyOrderingTerms(is_last ? 0 : 1);
  if (!upsert.target.empty()) upsert.target_where = MaybeExpr();
  upsert.is_update = Flip();
  if (upsert.is_update) {
    upsert.assignments = AnyAssignments();
    upsert.where = MaybeExpr();
  }
  return upsert;
}

std::vector<Assignment> AstGenerator::AnyAssignments() {
  std::vector<Assignment> assignments;
  for (size_t count = Count(1, 3); count > 0; --count) {
    Assignment assignment;
    assignment.is_row = Flip();
    assignment.columns = AnyNames(1);
    if (!assignment.is_row) assignment.columns.resize(1);
    assignment.value = AnyExpr();
    assignments.push_back(std::move(assignment));
  }
  return assignments;
}

StatementPtr AstGenerator::AnyUpdate() {
  auto update = std::make_unique<UpdateStatement>();
  update->or_action = AnyConflict();
  update->table = AnyQualifiedName();
  update->alias = MaybeName();
  update->hint = AnyHint();
  update->with = MaybeWith();
  update->assignments = AnyAssignments();
  if (Flip()) update->from = AnyFrom();
  update->where = MaybeExpr();
  update->returning = AnyResultColumns(0);
  return StatementPtr(std::move(update));
}

StatementPtr AstGenerator::AnyDelete() {
  auto deletion = std::make_unique<DeleteStatement>();
  deletion->table = AnyQualifiedName();
  deletion->alias = MaybeName();
  deletion->hint = AnyHint();
  deletion->with = MaybeWith();
  deletion->where = MaybeExpr();
  deletion->returning = AnyResultColumns(0);
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
    create->columns.push_back(AnyColumnDefinition());
  }
  for (size_t i = Count(0, 2); i > 0; --i) create->constraints.push_back(AnyTableConstraint());
  create->is_without_rowid = Flip();
  create->is_strict = Flip();
  return StatementPtr(std::move(create));
}

ColumnDefinition AstGenerator::AnyColumnDefinition() {
  ColumnDefinition column;
  column.name = AnyName();
  column.type = AnyType();
  for (size_t i = Count(0, 3); i > 0; --i) column.constraints.push_back(AnyColumnConstraint());
  return column;
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

StatementPtr AstGenerator::AnyCreateView() {
  auto create = std::make_unique<CreateViewStatement>();
  create->is_temporary = Flip();
  create->if_not_exists = Flip();
  create->view = AnyQualifiedName();
  create->columns = AnyNames(0);
  create->select = AnySelect();
  return StatementPtr(std::move(create));
}

StatementPtr AstGenerator::AnyCreateVirtualTable() {
  constexpr std::string_view kArguments[] = {"", "a TEXT", "x = (1, 2)", "'q,'"};
  auto create = std::make_unique<CreateVirtualTableStatement>();
  create->if_not_exists = Flip();
  create->table = AnyQualifiedName();
  create->module = AnyName();
  for (size_t count = Count(0, 3); count > 0; --count) {
    create->arguments.emplace_back(kArguments[Choose(std::size(kArguments))]);
  }
  return StatementPtr(std::move(create));
}

StatementPtr AstGenerator::AnyCreateTrigger() {
  auto create = std::make_unique<CreateTriggerStatement>();
  create->is_temporary = Flip();
  create->if_not_exists = Flip();
  create->trigger = AnyQualifiedName();
  create->time = static_cast<TriggerTime>(Choose(4));
  create->event = static_cast<TriggerEvent>(Choose(3));
  if (create->event == TriggerEvent::kUpdate) create->update_columns = AnyNames(0);
  create->table = AnyQualifiedName();
  create->is_for_each_row = Flip();
  create->when = MaybeExpr();
  for (size_t count = Count(1, 2); count > 0; --count) create->body.push_back(AnyTriggerStep());
  return StatementPtr(std::move(create));
}

StatementPtr AstGenerator::AnyTriggerStep() {
  switch (Choose(4)) {
    default:
      return StatementPtr(AnySelect());
    case 1: {
      StatementPtr step = AnyInsert();
      auto& insert = step->As<InsertStatement>();
      insert.with = {};
      insert.table.schema.reset();
      insert.alias.reset();
      if (!insert.source) insert.source = AnySelect();
      insert.returning.clear();
      return step;
    }
    case 2: {
      StatementPtr step = AnyUpdate();
      auto& update = step->As<UpdateStatement>();
      update.with = {};
      update.table.schema.reset();
      update.alias.reset();
      update.hint = {};
      update.returning.clear();
      return step;
    }
    case 3: {
      StatementPtr step = AnyDelete();
      auto& deletion = step->As<DeleteStatement>();
      deletion.with = {};
      deletion.table.schema.reset();
      deletion.alias.reset();
      deletion.hint = {};
      deletion.returning.clear();
      return step;
    }
  }
}

StatementPtr AstGenerator::AnyAlterTable() {
  auto alter = std::make_unique<AlterTableStatement>();
  alter->table = AnyQualifiedName();
  alter->alter = static_cast<AlterKind>(Choose(4));
  switch (alter->alter) {
    case AlterKind::kRenameColumn:
      alter->column = AnyName();
      [[fallthrough]];
    case AlterKind::kRenameTable:
      alter->new_name = AnyName();
      break;
    case AlterKind::kAddColumn:
      alter->added = AnyColumnDefinition();
      break;
    case AlterKind::kDropColumn:
      alter->column = AnyName();
      break;
  }
  return StatementPtr(std::move(alter));
}

StatementPtr AstGenerator::AnyOfWholeDatabase() {
  switch (Choose(5)) {
    default: {
      auto analyze = std::make_unique<AnalyzeStatement>();
      if (Flip()) analyze->name = AnyQualifiedName();
      return StatementPtr(std::move(analyze));
    }
    case 1: {
      auto reindex = std::make_unique<ReindexStatement>();
      if (Flip()) reindex->name = AnyQualifiedName();
      return StatementPtr(std::move(reindex));
    }
    case 2: {
      auto vacuum = std::make_unique<VacuumStatement>();
      vacuum->schema = MaybeName();
      vacuum->into = MaybeExpr();
      return StatementPtr(std::move(vacuum));
    }
    case 3: {
      auto attach = std::make_unique<AttachStatement>();
      attach->file = AnyExpr();
      attach->schema = AnyExpr();
      attach->key = MaybeExpr();
      return StatementPtr(std::move(attach));
    }
    case 4: {
      auto detach = std::make_unique<DetachStatement>();
      detach->schema = AnyExpr();
      return StatementPtr(std::move(detach));
    }
  }
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
