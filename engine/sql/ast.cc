#include "engine/sql/ast.h"

namespace orrery {
namespace {

template <typename T, typename Base>
bool SameAs(const Base& a, const Base& b) {
  return a.template As<T>() == b.template As<T>();
}

}  // namespace

bool operator==(const Expr& a, const Expr& b) {
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case ExprKind::kLiteral:
      return SameAs<LiteralExpr>(a, b);
    case ExprKind::kColumn:
      return SameAs<ColumnExpr>(a, b);
    case ExprKind::kParameter:
      return SameAs<ParameterExpr>(a, b);
    case ExprKind::kUnary:
      return SameAs<UnaryExpr>(a, b);
    case ExprKind::kBinary:
      return SameAs<BinaryExpr>(a, b);
    case ExprKind::kPattern:
      return SameAs<PatternExpr>(a, b);
    case ExprKind::kBetween:
      return SameAs<BetweenExpr>(a, b);
    case ExprKind::kIn:
      return SameAs<InExpr>(a, b);
    case ExprKind::kCollate:
      return SameAs<CollateExpr>(a, b);
    case ExprKind::kCast:
      return SameAs<CastExpr>(a, b);
    case ExprKind::kCase:
      return SameAs<CaseExpr>(a, b);
    case ExprKind::kFunction:
      return SameAs<FunctionExpr>(a, b);
    case ExprKind::kExists:
      return SameAs<ExistsExpr>(a, b);
    case ExprKind::kSubquery:
      return SameAs<SubqueryExpr>(a, b);
    case ExprKind::kRow:
      return SameAs<RowExpr>(a, b);
    case ExprKind::kRaise:
      return SameAs<RaiseExpr>(a, b);
  }
  Unreachable();
}

bool operator==(const SqlStatement& a, const SqlStatement& b) {
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case StatementKind::kCreateTable:
      return SameAs<CreateTableStatement>(a, b);
    case StatementKind::kCreateIndex:
      return SameAs<CreateIndexStatement>(a, b);
    case StatementKind::kCreateView:
      return SameAs<CreateViewStatement>(a, b);
    case StatementKind::kCreateTrigger:
      return SameAs<CreateTriggerStatement>(a, b);
    case StatementKind::kCreateVirtualTable:
      return SameAs<CreateVirtualTableStatement>(a, b);
    case StatementKind::kDrop:
      return SameAs<DropStatement>(a, b);
    case StatementKind::kSelect:
      return SameAs<SelectStatement>(a, b);
    case StatementKind::kInsert:
      return SameAs<InsertStatement>(a, b);
    case StatementKind::kUpdate:
      return SameAs<UpdateStatement>(a, b);
    case StatementKind::kDelete:
      return SameAs<DeleteStatement>(a, b);
    case StatementKind::kBegin:
      return SameAs<BeginStatement>(a, b);
    case StatementKind::kCommit:
      return SameAs<CommitStatement>(a, b);
    case StatementKind::kRollback:
      return SameAs<RollbackStatement>(a, b);
    case StatementKind::kSavepoint:
      return SameAs<SavepointStatement>(a, b);
    case StatementKind::kRelease:
      return SameAs<ReleaseStatement>(a, b);
    case StatementKind::kPragma:
      return SameAs<PragmaStatement>(a, b);
    case StatementKind::kAlterTable:
      return SameAs<AlterTableStatement>(a, b);
    case StatementKind::kAttach:
      return SameAs<AttachStatement>(a, b);
    case StatementKind::kDetach:
      return SameAs<DetachStatement>(a, b);
    case StatementKind::kAnalyze:
      return SameAs<AnalyzeStatement>(a, b);
    case StatementKind::kReindex:
      return SameAs<ReindexStatement>(a, b);
    case StatementKind::kVacuum:
      return SameAs<VacuumStatement>(a, b);
  }
  Unreachable();
}

std::string_view Describe(CompoundOp op) {
  switch (op) {
    case CompoundOp::kUnion:
      return "UNION";
    case CompoundOp::kUnionAll:
      return "UNION ALL";
    case CompoundOp::kIntersect:
      return "INTERSECT";
    case CompoundOp::kExcept:
      return "EXCEPT";
  }
  Unreachable();
}

std::string_view Describe(ConflictAction action) {
  switch (action) {
    case ConflictAction::kUnsaid:
      return "";
    case ConflictAction::kRollback:
      return "ROLLBACK";
    case ConflictAction::kAbort:
      return "ABORT";
    case ConflictAction::kFail:
      return "FAIL";
    case ConflictAction::kIgnore:
      return "IGNORE";
    case ConflictAction::kReplace:
      return "REPLACE";
  }
  Unreachable();
}

std::string_view Describe(ForeignKeyAction action) {
  switch (action) {
    case ForeignKeyAction::kNoAction:
      return "NO ACTION";
    case ForeignKeyAction::kSetNull:
      return "SET NULL";
    case ForeignKeyAction::kSetDefault:
      return "SET DEFAULT";
    case ForeignKeyAction::kCascade:
      return "CASCADE";
    case ForeignKeyAction::kRestrict:
      return "RESTRICT";
  }
  Unreachable();
}

std::string_view Describe(SchemaObjectKind kind) {
  switch (kind) {
    case SchemaObjectKind::kTable:
      return "TABLE";
    case SchemaObjectKind::kIndex:
      return "INDEX";
    case SchemaObjectKind::kView:
      return "VIEW";
    case SchemaObjectKind::kTrigger:
      return "TRIGGER";
  }
  Unreachable();
}

}  // namespace orrery
