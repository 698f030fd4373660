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

using PragmaCompiler = Status (*)(CompileContext& context, const PragmaStatement& statement);

// A value as pragmas read numbers: what it begins with.
int64_t NumberOf(const std::string& text) { return LeadingInteger(text); }

// Names the one column and answers a register for it.
int OneColumn(CompileContext& context, std::string_view name) {
  context.builder.program().column_names = {std::string(name)};
  return context.builder.NewRegister();
}

// -- Fields of the database header --

Status ReadField(CompileContext& context, HeaderField field, std::string_view name) {
  const int target = OneColumn(context, name);
  context.builder.NeedTransaction(/*to_write=*/false);
  context.builder.Emit(Opcode::kReadCookie, 0, target, static_cast<int>(field));
  context.builder.Emit(Opcode::kResultRow, target, 1);
  return OkStatus();
}

Status ReadOrWriteField(CompileContext& context, const PragmaStatement& statement,
                        HeaderField field) {
  if (!statement.value) return ReadField(context, field, statement.name.name.text);
  context.builder.NeedTransaction(/*to_write=*/true);
  context.builder.program().writes = true;
  const int value = context.builder.NewRegister();
  context.builder.LoadInteger(static_cast<int32_t>(NumberOf(*statement.value)), value);
  context.builder.Emit(Opcode::kSetCookie, 0, static_cast<int>(field), value, {}, 1);
  return OkStatus();
}

Status UserVersion(CompileContext& context, const PragmaStatement& statement) {
  return ReadOrWriteField(context, statement, HeaderField::kUserVersion);
}
Status ApplicationId(CompileContext& context, const PragmaStatement& statement) {
  return ReadOrWriteField(context, statement, HeaderField::kApplicationId);
}
Status SchemaVersion(CompileContext& context, const PragmaStatement& statement) {
  if (statement.value) return NotSupportedYet("setting schema_version is");
  return ReadField(context, HeaderField::kSchemaCookie, "schema_version");
}
Status FreelistCount(CompileContext& context, const PragmaStatement&) {
  return ReadField(context, HeaderField::kFreelistPageCount, "freelist_count");
}

Status PageCount(CompileContext& context, const PragmaStatement&) {
  const int target = OneColumn(context, "page_count");
  context.builder.NeedTransaction(/*to_write=*/false);
  context.builder.Emit(Opcode::kPagecount, 0, target);
  context.builder.Emit(Opcode::kResultRow, target, 1);
  return OkStatus();
}

// -- Settings of the connection --

// Reads a setting, or sets it; `answers` says whether a change is a row too.
Status ReadOrChange(CompileContext& context, std::string_view column, Setting setting,
                    std::optional<int64_t> value, bool answers) {
  ProgramBuilder& builder = context.builder;
  const int target = OneColumn(context, column);
  int wanted = 0;
  if (value) {
    wanted = builder.NewRegister();
    builder.LoadInteger(*value, wanted);
  }
  builder.Emit(Opcode::kSetting, static_cast<int>(setting), target, wanted);
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

Status CacheSize(CompileContext& context, const PragmaStatement& statement) {
  return ReadOrChange(context, "cache_size", Setting::kCacheSize, NumberIn(statement), false);
}

Status BusyTimeout(CompileContext& context, const PragmaStatement& statement) {
  return ReadOrChange(context, "timeout", Setting::kBusyTimeout, NumberIn(statement), true);
}

Status WalAutoCheckpoint(CompileContext& context, const PragmaStatement& statement) {
  return ReadOrChange(context, "wal_autocheckpoint", Setting::kWalAutoCheckpoint,
                      NumberIn(statement), true);
}

Status JournalSizeLimit(CompileContext& context, const PragmaStatement& statement) {
  return ReadOrChange(context, "journal_size_limit", Setting::kJournalSizeLimit,
                      NumberIn(statement), true);
}

Status PageSize(CompileContext& context, const PragmaStatement& statement) {
  // The size of a file that is there already is in its header.
  if (!statement.value) context.builder.NeedTransaction(/*to_write=*/false);
  return ReadOrChange(context, "page_size", Setting::kPageSize, NumberIn(statement), false);
}

Status SynchronousLevel(CompileContext& context, const PragmaStatement& statement) {
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
  return ReadOrChange(context, "synchronous", Setting::kSynchronous, level, false);
}

// Words, or a number.
bool IsOn(std::string_view text) {
  return SameName(text, "on") || SameName(text, "yes") || SameName(text, "true") ||
         NumberOf(std::string(text)) != 0;
}

Status ForeignKeys(CompileContext& context, const PragmaStatement& statement) {
  std::optional<int64_t> value;
  if (statement.value) value = IsOn(*statement.value) ? 1 : 0;
  return ReadOrChange(context, "foreign_keys", Setting::kForeignKeys, value, false);
}

Status RecursiveTriggers(CompileContext& context, const PragmaStatement& statement) {
  std::optional<int64_t> value;
  if (statement.value) value = IsOn(*statement.value) ? 1 : 0;
  return ReadOrChange(context, "recursive_triggers", Setting::kRecursiveTriggers, value, false);
}

// -- The file --

Status AutoVacuumMode(CompileContext& context, const PragmaStatement& statement) {
  ProgramBuilder& builder = context.builder;
  if (!statement.value) {
    builder.NeedTransaction(/*to_write=*/false);
    return ReadOrChange(context, "auto_vacuum", Setting::kAutoVacuum, std::nullopt, false);
  }
  int64_t mode = NumberOf(*statement.value);
  if (SameName(*statement.value, "none")) mode = 0;
  if (SameName(*statement.value, "full")) mode = 1;
  if (SameName(*statement.value, "incremental")) mode = 2;
  if (mode < 0 || mode > 2) mode = 0;
  RETURN_IF_ERROR(
      ReadOrChange(context, "auto_vacuum", Setting::kAutoVacuum, mode, /*answers=*/false));
  if (mode == 0) return OkStatus();
  // A file with pointer maps goes from one way to use them to the other at once.
  builder.BeginWriteHere();
  const Label done = builder.NewLabel();
  const int largest_root = builder.NewRegister();
  builder.Emit(Opcode::kReadCookie, 0, largest_root,
               static_cast<int>(HeaderField::kLargestRootPage));
  builder.EmitJump(Opcode::kIfNot, largest_root, done);
  builder.Emit(Opcode::kSetCookie, 0, static_cast<int>(HeaderField::kIncrementalVacuum),
               static_cast<int>(mode) - 1);
  builder.Place(done);
  return OkStatus();
}

Status IncrementalVacuum(CompileContext& context, const PragmaStatement& statement) {
  ProgramBuilder& builder = context.builder;
  int64_t limit = statement.value ? NumberOf(*statement.value) : 0;
  if (limit <= 0 || limit > INT32_MAX) limit = INT32_MAX;
  builder.NeedTransaction(/*to_write=*/true);
  builder.program().writes = true;
  builder.Emit(Opcode::kIncrVacuum, static_cast<int>(limit));
  return OkStatus();
}

Status JournalMode(CompileContext& context, const PragmaStatement& statement) {
  const int target = OneColumn(context, "journal_mode");
  Operand4 mode;
  if (statement.value) mode = NameKey(*statement.value);
  context.builder.Emit(Opcode::kJournalMode, 0, target, 0, std::move(mode));
  context.builder.Emit(Opcode::kResultRow, target, 1);
  return OkStatus();
}

Status WalCheckpoint(CompileContext& context, const PragmaStatement& statement) {
  ProgramBuilder& builder = context.builder;
  CheckpointKind mode = CheckpointKind::kPassive;
  if (statement.value) {
    if (SameName(*statement.value, "full")) mode = CheckpointKind::kFull;
    if (SameName(*statement.value, "restart")) mode = CheckpointKind::kRestart;
    if (SameName(*statement.value, "truncate")) mode = CheckpointKind::kTruncate;
  }
  builder.program().column_names = {"busy", "log", "checkpointed"};
  const int first = builder.NewRegisters(3);
  builder.Emit(Opcode::kCheckpoint, 0, static_cast<int>(mode), first);
  builder.Emit(Opcode::kResultRow, first, 3);
  return OkStatus();
}

Status Encoding(CompileContext& context, const PragmaStatement& statement) {
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
  RETURN_IF_ERROR(CheckSchemaName(statement.name, "unknown database "));
  const Pragma* pragma = FindPragma(statement.name.name.text);
  return pragma == nullptr ? OkStatus() : pragma->compile(context, statement);
}

}  // namespace orrery
