#include "engine/compile/scope.h"

namespace orrery {

bool Source::Shares(std::string_view column) const {
  for (const std::string& shared : using_columns) {
    if (SameName(shared, column)) return true;
  }
  return false;
}

bool IsInStar(const Source& source, std::string_view name) {
  if (SameName(source.name, name)) return true;
  for (const Source::Origin& origin : source.origins) {
    if (SameName(origin.table, name)) return true;
  }
  return false;
}

bool IsSharedWithRight(const Scope& scope, size_t source_index, std::string_view column) {
  bool is_shared = false;
  bool is_left_of_right = false;
  for (size_t i = source_index + 1; i < scope.sources.size(); ++i) {
    const Source& source = scope.sources[i];
    is_shared = is_shared || source.Shares(column);
    is_left_of_right =
        is_left_of_right || source.join == JoinKind::kRight || source.join == JoinKind::kFull;
  }
  return is_shared && is_left_of_right;
}

BoundPtr MakeConstant(Value value) {
  auto bound = std::make_unique<Bound>(BoundKind::kConstant);
  bound->constant = std::move(value);
  return bound;
}

BoundPtr MakeColumn(const Table& table, int cursor, int column) {
  auto bound = std::make_unique<Bound>(BoundKind::kColumn);
  bound->table = &table;
  bound->cursor = cursor;
  bound->column = column == table.rowid_column ? kRowidColumn : column;
  if (column < 0) {
    bound->affinity = Affinity::kInteger;
  } else {
    const Column& definition = table.columns[static_cast<size_t>(column)];
    if (!definition.is_without_affinity) bound->affinity = definition.affinity;
    bound->collation = definition.collation;
  }
  return bound;
}

std::string Written(const ColumnExpr& expr) {
  std::string text;
  if (expr.schema) text += expr.schema->text + ".";
  if (expr.table) text += expr.table->text + ".";
  return text + expr.column.text;
}

namespace {

// Collects what one name may mean within one scope.
class ColumnSearch {
 public:
  ColumnSearch(const ColumnExpr& name, const Catalog* catalog) : name_(name) {
    if (!name.schema) return;
    const std::string& schema = name.schema->text;
    database_ = catalog != nullptr         ? catalog->Find(schema)
                : SameName(schema, "main") ? kMainDatabase
                                           : kAnyDatabase;
  }

  void LookInto(const Source& source) {
    if (!source.origins.empty()) {
      LookIntoJoin(source);
      if (!name_.table) return;
    }
    if (!IsCalled(source)) return;
    if (const int column = source.table->FindColumn(name_.column.text); column >= 0) {
      Add(source, column);
    } else if (found_.empty() && source.has_rowid() && IsRowidName(name_.column.text)) {
      ++rowid_count_;
      rowid_source_ = &source;
    }
  }

  Result<BoundPtr> Answer() {
    if (found_.empty() && rowid_count_ > 0) {
      if (rowid_count_ > 1) return Ambiguous();
      return ColumnOf(*rowid_source_, kRowidColumn);
    }
    if (found_.empty()) return BoundPtr();
    if (found_.size() == 1) return std::move(found_[0]);
    if (!is_full_join_) return Ambiguous();
    // The column of a FULL JOIN: the first that is not NULL.
    auto bound = std::make_unique<Bound>(BoundKind::kFunction);
    bound->function = FindBuiltIn("coalesce", 2);
    bound->affinity = found_[0]->affinity;
    bound->collation = found_[0]->collation;
    bound->operands = std::move(found_);
    return bound;
  }

 private:
  static BoundPtr ColumnOf(const Source& source, int column) {
    BoundPtr bound = MakeColumn(*source.table, source.cursor, column);
    if (source.has_bare_columns) {
      bound->affinity.reset();
      bound->collation = nullptr;
    }
    if (source.is_of_trigger && bound->column != kRowidColumn) bound->affinity.reset();
    return bound;
  }

  // Whether the name's table, if it has one, is this source.
  bool IsCalled(const Source& source) const {
    if (!name_.table) return !source.is_only_qualified;
    if (name_.schema && (source.is_subquery || source.table->database != database_)) return false;
    if (SameName(name_.table->text, source.name)) return true;
    const auto is_schema_table = [](std::string_view name) {
      return IsSchemaTableName(name) || IsTempSchemaTableName(name);
    };
    return source.table->is_system && is_schema_table(source.name) &&
           is_schema_table(name_.table->text);
  }

  void LookIntoJoin(const Source& source) {
    for (size_t i = 0; i < source.origins.size(); ++i) {
      const Source::Origin& origin = source.origins[i];
      if (name_.table && !SameName(name_.table->text, origin.table)) continue;
      if (!SameName(origin.column, name_.column.text)) continue;
      // Unqualified, what USING shares has been found already.
      if (!name_.table && origin.is_shared) continue;
      Add(source, static_cast<int>(i));
    }
  }

  void Add(const Source& source, int column) {
    if (!found_.empty()) {
      if (!source.Shares(name_.column.text)) {
        is_full_join_ = false;
        is_ambiguous_ = true;
      } else if (source.join == JoinKind::kRight) {
        found_.clear();
      } else if (source.join == JoinKind::kFull) {
        is_full_join_ = !is_ambiguous_;
      } else {
        return;  // the column on the left stands for both
      }
    }
    found_.push_back(ColumnOf(source, column));
  }

  Status Ambiguous() const {
    return Status(ResultCode::kError, "ambiguous column name: " + Written(name_))
        .WithOffset(name_.span.offset());
  }

  const ColumnExpr& name_;
  int database_ = kAnyDatabase;  // that it says; any: one that is not there
  std::vector<BoundPtr> found_;
  bool is_full_join_ = false;
  bool is_ambiguous_ = false;
  int rowid_count_ = 0;
  const Source* rowid_source_ = nullptr;
};

}  // namespace

Result<BoundPtr> FindColumn(const Scope& scope, const ColumnExpr& name, const Catalog* catalog) {
  ColumnSearch search(name, catalog);
  for (const Source& source : scope.sources) search.LookInto(source);
  return search.Answer();
}

}  // namespace orrery
