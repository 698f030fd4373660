#include "engine/compile/query_binder.h"

#include <algorithm>

#include "engine/compile/window.h"

namespace orrery {
namespace {

// COLLATE and the hints that change nothing.
const Bound& WithoutPlain(const Bound& bound) {
  const Bound* inner = &bound;
  while (inner->kind == BoundKind::kPlain) inner = &inner->operand(0);
  return *inner;
}

// What stands within COLLATE and calls that change nothing.
const Expr& WithoutHints(const Expr& expr) {
  const Expr* inner = &WithoutCollate(expr);
  while (const FunctionExpr* call = inner->TryAs<FunctionExpr>()) {
    const std::string& name = call->name.text;
    const bool is_hint =
        SameName(name, "likely") || SameName(name, "unlikely") || SameName(name, "likelihood");
    if (!is_hint || call->arguments.empty()) break;
    inner = &WithoutCollate(*call->arguments[0]);
  }
  return *inner;
}

// The name of the column that an expression is; empty when it is none.
std::string ColumnName(const Bound& bound) {
  if (bound.kind != BoundKind::kColumn) return "";
  const int index = bound.column == kRowidColumn ? bound.table->rowid_column : bound.column;
  return index < 0 ? "rowid" : bound.table->columns[static_cast<size_t>(index)].name;
}

}  // namespace

Result<std::unique_ptr<Query>> BindQuery(CompileContext& context, const SelectStatement& select,
                                         const WithScope* with, Scope* outer) {
  return QueryBinder(context, select, with, outer).Bind();
}

Result<std::unique_ptr<Query>> BindTableQuery(CompileContext& context, const QualifiedName& name,
                                              const ExprList* arguments, const WithScope* with,
                                              Scope* outer) {
  auto query = std::make_unique<Query>();
  auto block = std::make_unique<QueryBlock>();
  Scope scope;
  scope.outer = outer;
  scope.with = with;
  RETURN_IF_ERROR(FromBinder(context, scope, *block).BindTable(name, arguments));
  const Source& source = block->from[0]->source;
  for (size_t i = 0; i < source.table->columns.size(); ++i) {
    if (source.table->columns[i].is_hidden) continue;
    block->result.push_back(MakeColumn(*source.table, source.cursor, static_cast<int>(i)));
    query->names.push_back(source.table->columns[i].name);
  }
  query->blocks.push_back(std::move(block));
  query->is_correlated = scope.is_correlated;
  return query;
}

Result<std::unique_ptr<Query>> BindReturning(CompileContext& context,
                                             const std::vector<ResultColumn>& columns,
                                             const Source& source, const WithScope* with) {
  static const SelectStatement kNothing;
  return QueryBinder(context, kNothing, with, /*outer=*/nullptr).BindColumns(columns, source);
}

QueryBinder::QueryBinder(CompileContext& context, const SelectStatement& select,
                         const WithScope* with, Scope* outer)
    : context_(context),
      select_(select),
      with_(with),
      // A trigger's rows can be named anywhere in it, but not in the views that it reads.
      outer_(outer == nullptr && context.active_views.empty() ? context.outer_rows : outer),
      query_(std::make_unique<Query>()) {
  if (!select.with.empty()) with_ = &own_with_.emplace(select.with, with);
  query_->ops = select.ops;
  query_->blocks.resize(select.cores.size());
  order_matches_.resize(select.order_by.size());
}

// What the last SELECT of a compound has wrong is found first, as in sqlite3; but a table that one
// of them misses before any other name.
Result<std::unique_ptr<Query>> QueryBinder::Bind() {
  const size_t count = select_.cores.size();
  for (size_t i = count; count > 1 && i > 0; --i) {
    RETURN_IF_ERROR(CheckTablesExist(context_, select_.cores[i - 1].from, with_));
  }
  for (size_t i = count; i > 0; --i) {
    RETURN_IF_ERROR(BindBlock(i - 1));
  }
  RETURN_IF_ERROR(CheckWidths());
  RETURN_IF_ERROR(FinishCompoundOrder());
  query_->names = std::move(names_);
  query_->table_names = std::move(table_names_);
  if (IsReadAsTable()) {
    query_->names.clear();
    const std::unique_ptr<Table> table = TableOfQuery(*query_, "");
    for (const Column& column : table->columns) query_->names.push_back(column.name);
  }
  query_->schema_names = std::move(schema_names_);
  return std::move(query_);
}

Result<std::unique_ptr<Query>> QueryBinder::BindColumns(const std::vector<ResultColumn>& columns,
                                                        const Source& source) {
  auto block = std::make_unique<QueryBlock>();
  Scope scope;
  scope.with = with_;
  scope.sources.push_back(source);
  RETURN_IF_ERROR(BindResult(columns, scope, *block));
  query_->blocks.push_back(std::move(block));
  query_->names = std::move(names_);
  return std::move(query_);
}

Result<std::unique_ptr<Query>> QueryBinder::BindRecursive(
    size_t recursive_from, const std::function<Status(Query& query)>& start) {
  query_->recursive_from = recursive_from;
  for (size_t i = recursive_from; i > 0; --i) {
    RETURN_IF_ERROR(BindBlock(i - 1));
  }
  // The blocks that are bound, alone.
  std::vector<std::unique_ptr<QueryBlock>> recursive;
  for (size_t i = recursive_from; i < query_->blocks.size(); ++i) {
    recursive.push_back(std::move(query_->blocks[i]));
  }
  query_->blocks.resize(recursive_from);
  query_->names = names_;
  query_->table_names = table_names_;
  query_->schema_names = schema_names_;
  RETURN_IF_ERROR(start(*query_));
  query_->blocks.resize(select_.cores.size());
  for (size_t i = recursive_from; i < query_->blocks.size(); ++i) {
    RETURN_IF_ERROR(BindBlock(i));
  }
  RETURN_IF_ERROR(CheckWidths());
  RETURN_IF_ERROR(FinishCompoundOrder());
  return std::move(query_);
}

// sqlite3 orders a compound by a collation as SELECT * FROM (compound), where no two columns have
// the same name.
bool QueryBinder::IsReadAsTable() const {
  const bool is_all = std::all_of(select_.ops.begin(), select_.ops.end(),
                                  [](CompoundOp op) { return op == CompoundOp::kUnionAll; });
  return !is_all && std::any_of(select_.order_by.begin(), select_.order_by.end(),
                                [](const OrderingTerm& term) {
                                  return term.expr->TryAs<CollateExpr>() != nullptr;
                                });
}

Status QueryBinder::CheckWidths() const {
  for (size_t i = query_->blocks.size() - 1; i > 0; --i) {
    if (query_->blocks[i]->result.size() == query_->blocks[i - 1]->result.size()) continue;
    if (select_.cores[i].is_values()) {
      return SqlError("all VALUES must have the same number of terms");
    }
    return SqlError("SELECTs to the left and right of " +
                    std::string(Describe(query_->ops[i - 1])) +
                    " do not have the same number of result columns");
  }
  return OkStatus();
}

Status QueryBinder::BindLimit() {
  Scope scope;
  scope.with = with_;
  Binder binder(context_, scope);
  if (select_.limit) {
    ASSIGN_OR_RETURN(query_->limit, binder.Bind(*select_.limit));
  }
  if (select_.offset) {
    ASSIGN_OR_RETURN(query_->offset, binder.Bind(*select_.offset));
  }
  return OkStatus();
}

// -- One SELECT --

Status QueryBinder::BindBlock(size_t index) {
  const SelectCore& core = select_.cores[index];
  auto block = std::make_unique<QueryBlock>();
  Scope scope;
  scope.outer = outer_;
  scope.with = with_;
  scope.aggregates = &block->aggregates;
  scope.windows = &block->windows;
  scope.named_windows = &core.windows;
  aliases_.clear();
  names_.clear();
  table_names_.clear();
  schema_names_.clear();
  written_.clear();

  const bool is_last = index + 1 == select_.cores.size();
  if (core.is_values()) {
    if (is_last) RETURN_IF_ERROR(BindLimit());
    RETURN_IF_ERROR(BindRows(core, scope, *block));
  } else {
    block->is_distinct = core.is_distinct;
    FromBinder from(context_, scope, *block);
    RETURN_IF_ERROR(from.BindTables(core.from));
    RETURN_IF_ERROR(CheckStars(core, scope));
    if (is_last) RETURN_IF_ERROR(BindLimit());
    scope.aggregate_use = AggregateUse::kAllowed;
    RETURN_IF_ERROR(BindResult(core.columns, scope, *block));
    RETURN_IF_ERROR(BindConditions(core, scope, *block));
    RETURN_IF_ERROR(from.BindJoinConditions());
  }
  const bool is_aggregate = !block->aggregates.empty() || !core.group_by.empty();
  // What follows may not name columns of the queries around.
  scope.outer = nullptr;
  scope.windows = &block->windows;
  scope.aggregate_use = is_aggregate ? AggregateUse::kAllowed : AggregateUse::kMisplaced;
  if (select_.cores.size() == 1) {
    RETURN_IF_ERROR(BindOrderBy(scope, *block));
  } else {
    MatchCompoundOrder(index, scope, *block);
  }
  RETURN_IF_ERROR(BindGroupBy(core, scope, *block));
  RETURN_IF_ERROR(scope.late_error);
  query_->is_correlated = query_->is_correlated || scope.is_correlated;
  query_->blocks[index] = std::move(block);
  return OkStatus();
}

Status QueryBinder::BindRows(const SelectCore& core, Scope& scope, QueryBlock& block) {
  Binder binder(context_, scope);
  for (const ExprList& row : core.values) {
    if (row.size() != core.values[0].size()) {
      return SqlError("all VALUES must have the same number of terms");
    }
    std::vector<BoundPtr> bound_row;
    for (const ExprPtr& expr : row) {
      ASSIGN_OR_RETURN(BoundPtr bound, binder.Bind(*expr));
      bound_row.push_back(std::move(bound));
    }
    if (block.result.empty()) {
      block.result = std::move(bound_row);
    } else {
      block.more_rows.push_back(std::move(bound_row));
    }
  }
  aliases_.resize(block.result.size());
  written_.resize(block.result.size());
  for (size_t i = 0; i < block.result.size(); ++i) {
    names_.push_back("column" + std::to_string(i + 1));
  }
  table_names_ = schema_names_ = names_;
  return OkStatus();
}

void QueryBinder::AddResult(QueryBlock& block, BoundPtr bound, const Expr* written) {
  block.result.push_back(std::move(bound));
  written_.push_back(written);
}

void QueryBinder::NameResult(const std::optional<std::string>& alias, std::string name,
                             std::string table_name, std::string schema_name) {
  aliases_.push_back(alias);
  names_.push_back(std::move(name));
  table_names_.push_back(std::move(table_name));
  schema_names_.push_back(std::move(schema_name));
}

Status QueryBinder::CheckStars(const SelectCore& core, const Scope& scope) const {
  for (const ResultColumn& column : core.columns) {
    if (!column.is_star()) continue;
    bool is_found = !scope.sources.empty() && !column.table;
    for (const Source& source : scope.sources) {
      is_found = is_found || (column.table && IsInStar(source, column.table->text));
    }
    if (is_found) continue;
    if (column.table) return SqlError("no such table: " + column.table->text);
    return SqlError("no tables specified");
  }
  return OkStatus();
}

Status QueryBinder::BindResult(const std::vector<ResultColumn>& columns, Scope& scope,
                               QueryBlock& block) {
  Binder binder(context_, scope);
  for (const ResultColumn& column : columns) {
    if (column.is_star()) {
      RETURN_IF_ERROR(BindStar(column, scope, block));
      continue;
    }
    ASSIGN_OR_RETURN(BoundPtr bound, binder.Bind(*column.expr));
    if (column.alias) {
      const std::string& alias = column.alias->text;
      NameResult(alias, alias, alias, alias);
    } else {
      NameExpression(column, *bound, block.result.size());
    }
    AddResult(block, std::move(bound), column.expr.get());
  }
  if (block.result.size() > kColumnCountMax) return SqlError("too many columns in result set");
  return OkStatus();
}

// FROM looks at names as they are written, what is made of a query at what they mean.
void QueryBinder::NameExpression(const ResultColumn& column, const Bound& bound, size_t index) {
  const std::string written(column.span.In(context_.text()));
  const bool is_truth = SameName(written, "true") || SameName(written, "false");
  const std::string text = is_truth ? "column" + std::to_string(index + 1) : written;
  const std::string name = ColumnName(bound);
  std::string table_name = text;
  std::string schema_name = text;
  const ColumnExpr* const as_column = WithoutHints(*column.expr).TryAs<ColumnExpr>();
  if (as_column != nullptr && !is_truth) {
    table_name = as_column->column.text;
    schema_name = ColumnName(WithoutPlain(bound));
    if (schema_name.empty()) schema_name = table_name;
  }
  NameResult(std::nullopt, name.empty() ? written : name, std::move(table_name),
             std::move(schema_name));
}

// All columns of all tables, or of one; those that USING shares once, from the left.
Status QueryBinder::BindStar(const ResultColumn& column, Scope& scope, QueryBlock& block) {
  for (size_t i = 0; i < scope.sources.size(); ++i) {
    const Source& source = scope.sources[i];
    const bool names_source = !column.table || SameName(column.table->text, source.name);
    for (size_t j = 0; j < source.table->columns.size(); ++j) {
      const Column& definition = source.table->columns[j];
      if (definition.is_hidden) continue;
      if (!source.origins.empty()) {
        const Source::Origin& origin = source.origins[j];
        const bool is_wanted =
            names_source ? !origin.is_shared : SameName(column.table->text, origin.table);
        if (!is_wanted) continue;
      } else if (!names_source) {
        continue;
      }
      if (!column.table && i > 0 && source.Shares(definition.name)) continue;
      BoundPtr bound = MakeColumn(*source.table, source.cursor, static_cast<int>(j));
      if (!column.table && IsSharedWithRight(scope, i, definition.name)) {
        ColumnExpr name;
        name.column.text = definition.name;
        ASSIGN_OR_RETURN(bound, FindColumn(scope, name, context_.catalog.get()));
      }
      AddResult(block, std::move(bound), /*written=*/nullptr);
      const std::string& name = source.origins.empty() ? definition.name : source.origins[j].column;
      NameResult(name, name, name, name);
    }
  }
  return OkStatus();
}

Status QueryBinder::BindConditions(const SelectCore& core, Scope& scope, QueryBlock& block) {
  const bool is_aggregate = !block.aggregates.empty() || !core.group_by.empty();
  scope.windows = nullptr;
  scope.aliases = &core.columns;
  Binder binder(context_, scope);
  if (core.having) {
    if (!is_aggregate) return SqlError("HAVING clause on a non-aggregate query");
    scope.aggregate_use = AggregateUse::kAllowed;
    ASSIGN_OR_RETURN(block.having, binder.Bind(*core.having));
  }
  scope.aggregate_use = is_aggregate ? AggregateUse::kMisplaced : AggregateUse::kRefused;
  if (core.where) {
    ASSIGN_OR_RETURN(block.where, binder.Bind(*core.where));
  }
  return OkStatus();
}

// A term is a position in the result, or an expression.
Status QueryBinder::BindGroupBy(const SelectCore& core, Scope& scope, QueryBlock& block) {
  scope.windows = nullptr;
  scope.aggregate_use = AggregateUse::kAllowed;
  std::vector<std::optional<int>> positions;
  bool has_aggregate = false;
  const size_t aggregate_count = block.aggregates.size();
  for (size_t i = 0; i < core.group_by.size(); ++i) {
    const Expr& expr = *core.group_by[i];
    ASSIGN_OR_RETURN(const std::optional<int> position, PositionOf(expr, i, "GROUP BY"));
    positions.push_back(position);
    if (position && *position >= static_cast<int>(names_.size())) continue;
    BoundPtr bound;
    if (position) {
      ASSIGN_OR_RETURN(bound, BindPosition(expr, static_cast<size_t>(*position), scope, block));
    } else {
      ASSIGN_OR_RETURN(bound, Binder(context_, scope).Bind(expr));
    }
    if (const BoundAggregate* aggregate = FindAggregate(*bound, scope); aggregate != nullptr) {
      // A column of the result under another collation is found out later.
      const bool is_column = position || AliasOf(WithoutCollate(expr));
      if (is_column && expr.TryAs<CollateExpr>() != nullptr) {
        scope.late_error = SqlError("misuse of aggregate: " + aggregate->expr->name.text + "()");
      } else {
        has_aggregate = true;
      }
    }
    block.group_by.push_back(std::move(bound));
  }
  RETURN_IF_ERROR(CheckPositions(positions, "GROUP BY"));
  if (has_aggregate || block.aggregates.size() > aggregate_count) {
    return SqlError("aggregate functions are not allowed in the GROUP BY clause");
  }
  return OkStatus();
}

// What a position in the result stands for, once more.
Result<BoundPtr> QueryBinder::BindPosition(const Expr& term, size_t position, Scope& scope,
                                           const QueryBlock& block) {
  BoundPtr bound = Clone(*block.result[position]);
  if (bound == nullptr) {
    const auto* aliases = std::exchange(scope.aliases, nullptr);
    Result<BoundPtr> again = Binder(context_, scope).Bind(*written_[position]);
    scope.aliases = aliases;
    if (!again.ok()) return again;
    bound = *std::move(again);
  }
  const CollateExpr* collate = term.TryAs<CollateExpr>();
  if (collate == nullptr) return bound;
  return Collated(std::move(bound), collate->collation.text);
}

}  // namespace orrery
