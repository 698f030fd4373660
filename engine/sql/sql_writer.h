// What the parts of the printer write with: words with single spaces between them.

#ifndef ORRERY_ENGINE_SQL_SQL_WRITER_H_
#define ORRERY_ENGINE_SQL_SQL_WRITER_H_

#include <string>
#include <string_view>

#include "engine/sql/ast.h"
#include "engine/sql/printer.h"

namespace orrery {

class SqlWriter {
 public:
  explicit SqlWriter(Parentheses parentheses) : parentheses_(parentheses) {}

  std::string TakeText() { return std::move(text_); }

  // Expressions: print_expr.cc.
  void Write(const Expr& expr);
  void Write(const ExprList& list);  // a, b
  void WriteInParentheses(const ExprList& list);
  void Write(const std::vector<OrderingTerm>& terms);

  // SELECT: print_select.cc.
  void Write(const SelectStatement& select);
  void WriteInParentheses(const SelectStatement& select);
  void Write(const WithClause& with);
  void Write(const std::vector<ResultColumn>& columns);
  void WriteFrom(const FromClause& from);  // behind FROM
  void Write(const IndexHint& hint);

  // Other statements: print_statement.cc and print_schema.cc.
  void Write(const SqlStatement& statement);

  void WriteName(const Name& name) { Word(PrintName(name.text)); }
  void WriteName(const QualifiedName& name);
  void WriteNames(const std::vector<Name>& names);  // (a, b)
  void WriteAlias(const std::optional<Name>& alias);

 private:
  // A word stands apart from what is before it, unless that is an opening parenthesis or a dot.
  void Word(std::string_view word);
  // A mark is set right behind what is before it: ) , . and the ( of a call.
  void Mark(std::string_view mark);
  void Open() { Word("("); }

  // `expr` where only what binds at least so tightly may stand without parentheses.
  void WriteOperand(const Expr& expr, Precedence least);
  void WriteLiteral(const LiteralExpr& literal);
  void WriteColumn(const ColumnExpr& column);
  void WriteUnary(const UnaryExpr& unary);
  void WritePattern(const PatternExpr& pattern);
  void WriteBetween(const BetweenExpr& between);
  void WriteIn(const InExpr& in);
  void WriteCase(const CaseExpr& expr);
  void WriteFunction(const FunctionExpr& function);
  void WriteRaise(const RaiseExpr& raise);

  // Windows: print_window.cc.
  void WriteOver(const FunctionExpr& function);
  void WriteInParentheses(const WindowDefinition& window);
  void Write(const FrameEdge& edge);

  void Write(const SelectCore& core);
  void Write(const FromItem& item);

  void Write(const InsertStatement& insert);
  void Write(const UpdateStatement& update);
  void Write(const DeleteStatement& deletion);
  void Write(const PragmaStatement& pragma);
  void Write(const AttachStatement& attach);
  void Write(const VacuumStatement& vacuum);
  void Write(const UpsertClause& upsert);
  void Write(const std::vector<Assignment>& assignments);
  void WriteReturning(const std::vector<ResultColumn>& returning);
  void WriteOrAction(ConflictAction action);
  void WriteWhere(const ExprPtr& where);

  void Write(const CreateTableStatement& create);
  void Write(const CreateIndexStatement& create);
  void Write(const CreateViewStatement& create);
  void Write(const CreateTriggerStatement& create);  // print_trigger.cc
  void Write(const CreateVirtualTableStatement& create);
  void Write(const AlterTableStatement& alter);
  void WriteCreateHead(bool is_temporary, std::string_view what, bool if_not_exists);
  void Write(const DropStatement& drop);
  void Write(const ColumnDefinition& column);
  void Write(const ColumnConstraint& constraint);
  void Write(const TableConstraint& constraint);
  void Write(const ForeignKeyReference& reference);
  void WriteOnConflict(ConflictAction action);
  void WriteCheck(const ExprPtr& expr);

  const Parentheses parentheses_;
  std::string text_;
  bool joins_next_ = true;  // no space before the next word
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_SQL_SQL_WRITER_H_
