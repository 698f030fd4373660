// What the statements that change the schema have in common: rows of sqlite_schema, trees, and a
// new schema cookie.

#ifndef ORRERY_ENGINE_COMPILE_CHANGE_SCHEMA_H_
#define ORRERY_ENGINE_COMPILE_CHANGE_SCHEMA_H_

#include <string_view>

#include "engine/compile/compile_context.h"

namespace orrery {

// P3 of CreateBtree.
inline constexpr int kTreeOfTable = 1;
inline constexpr int kTreeOfIndex = 2;

// Adds a row to sqlite_schema. The root is in a register; an empty text is NULL.
void AddSchemaRow(CompileContext& context, std::string_view type, std::string_view name,
                  std::string_view table_name, int root, std::string_view sql);
// Tells other connections, and this one's other programs, that the schema is another.
void CodeNewSchema(CompileContext& context);

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_CHANGE_SCHEMA_H_
