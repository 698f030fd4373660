// The names in a table's CHECK constraints, which are looked up when the table is made or read.

#include "engine/compile/binder.h"
#include "engine/compile/compile.h"

namespace orrery {

Status CheckNames(const Table& table, const FunctionRegistry& functions,
                  bool functions_may_be_missing) {
  BindContext bind;
  bind.sources.push_back({&table, table.name, 0});
  bind.restricted_to = "CHECK constraints";
  bind.functions_may_be_missing = functions_may_be_missing;
  Binder binder(functions, std::move(bind));
  for (const CheckConstraint& check : table.checks) {
    Result<BoundPtr> bound = binder.Bind(*check.expr);
    if (!bound.ok()) return std::move(bound).status();
  }
  return OkStatus();
}

}  // namespace orrery
