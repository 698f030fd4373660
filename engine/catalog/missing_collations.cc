#include "engine/catalog/missing_collations.h"

#include <string>

#include "engine/catalog/names.h"

namespace orrery {

Status NoSuchCollation(std::string_view name) {
  return Status(ResultCode::kErrorMissingCollation,
                "no such collation sequence: " + std::string(name));
}

Result<const Collation*> MissingCollations::Find(std::string_view name, DefinitionSource source) {
  if (const Collation* known = FindCollation(name); known != nullptr) return known;
  if (source == DefinitionSource::kStatement) return NoSuchCollation(name);
  for (const std::unique_ptr<const Collation>& each : missing_) {
    if (SameName(each->name, name)) return each.get();
  }
  missing_.push_back(std::make_unique<const Collation>(MissingCollation(name)));
  return missing_.back().get();
}

}  // namespace orrery
