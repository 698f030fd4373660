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
    case StatementKind::kCreateView: {
      const auto& create = statement.As<CreateViewStatement>();
      WriteCreateHead(create.is_temporary, "VIEW", create.if_not_exists);
      WriteName(create.view);
      Word(create.body);
      return;
    }
    case StatementKind::kCreateTrigger: {
      const auto& create = statement.As<CreateTriggerStatement>();
      WriteCreateHead(create.is_temporary, "TRIGGER", create.if_not_exists);
      WriteName(create.trigger);
      Word(create.body);
      return;
    }
    case StatementKind::kCreateVirtualTable: {
      const auto& create = statement.As<CreateVirtualTableStatement>();
      WriteCreateHead(false, "VIRTUAL TABLE", create.if_not_exists);
      WriteName(create.table);
      Word(create.body);
      return;
    }
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
}

void SqlWriter::Write(const UpdateStatement& update) {
  Word("UPDATE");
  WriteOrAction(update.or_action);
  WriteName(update.table);
  WriteAlias(update.alias);
  Write(update.hint);
  Word("SET");
  for (size_t i = 0; i < update.assignments.size(); ++i) {
    const Assignment& assignment = update.assignments[i];
    if (i > 0) Mark(",");
    if (assignment.is_row) {
      WriteNames(assignment.columns);
    } else {
      WriteName(assignment.columns[0]);
    }
    Word("=");
    Write(*assignment.value);
  }
  if (!update.from.empty()) {
    Word("FROM");
    WriteFrom(update.from);
  }
  WriteWhere(update.where);
}

void SqlWriter::Write(const DeleteStatement& deletion) {
  Word("DELETE FROM");
  WriteName(deletion.table);
  WriteAlias(deletion.alias);
  Write(deletion.hint);
  WriteWhere(deletion.where);
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
