// SelectCompiler: what the names in a SELECT mean.

#include "engine/compile/folding.h"
#include "engine/compile/select.h"

namespace orrery {
namespace {

// "1st", "2nd", "3rd", "4th".
std::string Ordinal(size_t number) {
  const char* suffix = "th";
  if (number % 100 / 10 != 1) {
    if (number % 10 == 1) suffix = "st";
    if (number % 10 == 2) suffix = "nd";
    if (number % 10 == 3) suffix = "rd";
  }
  return std::to_string(number) + suffix;
}

// A position beyond this is out of range before other terms are looked at, a smaller one after.
constexpr int32_t kPositionMax = 0xffff;

const Expr& WithoutCollate(const Expr& expr) {
  const Expr* inner = &expr;
  while (const CollateExpr* collate = inner->TryAs<CollateExpr>()) inner = collate->operand.get();
  return *inner;
}

}  // namespace

Status SelectCompiler::Bind() {
  if (!statement_.ops.empty()) return NotSupportedYet("compound SELECTs are");
  const SelectCore& core = statement_.cores[0];
  if (core.is_values()) return BindValues(core);
  // The order of all this is that in which sqlite3 finds errors.
  RETURN_IF_ERROR(BindFrom(core));
  RETURN_IF_ERROR(CheckStars(core));
  RETURN_IF_ERROR(BindLimit());
  is_distinct_ = core.is_distinct;
  RETURN_IF_ERROR(BindResult(core));
  const bool is_aggregate = !aggregates_.empty() || !core.group_by.empty();
  if (core.having) {
    if (!is_aggregate) return SqlError("HAVING clause on a non-aggregate query");
    Binder binder = MakeBinder(/*with_aliases=*/true, /*with_aggregates=*/true);
    ASSIGN_OR_RETURN(having_, binder.Bind(*core.having));
  }
  Status late_error;
  if (core.where) {
    Binder binder = MakeBinder(/*with_aliases=*/true, /*with_aggregates=*/false);
    binder.context().is_where_of_aggregate = is_aggregate;
    ASSIGN_OR_RETURN(where_, binder.Bind(*core.where));
    late_error = binder.late_error();
  }
  RETURN_IF_ERROR(BindOrderBy(is_aggregate));
  RETURN_IF_ERROR(BindGroupBy(core));
  return late_error;
}

Binder SelectCompiler::MakeBinder(bool with_aliases, bool with_aggregates) {
  BindContext bind;
  if (source_.table != nullptr) bind.sources.push_back(source_);
  if (with_aliases) bind.aliases = &statement_.cores[0].columns;
  if (with_aggregates) bind.aggregates = &aggregates_;
  return Binder(context_.functions, std::move(bind));
}

Status SelectCompiler::BindValues(const SelectCore& core) {
  if (!statement_.order_by.empty()) return NotSupportedYet("ORDER BY after VALUES is");
  Binder binder(context_.functions, BindContext());
  for (const ExprList& row : core.values) {
    if (row.size() != core.values[0].size()) {
      return SqlError("all VALUES must have the same number of terms");
    }
    std::vector<BoundPtr> bound_row;
    for (const ExprPtr& expr : row) {
      ASSIGN_OR_RETURN(BoundPtr bound, binder.Bind(*expr));
      bound_row.push_back(std::move(bound));
    }
    values_.push_back(std::move(bound_row));
  }
  for (size_t i = 0; i < core.values[0].size(); ++i)
    names_.push_back("column" + std::to_string(i + 1));
  return BindLimit();
}

Status SelectCompiler::BindFrom(const SelectCore& core) {
  if (core.from.empty()) return OkStatus();
  for (const FromItem& item : core.from) {
    if (item.select || !item.nested.empty() || item.has_arguments) continue;
    if (const Result<const Table*> table = FindTable(context_, item.table); !table.ok()) {
      return table.status();
    }
  }
  if (core.from.size() > 1) return NotSupportedYet("joins are");
  const FromItem& item = core.from[0];
  if (item.select) return NotSupportedYet("subqueries are");
  if (!item.nested.empty()) return NotSupportedYet("joins are");
  if (item.has_arguments) return NotSupportedYet("table-valued functions are");
  ASSIGN_OR_RETURN(source_.table, FindTable(context_, item.table));
  if (item.hint.index) return SqlError("no such index: " + item.hint.index->text);
  source_.name = item.alias ? item.alias->text : item.table.name.text;
  source_.cursor = builder_.NewCursor();
  return OkStatus();
}

Status SelectCompiler::BindResult(const SelectCore& core) {
  Binder binder = MakeBinder(/*with_aliases=*/false, /*with_aggregates=*/true);
  for (const ResultColumn& column : core.columns) {
    if (column.is_star()) {
      BindStar();
      continue;
    }
    ASSIGN_OR_RETURN(BoundPtr bound, binder.Bind(*column.expr));
    names_.push_back(NameOf(column, *bound));
    result_.push_back(std::move(bound));
  }
  return OkStatus();
}

Status SelectCompiler::CheckStars(const SelectCore& core) const {
  for (const ResultColumn& column : core.columns) {
    if (!column.is_star()) continue;
    if (column.table && (source_.table == nullptr || !SameName(column.table->text, source_.name))) {
      return SqlError("no such table: " + column.table->text);
    }
    if (source_.table == nullptr) return SqlError("no tables specified");
  }
  return OkStatus();
}

void SelectCompiler::BindStar() {
  for (size_t i = 0; i < source_.table->columns.size(); ++i) {
    names_.push_back(source_.table->columns[i].name);
    result_.push_back(MakeColumn(*source_.table, source_.cursor, static_cast<int>(i)));
  }
}

// A column's own name, when it stands alone; else what was written.
std::string SelectCompiler::NameOf(const ResultColumn& column, const Bound& bound) const {
  if (column.alias) return column.alias->text;
  if (bound.kind == BoundKind::kColumn) {
    const int index = bound.column == kRowidColumn ? bound.table->rowid_column : bound.column;
    return index < 0 ? "rowid" : bound.table->columns[static_cast<size_t>(index)].name;
  }
  return std::string(column.span.In(context_.text()));
}

Status SelectCompiler::OutOfRange(size_t term_index, const char* clause) const {
  return SqlError(Ordinal(term_index + 1) + " " + clause +
                  " term out of range - should be between 1 and " + std::to_string(column_count()));
}

Result<std::optional<int>> SelectCompiler::ResultIndexOf(const Expr& term, size_t term_index,
                                                         const char* clause, bool by_alias) const {
  const Expr& expr = WithoutCollate(term);
  if (const std::optional<int32_t> position = IntegerTerm(expr)) {
    if (*position < 1 || *position > kPositionMax) return OutOfRange(term_index, clause);
    return std::optional<int>(*position - 1);
  }
  const ColumnExpr* name = expr.TryAs<ColumnExpr>();
  const std::vector<ResultColumn>& columns = statement_.cores[0].columns;
  const auto find = [&](auto is_it) -> std::optional<int> {
    int index = 0;
    for (const ResultColumn& column : columns) {
      if (column.is_star()) {
        index += static_cast<int>(source_.table->columns.size());
        continue;
      }
      if (is_it(column)) return index;
      ++index;
    }
    return std::nullopt;
  };
  if (by_alias && name != nullptr && !name->table) {
    const std::optional<int> index = find([&](const ResultColumn& column) {
      return column.alias && SameName(column.alias->text, name->column.text);
    });
    if (index) return index;
  }
  return find([&](const ResultColumn& column) { return *column.expr == expr; });
}

Status SelectCompiler::CheckPositions(const std::vector<std::optional<int>>& indexes,
                                      const char* clause) const {
  for (size_t i = 0; i < indexes.size(); ++i) {
    if (indexes[i].value_or(0) >= column_count()) return OutOfRange(i, clause);
  }
  return OkStatus();
}

Status SelectCompiler::BindGroupBy(const SelectCore& core) {
  std::vector<std::optional<int>> positions;
  // An aggregate in here is an error, but not the first.
  std::vector<BoundAggregate> misused;
  for (size_t i = 0; i < core.group_by.size(); ++i) {
    const Expr* expr = core.group_by[i].get();
    ASSIGN_OR_RETURN(const std::optional<int> index,
                     ResultIndexOf(*expr, i, "GROUP BY", /*by_alias=*/false));
    const bool is_position = IntegerTerm(WithoutCollate(*expr)).has_value();
    positions.push_back(is_position ? index : std::nullopt);
    if (is_position && *index < column_count()) {
      // By number: the expression of that column.
      int at = 0;
      for (const ResultColumn& column : core.columns) {
        if (column.is_star()) return NotSupportedYet("GROUP BY a number with * is");
        if (at++ == *index) expr = column.expr.get();
      }
    }
    Binder binder = MakeBinder(/*with_aliases=*/true, /*with_aggregates=*/false);
    binder.context().aggregates = &misused;
    ASSIGN_OR_RETURN(BoundPtr bound, binder.Bind(*expr));
    group_by_.push_back(std::move(bound));
    group_by_written_.push_back(expr);
  }
  RETURN_IF_ERROR(CheckPositions(positions, "GROUP BY"));
  if (!misused.empty()) {
    return SqlError("aggregate functions are not allowed in the GROUP BY clause");
  }
  return OkStatus();
}

Status SelectCompiler::BindOrderBy(bool is_aggregate) {
  std::vector<std::optional<int>> indexes;
  for (size_t i = 0; i < statement_.order_by.size(); ++i) {
    const OrderingTerm& term = statement_.order_by[i];
    OrderTerm order;
    order.written = term.expr.get();
    ASSIGN_OR_RETURN(const std::optional<int> index,
                     ResultIndexOf(*term.expr, i, "ORDER BY", /*by_alias=*/true));
    const Collation* collation = nullptr;
    indexes.push_back(index);
    if (index && *index >= column_count()) continue;  // an error, after those of names
    if (index) {
      order.result_index = *index;
      collation = result_[static_cast<size_t>(*index)]->collation;
      if (const CollateExpr* collate = term.expr->TryAs<CollateExpr>()) {
        collation = FindCollation(collate->collation.text);
        if (collation == nullptr) {
          return SqlError("no such collation sequence: " + collate->collation.text);
        }
      }
    } else {
      Binder binder = MakeBinder(/*with_aliases=*/true, is_aggregate);
      ASSIGN_OR_RETURN(order.expr, binder.Bind(*term.expr));
      collation = order.expr->collation;
    }
    if (collation != nullptr) order.sort.collation = collation;
    order.sort.descending = term.order == SortOrder::kDescending;
    order.sort.nulls_last =
        term.nulls == NullsOrder::kUnsaid ? order.sort.descending : term.nulls == NullsOrder::kLast;
    order_by_.push_back(std::move(order));
  }
  return CheckPositions(indexes, "ORDER BY");
}

Status SelectCompiler::BindLimit() {
  Binder binder(context_.functions, BindContext());
  if (statement_.limit) {
    ASSIGN_OR_RETURN(limit_, binder.Bind(*statement_.limit));
  }
  if (statement_.offset) {
    ASSIGN_OR_RETURN(offset_, binder.Bind(*statement_.offset));
  }
  return OkStatus();
}

}  // namespace orrery
