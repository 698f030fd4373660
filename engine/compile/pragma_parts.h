// The pragmas that have files of their own: those that describe the schema, and those that check
// the database.

#ifndef ORRERY_ENGINE_COMPILE_PRAGMA_PARTS_H_
#define ORRERY_ENGINE_COMPILE_PRAGMA_PARTS_H_

#include "engine/base/status.h"
#include "engine/compile/compile_context.h"
#include "engine/sql/ast.h"

namespace orrery {

// pragma_schema.cc
Status CompileTableInfo(CompileContext& context, int database, const PragmaStatement& statement);
Status CompileTableXinfo(CompileContext& context, int database, const PragmaStatement& statement);
Status CompileTableList(CompileContext& context, int database, const PragmaStatement& statement);
Status CompileForeignKeyList(CompileContext& context, int database,
                             const PragmaStatement& statement);
Status CompileDatabaseList(CompileContext& context, int database, const PragmaStatement& statement);
Status CompileCollationList(CompileContext& context, int database,
                            const PragmaStatement& statement);
Status CompileIndexList(CompileContext& context, int database, const PragmaStatement& statement);
Status CompileIndexInfo(CompileContext& context, int database, const PragmaStatement& statement);
Status CompileIndexXinfo(CompileContext& context, int database, const PragmaStatement& statement);

// pragma_check.cc
Status CompileIntegrityCheck(CompileContext& context, int database,
                             const PragmaStatement& statement);
Status CompileQuickCheck(CompileContext& context, int database, const PragmaStatement& statement);

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_PRAGMA_PARTS_H_
