// INSERT ... ON CONFLICT (target) DO NOTHING or DO UPDATE: what becomes of a row that another one
// is in the way of (https://www.sqlite.org/lang_upsert.html).

#ifndef ORRERY_ENGINE_COMPILE_UPSERT_H_
#define ORRERY_ENGINE_COMPILE_UPSERT_H_

#include <memory>
#include <string>
#include <vector>

#include "engine/compile/compile_context.h"
#include "engine/compile/expr_coder.h"
#include "engine/compile/returning.h"
#include "engine/compile/row_writer.h"
#include "engine/compile/set_clause.h"
#include "engine/compile/with_scope.h"
#include "engine/sql/ast.h"

namespace orrery {

class Upsert {
 public:
  // `source` is the table that is inserted into.
  Upsert(CompileContext& context, const Source& source)
      : context_(context), builder_(context.builder), source_(source) {}

  // `with` may be null. As in sqlite3 the names in a DO UPDATE are looked up only if a conflict can
  // lead there: one of the rowid when it `checks_rowid`.
  Status Bind(const std::vector<UpsertClause>& clauses, bool checks_rowid, const WithScope* with);

  // For the writer that inserts: where each conflict leads.
  std::vector<ConflictRule> rules() const;
  // The updates of the rows that were in the way of `excluded`; on to `done` after one. `writer` is
  // the one that inserts, which has its own code by then.
  void Code(ExprCoder& coder, RowWriter& writer, const NewRow& excluded, Returning& returning,
            Label done);

 private:
  struct Clause {
    ConflictRule rule;
    std::unique_ptr<SetClause> set;  // null: DO NOTHING
    BoundPtr where;                  // or null
    std::unique_ptr<RowTriggers> triggers;
  };

  bool CanBeMet(const ConflictRule& rule, bool checks_rowid) const;
  Result<ConflictRule> RuleOf(const std::vector<UpsertClause>& clauses, size_t index);
  Result<bool> IsTarget(const Index& index, const UpsertClause& clause, Scope& scope);
  Status BindUpdate(const UpsertClause& clause, const WithScope* with, Clause& made);

  CompileContext& context_;
  ProgramBuilder& builder_;
  const Source source_;
  int excluded_cursor_ = -1;  // stands for the row that was to be inserted
  std::vector<Clause> clauses_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_UPSERT_H_
