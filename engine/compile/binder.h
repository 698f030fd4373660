// The Binder gives the names in an expression their meaning.

#ifndef ORRERY_ENGINE_COMPILE_BINDER_H_
#define ORRERY_ENGINE_COMPILE_BINDER_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/compile/bound.h"
#include "engine/compile/compile_context.h"
#include "engine/compile/scope.h"
#include "engine/sql/ast.h"

namespace orrery {

class Binder {
 public:
  // Both outlive the binder. Aggregates and window functions are added to the scope's.
  Binder(CompileContext& context, Scope& scope) : context_(context), scope_(scope) {}

  // An expression of one value. Of several errors in an expression SQLite reports the last that it
  // meets, and it goes on after one inside a call or before IS NULL. So does this.
  Result<BoundPtr> Bind(const Expr& expr);
  // One that may also be a row: (a, b), or a subquery of several columns.
  Result<BoundPtr> BindRow(const Expr& expr);

  // The statement is wrong, once all its names are found; what to go on with till then.
  BoundPtr FoundLate(Status error);

 private:
  // SQLite does not resolve what stands in a DEFAULT.
  bool is_in_default() const;
  Result<BoundPtr> BindNode(const Expr& expr);
  Result<BoundPtr> BindRowNode(const Expr& expr);
  Result<BoundPtr> BindLiteral(const LiteralExpr& expr);
  Result<BoundPtr> BindColumn(const ColumnExpr& expr);
  Result<BoundPtr> BindAlias(const ColumnExpr& expr, const ResultColumn& column, Scope& scope);
  Result<BoundPtr> BindUnary(const UnaryExpr& expr);
  Result<BoundPtr> BindBinary(const BinaryExpr& expr);
  BoundPtr BindNullTest(UnaryOp op, const Expr& operand);
  Result<std::optional<bool>> TruthOf(const Expr& expr);
  Result<BoundPtr> BindPattern(const PatternExpr& expr);
  Result<BoundPtr> BindBetween(const BetweenExpr& expr);
  Result<BoundPtr> BindCase(const CaseExpr& expr);
  Result<BoundPtr> BindCollate(const CollateExpr& expr);
  Result<BoundPtr> BindCast(const CastExpr& expr);
  Result<BoundPtr> BindRaise(const RaiseExpr& expr);
  Status BindInto(Bound& bound, const Expr& expr);
  Status CheckSameWidth(const Expr& left, const Expr& right) const;
  // An error is kept in error_; false then.
  bool BindLeniently(const Expr& expr, std::vector<BoundPtr>& operands);
  void BindArguments(const ExprList& arguments, std::vector<BoundPtr>& operands);

  // Subqueries and rows: bind_subquery.cc.
  Result<BoundPtr> BindExists(const ExistsExpr& expr);
  Result<BoundPtr> BindSubquery(const SelectStatement& select);
  Result<BoundPtr> BindComparedRows(BinaryOp op, BoundPtr left, BoundPtr right);
  Result<BoundPtr> BindIn(const InExpr& expr);
  Result<BoundPtr> BindInNothing(const InExpr& expr);
  Result<BoundPtr> BindInList(const InExpr& expr);
  Result<BoundPtr> BindInRows(const InExpr& expr);
  Result<BoundPtr> BindInQuery(const InExpr& expr);
  Status CheckSubqueryAllowed() const;

  // Calls: bind_function.cc.
  Result<BoundPtr> BindFunction(const FunctionExpr& expr);
  Result<BoundPtr> BindAggregate(const FunctionExpr& expr, const Function& function);
  // Null when there is none, with the error in error_.
  const Function* FindFunction(std::string_view name, int argument_count);
  void BindAggregateParts(const FunctionExpr& expr, BoundAggregate& aggregate);

  // Window functions: bind_window.cc.
  Result<BoundPtr> BindWindow(const FunctionExpr& expr, const Function& function);

  CompileContext& context_;
  Scope& scope_;
  Status error_;  // the last after which the look-up went on
};

// The scopes from `from` outwards, up to and without `to`, read what is outside them.
void MarkCorrelated(Scope& from, const Scope& to);
// The first call of one of the scope's own aggregates in the expression, or null.
const BoundAggregate* FindAggregate(const Bound& bound, const Scope& scope);
// A COLLATE somewhere in an operand counts for the whole.
void InheritCollate(Bound& bound);

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_BINDER_H_
