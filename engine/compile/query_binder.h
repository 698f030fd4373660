// From the syntax tree of a SELECT to a Query: the names in it find their tables and columns.

#ifndef ORRERY_ENGINE_COMPILE_QUERY_BINDER_H_
#define ORRERY_ENGINE_COMPILE_QUERY_BINDER_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "engine/compile/binder.h"
#include "engine/compile/compile_context.h"
#include "engine/compile/from_binder.h"
#include "engine/compile/query.h"
#include "engine/compile/with_scope.h"
#include "engine/sql/ast.h"

namespace orrery {

// `with` are the common tables that can be named, `outer` the names around the query; both may be
// null.
Result<std::unique_ptr<Query>> BindQuery(CompileContext& context, const SelectStatement& select,
                                         const WithScope* with, Scope* outer);
// All columns of a table, as in x IN table. `arguments`: of a table-valued function, or null.
Result<std::unique_ptr<Query>> BindTableQuery(CompileContext& context, const QualifiedName& name,
                                              const ExprList* arguments, const WithScope* with,
                                              Scope* outer);

// The columns of RETURNING, of the row that `source` stands for.
Result<std::unique_ptr<Query>> BindReturning(CompileContext& context,
                                             const std::vector<ResultColumn>& columns,
                                             const Source& source, const WithScope* with);

class QueryBinder {
 public:
  QueryBinder(CompileContext& context, const SelectStatement& select, const WithScope* with,
              Scope* outer);

  Result<std::unique_ptr<Query>> Bind();
  // RETURNING: `select` is an empty one.
  Result<std::unique_ptr<Query>> BindColumns(const std::vector<ResultColumn>& columns,
                                             const Source& source);
  // The select of a common table whose blocks from `recursive_from` on name it: `start` is called
  // with the query of the blocks before, once they are bound.
  Result<std::unique_ptr<Query>> BindRecursive(size_t recursive_from,
                                               const std::function<Status(Query& query)>& start);

 private:
  Status BindBlock(size_t index);
  Status CheckStars(const SelectCore& core, const Scope& scope) const;
  Status BindResult(const std::vector<ResultColumn>& columns, Scope& scope, QueryBlock& block);
  Status BindStar(const ResultColumn& column, Scope& scope, QueryBlock& block);
  Status BindRows(const SelectCore& core, Scope& scope, QueryBlock& block);
  Status BindConditions(const SelectCore& core, Scope& scope, QueryBlock& block);
  Status BindGroupBy(const SelectCore& core, Scope& scope, QueryBlock& block);
  Status BindLimit();
  Status CheckWidths() const;
  bool IsReadAsTable() const;
  // A column of the result; `written` is null for what * stands for.
  void AddResult(QueryBlock& block, BoundPtr bound, const Expr* written);
  void NameResult(const std::optional<std::string>& alias, std::string name, std::string table_name,
                  std::string schema_name);
  void NameExpression(const ResultColumn& column, const Bound& bound, size_t index);
  Result<BoundPtr> BindPosition(const Expr& term, size_t position, Scope& scope,
                                const QueryBlock& block);

  // ORDER BY: bind_order.cc.
  Status BindOrderBy(Scope& scope, QueryBlock& block);
  void MatchCompoundOrder(size_t index, Scope& scope, QueryBlock& block);
  Status FinishCompoundOrder();
  // The column that a whole number stands for; empty for any other expression. There may be fewer
  // columns, which CheckPositions() finds when all names have been looked up.
  Result<std::optional<int>> PositionOf(const Expr& term, size_t term_index,
                                        const char* clause) const;
  Status CheckPositions(const std::vector<std::optional<int>>& positions, const char* clause) const;
  Status OutOfRange(size_t term_index, const char* clause) const;
  std::optional<int> AliasOf(const Expr& term) const;

  CompileContext& context_;
  const SelectStatement& select_;
  std::optional<WithScope> own_with_;
  const WithScope* with_;
  Scope* const outer_;
  std::unique_ptr<Query> query_;
  // Of the columns of the block that is being bound: aliases, for ORDER BY; names, as in Query.
  std::vector<std::optional<std::string>> aliases_;
  std::vector<std::string> names_;
  std::vector<std::string> table_names_;
  std::vector<std::string> schema_names_;
  std::vector<const Expr*> written_;  // null for what * stands for
  // The column that a term of a compound's ORDER BY is, as far as is known, and by which block.
  struct OrderMatch {
    std::optional<int> column;
    size_t block = 0;
  };
  std::vector<OrderMatch> order_matches_;
};

// "1st", "2nd", "3rd", "4th".
std::string Ordinal(size_t number);
// The operand of COLLATE.
const Expr& WithoutCollate(const Expr& expr);

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_QUERY_BINDER_H_
