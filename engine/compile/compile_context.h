// What the compilers of the statements share.

#ifndef ORRERY_ENGINE_COMPILE_COMPILE_CONTEXT_H_
#define ORRERY_ENGINE_COMPILE_COMPILE_CONTEXT_H_

#include <memory>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/catalog/function.h"
#include "engine/catalog/schema.h"
#include "engine/compile/program_builder.h"
#include "engine/sql/ast.h"

namespace orrery {

struct CompileContext {
  const ParsedStatement& parsed;
  const std::shared_ptr<const Schema>& schema;  // null when the statement needs none
  const FunctionRegistry& functions;
  ProgramBuilder builder = ProgramBuilder();

  std::string_view text() const { return parsed.text; }
};

inline Status SqlError(std::string_view message) { return Status(ResultCode::kError, message); }
inline Status NotSupportedYet(std::string_view what) {
  return Status(ResultCode::kError, std::string(what) + " not supported yet");
}

// The table of that name, which can be read: "no such table: x".
Result<const Table*> FindTable(const CompileContext& context, const QualifiedName& name);
// "main", or none.
Status CheckSchemaName(const QualifiedName& name, std::string_view what);

// One for each kind of statement.
Status CompileSelect(CompileContext& context, const SelectStatement& statement);
Status CompileInsert(CompileContext& context, const InsertStatement& statement);
Status CompileUpdate(CompileContext& context, const UpdateStatement& statement);
Status CompileDelete(CompileContext& context, const DeleteStatement& statement);
Status CompileCreateTable(CompileContext& context, const CreateTableStatement& statement);
Status CompileDrop(CompileContext& context, const DropStatement& statement);
Status CompilePragma(CompileContext& context, const PragmaStatement& statement);

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_COMPILE_CONTEXT_H_
