#include "engine/compile/from_binder.h"

#include <algorithm>

#include "engine/catalog/table_function.h"
#include "engine/compile/binder.h"
#include "engine/compile/query_binder.h"
#include "engine/compile/with_scope.h"

namespace orrery {
namespace {

constexpr size_t kJoinedTableCountMax = 64;

bool IsInner(JoinKind kind) {
  return kind == JoinKind::kComma || kind == JoinKind::kInner || kind == JoinKind::kCross;
}

void And(BoundPtr& conjunction, BoundPtr bound) {
  if (conjunction == nullptr) {
    conjunction = std::move(bound);
    return;
  }
  auto both = std::make_unique<Bound>(BoundKind::kBinary);
  both->binary = BinaryOp::kAnd;
  both->operands.push_back(std::move(conjunction));
  both->operands.push_back(std::move(bound));
  conjunction = std::move(both);
}

// Whether the items of a parenthesized group mean the same without the parentheses.
bool ReadsWithoutParentheses(const FromItem& group, JoinType join, bool is_first) {
  if (group.alias || !group.using_columns.empty() || join.is_natural) return false;
  if (is_first) return true;
  if (!IsInner(join.kind)) return false;
  return std::all_of(group.nested.begin(), group.nested.end(), [](const FromItem& item) {
    return IsInner(item.join.kind) && !item.join.is_natural && item.using_columns.empty();
  });
}

}  // namespace

Status CheckTablesExist(const CompileContext& context, const FromClause& from,
                        const WithScope* with) {
  for (const FromItem& item : from) {
    if (item.select) continue;
    if (!item.nested.empty()) {
      RETURN_IF_ERROR(CheckTablesExist(context, item.nested, with));
      continue;
    }
    if (!item.table.schema && WithScope::Find(with, item.table.name.text).table != nullptr) {
      continue;
    }
    if (FindTableFunction(item.table.name.text)) continue;
    RETURN_IF_ERROR(CheckTableExists(context, item.table, item.hint));
  }
  return OkStatus();
}

Status FromBinder::BindTables(const FromClause& from) {
  RETURN_IF_ERROR(CheckTablesExist(context_, from, scope_.with));
  clause_ = &from;
  for (size_t i = 0; i < from.size(); ++i) {
    RETURN_IF_ERROR(AddItem(from[i], i == 0 ? JoinType() : from[i].join));
  }
  return NameSources();
}

Status FromBinder::BindBeside(const FromClause& from) {
  RETURN_IF_ERROR(CheckTablesExist(context_, from, scope_.with));
  clause_ = &from;
  if (from.size() == 1) {
    RETURN_IF_ERROR(AddItem(from[0], JoinType()));
  } else {
    auto term = std::make_unique<FromTerm>();
    RETURN_IF_ERROR(AddNestedJoin(*term, from, std::nullopt));
    block_.from.push_back(std::move(term));
  }
  return NameSources();
}

Status FromBinder::NameSources() {
  if (block_.from.size() > kJoinedTableCountMax) return SqlError("at most 64 tables in a join");
  for (size_t i = 0; i < block_.from.size(); ++i) {
    if (i > 0) RETURN_IF_ERROR(ShareColumns(i));
    scope_.sources.push_back(block_.from[i]->source);
  }
  return BindArguments();
}

Status FromBinder::BindTable(const QualifiedName& name, const ExprList* arguments) {
  auto term = std::make_unique<FromTerm>();
  RETURN_IF_ERROR(AddTable(*term, name, arguments, std::nullopt));
  scope_.sources.push_back(term->source);
  block_.from.push_back(std::move(term));
  return BindArguments();
}

// -- Items --

Status FromBinder::AddItem(const FromItem& item, JoinType join) {
  if (!item.nested.empty() && ReadsWithoutParentheses(item, join, block_.from.empty())) {
    for (size_t i = 0; i < item.nested.size(); ++i) {
      RETURN_IF_ERROR(AddItem(item.nested[i], i == 0 ? join : item.nested[i].join));
    }
    if (item.on) conditions_.push_back({block_.from.back().get(), item.on.get()});
    return OkStatus();
  }
  auto term = std::make_unique<FromTerm>();
  term->join = join.kind;
  term->item = &item;
  term->is_natural = join.is_natural;
  term->hint.is_not_indexed = item.hint.is_not_indexed;
  term->hint.index = item.hint.index;
  if (item.select) {
    RETURN_IF_ERROR(AddSubquery(*term, *item.select, item.alias));
  } else if (!item.nested.empty()) {
    RETURN_IF_ERROR(AddNestedJoin(*term, item.nested, item.alias));
  } else {
    RETURN_IF_ERROR(
        AddTable(*term, item.table, item.has_arguments ? &item.arguments : nullptr, item.alias));
  }
  term->source.join = join.kind;
  if (item.on) conditions_.push_back({term.get(), item.on.get()});
  block_.from.push_back(std::move(term));
  return OkStatus();
}

Status FromBinder::AddTable(FromTerm& term, const QualifiedName& name, const ExprList* arguments,
                            const std::optional<Name>& alias) {
  if (!name.schema && arguments == nullptr) {
    const WithScope::Found found = WithScope::Find(scope_.with, name.name.text);
    if (found.table != nullptr) return AddCommonTable(term, *found.table, found.scope, alias);
  }
  if (const View* view = FindView(context_, name)) return AddView(term, *view, alias);
  if (arguments != nullptr || FindRelation(context_, name).table == nullptr) {
    if (const std::optional<size_t> function = FindTableFunction(name.name.text)) {
      return AddFunction(term, *function, arguments, alias);
    }
  }
  ASSIGN_OR_RETURN(term.source.table, FindTable(context_, name));
  if (arguments != nullptr) return SqlError("'" + name.name.text + "' is not a function");
  RETURN_IF_ERROR(CheckIndexHint(context_, term.hint, *term.source.table));
  term.source.name = alias ? alias->text : name.name.text;
  term.source.cursor = context_.builder.NewCursor();
  context_.builder.NeedTransaction(term.source.table->database, /*to_write=*/false);
  return OkStatus();
}

Status FromBinder::AddFunction(FromTerm& term, size_t number, const ExprList* arguments,
                               const std::optional<Name>& alias) {
  const TableFunction& function = TableFunctionAt(number);
  term.function = number;
  term.source.table = &function.table;
  term.source.name = alias ? alias->text : function.table.name;
  term.source.cursor = context_.builder.NewCursor();
  if (arguments == nullptr) return OkStatus();
  const auto count_max = static_cast<size_t>(function.argument_count_max);
  if (arguments->size() > count_max) {
    return SqlError("too many arguments on " + function.table.name + "() - max " +
                    std::to_string(count_max));
  }
  calls_.push_back({&term, arguments});
  return OkStatus();
}

// They name what stands before them in FROM.
Status FromBinder::BindArguments() {
  for (const Call& call : calls_) {
    Scope before;
    before.outer = scope_.outer;
    before.with = scope_.with;
    for (const Source& source : scope_.sources) {
      if (source.cursor == call.term->source.cursor) break;
      before.sources.push_back(source);
    }
    for (const ExprPtr& argument : *call.arguments) {
      ASSIGN_OR_RETURN(BoundPtr bound, Binder(context_, before).Bind(*argument));
      call.term->arguments.push_back(std::move(bound));
    }
    scope_.is_correlated = scope_.is_correlated || before.is_correlated;
  }
  calls_.clear();
  return OkStatus();
}

void FromBinder::SetQuery(FromTerm& term, std::unique_ptr<Query> query, std::string name,
                          std::unique_ptr<Table> columns) {
  term.columns = std::move(columns);
  term.source.table = term.columns.get();
  term.source.name = std::move(name);
  term.source.is_subquery = true;
  term.source.cursor = context_.builder.NewCursor();
  // What it reads beyond this query's own tables is further out.
  scope_.is_correlated = scope_.is_correlated || query->is_correlated;
  term.query = std::move(query);
}

Status FromBinder::AddSubquery(FromTerm& term, const SelectStatement& select,
                               const std::optional<Name>& alias) {
  ASSIGN_OR_RETURN(std::unique_ptr<Query> query,
                   BindQuery(context_, select, scope_.with, scope_.outer));
  std::string name = alias ? alias->text : "";
  auto columns = TableOfQuery(*query, name);
  SetQuery(term, std::move(query), std::move(name), std::move(columns));
  return OkStatus();
}

Status FromBinder::AddView(FromTerm& term, const View& view, const std::optional<Name>& alias) {
  for (const View* active : context_.active_views) {
    if (active == &view) return SqlError("view " + view.name + " is circularly defined");
  }
  if (term.hint.index) return SqlError("no such index: " + term.hint.index->text);
  context_.active_views.push_back(&view);
  const std::string_view text = std::exchange(context_.sql, view.definition->text);
  const int names_of = std::exchange(context_.names_of, NamesOf(view.database));
  const auto& create = view.definition->statement->As<CreateViewStatement>();
  Result<std::unique_ptr<Query>> query = BindQuery(context_, *create.select, nullptr, nullptr);
  context_.names_of = names_of;
  context_.sql = text;
  context_.active_views.pop_back();
  if (!query.ok()) return std::move(query).status();
  if (!create.columns.empty()) {
    if (create.columns.size() != (*query)->schema_names.size()) {
      return SqlError("expected " + std::to_string(create.columns.size()) + " columns for '" +
                      view.name + "' but got " + std::to_string((*query)->schema_names.size()));
    }
    for (size_t i = 0; i < create.columns.size(); ++i) {
      (*query)->schema_names[i] = create.columns[i].text;
    }
  }
  (*query)->table_names = (*query)->schema_names;
  auto columns = TableOfQuery(**query, view.name);
  SetQuery(term, *std::move(query), alias ? alias->text : view.name, std::move(columns));
  term.source.is_subquery = false;  // its schema may name it
  return OkStatus();
}

namespace {

// Within parentheses sqlite3 names the columns that USING shares once more, without their tables.
Status CheckSharedColumns(const Scope& join) {
  for (size_t i = 1; i < join.sources.size(); ++i) {
    for (const std::string& name : join.sources[i].using_columns) {
      int count = 0;
      for (size_t j = 0; j < i; ++j) {
        const Source& left = join.sources[j];
        if (left.table->FindColumn(name) >= 0 && !left.Shares(name)) ++count;
      }
      if (count > 1) return SqlError("ambiguous column name: " + name);
    }
  }
  return OkStatus();
}

}  // namespace

// (a JOIN b) as one table, whose columns are still found under the names of a and b.
Status FromBinder::AddNestedJoin(FromTerm& term, const FromClause& nested,
                                 const std::optional<Name>& alias) {
  auto query = std::make_unique<Query>();
  auto block = std::make_unique<QueryBlock>();
  Scope inside;
  inside.outer = scope_.outer;
  inside.with = scope_.with;
  FromBinder from(context_, inside, *block);
  RETURN_IF_ERROR(from.BindTables(nested));
  RETURN_IF_ERROR(CheckSharedColumns(inside));
  for (size_t i = 0; i < inside.sources.size(); ++i) {
    const Source& source = inside.sources[i];
    for (size_t j = 0; j < source.table->columns.size(); ++j) {
      const Column& column = source.table->columns[j];
      if (column.is_hidden) continue;
      Source::Origin origin{source.name, column.name, i > 0 && source.Shares(column.name)};
      if (!source.origins.empty()) {
        origin.table = source.origins[j].table;
        origin.column = source.origins[j].column;
        origin.is_shared = origin.is_shared || source.origins[j].is_shared;
      }
      BoundPtr bound = MakeColumn(*source.table, source.cursor, static_cast<int>(j));
      if (!origin.is_shared && IsSharedWithRight(inside, i, column.name)) {
        ColumnExpr name;
        name.column.text = column.name;
        ASSIGN_OR_RETURN(bound, FindColumn(inside, name, context_.catalog.get()));
      }
      block->result.push_back(std::move(bound));
      query->table_names.push_back(origin.column);
      term.source.origins.push_back(std::move(origin));
    }
  }
  query->names = query->table_names;
  RETURN_IF_ERROR(from.BindJoinConditions());
  query->is_correlated = inside.is_correlated;
  query->blocks.push_back(std::move(block));
  std::string name = alias ? alias->text : "";
  auto columns = TableOfQuery(*query, name);
  if (alias) term.source.origins.clear();
  SetQuery(term, std::move(query), std::move(name), std::move(columns));
  return OkStatus();
}

// -- Common tables --

namespace {

// The first block of a common table that names the table itself; 0 when none does. Only UNION and
// UNION ALL recurse, and only in the last blocks.
size_t RecursiveFrom(const CommonTable& table) {
  const SelectStatement& select = *table.select;
  if (select.ops.empty()) return 0;
  const CompoundOp op = select.ops.back();
  if (op != CompoundOp::kUnion && op != CompoundOp::kUnionAll) return 0;
  size_t first = select.cores.size();
  while (first > 1 && select.ops[first - 2] == op) {
    const FromClause& from = select.cores[first - 1].from;
    const bool names_itself = std::any_of(from.begin(), from.end(), [&](const FromItem& item) {
      return !item.select && item.nested.empty() && !item.table.schema && !item.has_arguments &&
             SameName(item.table.name.text, table.name.text);
    });
    if (!names_itself) break;
    --first;
  }
  return first == select.cores.size() ? 0 : first;
}

Status NameColumns(const CommonTable& table, Query& query) {
  if (table.columns.empty()) return OkStatus();
  if (table.columns.size() != query.table_names.size()) {
    return SqlError("table " + table.name.text + " has " +
                    std::to_string(query.table_names.size()) + " values for " +
                    std::to_string(table.columns.size()) + " columns");
  }
  for (size_t i = 0; i < table.columns.size(); ++i) {
    query.table_names[i] = table.columns[i].text;
  }
  return OkStatus();
}

}  // namespace

Status FromBinder::AddCommonTable(FromTerm& term, const CommonTable& table, const WithScope* scope,
                                  const std::optional<Name>& alias) {
  std::string name = alias ? alias->text : table.name.text;
  if (term.hint.index) return SqlError("no such index: " + term.hint.index->text);
  for (ActiveCommonTable* active : context_.active_common_tables) {
    if (active->table != &table) continue;
    if (active->columns == nullptr) return SqlError("circular reference: " + table.name.text);
    // Its own rows, directly in FROM of one of its recursive blocks.
    const bool is_direct =
        std::any_of(table.select->cores.begin() + static_cast<ptrdiff_t>(active->recursive_from),
                    table.select->cores.end(),
                    [this](const SelectCore& core) { return &core.from == clause_; });
    const bool is_second = std::any_of(block_.from.begin(), block_.from.end(),
                                       [](const auto& other) { return other->is_recursion; });
    if (!is_direct || is_second) {
      return SqlError("multiple references to recursive table: " + table.name.text);
    }
    term.is_recursion = true;
    term.source.table = active->columns;
    term.source.name = std::move(name);
    term.source.is_subquery = true;
    term.source.cursor = active->cursor;
    return OkStatus();
  }

  term.is_materialized = table.materialization == Materialization::kMaterialized;
  ActiveCommonTable active{.table = &table, .recursive_from = RecursiveFrom(table)};
  context_.active_common_tables.push_back(&active);
  QueryBinder binder(context_, *table.select, scope, scope_.outer);
  std::unique_ptr<Table> columns;
  const auto start = [&](Query& query) -> Status {
    RETURN_IF_ERROR(NameColumns(table, query));
    columns = TableOfQuery(query, table.name.text);
    active.columns = columns.get();
    active.cursor = query.recursion_cursor = context_.builder.NewCursor();
    return OkStatus();
  };
  Result<std::unique_ptr<Query>> query = active.recursive_from > 0
                                             ? binder.BindRecursive(active.recursive_from, start)
                                             : binder.Bind();
  context_.active_common_tables.pop_back();
  if (!query.ok()) return std::move(query).status();
  for (size_t i = (*query)->recursive_from; i > 0 && i < (*query)->blocks.size(); ++i) {
    if (!(*query)->blocks[i]->is_aggregate()) continue;
    context_.late_error = SqlError("recursive aggregate queries not supported");
  }
  if (columns == nullptr) {
    RETURN_IF_ERROR(NameColumns(table, **query));
    columns = TableOfQuery(**query, table.name.text);
  }
  SetQuery(term, *std::move(query), std::move(name), std::move(columns));
  return OkStatus();
}

// -- Joining --

Status FromBinder::ShareColumns(size_t index) {
  FromTerm& term = *block_.from[index];
  if (term.item == nullptr) return OkStatus();
  const Table& right = *term.source.table;
  const std::vector<Name>& written = term.item->using_columns;
  std::vector<std::string>& shared = term.source.using_columns;
  if (term.is_natural) {
    if (term.item->on || !written.empty()) {
      return SqlError("a NATURAL join may not have an ON or USING clause");
    }
    for (size_t i = 0; i < right.columns.size(); ++i) {
      if (right.columns[i].is_hidden) continue;
      if (!term.source.origins.empty() && term.source.origins[i].is_shared) continue;
      if (LeftColumnExists(index, right.columns[i].name)) shared.push_back(right.columns[i].name);
    }
  } else {
    for (const Name& name : written) shared.push_back(name.text);
  }
  for (const std::string& name : shared) {
    const int column = right.FindColumn(name);
    if (column < 0 || !LeftColumnExists(index, name)) {
      return SqlError("cannot join using column " + name + " - column not present in both tables");
    }
    auto equal = std::make_unique<Bound>(BoundKind::kBinary);
    equal->binary = BinaryOp::kEqual;
    ASSIGN_OR_RETURN(BoundPtr left, LeftColumn(index, name));
    equal->operands.push_back(std::move(left));
    equal->operands.push_back(MakeColumn(right, term.source.cursor, column));
    And(term.on, std::move(equal));
  }
  return OkStatus();
}

bool FromBinder::LeftColumnExists(size_t index, const std::string& name) const {
  for (size_t i = 0; i < index; ++i) {
    if (block_.from[i]->source.table->FindColumn(name) >= 0) return true;
  }
  return false;
}

// The first on the left. Beside RIGHT and FULL joins that one may be NULL where a later one that
// shares it is not.
Result<BoundPtr> FromBinder::LeftColumn(size_t index, const std::string& name) const {
  const bool may_be_null =
      std::any_of(block_.from.begin(), block_.from.end(), [](const auto& term) {
        return term->join == JoinKind::kRight || term->join == JoinKind::kFull;
      });
  std::vector<BoundPtr> found;
  for (size_t i = 0; i < index; ++i) {
    const Source& source = block_.from[i]->source;
    const int column = source.table->FindColumn(name);
    if (column < 0) continue;
    if (!found.empty() && !source.Shares(name)) {
      return SqlError("ambiguous reference to " + name + " in USING()");
    }
    found.push_back(MakeColumn(*source.table, source.cursor, column));
    if (!may_be_null) break;
  }
  if (found.size() == 1) return std::move(found[0]);
  auto bound = std::make_unique<Bound>(BoundKind::kFunction);
  bound->function = FindBuiltIn("coalesce", 2);
  bound->affinity = found[0]->affinity;
  bound->collation = found[0]->collation;
  bound->operands = std::move(found);
  return bound;
}

Status FromBinder::BindJoinConditions() {
  for (const Condition& condition : conditions_) {
    ASSIGN_OR_RETURN(BoundPtr bound, Binder(context_, scope_).Bind(*condition.on));
    And(condition.term->on, std::move(bound));
  }
  const bool has_right = std::any_of(block_.from.begin(), block_.from.end(), [](const auto& term) {
    return term->join == JoinKind::kRight || term->join == JoinKind::kFull;
  });
  for (size_t i = 0; i < block_.from.size(); ++i) {
    const FromTerm& term = *block_.from[i];
    if (term.on == nullptr || (IsInner(term.join) && !has_right)) continue;
    RETURN_IF_ERROR(CheckReach(term, i));
  }
  return OkStatus();
}

Status FromBinder::CheckReach(const FromTerm& term, size_t index) const {
  std::vector<const Bound*> columns;
  CollectColumns(*term.on, columns);
  for (size_t i = index + 1; i < block_.from.size(); ++i) {
    for (const Bound* column : columns) {
      if (column->cursor == block_.from[i]->source.cursor) {
        return SqlError("ON clause references tables to its right");
      }
    }
  }
  return OkStatus();
}

}  // namespace orrery
