#include "engine/compile/pragma.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "engine/compile/compile_context.h"
#include "engine/compile/pragma_parts.h"
#include "engine/value/cast.h"
#include "engine/value/numeric.h"

namespace orrery {
namespace {

// `database` is main, unless another is said.
using PragmaCompiler = Status (*)(CompileContext& context, int database,
                                  const PragmaStatement& statement);

// A value as pragmas read numbers: what it begins with.
int64_t NumberOf(const std::string& text) { return LeadingInteger(text); }

// Names the one column and answers a register for it.
int OneColumn(CompileContext& context, std::string_view name) {
  context.builder.program().column_names = {std::string(name)};
  return context.builder.NewRegister();
}

// -- Fields of the database header --

Status ReadField(CompileContext& context, int database, HeaderField field, std::string_view name) {
  const int target = OneColumn(context, name);
  context.builder.NeedTransaction(database, /*to_write=*/false);
  context.builder.Emit(Opcode::kReadCookie, database, target, static_cast<int>(field));
  context.builder.Emit(Opcode::kResultRow, target, 1);
  return OkStatus();
}

Status ReadOrWriteField(CompileContext& context, int database, const PragmaStatement& statement,
                        HeaderField field) {
  if (!statement.value) return ReadField(context, database, field, statement.name.name.text);
  context.builder.NeedTransaction(database, /*to_write=*/true);
  context.builder.program().writes = true;
  const int value = context.builder.NewRegister();
  context.builder.LoadInteger(static_cast<int32_t>(NumberOf(*statement.value)), value);
  context.builder.Emit(Opcode::kSetCookie, database, static_cast<int>(field), value, {}, 1);
  return OkStatus();
}

Status UserVersion(CompileContext& context, int database, const PragmaStatement& statement) {
  return ReadOrWriteField(context, database, statement, HeaderField::kUserVersion);
}
Status ApplicationId(CompileContext& context, int database, const PragmaStatement& statement) {
  return ReadOrWriteField(context, database, statement, HeaderField::kApplicationId);
}
Status SchemaVersion(CompileContext& context, int database, const PragmaStatement& statement) {
  if (statement.value) return NotSupportedYet("setting schema_version is");
  return ReadField(context, database, HeaderField::kSchemaCookie, "schema_version");
}
Status FreelistCount(CompileContext& context, int database, const PragmaStatement&) {
  return ReadField(context, database, HeaderField::kFreelistPageCount, "freelist_count");
}

Status PageCount(CompileContext& context, int database, const PragmaStatement&) {
  const int target = OneColumn(context, "page_count");
  context.builder.NeedTransaction(database, /*to_write=*/false);
  context.builder.Emit(Opcode::kPagecount, database, target);
  context.builder.Emit(Opcode::kResultRow, target, 1);
  return OkStatus();
}

// -- Settings of the connection --

// Reads a setting, or sets it; `answers` says whether a change is a row too.
Status ReadOrChange(CompileContext& context, int database, std::string_view column, Setting setting,
                    std::optional<int64_t> value, bool answers) {
  ProgramBuilder& builder = context.builder;
  const int target = OneColumn(context, column);
  int wanted = 0;
  if (value) {
    wanted = builder.NewRegister();
    builder.LoadInteger(*value, wanted);
  }
  builder.Emit(Opcode::kSetting, static_cast<int>(setting), target, wanted, {},
               static_cast<uint16_t>(database));
  if (!value || answers) {
    builder.Emit(Opcode::kResultRow, target, 1);
  } else {
    builder.program().column_names.clear();
  }
  return OkStatus();
}

std::optional<int64_t> NumberIn(const PragmaStatement& statement) {
  if (!statement.value) return std::nullopt;
  return NumberOf(*statement.value);
}

Status CacheSize(CompileContext& context, int database, const PragmaStatement& statement) {
  return ReadOrChange(context, database, "cache_size", Setting::kCacheSize, NumberIn(statement),
                      false);
}

Status BusyTimeout(CompileContext& context, int database, const PragmaStatement& statement) {
  return ReadOrChange(context, database, "timeout", Setting::kBusyTimeout, NumberIn(statement),
                      true);
}

Status WalAutoCheckpoint(CompileContext& context, int database, const PragmaStatement& statement) {
  return ReadOrChange(context, database, "wal_autocheckpoint", Setting::kWalAutoCheckpoint,
                      NumberIn(statement), true);
}

Status JournalSizeLimit(CompileContext& context, int database, const PragmaStatement& statement) {
  return ReadOrChange(context, database, "journal_size_limit", Setting::kJournalSizeLimit,
                      NumberIn(statement), true);
}

Status PageSize(CompileContext& context, int database, const PragmaStatement& statement) {
  // The size of a file that is there already is in its header.
  if (!statement.value) context.builder.NeedTransaction(database, /*to_write=*/false);
  return ReadOrChange(context, database, "page_size", Setting::kPageSize, NumberIn(statement),
                      false);
}

Status SynchronousLevel(CompileContext& context, int database, const PragmaStatement& statement) {
  std::optional<int64_t> level;
  if (statement.value) {
    struct Word {
      std::string_view word;
      int level;
    };
    static constexpr Word kWords[] = {{"off", 0},    {"no", 0},   {"false", 0},
                                      {"normal", 1}, {"on", 1},   {"yes", 1},
                                      {"true", 1},   {"full", 2}, {"extra", 3}};
    level = std::clamp<int64_t>(NumberOf(*statement.value), 0, 3);
    for (const Word& word : kWords) {
      if (SameName(word.word, *statement.value)) level = word.level;
    }
  }
  return ReadOrChange(context, database, "synchronous", Setting::kSynchronous, level, false);
}

// Words, or a number.
bool IsOn(std::string_view text) {
  return SameName(text, "on") || SameName(text, "yes") || SameName(text, "true") ||
         NumberOf(std::string(text)) != 0;
}

Status ForeignKeys(CompileContext& context, int database, const PragmaStatement& statement) {
  std::optional<int64_t> value;
  if (statement.value) value = IsOn(*statement.value) ? 1 : 0;
  return ReadOrChange(context, database, "foreign_keys", Setting::kForeignKeys, value, false);
}

Status RecursiveTriggers(CompileContext& context, int database, const PragmaStatement& statement) {
  std::optional<int64_t> value;
  if (statement.value) value = IsOn(*statement.value) ? 1 : 0;
  return ReadOrChange(context, database, "recursive_triggers", Setting::kRecursiveTriggers, value,
                      false);
}

// -- The file --

Status AutoVacuumMode(CompileContext& context, int database, const PragmaStatement& statement) {
  ProgramBuilder& builder = context.builder;
  if (!statement.value) {
    builder.NeedTransaction(database, /*to_write=*/false);
    return ReadOrChange(context, database, "auto_vacuum", Setting::kAutoVacuum, std::nullopt,
                        false);
  }
  int64_t mode = NumberOf(*statement.value);
  if (SameName(*statement.value, "none")) mode = 0;
  if (SameName(*statement.value, "full")) mode = 1;
  if (SameName(*statement.value, "incremental")) mode = 2;
  if (mode < 0 || mode > 2) mode = 0;
  RETURN_IF_ERROR(ReadOrChange(context, database, "auto_vacuum", Setting::kAutoVacuum, mode,
                               /*answers=*/false));
  if (mode == 0) return OkStatus();
  // A file with pointer maps goes from one way to use them to the other at once.
  builder.BeginWriteHere(database);
  const Label done = builder.NewLabel();
  const int largest_root = builder.NewRegister();
  builder.Emit(Opcode::kReadCookie, database, largest_root,
               static_cast<int>(HeaderField::kLargestRootPage));
  builder.EmitJump(Opcode::kIfNot, largest_root, done);
  builder.Emit(Opcode::kSetCookie, database, static_cast<int>(HeaderField::kIncrementalVacuum),
               static_cast<int>(mode) - 1);
  builder.Place(done);
  return OkStatus();
}

Status IncrementalVacuum(CompileContext& context, int database, const PragmaStatement& statement) {
  ProgramBuilder& builder = context.builder;
  int64_t limit = statement.value ? NumberOf(*statement.value) : 0;
  if (limit <= 0 || limit > INT32_MAX) limit = INT32_MAX;
  builder.NeedTransaction(database, /*to_write=*/true);
  builder.program().writes = true;
  builder.Emit(Opcode::kIncrVacuum, database, static_cast<int>(limit));
  return OkStatus();
}

// Without a database, a mode is for all of them, but for the temporary one, whose journal is in
// memory; what main has now is told.
Status JournalMode(CompileContext& context, int database, const PragmaStatement& statement) {
  const int target = OneColumn(context, "journal_mode");
  Operand4 mode;
  if (statement.value) mode = NameKey(*statement.value);
  const bool is_for_all = statement.value && !statement.name.schema;
  for (int each = context.catalog->count() - 1; each >= 0; --each) {
    if (each != database && (!is_for_all || each == kTempDatabase)) continue;
    context.builder.Emit(Opcode::kJournalMode, each, target, 0, mode);
  }
  context.builder.Emit(Opcode::kResultRow, target, 1);
  return OkStatus();
}

Status WalCheckpoint(CompileContext& context, int database, const PragmaStatement& statement) {
  ProgramBuilder& builder = context.builder;
  CheckpointKind mode = CheckpointKind::kPassive;
  if (statement.value) {
    if (SameName(*statement.value, "full")) mode = CheckpointKind::kFull;
    if (SameName(*statement.value, "restart")) mode = CheckpointKind::kRestart;
    if (SameName(*statement.value, "truncate")) mode = CheckpointKind::kTruncate;
  }
  builder.program().column_names = {"busy", "log", "checkpointed"};
  // Without a database all are checkpointed: the frames told of are those of main, but any of them
  // may be busy.
  const int first = builder.NewRegisters(3);
  builder.Emit(Opcode::kCheckpoint, database, static_cast<int>(mode), first);
  for (int each = kTempDatabase + 1; !statement.name.schema && each < context.catalog->count();
       ++each) {
    const int other = builder.NewRegisters(3);
    builder.Emit(Opcode::kCheckpoint, each, static_cast<int>(mode), other);
    builder.Emit(Opcode::kOr, first, other, first);
  }
  builder.Emit(Opcode::kResultRow, first, 3);
  return OkStatus();
}

Status Encoding(CompileContext& context, int, const PragmaStatement& statement) {
  if (statement.value) return OkStatus();  // only UTF-8 files are made
  const int target = OneColumn(context, "encoding");
  context.builder.LoadText("UTF-8", target);
  context.builder.Emit(Opcode::kResultRow, target, 1);
  return OkStatus();
}

// -- All of them --

struct Pragma {
  std::string_view name;
  PragmaCompiler compile;
  bool needs_schema = false;
};

constexpr Pragma kPragmas[] = {
    {"application_id", ApplicationId},
    {"auto_vacuum", AutoVacuumMode},
    {"busy_timeout", BusyTimeout},
    {"cache_size", CacheSize},
    {"collation_list", CompileCollationList},
    {"database_list", CompileDatabaseList},
    {"encoding", Encoding},
    {"foreign_key_list", CompileForeignKeyList, true},
    {"foreign_keys", ForeignKeys},
    {"freelist_count", FreelistCount},
    {"incremental_vacuum", IncrementalVacuum, true},
    {"index_info", CompileIndexInfo, true},
    {"index_list", CompileIndexList, true},
    {"index_xinfo", CompileIndexXinfo, true},
    {"integrity_check", CompileIntegrityCheck, true},
    {"journal_mode", JournalMode},
    {"journal_size_limit", JournalSizeLimit},
    {"page_count", PageCount},
    {"page_size", PageSize},
    {"quick_check", CompileQuickCheck, true},
    {"recursive_triggers", RecursiveTriggers},
    {"schema_version", SchemaVersion},
    {"synchronous", SynchronousLevel},
    {"table_info", CompileTableInfo, true},
    {"table_list", CompileTableList, true},
    {"table_xinfo", CompileTableXinfo, true},
    {"user_version", UserVersion},
    {"wal_autocheckpoint", WalAutoCheckpoint},
    {"wal_checkpoint", WalCheckpoint},
};

const Pragma* FindPragma(std::string_view name) {
  const auto* found =
      std::find_if(std::begin(kPragmas), std::end(kPragmas),
                   [&](const Pragma& pragma) { return SameName(pragma.name, name); });
  return found == std::end(kPragmas) ? nullptr : found;
}

}  // namespace

bool PragmaNeedsSchema(const PragmaStatement& statement) {
  const Pragma* pragma = FindPragma(statement.name.name.text);
  return pragma != nullptr && pragma->needs_schema;
}

// A pragma that is not known does nothing.
Status CompilePragma(CompileContext& context, const PragmaStatement& statement) {
  ASSIGN_OR_RETURN(const int database, DatabaseToUse(context, statement.name.schema));
  const Pragma* pragma = FindPragma(statement.name.name.text);
  return pragma == nullptr ? OkStatus() : pragma->compile(context, database, statement);
}

}  // namespace orrery
