// ALTER TABLE ... ADD COLUMN: https://www.sqlite.org/lang_altertable.html
//
// The column's text goes into that of the table, behind its last column. Rows stay as they are: one
// whose record is too short has the column's default.

#include <algorithm>

#include "engine/compile/binder.h"
#include "engine/compile/change_schema.h"
#include "engine/compile/compile.h"
#include "engine/compile/expr_coder.h"
#include "engine/compile/row_key.h"
#include "engine/sql/parser.h"

namespace orrery {
namespace {

constexpr uint32_t kSchemaFormatWithShortRecords = 3;

Result<const Table*> FindTableToAlter(const CompileContext& context, const QualifiedName& name) {
  const Relation found = FindRelation(context, name);
  if (found.view != nullptr) return SqlError("Cannot add a column to a view");
  if (found.table == nullptr) return SqlError("no such table: " + WrittenName(name));
  if (found.table->is_virtual) return SqlError("virtual tables may not be altered");
  if (found.table->is_system || IsReservedName(found.table->name)) {
    return SqlError("table " + std::string(OldNameOf(*found.table)) + " may not be altered");
  }
  RETURN_IF_ERROR(found.table->CheckWritable());
  return found.table;
}

bool Has(const ColumnDefinition& column, ColumnConstraintKind kind) {
  return std::ranges::any_of(column.constraints, [kind](const ColumnConstraint& constraint) {
    return constraint.kind == kind;
  });
}

bool IsNull(const Expr& expr) {
  return expr.kind == ExprKind::kLiteral && expr.As<LiteralExpr>().literal == LiteralKind::kNull;
}

// What SQLite finds when it reads the new text.
Status ErrorAfter(const Table& table, const Status& error) {
  return SqlError("error in table " + table.name +
                  " after add column: " + std::string(error.message()));
}

// From the column's name up to the semicolon or the end, comments and all, without blanks there.
std::string AddedText(const CompileContext& context, const AlterTableStatement& statement) {
  std::string_view text = context.text().substr(statement.added_span.begin);
  while (!text.empty() && std::string_view("; \t\r\n\f").find(text.back()) != text.npos) {
    text.remove_suffix(1);
  }
  return std::string(text);
}

// Ends the statement with an error if the table has a row.
void FailIfNotEmpty(CompileContext& context, const Table& table, std::string message) {
  ProgramBuilder& builder = context.builder;
  const int cursor = builder.NewCursor();
  const Label is_empty = builder.NewLabel();
  OpenRows(builder, Opcode::kOpenRead, table, cursor);
  builder.EmitJump(Opcode::kRewind, cursor, is_empty);
  builder.Emit(Opcode::kHalt, static_cast<int>(ResultCode::kError),
               static_cast<int>(OnError::kAbort), 0, std::move(message));
  builder.Place(is_empty);
  builder.Emit(Opcode::kClose, cursor);
}

// What rows that are there already cannot have in the new column.
void CheckDefault(CompileContext& context, const Table& table, const Column& column,
                  bool has_reference) {
  const bool has_default = column.default_expr != nullptr && !IsNull(*column.default_expr);
  if (has_reference && has_default && context.settings.foreign_keys) {
    FailIfNotEmpty(context, table, "Cannot add a REFERENCES column with non-NULL default value");
  }
  if (column.is_not_null && !has_default) {
    FailIfNotEmpty(context, table, "Cannot add a NOT NULL column with default value NULL");
  }
  if (!has_default) return;
  const Value value = StoredDefault(column);
  if (value.is_null()) {
    FailIfNotEmpty(context, table, "Cannot add a column with non-constant default");
  } else if (column.required_type && value.type() != *column.required_type) {
    FailIfNotEmpty(context, table, "type mismatch on DEFAULT");
  }
}

// Each row must pass all CHECKs, those that came with the new column among them.
Status CheckRows(CompileContext& context, const Table& table, const Table& altered) {
  ProgramBuilder& builder = context.builder;
  ExprCoder coder(context);
  const int cursor = builder.NewCursor();
  Scope scope;
  scope.sources.push_back({.table = &altered, .name = altered.name, .cursor = cursor});
  scope.restricted_to = kCheckConstraints;
  std::vector<BoundPtr> checks;
  for (const CheckConstraint& check : altered.checks) {
    ASSIGN_OR_RETURN(BoundPtr bound, Binder(context, scope).Bind(*check.expr));
    checks.push_back(std::move(bound));
  }
  const Label done = builder.NewLabel();
  OpenRows(builder, Opcode::kOpenRead, table, cursor);
  builder.EmitJump(Opcode::kRewind, cursor, done);
  const Label loop = builder.Here();
  for (const BoundPtr& check : checks) {
    const Label holds = builder.NewLabel();
    coder.JumpIfTrue(*check, holds, /*if_null=*/true);
    builder.Emit(Opcode::kHalt, static_cast<int>(ResultCode::kError),
                 static_cast<int>(OnError::kAbort), 0, "CHECK constraint failed");
    builder.Place(holds);
  }
  builder.EmitJump(Opcode::kNext, cursor, loop);
  builder.Place(done);
  builder.Emit(Opcode::kClose, cursor);
  return OkStatus();
}

void RaiseSchemaFormat(CompileContext& context, int database) {
  ProgramBuilder& builder = context.builder;
  const int format = builder.NewRegister();
  const int needed = builder.NewRegister();
  const Label is_there = builder.NewLabel();
  builder.Emit(Opcode::kReadCookie, database, format, static_cast<int>(HeaderField::kSchemaFormat));
  builder.LoadInteger(kSchemaFormatWithShortRecords, needed);
  builder.EmitJump(Opcode::kGe, needed, is_there, format);
  builder.Emit(Opcode::kSetCookie, database, static_cast<int>(HeaderField::kSchemaFormat),
               kSchemaFormatWithShortRecords);
  builder.Place(is_there);
}

}  // namespace

Status CompileAlterTable(CompileContext& context, const AlterTableStatement& statement) {
  if (statement.alter != AlterKind::kAddColumn) {
    return NotSupportedYet("ALTER TABLE but for ADD COLUMN is");
  }
  ASSIGN_OR_RETURN(const Table* const table, FindTableToAlter(context, statement.table));
  const ColumnDefinition& added = statement.added;
  if (table->FindColumn(added.name.text) >= 0) {
    return SqlError("duplicate column name: " + added.name.text);
  }
  if (Has(added, ColumnConstraintKind::kPrimaryKey)) {
    return SqlError("Cannot add a PRIMARY KEY column");
  }
  if (Has(added, ColumnConstraintKind::kUnique)) return SqlError("Cannot add a UNIQUE column");
  if (Has(added, ColumnConstraintKind::kGenerated)) {
    return NotSupportedYet("generated columns are");
  }
  std::string sql = table->sql;
  const SourceSpan columns = table->definition->statement->As<CreateTableStatement>().columns_span;
  sql.insert(columns.end, ", " + AddedText(context, statement));
  Result<ParsedStatement> read = ParseStatement(sql, nullptr);
  if (!read.ok()) return ErrorAfter(*table, read.status());
  const int schema_format = context.catalog->SchemaOf(table->database).schema_format();
  Result<Table> made = MakeTable(std::make_shared<const ParsedStatement>(*std::move(read)),
                                 schema_format, DefinitionSource::kStatement);
  if (!made.ok()) {
    const bool is_of_type = made.status().message().find("datatype") != std::string_view::npos;
    return is_of_type ? ErrorAfter(*table, made.status()) : made.status();
  }
  Table altered = *std::move(made);
  altered.root = table->root;
  altered.database = table->database;
  const Status names = CheckNames(altered, context.functions, /*functions_may_be_missing=*/false);
  if (!names.ok()) return ErrorAfter(*table, names);

  BeginSchemaChange(context, table->database);
  CheckDefault(context, *table, altered.columns.back(),
               Has(added, ColumnConstraintKind::kReferences));
  if (Has(added, ColumnConstraintKind::kCheck)) {
    RETURN_IF_ERROR(CheckRows(context, *table, altered));
  }
  SetSchemaSql(context, table->database, "table", table->name, sql);
  RaiseSchemaFormat(context, table->database);
  CodeNewSchema(context, table->database);
  return OkStatus();
}

}  // namespace orrery
