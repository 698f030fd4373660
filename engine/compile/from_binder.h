// What FROM names: tables, views, common tables and subqueries, and how they join.

#ifndef ORRERY_ENGINE_COMPILE_FROM_BINDER_H_
#define ORRERY_ENGINE_COMPILE_FROM_BINDER_H_

#include "engine/base/status.h"
#include "engine/compile/compile_context.h"
#include "engine/compile/query.h"
#include "engine/compile/scope.h"
#include "engine/sql/ast.h"

namespace orrery {

// A table that is missing is reported before anything else that is wrong with the names of a query.
Status CheckTablesExist(const CompileContext& context, const FromClause& from,
                        const WithScope* with);

class FromBinder {
 public:
  // Adds terms to `block` and their sources to `scope`; both outlive the binder.
  FromBinder(CompileContext& context, Scope& scope, QueryBlock& block)
      : context_(context), scope_(scope), block_(block) {}

  Status BindTables(const FromClause& from);
  // UPDATE ... FROM: beside the terms that the block has. Several are a join of their own, in
  // parentheses as it were.
  Status BindBeside(const FromClause& from);
  // One table alone; `arguments` of a table-valued function, or null.
  Status BindTable(const QualifiedName& name, const ExprList* arguments);
  // ON: after what the rest of the query names has been found.
  Status BindJoinConditions();

 private:
  // The ON of a term, to be bound.
  struct Condition {
    FromTerm* term;
    const Expr* on;
  };

  Status AddItem(const FromItem& item, JoinType join);
  Status AddTable(FromTerm& term, const QualifiedName& name, const ExprList* arguments,
                  const std::optional<Name>& alias);
  Status AddFunction(FromTerm& term, size_t number, const ExprList* arguments,
                     const std::optional<Name>& alias);
  Status BindArguments();
  Status AddCommonTable(FromTerm& term, const CommonTable& table, const WithScope* scope,
                        const std::optional<Name>& alias);
  Status AddView(FromTerm& term, const View& view, const std::optional<Name>& alias);
  Status AddSubquery(FromTerm& term, const SelectStatement& select,
                     const std::optional<Name>& alias);
  Status AddNestedJoin(FromTerm& term, const FromClause& nested, const std::optional<Name>& alias);
  void SetQuery(FromTerm& term, std::unique_ptr<Query> query, std::string name,
                std::unique_ptr<Table> columns);
  Status NameSources();
  Status ShareColumns(size_t index);
  bool LeftColumnExists(size_t index, const std::string& name) const;
  Result<BoundPtr> LeftColumn(size_t index, const std::string& name) const;
  Status CheckReach(const FromTerm& term, size_t index) const;

  CompileContext& context_;
  Scope& scope_;
  QueryBlock& block_;
  const FromClause* clause_ = nullptr;
  std::vector<Condition> conditions_;
  // Table-valued functions whose arguments are to be bound.
  struct Call {
    FromTerm* term;
    const ExprList* arguments;
  };
  std::vector<Call> calls_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_FROM_BINDER_H_
