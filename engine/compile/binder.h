// The Binder gives the names in an expression their meaning.

#ifndef ORRERY_ENGINE_COMPILE_BINDER_H_
#define ORRERY_ENGINE_COMPILE_BINDER_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/catalog/function.h"
#include "engine/compile/bound.h"
#include "engine/sql/ast.h"

namespace orrery {

// A table whose columns may be named.
struct Source {
  const Table* table = nullptr;
  std::string name;  // its alias, or the table's own name
  int cursor = 0;
};

// Where an expression stands decides what it may say.
struct BindContext {
  std::vector<Source> sources;
  // SELECT expr AS name: a name that is no column may be one of these.
  const std::vector<ResultColumn>* aliases = nullptr;
  // Calls of aggregates are added here; null where there may be none.
  std::vector<BoundAggregate>* aggregates = nullptr;
  // In the WHERE of a query that has aggregates elsewhere, which SQLite words differently.
  bool is_where_of_aggregate = false;
  // CHECK, DEFAULT and their like: "parameters prohibited in CHECK constraints".
  const char* restricted_to = nullptr;
  // Then what is bound is not for coding.
  bool functions_may_be_missing = false;
};

class Binder {
 public:
  Binder(const FunctionRegistry& functions, BindContext context)
      : functions_(functions), context_(std::move(context)) {}

  // Of several errors in an expression SQLite reports the last that it meets, and it goes on after
  // one inside a call or before IS NULL. So does this.
  Result<BoundPtr> Bind(const Expr& expr);
  BindContext& context() { return context_; }
  // What is wrong with an expression once all names in the statement have been found.
  const Status& late_error() const { return late_error_; }

 private:
  // SQLite does not resolve what stands in a DEFAULT.
  bool is_in_default() const;
  Result<BoundPtr> BindNode(const Expr& expr);
  Result<BoundPtr> BindColumn(const ColumnExpr& expr);
  Result<BoundPtr> BindAlias(const ColumnExpr& expr, const ResultColumn& column);
  Result<BoundPtr> BindUnary(const UnaryExpr& expr);
  BoundPtr BindNullTest(UnaryOp op, const Expr& operand);
  Result<BoundPtr> BindBinary(const BinaryExpr& expr);
  Result<BoundPtr> BindPattern(const PatternExpr& expr);
  Result<BoundPtr> BindIn(const InExpr& expr);
  Result<BoundPtr> BindCase(const CaseExpr& expr);
  Result<BoundPtr> BindFunction(const FunctionExpr& expr);
  Result<BoundPtr> BindAggregate(const FunctionExpr& expr, const Function& function);
  Result<std::optional<bool>> TruthOf(const Expr& expr);
  // Null when there is none, with the error in error_.
  const Function* FindFunction(std::string_view name, int argument_count);
  Status BindInto(Bound& bound, const Expr& expr);
  // An error is kept in error_; false then.
  bool BindLeniently(const Expr& expr, std::vector<BoundPtr>& operands);
  void BindArguments(const ExprList& arguments, std::vector<BoundPtr>& operands);

  const FunctionRegistry& functions_;
  BindContext context_;
  Status error_;  // the last after which the look-up went on
  Status late_error_;
};

// A column of a table as an expression.
BoundPtr MakeColumn(const Table& table, int cursor, int column);
BoundPtr MakeConstant(Value value);

// Whether a call of an aggregate stands in the expression.
bool HasAggregate(const Expr& expr, const FunctionRegistry& functions);

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_BINDER_H_
