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
  StatementPtr ParseInsert();
  StatementPtr ParseUpdate();
  StatementPtr ParseDelete();
  Assignment ParseAssignment();
  std::optional<Name> ParseAliasAfterAs();
  std::vector<Name> ParseNameList();  // (a, b)
  ConflictAction ParseConflictAction();
  void RefuseReturning();

  // Transactions and pragmas: statement_parser.cc.
  StatementPtr ParseBegin();
  StatementPtr ParseCommit();
  StatementPtr ParseRollback();
  StatementPtr ParseSavepoint();
  StatementPtr ParseRelease();
  StatementPtr ParsePragma();
  void ParseTransactionWord();

  // Schema: schema_parser.cc.
  StatementPtr ParseCreate();
  StatementPtr ParseCreateTable(bool is_temporary);
  StatementPtr ParseCreateIndex();
  StatementPtr ParseCreateView(bool is_temporary);
  StatementPtr ParseCreateTrigger(bool is_temporary);
  StatementPtr ParseCreateVirtualTable();
  StatementPtr ParseDrop();
  bool ParseIfNotExists();
  std::string TakeBody();
  std::string TakeTriggerBody();
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
  std::vector<Name> ParseReferencedColumns();
  ForeignKeyAction ParseForeignKeyAction();
  bool ParseDeferrable(bool& is_deferred);

  TokenStream& stream_;
  ExprParser expressions_;
  SelectParser selects_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_SQL_STATEMENT_PARSER_H_
