// PRAGMA. https://www.sqlite.org/pragma.html

#ifndef ORRERY_ENGINE_COMPILE_PRAGMA_H_
#define ORRERY_ENGINE_COMPILE_PRAGMA_H_

#include "engine/sql/ast.h"

namespace orrery {

bool PragmaNeedsSchema(const PragmaStatement& statement);

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_PRAGMA_H_
