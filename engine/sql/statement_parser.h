// Whole statements but for SELECT. Gives a partial tree after an error, which the stream holds.

#ifndef ORRERY_ENGINE_SQL_STATEMENT_PARSER_H_
#define ORRERY_ENGINE_SQL_STATEMENT_PARSER_H_

#include "engine/sql/ast.h"
#include "engine/sql/expr_parser.h"
#include "engine/sql/select_parser.h"
#include "engine/sql/token_stream.h"

namespace orrery {

class StatementParser {
 public:
  explicit StatementParser(TokenStream& stream)
      : stream_(stream), expressions_(stream), selects_(stream) {}

  // Up to the semicolon or the end of the text, neither of which is taken.
  StatementPtr Parse();

 private:
  StatementPtr ParseAny();

  // Changes: statement_parser.cc.
  StatementPtr ParseBehindWith();
  StatementPtr ParseInsert(WithClause with = {});
  StatementPtr ParseUpdate(WithClause with = {});
  StatementPtr ParseDelete(WithClause with = {});
  Assignment ParseAssignment();
  std::optional<Name> ParseAliasAfterAs();
  std::vector<Name> ParseNameList();  // (a, b)
  ConflictAction ParseConflictAction();
  std::vector<UpsertClause> ParseUpserts();
  UpsertClause ParseUpsert();
  std::vector<Assignment> ParseAssignments();
  std::vector<ResultColumn> ParseReturning();

  // Transactions, pragmas, whole databases: statement_parser.cc.
  StatementPtr ParseBegin();
  StatementPtr ParseCommit();
  StatementPtr ParseRollback();
  StatementPtr ParseSavepoint();
  StatementPtr ParseRelease();
  StatementPtr ParsePragma();
  void ParseTransactionWord();
  StatementPtr ParseAttach();
  StatementPtr ParseDetach();
  StatementPtr ParseVacuum();

  // Triggers: trigger_parser.cc.
  StatementPtr ParseCreateTrigger(bool is_temporary);
  void ParseTriggerHead(CreateTriggerStatement& create);
  StatementPtr ParseTriggerStep();
  StatementPtr ParseTriggerInsert();
  StatementPtr ParseTriggerUpdate();
  StatementPtr ParseTriggerDelete();
  QualifiedName ParseTriggerTarget();
  void RefuseIndexHint();

  // Schema: schema_parser.cc.
  StatementPtr ParseCreate();
  StatementPtr ParseCreateTable(bool is_temporary);
  StatementPtr ParseCreateIndex();
  StatementPtr ParseCreateView(bool is_temporary);
  StatementPtr ParseCreateVirtualTable();
  StatementPtr ParseAlterTable();
  StatementPtr ParseAnalyze();
  StatementPtr ParseReindex();
  StatementPtr ParseDrop();
  bool ParseIfNotExists();
  std::string TakeModuleArgument();
  void ParseTableOptions(CreateTableStatement& table);
  void ParseTableOption(CreateTableStatement& table);
  ColumnDefinition ParseColumn();
  bool ParseColumnConstraint(ColumnConstraint& constraint);
  void ParseDefault(ColumnConstraint& constraint);
  void ParseGenerated(ColumnConstraint& constraint, const Name& column);
  void ParseTableConstraints(std::vector<TableConstraint>& constraints);
  bool ParseTableConstraint(TableConstraint& constraint);
  ExprPtr ParseParenthesizedExpr(SourceSpan& inside);
  SortOrder ParseSortOrder();
  ConflictAction ParseOnConflict();
  ForeignKeyReference ParseReference();
  ForeignKeyAction ParseForeignKeyAction();
  bool ParseDeferrable(bool& is_deferred);

  TokenStream& stream_;
  ExprParser expressions_;
  SelectParser selects_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_SQL_STATEMENT_PARSER_H_
