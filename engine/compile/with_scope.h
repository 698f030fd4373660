// The common tables that can be named at some place: those of the WITH clauses around it, the inner
// ones first.

#ifndef ORRERY_ENGINE_COMPILE_WITH_SCOPE_H_
#define ORRERY_ENGINE_COMPILE_WITH_SCOPE_H_

#include <string_view>
#include <vector>

#include "engine/catalog/names.h"
#include "engine/sql/ast.h"

namespace orrery {

class WithScope {
 public:
  WithScope(const WithClause& clause, const WithScope* outer) : clause_(clause), outer_(outer) {}

  struct Found {
    const CommonTable* table = nullptr;
    const WithScope* scope = nullptr;  // what its own select may name
  };
  static Found Find(const WithScope* scope, std::string_view name) {
    for (; scope != nullptr; scope = scope->outer_) {
      for (const CommonTable& table : scope->clause_.tables) {
        if (SameName(table.name.text, name)) return {&table, scope};
      }
    }
    return {};
  }

 private:
  const WithClause& clause_;
  const WithScope* outer_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_WITH_SCOPE_H_
