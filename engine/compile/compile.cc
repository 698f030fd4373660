#include "engine/compile/compile.h"

#include "engine/compile/compile_context.h"
#include "engine/compile/explain.h"
#include "engine/compile/pragma.h"

namespace orrery {

bool NeedsSchema(const ParsedStatement& parsed) {
  switch (parsed.statement->kind) {
    case StatementKind::kSelect: {
      const auto& select = parsed.statement->As<SelectStatement>();
      for (const SelectCore& core : select.cores) {
        if (!core.from.empty()) return true;
      }
      return false;
    }
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

Result<const Table*> FindTable(const CompileContext& context, const QualifiedName& name) {
  const std::string written = (name.schema ? name.schema->text + "." : "") + name.name.text;
  const Table* table = nullptr;
  if (!name.schema || SameName(name.schema->text, "main")) {
    table = context.schema->FindTable(name.name.text);
    if (table == nullptr && context.schema->FindView(name.name.text) != nullptr) {
      return NotSupportedYet("views are");
    }
  }
  if (table == nullptr) {
    return Status(ResultCode::kError, "no such table: " + written)
        .WithOffset(name.name.span.offset());
  }
  RETURN_IF_ERROR(table->CheckReadable());
  return table;
}

Status CheckSchemaName(const QualifiedName& name, std::string_view what) {
  if (!name.schema || SameName(name.schema->text, "main")) return OkStatus();
  return SqlError(std::string(what) + name.schema->text);
}

namespace {

void CompileBegin(CompileContext& context, const BeginStatement& statement) {
  ProgramBuilder& builder = context.builder;
  if (statement.mode == TransactionMode::kImmediate) builder.NeedTransaction(/*to_write=*/true);
  if (statement.mode == TransactionMode::kExclusive) builder.NeedExclusiveTransaction();
  builder.Emit(Opcode::kAutoCommit, 0, 0);
}

void CompileSavepoint(CompileContext& context, SavepointAction action, const Name& name) {
  context.builder.Emit(Opcode::kSavepoint, static_cast<int>(action), 0, 0, name.text);
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
      return NotSupportedYet("CREATE VIEW is");
    case StatementKind::kCreateTrigger:
      return NotSupportedYet("CREATE TRIGGER is");
    case StatementKind::kCreateVirtualTable:
      return NotSupportedYet("CREATE VIRTUAL TABLE is");
  }
  Unreachable();
}

}  // namespace

Result<Program> Compile(const ParsedStatement& parsed, const std::shared_ptr<const Schema>& schema,
                        const FunctionRegistry& functions) {
  CompileContext context{.parsed = parsed, .schema = schema, .functions = functions};
  Program& program = context.builder.program();
  if (NeedsSchema(parsed)) program.schema = schema;
  program.parameter_count = static_cast<int>(parsed.parameter_names.size());
  RETURN_IF_ERROR(CompileStatement(context, *parsed.statement));
  Program finished = context.builder.Finish();
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
