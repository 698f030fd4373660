// From a parsed statement to a Program.

#ifndef ORRERY_ENGINE_COMPILE_COMPILE_H_
#define ORRERY_ENGINE_COMPILE_COMPILE_H_

#include <memory>

#include "engine/base/status.h"
#include "engine/catalog/catalog.h"
#include "engine/catalog/function.h"
#include "engine/program/program.h"
#include "engine/sql/ast.h"

namespace orrery {

// Whether Compile() looks names up in the schemas.
bool NeedsSchema(const ParsedStatement& parsed);

// `catalog` may be without schemas when the statement needs none. The program holds on to it, and
// to nothing of `parsed`. `functions` outlives the program. It is made for `settings`.
Result<Program> Compile(const ParsedStatement& parsed,
                        const std::shared_ptr<const Catalog>& catalog,
                        const FunctionRegistry& functions, const ProgramSettings& settings);

// Looks up the names in the CHECKs of a table. A function that an application will add, or has not
// added here, may be missing from a table that is read; it is an error when it is called.
Status CheckNames(const Table& table, const FunctionRegistry& functions,
                  bool functions_may_be_missing);

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_COMPILE_H_
