// The names in a table's CHECK constraints, which are looked up when the table is made or read.

#include "engine/compile/binder.h"
#include "engine/compile/compile.h"
#include "engine/compile/compile_context.h"

namespace orrery {

Status CheckNames(const Table& table, const FunctionRegistry& functions,
                  bool functions_may_be_missing) {
  // A CHECK names the table's own columns, so neither a statement nor a schema is needed.
  const ParsedStatement no_statement;
  const std::shared_ptr<const Catalog> no_catalog;
  CompileContext context{.parsed = no_statement, .catalog = no_catalog, .functions = functions};
  Scope scope;
  scope.sources.push_back({.table = &table, .name = table.name});
  scope.restricted_to = kCheckConstraints;
  scope.functions_may_be_missing = functions_may_be_missing;
  Binder binder(context, scope);
  for (const CheckConstraint& check : table.checks) {
    Result<BoundPtr> bound = binder.Bind(*check.expr);
    if (!bound.ok()) return std::move(bound).status();
  }
  return OkStatus();
}

}  // namespace orrery
