#include "engine/compile/compile.h"

#include "engine/compile/compile_context.h"
#include "engine/compile/explain.h"
#include "engine/compile/expr_coder.h"
#include "engine/compile/pragma.h"
#include "engine/compile/query_binder.h"
#include "engine/compile/row_triggers.h"
#include "engine/compile/sequence.h"

namespace orrery {

bool NeedsSchema(const ParsedStatement& parsed) {
  switch (parsed.statement->kind) {
    case StatementKind::kSelect:
    case StatementKind::kAttach:
    case StatementKind::kDetach:
      return parsed.names_tables;
    case StatementKind::kBegin:
    case StatementKind::kCommit:
    case StatementKind::kRollback:
    case StatementKind::kSavepoint:
    case StatementKind::kRelease:
      return false;
    case StatementKind::kPragma:
      return PragmaNeedsSchema(parsed.statement->As<PragmaStatement>());
    default:
      return true;
  }
}

namespace {

Status NoSuchTable(const CompileContext& context, const QualifiedName& name) {
  std::string written = WrittenName(name);
  if (!name.schema && context.names_of != kAnyDatabase) {
    written = context.catalog->NameOf(context.names_of) + "." + written;
  }
  return Status(ResultCode::kError, "no such table: " + written)
      .WithOffset(name.name.span.offset());
}

// As their child or their parent.
bool HasForeignKeys(const Catalog& catalog, const Table& table) {
  if (!table.foreign_keys.empty()) return true;
  for (const std::unique_ptr<Table>& other : catalog.SchemaOf(table.database).tables()) {
    for (const ForeignKey& key : other->foreign_keys) {
      if (SameName(key.parent, table.name)) return true;
    }
  }
  return false;
}

}  // namespace

std::string WrittenName(const QualifiedName& name) {
  return (name.schema ? name.schema->text + "." : "") + name.name.text;
}

std::optional<int> PlaceOf(const CompileContext& context, const QualifiedName& name) {
  if (!name.schema) return context.names_of;
  const int database = context.catalog->Find(name.schema->text);
  if (database == kAnyDatabase) return std::nullopt;
  return database;
}

Result<int> DatabaseToUse(const CompileContext& context, const std::optional<Name>& schema) {
  if (!schema) return kMainDatabase;
  const int database = context.catalog->Find(schema->text);
  if (database == kAnyDatabase) return SqlError("unknown database " + schema->text);
  return database;
}

Result<int> DatabaseToChange(const CompileContext& context, const QualifiedName& name,
                             bool is_temporary) {
  ASSIGN_OR_RETURN(const int database, DatabaseToUse(context, name.schema));
  if (!is_temporary) return database;
  if (name.schema && database != kTempDatabase) {
    return SqlError("temporary table name must be unqualified");
  }
  return kTempDatabase;
}

Relation FindRelation(const CompileContext& context, const QualifiedName& name) {
  const std::optional<int> place = PlaceOf(context, name);
  return place ? context.catalog->FindRelation(name.name.text, *place) : Relation();
}

Result<const Table*> FindTable(const CompileContext& context, const QualifiedName& name) {
  const Table* table = FindRelation(context, name).table;
  if (table == nullptr) return NoSuchTable(context, name);
  RETURN_IF_ERROR(table->CheckReadable());
  return table;
}

Result<const Table*> FindTableToChange(CompileContext& context, const QualifiedName& name) {
  if (const View* view = FindView(context, name)) {
    // What is wrong with the view itself comes first.
    const Result<std::unique_ptr<Query>> query =
        BindTableQuery(context, name, nullptr, nullptr, nullptr);
    if (!query.ok()) return query.status();
    return SqlError("cannot modify " + view->name + " because it is a view");
  }
  ASSIGN_OR_RETURN(const Table* table, FindTable(context, name));
  RETURN_IF_ERROR(table->CheckWritable());
  if (context.settings.foreign_keys && HasForeignKeys(*context.catalog, *table)) {
    return NotSupportedYet("table " + table->name + ": enforcing foreign keys is");
  }
  return table;
}

void EndChanges(CompileContext& context) {
  if (!context.is_trigger) context.sequences->Close();
}

const View* FindView(const CompileContext& context, const QualifiedName& name) {
  return FindRelation(context, name).view;
}

Status CheckTableExists(const CompileContext& context, const QualifiedName& name,
                        const IndexHint& hint) {
  if (FindView(context, name) != nullptr) return OkStatus();
  ASSIGN_OR_RETURN(const Table* const table, FindTable(context, name));
  return CheckIndexHint(context, hint, *table);
}

Status CheckIndexHint(const CompileContext& context, const IndexHint& hint, const Table& table) {
  if (!hint.index) return OkStatus();
  const Table* indexed = nullptr;
  const Index* index = context.catalog->FindIndex(hint.index->text, &indexed, table.database);
  if (index != nullptr && indexed == &table) return OkStatus();
  return SqlError("no such index: " + hint.index->text);
}

namespace {

// All databases begin, but for the temporary one, which nobody else waits for.
void CompileBegin(CompileContext& context, const BeginStatement& statement) {
  ProgramBuilder& builder = context.builder;
  for (const int database : context.catalog->search_order()) {
    if (database == kTempDatabase) continue;
    if (statement.mode == TransactionMode::kImmediate) builder.NeedTransaction(database, true);
    if (statement.mode == TransactionMode::kExclusive) builder.NeedExclusiveTransaction(database);
  }
  builder.Emit(Opcode::kAutoCommit, 0, 0);
}

void CompileSavepoint(CompileContext& context, SavepointAction action, const Name& name) {
  context.builder.Emit(Opcode::kSavepoint, static_cast<int>(action), 0, 0, name.text);
}

Status CompileVacuum(CompileContext& context, const VacuumStatement& statement) {
  ASSIGN_OR_RETURN(const int database, DatabaseToUse(context, statement.schema));
  if (database == kTempDatabase) return OkStatus();
  ProgramBuilder& builder = context.builder;
  builder.NeedNoTransaction();
  if (statement.into) {
    Scope nothing;
    ASSIGN_OR_RETURN(const BoundPtr into, Binder(context, nothing).Bind(*statement.into));
    builder.NeedTransaction(database, /*to_write=*/false);
    builder.Emit(Opcode::kVacuum, database, ExprCoder(context).CodeNew(*into));
    return OkStatus();
  }
  builder.NeedExclusiveTransaction(database);
  builder.Emit(Opcode::kVacuum, database);
  builder.Emit(Opcode::kParseSchema, database);
  return OkStatus();
}

Status CompileStatement(CompileContext& context, const SqlStatement& statement) {
  switch (statement.kind) {
    case StatementKind::kSelect:
      return CompileSelect(context, statement.As<SelectStatement>());
    case StatementKind::kInsert:
      return CompileInsert(context, statement.As<InsertStatement>());
    case StatementKind::kUpdate:
      return CompileUpdate(context, statement.As<UpdateStatement>());
    case StatementKind::kDelete:
      return CompileDelete(context, statement.As<DeleteStatement>());
    case StatementKind::kCreateTable:
      return CompileCreateTable(context, statement.As<CreateTableStatement>());
    case StatementKind::kDrop:
      return CompileDrop(context, statement.As<DropStatement>());
    case StatementKind::kPragma:
      return CompilePragma(context, statement.As<PragmaStatement>());
    case StatementKind::kBegin:
      CompileBegin(context, statement.As<BeginStatement>());
      return OkStatus();
    case StatementKind::kCommit:
      context.builder.Emit(Opcode::kAutoCommit, 1, 0);
      return OkStatus();
    case StatementKind::kRollback:
      if (const auto& savepoint = statement.As<RollbackStatement>().savepoint) {
        CompileSavepoint(context, SavepointAction::kRollBackTo, *savepoint);
      } else {
        context.builder.Emit(Opcode::kAutoCommit, 1, 1);
      }
      return OkStatus();
    case StatementKind::kSavepoint:
      CompileSavepoint(context, SavepointAction::kOpen, statement.As<SavepointStatement>().name);
      return OkStatus();
    case StatementKind::kRelease:
      CompileSavepoint(context, SavepointAction::kRelease, statement.As<ReleaseStatement>().name);
      return OkStatus();
    case StatementKind::kCreateIndex:
      return CompileCreateIndex(context, statement.As<CreateIndexStatement>());
    case StatementKind::kCreateView:
      return CompileCreateView(context, statement.As<CreateViewStatement>());
    case StatementKind::kCreateTrigger:
      return CompileCreateTrigger(context, statement.As<CreateTriggerStatement>());
    case StatementKind::kCreateVirtualTable:
      return NotSupportedYet("CREATE VIRTUAL TABLE is");
    case StatementKind::kAlterTable:
      return CompileAlterTable(context, statement.As<AlterTableStatement>());
    case StatementKind::kAttach:
      return CompileAttach(context, statement.As<AttachStatement>());
    case StatementKind::kDetach:
      return CompileDetach(context, statement.As<DetachStatement>());
    case StatementKind::kAnalyze:
      return NotSupportedYet("ANALYZE is");
    case StatementKind::kReindex:
      return CompileReindex(context, statement.As<ReindexStatement>());
    case StatementKind::kVacuum:
      return CompileVacuum(context, statement.As<VacuumStatement>());
  }
  Unreachable();
}

}  // namespace

Result<Program> Compile(const ParsedStatement& parsed,
                        const std::shared_ptr<const Catalog>& catalog,
                        const FunctionRegistry& functions, const ProgramSettings& settings) {
  TriggerPrograms triggers;
  CompileContext context{
      .parsed = parsed, .catalog = catalog, .functions = functions, .settings = settings};
  Sequences sequences(context.builder);
  context.trigger_programs = &triggers;
  context.sequences = &sequences;
  Program& program = context.builder.program();
  program.settings = settings;
  if (NeedsSchema(parsed)) program.catalog = catalog;
  program.parameter_count = static_cast<int>(parsed.parameter_names.size());
  RETURN_IF_ERROR(CompileStatement(context, *parsed.statement));
  RETURN_IF_ERROR(std::move(context.late_error));
  program.triggers = std::move(triggers.programs);
  if (const Collation* missing = MissingCollationIn(program)) return NoSuchCollation(missing->name);
  Program finished = context.builder.Finish([&] { sequences.Open(); });
  switch (parsed.explain) {
    case ExplainMode::kNone:
      return finished;
    case ExplainMode::kProgram:
      return ExplainProgram(finished);
    case ExplainMode::kQueryPlan:
      return ExplainQueryPlan(finished);
  }
  Unreachable();
}

}  // namespace orrery
