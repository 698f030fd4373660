#include "engine/sql/sql_writer.h"

namespace orrery {
void SqlWriter::WriteCreateHead(bool is_temporary, std::string_view what, bool if_not_exists) {
  Word(is_temporary ? "CREATE TEMP" : "CREATE");
  Word(what);
  if (if_not_exists) Word("IF NOT EXISTS");
}

void SqlWriter::Write(const DropStatement& drop) {
  Word("DROP");
  Word(Describe(drop.object));
  if (drop.if_exists) Word("IF EXISTS");
  WriteName(drop.name);
}

void SqlWriter::Write(const CreateIndexStatement& create) {
  WriteCreateHead(false, create.is_unique ? "UNIQUE INDEX" : "INDEX", create.if_not_exists);
  WriteName(create.index);
  Word("ON");
  WriteName(create.table);
  Open();
  Write(create.columns);
  Mark(")");
  WriteWhere(create.where);
}

void SqlWriter::Write(const CreateViewStatement& create) {
  WriteCreateHead(create.is_temporary, "VIEW", create.if_not_exists);
  WriteName(create.view);
  if (!create.columns.empty()) WriteNames(create.columns);
  Word("AS");
  Write(*create.select);
}

void SqlWriter::Write(const CreateVirtualTableStatement& create) {
  WriteCreateHead(false, "VIRTUAL TABLE", create.if_not_exists);
  WriteName(create.table);
  Word("USING");
  WriteName(create.module);
  if (create.arguments.empty()) return;
  Open();
  for (size_t i = 0; i < create.arguments.size(); ++i) {
    if (i > 0) Mark(",");
    if (!create.arguments[i].empty()) Word(create.arguments[i]);
  }
  Mark(")");
}

void SqlWriter::Write(const AlterTableStatement& alter) {
  Word("ALTER TABLE");
  WriteName(alter.table);
  switch (alter.alter) {
    case AlterKind::kRenameTable:
      Word("RENAME TO");
      WriteName(alter.new_name);
      return;
    case AlterKind::kRenameColumn:
      Word("RENAME COLUMN");
      WriteName(alter.column);
      Word("TO");
      WriteName(alter.new_name);
      return;
    case AlterKind::kAddColumn:
      Word("ADD COLUMN");
      Write(alter.added);
      return;
    case AlterKind::kDropColumn:
      Word("DROP COLUMN");
      WriteName(alter.column);
      return;
  }
}

void SqlWriter::Write(const CreateTableStatement& create) {
  WriteCreateHead(create.is_temporary, "TABLE", create.if_not_exists);
  WriteName(create.table);
  if (create.select) {
    Word("AS");
    Write(*create.select);
    return;
  }
  Open();
  for (size_t i = 0; i < create.columns.size(); ++i) {
    if (i > 0) Mark(",");
    Write(create.columns[i]);
  }
  for (const TableConstraint& constraint : create.constraints) {
    Mark(",");
    Write(constraint);
  }
  Mark(")");
  if (create.is_without_rowid) Word("WITHOUT ROWID");
  if (create.is_without_rowid && create.is_strict) Mark(",");
  if (create.is_strict) Word("STRICT");
}

void SqlWriter::Write(const ColumnDefinition& column) {
  WriteName(column.name);
  if (!column.type.empty()) Word(column.type.text);
  for (const ColumnConstraint& constraint : column.constraints) Write(constraint);
}

void SqlWriter::WriteOnConflict(ConflictAction action) {
  if (action == ConflictAction::kUnsaid) return;
  Word("ON CONFLICT");
  Word(Describe(action));
}

void SqlWriter::WriteCheck(const ExprPtr& expr) {
  Word("CHECK (");
  Write(*expr);
  Mark(")");
}

void SqlWriter::Write(const ColumnConstraint& constraint) {
  if (constraint.name) {
    Word("CONSTRAINT");
    WriteName(*constraint.name);
  }
  switch (constraint.kind) {
    case ColumnConstraintKind::kPrimaryKey:
      Word("PRIMARY KEY");
      if (constraint.order == SortOrder::kAscending) Word("ASC");
      if (constraint.order == SortOrder::kDescending) Word("DESC");
      WriteOnConflict(constraint.on_conflict);
      if (constraint.is_autoincrement) Word("AUTOINCREMENT");
      return;
    case ColumnConstraintKind::kNotNull:
      Word("NOT NULL");
      WriteOnConflict(constraint.on_conflict);
      return;
    case ColumnConstraintKind::kNull:
      Word("NULL");
      WriteOnConflict(constraint.on_conflict);
      return;
    case ColumnConstraintKind::kUnique:
      Word("UNIQUE");
      WriteOnConflict(constraint.on_conflict);
      return;
    case ColumnConstraintKind::kCheck:
      WriteCheck(constraint.expr);
      return;
    case ColumnConstraintKind::kDefault:
      Word("DEFAULT (");
      Write(*constraint.expr);
      Mark(")");
      return;
    case ColumnConstraintKind::kCollate:
      Word("COLLATE");
      WriteName(constraint.collation);
      return;
    case ColumnConstraintKind::kReferences:
      Write(constraint.reference);
      return;
    case ColumnConstraintKind::kGenerated:
      Word("AS (");
      Write(*constraint.expr);
      Mark(")");
      if (constraint.is_stored) Word("STORED");
      return;
  }
}

void SqlWriter::Write(const TableConstraint& constraint) {
  if (constraint.name) {
    Word("CONSTRAINT");
    WriteName(*constraint.name);
  }
  switch (constraint.kind) {
    case TableConstraintKind::kPrimaryKey:
    case TableConstraintKind::kUnique:
      Word(constraint.kind == TableConstraintKind::kUnique ? "UNIQUE (" : "PRIMARY KEY (");
      Write(constraint.key);
      if (constraint.is_autoincrement) Word("AUTOINCREMENT");
      Mark(")");
      break;
    case TableConstraintKind::kCheck:
      WriteCheck(constraint.expr);
      break;
    case TableConstraintKind::kForeignKey:
      Word("FOREIGN KEY");
      WriteNames(constraint.columns);
      Write(constraint.reference);
      return;
  }
  WriteOnConflict(constraint.on_conflict);
}

void SqlWriter::Write(const ForeignKeyReference& reference) {
  Word("REFERENCES");
  WriteName(reference.table);
  if (!reference.columns.empty()) WriteNames(reference.columns);
  if (reference.on_delete != ForeignKeyAction::kNoAction) {
    Word("ON DELETE");
    Word(Describe(reference.on_delete));
  }
  if (reference.on_update != ForeignKeyAction::kNoAction) {
    Word("ON UPDATE");
    Word(Describe(reference.on_update));
  }
  if (reference.is_deferred) Word("DEFERRABLE INITIALLY DEFERRED");
}

}  // namespace orrery
