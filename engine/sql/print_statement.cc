#include "engine/sql/printer.h"
#include "engine/sql/sql_writer.h"
#include "engine/value/quote.h"

namespace orrery {

std::string Print(const Expr& expr, Parentheses parentheses) {
  SqlWriter writer(parentheses);
  writer.Write(expr);
  return writer.TakeText();
}

std::string Print(const SqlStatement& statement, Parentheses parentheses) {
  SqlWriter writer(parentheses);
  writer.Write(statement);
  return writer.TakeText();
}

void SqlWriter::Write(const SqlStatement& statement) {
  switch (statement.kind) {
    case StatementKind::kCreateTable:
      Write(statement.As<CreateTableStatement>());
      return;
    case StatementKind::kCreateIndex:
      Write(statement.As<CreateIndexStatement>());
      return;
    case StatementKind::kCreateView:
      Write(statement.As<CreateViewStatement>());
      return;
    case StatementKind::kCreateTrigger:
      Write(statement.As<CreateTriggerStatement>());
      return;
    case StatementKind::kCreateVirtualTable:
      Write(statement.As<CreateVirtualTableStatement>());
      return;
    case StatementKind::kAlterTable:
      Write(statement.As<AlterTableStatement>());
      return;
    case StatementKind::kAttach:
      Write(statement.As<AttachStatement>());
      return;
    case StatementKind::kDetach:
      Word("DETACH");
      Write(*statement.As<DetachStatement>().schema);
      return;
    case StatementKind::kAnalyze:
      Word("ANALYZE");
      if (const auto& name = statement.As<AnalyzeStatement>().name) WriteName(*name);
      return;
    case StatementKind::kReindex:
      Word("REINDEX");
      if (const auto& name = statement.As<ReindexStatement>().name) WriteName(*name);
      return;
    case StatementKind::kVacuum:
      Write(statement.As<VacuumStatement>());
      return;
    case StatementKind::kDrop:
      Write(statement.As<DropStatement>());
      return;
    case StatementKind::kSelect:
      Write(statement.As<SelectStatement>());
      return;
    case StatementKind::kInsert:
      Write(statement.As<InsertStatement>());
      return;
    case StatementKind::kUpdate:
      Write(statement.As<UpdateStatement>());
      return;
    case StatementKind::kDelete:
      Write(statement.As<DeleteStatement>());
      return;
    case StatementKind::kBegin:
      switch (statement.As<BeginStatement>().mode) {
        case TransactionMode::kDeferred:
          Word("BEGIN");
          return;
        case TransactionMode::kImmediate:
          Word("BEGIN IMMEDIATE");
          return;
        case TransactionMode::kExclusive:
          Word("BEGIN EXCLUSIVE");
          return;
      }
      return;
    case StatementKind::kCommit:
      Word("COMMIT");
      return;
    case StatementKind::kRollback: {
      const auto& rollback = statement.As<RollbackStatement>();
      Word("ROLLBACK");
      if (!rollback.savepoint) return;
      Word("TO");
      WriteName(*rollback.savepoint);
      return;
    }
    case StatementKind::kSavepoint:
      Word("SAVEPOINT");
      WriteName(statement.As<SavepointStatement>().name);
      return;
    case StatementKind::kRelease:
      Word("RELEASE");
      WriteName(statement.As<ReleaseStatement>().name);
      return;
    case StatementKind::kPragma:
      Write(statement.As<PragmaStatement>());
      return;
  }
}

void SqlWriter::WriteOrAction(ConflictAction action) {
  if (action == ConflictAction::kUnsaid) return;
  Word("OR");
  Word(Describe(action));
}

void SqlWriter::WriteWhere(const ExprPtr& where) {
  if (!where) return;
  Word("WHERE");
  Write(*where);
}

void SqlWriter::Write(const InsertStatement& insert) {
  Write(insert.with);
  Word("INSERT");
  WriteOrAction(insert.or_action);
  Word("INTO");
  WriteName(insert.table);
  WriteAlias(insert.alias);
  if (!insert.columns.empty()) WriteNames(insert.columns);
  if (insert.source) {
    Write(*insert.source);
  } else {
    Word("DEFAULT VALUES");
  }
  for (const UpsertClause& upsert : insert.upserts) Write(upsert);
  WriteReturning(insert.returning);
}

void SqlWriter::Write(const UpsertClause& upsert) {
  Word("ON CONFLICT");
  if (!upsert.target.empty()) {
    Open();
    Write(upsert.target);
    Mark(")");
    WriteWhere(upsert.target_where);
  }
  if (!upsert.is_update) {
    Word("DO NOTHING");
    return;
  }
  Word("DO UPDATE SET");
  Write(upsert.assignments);
  WriteWhere(upsert.where);
}

void SqlWriter::WriteReturning(const std::vector<ResultColumn>& returning) {
  if (returning.empty()) return;
  Word("RETURNING");
  Write(returning);
}

void SqlWriter::Write(const std::vector<Assignment>& assignments) {
  for (size_t i = 0; i < assignments.size(); ++i) {
    const Assignment& assignment = assignments[i];
    if (i > 0) Mark(",");
    if (assignment.is_row) {
      WriteNames(assignment.columns);
    } else {
      WriteName(assignment.columns[0]);
    }
    Word("=");
    Write(*assignment.value);
  }
}

void SqlWriter::Write(const UpdateStatement& update) {
  Write(update.with);
  Word("UPDATE");
  WriteOrAction(update.or_action);
  WriteName(update.table);
  WriteAlias(update.alias);
  Write(update.hint);
  Word("SET");
  Write(update.assignments);
  if (!update.from.empty()) {
    Word("FROM");
    WriteFrom(update.from);
  }
  WriteWhere(update.where);
  WriteReturning(update.returning);
}

void SqlWriter::Write(const DeleteStatement& deletion) {
  Write(deletion.with);
  Word("DELETE FROM");
  WriteName(deletion.table);
  WriteAlias(deletion.alias);
  Write(deletion.hint);
  WriteWhere(deletion.where);
  WriteReturning(deletion.returning);
}

void SqlWriter::Write(const AttachStatement& attach) {
  Word("ATTACH");
  Write(*attach.file);
  Word("AS");
  Write(*attach.schema);
  if (!attach.key) return;
  Word("KEY");
  Write(*attach.key);
}

void SqlWriter::Write(const VacuumStatement& vacuum) {
  Word("VACUUM");
  if (vacuum.schema) WriteName(*vacuum.schema);
  if (!vacuum.into) return;
  Word("INTO");
  Write(*vacuum.into);
}

void SqlWriter::Write(const PragmaStatement& pragma) {
  Word("PRAGMA");
  WriteName(pragma.name);
  if (!pragma.value) return;
  Word(pragma.is_call ? "(" : "=");
  Word(QuoteText(*pragma.value));
  if (pragma.is_call) Mark(")");
}

}  // namespace orrery
