// Collations that a definition names and nobody has. As in SQLite they do not keep the schema from
// being read: whatever else the table is good for goes on, and what compares by one is refused when
// it is compiled (Compile). Only a statement that makes a table or an index must name known ones.

#ifndef ORRERY_ENGINE_CATALOG_MISSING_COLLATIONS_H_
#define ORRERY_ENGINE_CATALOG_MISSING_COLLATIONS_H_

#include <memory>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/value/collation.h"

namespace orrery {

// Where a definition stands: in a statement that is to be run, or in a row of sqlite_schema.
enum class DefinitionSource : uint8_t { kStatement, kSchema };

// kErrorMissingCollation: "no such collation sequence: NAME".
Status NoSuchCollation(std::string_view name);

// Owns the missing ones of one definition.
class MissingCollations {
 public:
  // The collation of that name, in any case. If there is none: an error in a statement, and in the
  // schema one that is_missing(), the same each time. `name` outlives us.
  Result<const Collation*> Find(std::string_view name, DefinitionSource source);

 private:
  std::vector<std::unique_ptr<const Collation>> missing_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_CATALOG_MISSING_COLLATIONS_H_
