// For tests: syntax trees of every shape, from a list of choices.

#ifndef ORRERY_ENGINE_SQL_AST_GENERATOR_H_
#define ORRERY_ENGINE_SQL_AST_GENERATOR_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/sql/ast.h"

namespace orrery {

// Each decision takes a byte off the choices; when they have run out it is the first and simplest
// one, so that every tree is finite and a shorter list gives a smaller tree.
class AstGenerator {
 public:
  explicit AstGenerator(std::span<const uint8_t> choices) : choices_(choices) {}

  StatementPtr AnyStatement();
  ExprPtr AnyExpr();

 private:
  uint32_t Choose(uint32_t count);
  bool Flip() { return Choose(2) == 1; }
  size_t Count(size_t least, size_t most) {
    return least + Choose(static_cast<uint32_t>(most - least + 1));
  }
  ExprPtr MaybeExpr() { return Flip() ? AnyExpr() : nullptr; }
  ExprList AnyList(size_t least, size_t most);
  Name AnyName();
  std::optional<Name> MaybeName();
  std::vector<Name> AnyNames(size_t least);
  QualifiedName AnyQualifiedName();
  TypeName AnyType();

  ExprPtr AnyLeaf();
  ExprPtr AnyLiteral();
  ExprPtr AnyColumn();
  ExprPtr AnyFunction();
  ExprPtr AnyCase();
  ExprPtr AnyIn();
  std::vector<OrderingTerm> AnyOrderingTerms(size_t least);

  WindowDefinition AnyWindow();
  FrameEdge AnyEdge(FrameEdgeKind least, FrameEdgeKind most);

  SelectPtr AnySelect();
  WithClause MaybeWith();
  std::vector<ResultColumn> AnyResultColumns(size_t least);
  SelectCore AnyCore();
  FromClause AnyFrom();
  FromItem AnyFromItem(bool is_first);
  IndexHint AnyHint();

  StatementPtr AnyInsert();
  UpsertClause AnyUpsert(bool is_last);
  std::vector<Assignment> AnyAssignments();
  StatementPtr AnyCreateView();
  StatementPtr AnyCreateVirtualTable();
  StatementPtr AnyCreateTrigger();
  StatementPtr AnyTriggerStep();
  StatementPtr AnyAlterTable();
  StatementPtr AnyOfWholeDatabase();
  StatementPtr AnyUpdate();
  StatementPtr AnyDelete();
  StatementPtr AnyCreateTable();
  StatementPtr AnyCreateIndex();
  StatementPtr AnyDrop();
  StatementPtr AnyPragma();
  ConflictAction AnyConflict();
  ColumnDefinition AnyColumnDefinition();
  ColumnConstraint AnyColumnConstraint();
  TableConstraint AnyTableConstraint();
  ForeignKeyReference AnyReference();

  std::span<const uint8_t> choices_;
  int depth_ = 0;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_SQL_AST_GENERATOR_H_
