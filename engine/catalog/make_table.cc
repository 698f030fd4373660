// From a parsed CREATE TABLE to a Table.

#include <optional>
#include <string>

#include "engine/catalog/folding.h"
#include "engine/catalog/literal.h"
#include "engine/catalog/make_index.h"
#include "engine/catalog/schema.h"

namespace orrery {
namespace {

Status SqlError(std::string message) { return Status(ResultCode::kError, message); }

// The text of an expression as errors quote it.
std::string QuotedText(SourceSpan span, std::string_view text) {
  return std::string(span.In(text));
}

// What begins with a quote is what is inside of the quotes, up to their end, and nothing more:
// types, and the texts of CHECKs.
std::string Dequoted(std::string_view written) {
  if (written.empty() || std::string_view("\"'`[").find(written[0]) == std::string_view::npos) {
    return std::string(written);
  }
  const char end = written[0] == '[' ? ']' : written[0];
  std::string text;
  for (size_t i = 1; i < written.size(); ++i) {
    if (written[i] == end) {
      if (i + 1 == written.size() || written[i + 1] != end) break;
      ++i;
    }
    text += written[i];
  }
  return text;
}

// What a column of a STRICT table can be declared as. https://www.sqlite.org/stricttables.html
struct StrictType {
  std::string_view name;
  std::optional<ValueType> required;  // empty: takes any
};
constexpr StrictType kStrictTypes[] = {
    {"ANY", std::nullopt},        {"BLOB", ValueType::kBlob},
    {"INT", ValueType::kInteger}, {"INTEGER", ValueType::kInteger},
    {"REAL", ValueType::kReal},   {"TEXT", ValueType::kText},
};

// Null for any other.
const StrictType* FindStrictType(std::string_view name) {
  for (const StrictType& type : kStrictTypes) {
    if (SameName(name, type.name)) return &type;
  }
  return nullptr;
}

class TableMaker {
 public:
  TableMaker(const CreateTableStatement& statement, std::string_view text, int schema_format,
             DefinitionSource source)
      : statement_(statement), text_(text), schema_format_(schema_format), source_(source) {}

  Status Make(Table& table) {
    table.name = statement_.table.name.text;
    table.is_without_rowid = statement_.is_without_rowid;
    table.is_strict = statement_.is_strict;
    for (const ColumnDefinition& definition : statement_.columns) {
      RETURN_IF_ERROR(AddColumn(table, definition));
    }
    for (const TableConstraint& constraint : statement_.constraints) {
      if (&constraint != &statement_.constraints.front()) constraint_name_.reset();
      if (constraint.name) constraint_name_ = constraint.name->text;
      RETURN_IF_ERROR(AddConstraint(table, constraint));
    }
    if (table.is_strict) RETURN_IF_ERROR(MakeStrict(table));
    if (table.is_without_rowid) RETURN_IF_ERROR(MakeWithoutRowid(table));
    OrderIndexes(table);
    for (const std::unique_ptr<Index>& index : table.indexes) FinishIndex(table, *index);
    return OkStatus();
  }

 private:
  // https://www.sqlite.org/withoutrowid.html
  Status MakeWithoutRowid(Table& table) {
    if (!has_primary_key_) return SqlError("PRIMARY KEY missing on table " + table.name);
    if (late_key_) {
      if (late_key_->is_autoincrement) {
        return SqlError("AUTOINCREMENT not allowed on WITHOUT ROWID tables");
      }
      RETURN_IF_ERROR(AddUniqueIndex(table, std::move(late_key_->columns), IndexOrigin::kPrimaryKey,
                                     late_key_->action));
    }
    for (const std::unique_ptr<Index>& index : table.indexes) {
      if (index->origin == IndexOrigin::kPrimaryKey) table.primary_key = index.get();
    }
    for (Column& column : table.columns) {
      if (column.primary_key_position > 0) column.is_not_null = true;
    }
    // A column that is named twice tells nothing the second time.
    std::vector<IndexColumn> columns;
    for (const IndexColumn& each : table.primary_key->columns) {
      if (!HasColumn(columns, each)) columns.push_back(each);
    }
    table.primary_key->declared_count = columns.size();
    table.primary_key->columns = std::move(columns);
    return OkStatus();
  }

  static Status MakeStrict(Table& table) {
    for (size_t i = 0; i < table.columns.size(); ++i) {
      Column& column = table.columns[i];
      const std::string place = table.name + "." + column.name;
      if (column.declared_type.empty()) return SqlError("missing datatype for " + place);
      const StrictType* const type = FindStrictType(column.declared_type);
      if (type == nullptr) {
        return SqlError("unknown datatype for " + place + ": \"" + column.declared_type + "\"");
      }
      column.required_type = type->required;
      if (!type->required) column.affinity = Affinity::kBlob;
      const bool is_key = column.primary_key_position > 0;
      if (is_key && static_cast<int>(i) != table.rowid_column) column.is_not_null = true;
    }
    return OkStatus();
  }

  Status AddColumn(Table& table, const ColumnDefinition& definition) {
    if (table.FindColumn(definition.name.text) >= 0) {
      return SqlError("duplicate column name: " + definition.name.text);
    }
    const int index = static_cast<int>(table.columns.size());
    Column column;
    column.name = definition.name.text;
    column.declared_type = Dequoted(definition.type.text);
    // In whatever table and letters it stands, such a type is shown in capitals.
    if (const StrictType* const type = FindStrictType(column.declared_type)) {
      column.declared_type = type->name;
    }
    column.affinity = AffinityOfType(column.declared_type);
    table.columns.push_back(std::move(column));
    constraint_name_.reset();
    for (const ColumnConstraint& constraint : definition.constraints) {
      if (constraint.name) constraint_name_ = constraint.name->text;
      RETURN_IF_ERROR(AddColumnConstraint(table, index, constraint));
    }
    return OkStatus();
  }

  Status AddColumnConstraint(Table& table, int index, const ColumnConstraint& constraint) {
    Column& column = table.columns[static_cast<size_t>(index)];
    switch (constraint.kind) {
      case ColumnConstraintKind::kPrimaryKey:
        return AddPrimaryKey(table, {KeyColumnOf(table, index, constraint.order)},
                             constraint.order == SortOrder::kDescending,
                             constraint.is_autoincrement, constraint.on_conflict);
      case ColumnConstraintKind::kNotNull:
        column.is_not_null = true;
        column.not_null_action = constraint.on_conflict;
        return OkStatus();
      case ColumnConstraintKind::kNull:
        return OkStatus();
      case ColumnConstraintKind::kUnique:
        return AddUniqueIndex(table, {KeyColumnOf(table, index, SortOrder::kUnsaid)},
                              IndexOrigin::kUnique, constraint.on_conflict);
      case ColumnConstraintKind::kCheck:
        table.checks.push_back({constraint_name_.value_or(Dequoted(constraint.expr_span.In(text_))),
                                constraint.expr.get()});
        return OkStatus();
      case ColumnConstraintKind::kDefault:
        if (!IsConstantDefault(*constraint.expr)) {
          return SqlError("default value of column [" + column.name + "] is not constant");
        }
        column.default_expr = constraint.expr.get();
        column.default_text = QuotedText(constraint.expr_span, text_);
        return OkStatus();
      case ColumnConstraintKind::kCollate: {
        ASSIGN_OR_RETURN(const Collation* const collation,
                         table.missing_collations.Find(constraint.collation.text, source_));
        column.collation = collation;
        // UNIQUE may stand before it.
        for (const std::unique_ptr<Index>& index_before : table.indexes) {
          IndexColumn& first = index_before->columns[0];
          if (first.column == index) first.collation = collation;
        }
        return OkStatus();
      }
      case ColumnConstraintKind::kReferences:
        if (constraint.reference.columns.size() > 1) {
          return SqlError("foreign key on " + column.name +
                          " should reference only one column of table " +
                          constraint.reference.table.text);
        }
        table.foreign_keys.push_back(
            {constraint.reference.table.text, {index}, &constraint.reference});
        return OkStatus();
      case ColumnConstraintKind::kGenerated:
        column.is_generated = true;
        return OkStatus();
    }
    Unreachable();
  }

  Status AddConstraint(Table& table, const TableConstraint& constraint) {
    switch (constraint.kind) {
      case TableConstraintKind::kPrimaryKey: {
        ASSIGN_OR_RETURN(std::vector<IndexColumn> columns, KeyColumns(table, constraint.key));
        return AddPrimaryKey(table, std::move(columns), /*is_descending=*/false,
                             constraint.is_autoincrement, constraint.on_conflict);
      }
      case TableConstraintKind::kUnique: {
        ASSIGN_OR_RETURN(std::vector<IndexColumn> columns, KeyColumns(table, constraint.key));
        return AddUniqueIndex(table, std::move(columns), IndexOrigin::kUnique,
                              constraint.on_conflict);
      }
      case TableConstraintKind::kCheck:
        table.checks.push_back({constraint_name_.value_or(Dequoted(constraint.expr_span.In(text_))),
                                constraint.expr.get()});
        return OkStatus();
      case TableConstraintKind::kForeignKey:
        return AddForeignKey(table, constraint);
    }
    Unreachable();
  }

  static Status AddForeignKey(Table& table, const TableConstraint& constraint) {
    const std::vector<Name>& referenced = constraint.reference.columns;
    if (!referenced.empty() && referenced.size() != constraint.columns.size()) {
      return SqlError(
          "number of columns in foreign key does not match the number of columns in the "
          "referenced table");
    }
    ForeignKey key{constraint.reference.table.text, {}, &constraint.reference};
    for (const Name& name : constraint.columns) {
      key.columns.push_back(table.FindColumn(name.text));
      if (key.columns.back() < 0) {
        return SqlError("unknown column \"" + name.text + "\" in foreign key definition");
      }
    }
    table.foreign_keys.push_back(std::move(key));
    return OkStatus();
  }

  IndexColumn KeyColumnOf(const Table& table, int index, SortOrder order) const {
    return {.column = index,
            .collation = table.columns[static_cast<size_t>(index)].collation,
            .is_descending = IsDescending(order)};
  }
  bool IsDescending(SortOrder order) const {
    return order == SortOrder::kDescending && schema_format_ >= kSchemaFormatWithDescending;
  }

  Result<std::vector<IndexColumn>> KeyColumns(Table& table,
                                              const std::vector<OrderingTerm>& terms) {
    std::vector<IndexColumn> columns;
    for (const OrderingTerm& term : terms) {
      ASSIGN_OR_RETURN(IndexColumn column, MakeIndexColumn(term, table, schema_format_, source_,
                                                           table.missing_collations));
      if (column.column == kExpressionColumn) {
        return SqlError("expressions prohibited in PRIMARY KEY and UNIQUE constraints");
      }
      columns.push_back(column);
    }
    return columns;
  }

  // One column declared INTEGER, not DESC beside the column itself, is the rowid.
  Status AddPrimaryKey(Table& table, std::vector<IndexColumn> columns, bool is_descending,
                       bool is_autoincrement, ConflictAction action) {
    if (has_primary_key_) {
      return SqlError("table \"" + table.name + "\" has more than one primary key");
    }
    has_primary_key_ = true;
    int position = 0;
    for (const IndexColumn& each : columns) {
      ++position;
      // A column that is named twice stands where it came first.
      int& at = table.columns[static_cast<size_t>(each.column)].primary_key_position;
      if (at == 0) at = position;
    }
    const int first = columns[0].column;
    const bool is_rowid =
        columns.size() == 1 && !is_descending &&
        SameName(table.columns[static_cast<size_t>(first)].declared_type, "INTEGER");
    if (is_rowid && table.is_without_rowid) {
      late_key_ = LateKey{std::move(columns), is_autoincrement, action};
      return OkStatus();
    }
    if (is_rowid) {
      table.rowid_column = first;
      table.rowid_action = action;
      table.is_autoincrement = is_autoincrement;
      return OkStatus();
    }
    if (is_autoincrement) {
      return SqlError("AUTOINCREMENT is only allowed on an INTEGER PRIMARY KEY");
    }
    return AddUniqueIndex(table, std::move(columns), IndexOrigin::kPrimaryKey, action);
  }

  // Two constraints of the same columns share one index.
  Status AddUniqueIndex(Table& table, std::vector<IndexColumn> columns, IndexOrigin origin,
                        ConflictAction action) {
    for (const std::unique_ptr<Index>& other : table.indexes) {
      if (!SameColumns(other->columns, columns)) continue;
      if (other->action != action && other->action != ConflictAction::kUnsaid &&
          action != ConflictAction::kUnsaid) {
        return SqlError("conflicting ON CONFLICT clauses specified");
      }
      if (other->action == ConflictAction::kUnsaid) other->action = action;
      if (origin == IndexOrigin::kPrimaryKey) other->origin = origin;
      return OkStatus();
    }
    auto index = std::make_unique<Index>();
    index->constraint_number = static_cast<int>(table.indexes.size()) + 1;
    index->name = "sqlite_autoindex_" + table.name + "_" + std::to_string(index->constraint_number);
    index->origin = origin;
    index->is_unique = true;
    index->action = action;
    index->declared_count = columns.size();
    index->columns = std::move(columns);
    AddIndex(table, std::move(index));
    return OkStatus();
  }

  static bool SameColumns(const std::vector<IndexColumn>& a, const std::vector<IndexColumn>& b) {
    if (a.size() != b.size()) return false;
    for (size_t i = 0; i < a.size(); ++i) {
      if (a[i].column != b[i].column || a[i].collation != b[i].collation) return false;
    }
    return true;
  }

  const CreateTableStatement& statement_;
  std::string_view text_;
  const int schema_format_;
  const DefinitionSource source_;
  bool has_primary_key_ = false;
  // INTEGER PRIMARY KEY of a table WITHOUT ROWID: an index that comes after all others.
  struct LateKey {
    std::vector<IndexColumn> columns;
    bool is_autoincrement;
    ConflictAction action;
  };
  std::optional<LateKey> late_key_;
  // As in SQLite a CONSTRAINT name is also that of the constraints after it: of the same column,
  // and of the first table constraint if the column is the last.
  std::optional<std::string> constraint_name_;
};

}  // namespace

Result<Table> MakeTable(std::shared_ptr<const ParsedStatement> definition, int schema_format,
                        DefinitionSource source) {
  Table table;
  if (definition->statement->kind == StatementKind::kCreateVirtualTable) {
    table.name = definition->statement->As<CreateVirtualTableStatement>().table.name.text;
    table.is_virtual = true;
  } else {
    TableMaker maker(definition->statement->As<CreateTableStatement>(), definition->text,
                     schema_format, source);
    RETURN_IF_ERROR(maker.Make(table));
  }
  table.definition = std::move(definition);
  return table;
}

bool IsConstantDefault(const Expr& expr) {
  const auto all = [](const ExprList& list) {
    for (const ExprPtr& each : list) {
      if (!IsConstantDefault(*each)) return false;
    }
    return true;
  };
  const auto unless_null = [](const ExprPtr& each) { return !each || IsConstantDefault(*each); };
  switch (expr.kind) {
    case ExprKind::kLiteral:
      return true;
    case ExprKind::kColumn: {
      // A lone word is a text, as a name in double quotes is.
      const ColumnExpr& column = expr.As<ColumnExpr>();
      return !column.table && (column.is_double_quoted || TruthWord(column).has_value());
    }
    case ExprKind::kUnary:
      return IsConstantDefault(*expr.As<UnaryExpr>().operand);
    case ExprKind::kBinary:
      if (IsAlwaysFalse(expr)) return true;
      return IsConstantDefault(*expr.As<BinaryExpr>().left) &&
             IsConstantDefault(*expr.As<BinaryExpr>().right);
    case ExprKind::kPattern: {
      const PatternExpr& pattern = expr.As<PatternExpr>();
      return IsConstantDefault(*pattern.text) && IsConstantDefault(*pattern.pattern) &&
             unless_null(pattern.escape);
    }
    case ExprKind::kBetween: {
      const BetweenExpr& between = expr.As<BetweenExpr>();
      return IsConstantDefault(*between.operand) && IsConstantDefault(*between.low) &&
             IsConstantDefault(*between.high);
    }
    case ExprKind::kIn:
      if (IsEmptyIn(expr) && !HasCall(*expr.As<InExpr>().operand)) return true;
      // A list of rows is as good as a query.
      if (expr.As<InExpr>().operand->kind == ExprKind::kRow && !IsEmptyIn(expr)) return false;
      return !expr.As<InExpr>().select && !expr.As<InExpr>().table &&
             IsConstantDefault(*expr.As<InExpr>().operand) && all(expr.As<InExpr>().list);
    case ExprKind::kRow:
      return all(expr.As<RowExpr>().values);
    case ExprKind::kCollate:
      return IsConstantDefault(*expr.As<CollateExpr>().operand);
    case ExprKind::kCast:
      return IsConstantDefault(*expr.As<CastExpr>().operand);
    case ExprKind::kCase: {
      const CaseExpr& cases = expr.As<CaseExpr>();
      for (const CaseExpr::Branch& branch : cases.branches) {
        if (!IsConstantDefault(*branch.condition) || !IsConstantDefault(*branch.result))
          return false;
      }
      return unless_null(cases.operand) && unless_null(cases.otherwise);
    }
    case ExprKind::kFunction:
      return !expr.As<FunctionExpr>().filter && all(expr.As<FunctionExpr>().arguments);
    case ExprKind::kParameter:
    case ExprKind::kExists:
    case ExprKind::kSubquery:
    case ExprKind::kRaise:
      return false;
  }
  Unreachable();
}

Value StoredDefault(const Column& column) {
  if (column.default_expr == nullptr) return Value::Null();
  Value value = ConstantOf(*column.default_expr);
  ApplyAffinity(value, column.affinity);
  return value;
}

}  // namespace orrery
