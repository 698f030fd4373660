// What the compilers of the statements share.

#ifndef ORRERY_ENGINE_COMPILE_COMPILE_CONTEXT_H_
#define ORRERY_ENGINE_COMPILE_COMPILE_CONTEXT_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/catalog/catalog.h"
#include "engine/catalog/function.h"
#include "engine/compile/program_builder.h"
#include "engine/sql/ast.h"

namespace orrery {

// A common table that is being bound, for those that name it from inside.
struct ActiveCommonTable {
  const CommonTable* table = nullptr;
  size_t recursive_from = 0;       // as in Query
  const Table* columns = nullptr;  // once its first blocks are bound, when others recurse
  int cursor = -1;
};

struct Scope;
class Sequences;
struct TriggerPrograms;

struct CompileContext {
  const ParsedStatement& parsed;
  // Without schemas when the statement needs none.
  const std::shared_ptr<const Catalog>& catalog;
  const FunctionRegistry& functions;
  ProgramSettings settings = {};
  ProgramBuilder builder = ProgramBuilder();

  // The text that spans of the tree being bound index: that of the statement, or of a view.
  std::string_view sql = parsed.text;
  std::string_view text() const { return sql; }

  // Where names that say no database are looked up: a view and a trigger know those of their own
  // database alone, unless it is the temporary one.
  int names_of = kAnyDatabase;

  // What is being bound, so that nothing is bound inside itself.
  std::vector<const View*> active_views = {};
  std::vector<ActiveCommonTable*> active_common_tables = {};
  // Of a trigger's program: RAISE may be called, NEW and OLD named.
  bool is_trigger = false;
  Scope* outer_rows = nullptr;
  struct RowInRegisters {
    int cursor;  // that stands for it
    int first;   // its rowid, then the columns
    int column_count;
  };
  std::vector<RowInRegisters> trigger_rows = {};
  ConflictAction or_action = ConflictAction::kUnsaid;  // of the statement that runs it
  // Of the statement; never null.
  TriggerPrograms* trigger_programs = nullptr;
  Sequences* sequences = nullptr;
  // What is wrong with the statement only if all its names are found.
  Status late_error = OkStatus();
};

inline constexpr size_t kColumnCountMax = 2000;

inline Status SqlError(std::string_view message) { return Status(ResultCode::kError, message); }
inline Status NotSupportedYet(std::string_view what) {
  return Status(ResultCode::kError, std::string(what) + " not supported yet");
}

// What OR ... a statement has; that of the statement that runs a trigger counts in it too.
inline ConflictAction OrActionOf(const CompileContext& context, ConflictAction own) {
  return context.or_action == ConflictAction::kUnsaid ? own : context.or_action;
}

// After the last change of INSERT, UPDATE or DELETE, and before what RETURNING gives.
void EndChanges(CompileContext& context);

// Where a view or a trigger of a database looks up names that say none.
inline int NamesOf(int database) { return database == kTempDatabase ? kAnyDatabase : database; }
// Where to look for a name: a database, or kAnyDatabase; none: the database it says is not there.
std::optional<int> PlaceOf(const CompileContext& context, const QualifiedName& name);
// Where something of that name is to be made, or the pragma's database: main, unless it says
// another. "unknown database x".
Result<int> DatabaseToUse(const CompileContext& context, const std::optional<Name>& schema);
// Likewise of a CREATE that may say TEMP.
Result<int> DatabaseToChange(const CompileContext& context, const QualifiedName& name,
                             bool is_temporary);

// The table of that name, which can be read: "no such table: x".
Result<const Table*> FindTable(const CompileContext& context, const QualifiedName& name);
// Likewise a table whose rows can be changed. A view is none: "cannot modify x because it is a
// view".
Result<const Table*> FindTableToChange(CompileContext& context, const QualifiedName& name);
// Null when there is none of that name.
Relation FindRelation(const CompileContext& context, const QualifiedName& name);
const View* FindView(const CompileContext& context, const QualifiedName& name);
// Whether there is a table or view of that name, and the index that is asked for.
Status CheckTableExists(const CompileContext& context, const QualifiedName& name,
                        const IndexHint& hint);
// INDEXED BY names an index of the table: "no such index: x".
Status CheckIndexHint(const CompileContext& context, const IndexHint& hint, const Table& table);
// "x.y", as it was written, but for quotes.
std::string WrittenName(const QualifiedName& name);

// One for each kind of statement.
Status CompileSelect(CompileContext& context, const SelectStatement& statement);
Status CompileInsert(CompileContext& context, const InsertStatement& statement);
Status CompileUpdate(CompileContext& context, const UpdateStatement& statement);
Status CompileDelete(CompileContext& context, const DeleteStatement& statement);
Status CompileCreateTable(CompileContext& context, const CreateTableStatement& statement);
Status CompileCreateView(CompileContext& context, const CreateViewStatement& statement);
Status CompileCreateIndex(CompileContext& context, const CreateIndexStatement& statement);
Status CompileCreateTrigger(CompileContext& context, const CreateTriggerStatement& statement);
Status CompileReindex(CompileContext& context, const ReindexStatement& statement);
Status CompileDrop(CompileContext& context, const DropStatement& statement);
Status CompileAlterTable(CompileContext& context, const AlterTableStatement& statement);
Status CompilePragma(CompileContext& context, const PragmaStatement& statement);
Status CompileAttach(CompileContext& context, const AttachStatement& statement);
Status CompileDetach(CompileContext& context, const DetachStatement& statement);

}  // namespace orrery

#endif  // ORRERY_ENGINE_COMPILE_COMPILE_CONTEXT_H_
