// A database's header, schema, whole trees, file and settings; and which databases there are.

#include <algorithm>

#include "engine/value/cast.h"
#include "engine/vdbe/machine.h"

namespace orrery {
namespace {

Status SqlError(std::string_view message) { return Status(ResultCode::kError, message); }

// A file's or a database's name. What is NULL has none: a private database, when it is attached.
std::string TextOf(const Value& value) {
  const Value text = ToText(value);
  return text.is_text() ? std::string(text.text()) : std::string();
}

}  // namespace

// -- The header and the schema --

Flow Machine::OpReadCookie(const Instruction& in) {
  const Pager& pager = *session_.DatabaseAt(in.p1).pager;
  const DatabaseHeader header = pager.page_count() == 0 ? DatabaseHeader() : pager.header();
  uint32_t field = 0;
  switch (static_cast<HeaderField>(in.p3)) {
    case HeaderField::kFreelistPageCount:
      field = header.freelist_page_count;
      break;
    case HeaderField::kSchemaCookie:
      field = header.schema_cookie;
      break;
    case HeaderField::kSchemaFormat:
      field = header.schema_format;
      break;
    case HeaderField::kDefaultCacheSize:
      field = header.default_cache_size;
      break;
    case HeaderField::kLargestRootPage:
      field = header.largest_root_page;
      break;
    case HeaderField::kTextEncoding:
      field = static_cast<uint32_t>(header.text_encoding);
      break;
    case HeaderField::kUserVersion:
      field = header.user_version;
      break;
    case HeaderField::kIncrementalVacuum:
      field = header.incremental_vacuum;
      break;
    case HeaderField::kApplicationId:
      field = header.application_id;
      break;
  }
  Register(in.p2) = Value::Integer(static_cast<int32_t>(field));
  return Flow::kNext;
}

Flow Machine::OpSetCookie(const Instruction& in) {
  const int64_t number = in.p5 == 0 ? in.p3 : Register(in.p3).integer();
  const uint32_t field = static_cast<uint32_t>(number);
  Database& database = session_.DatabaseAt(in.p1);
  switch (static_cast<HeaderField>(in.p2)) {
    case HeaderField::kSchemaCookie:
      database.pager->SetSchemaCookie(field);
      database.schema_changed = true;
      return Flow::kNext;
    case HeaderField::kSchemaFormat:
      database.pager->SetSchemaFormat(field);
      return Flow::kNext;
    case HeaderField::kUserVersion:
      database.pager->SetUserVersion(field);
      return Flow::kNext;
    case HeaderField::kIncrementalVacuum:
      database.pager->SetIncrementalVacuum(field != 0);
      return Flow::kNext;
    case HeaderField::kApplicationId:
      database.pager->SetApplicationId(field);
      return Flow::kNext;
    default:
      Unreachable();
  }
}

Flow Machine::OpParseSchema(const Instruction& in) {
  Database& database = session_.DatabaseAt(in.p1);
  if (!load_schema_.running()) load_schema_.Start(database.btree, in.p1);
  IoResult<std::shared_ptr<const Schema>> schema = load_schema_.Resume();
  if (!schema.done()) return Unfinished(std::move(schema));
  session_.SetSchema(database, *std::move(schema));
  return Flow::kNext;
}

// -- Whole trees --

Flow Machine::OpCreateBtree(const Instruction& in) {
  if (!create_tree_.running()) {
    create_tree_.Start(session_.DatabaseAt(in.p1).btree,
                       in.p3 == 2 ? TreeKind::kIndex : TreeKind::kTable);
  }
  IoResult<PageNumber> root = create_tree_.Resume();
  if (!root.done()) return Unfinished(std::move(root));
  Register(in.p2) = Value::Integer(*root);
  return Flow::kNext;
}

Flow Machine::OpDestroy(const Instruction& in) {
  if (!destroy_tree_.running()) {
    // Another statement of this connection may be in the middle of the tree.
    if (session_.holder_count > 1) return Fail(Status(ResultCode::kLocked));
    destroy_tree_.Start(session_.DatabaseAt(in.p3).btree, static_cast<PageNumber>(in.p1));
  }
  IoResult<PageNumber> moved = destroy_tree_.Resume();
  if (!moved.done()) return Unfinished(std::move(moved));
  ++session_.row_write_count;
  Register(in.p2) = Value::Integer(*moved);
  return Flow::kNext;
}

Flow Machine::OpClear(const Instruction& in) {
  if (!clear_tree_.running()) {
    clear_tree_.Start(session_.DatabaseAt(in.p2).btree, static_cast<PageNumber>(in.p1),
                      /*keep_root=*/true);
  }
  IoResult<uint64_t> cleared = clear_tree_.Resume();
  if (!cleared.done()) return Unfinished(std::move(cleared));
  ++session_.row_write_count;
  if (in.p3 != 0) change_count_ += static_cast<int64_t>(*cleared);
  return Flow::kNext;
}

Flow Machine::OpIntegrityCk(const Instruction& in) {
  if (!check_integrity_.running()) {
    check_integrity_.Start(session_.DatabaseAt(in.p5).btree,
                           std::get<std::vector<PageNumber>>(in.p4), in.p1);
  }
  IoResult<IntegrityReport> report = check_integrity_.Resume();
  if (!report.done()) return Unfinished(std::move(report));
  std::string text;
  for (const std::string& message : report->messages) {
    if (!text.empty()) text += '\n';
    text += message;
  }
  Register(in.p2) = text.empty() ? Value::Null() : Value::Text(text);
  for (size_t i = 0; i < report->row_counts.size(); ++i) {
    Register(in.p3 + static_cast<int>(i)) =
        Value::Integer(static_cast<int64_t>(report->row_counts[i]));
  }
  return Flow::kNext;
}

// -- The file --

Flow Machine::OpVacuum(const Instruction& in) {
  const bool is_into = in.p2 != 0;
  Database& database = session_.DatabaseAt(in.p1);
  if (!run_vacuum_.running()) {
    std::optional<std::string> into;
    if (is_into) {
      const Value& name = Register(in.p2);
      if (!name.is_text()) return Fail(SqlError("non-text filename"));
      into = name.text();
    }
    is_exclusive_ = true;
    database.schema_changed = database.schema_changed || !is_into;
    run_vacuum_.Start(database.btree, program_->catalog->SchemaOf(in.p1), std::move(into));
  }
  IoResult<int64_t> last_rowid = run_vacuum_.Resume();
  if (!last_rowid.done()) return Unfinished(std::move(last_rowid));
  if (!is_into) ++session_.row_write_count;
  if (*last_rowid != 0) session_.last_rowid = *last_rowid;
  return Flow::kNext;
}

Flow Machine::OpIncrVacuum(const Instruction& in) {
  if (!shrink_file_.running()) {
    Database& database = session_.DatabaseAt(in.p1);
    if (!database.pager->has_pointer_maps()) return Flow::kNext;
    shrink_file_.Start(database.btree, static_cast<uint32_t>(in.p2));
  }
  IoResult<> shrunk = shrink_file_.Resume();
  if (!shrunk.done()) return Unfinished(std::move(shrunk));
  ++session_.row_write_count;
  return Flow::kNext;
}

Flow Machine::OpCheckpoint(const Instruction& in) {
  is_exclusive_ = true;
  if (!run_checkpoint_.running()) {
    const Result<Database*> database = session_.OpenDatabaseAt(in.p1);
    if (!database.ok()) return Fail(database.status());
    run_checkpoint_.Start(session_, **database, static_cast<CheckpointMode>(in.p2));
  }
  IoResult<CheckpointResult> done = run_checkpoint_.Resume();
  if (!done.done()) return Unfinished(std::move(done));
  is_exclusive_ = false;
  Register(in.p3) = Value::Bool(done->busy);
  Register(in.p3 + 1) = Value::Integer(done->is_wal ? int64_t{done->wal_frame_count} : -1);
  Register(in.p3 + 2) = Value::Integer(done->is_wal ? int64_t{done->checkpointed_frame_count} : -1);
  return Flow::kNext;
}

Flow Machine::OpJournalMode(const Instruction& in) {
  is_exclusive_ = true;
  if (!change_journal_mode_.running()) {
    const std::string* mode = std::get_if<std::string>(&in.p4);
    const Result<Database*> database = session_.OpenDatabaseAt(in.p1);
    if (!database.ok()) return Fail(database.status());
    change_journal_mode_.Start(session_, **database,
                               mode != nullptr ? JournalModeNamed(*mode) : std::nullopt);
  }
  IoResult<std::string> mode = change_journal_mode_.Resume();
  if (!mode.done()) return Unfinished(std::move(mode));
  is_exclusive_ = false;
  Register(in.p2) = Value::Text(*mode);
  return Flow::kNext;
}

Flow Machine::OpPagecount(const Instruction& in) {
  Register(in.p2) = Value::Integer(session_.DatabaseAt(in.p1).pager->page_count());
  return Flow::kNext;
}

// -- Which databases there are --

Flow Machine::OpDatabaseFile(const Instruction& in) {
  const std::unique_ptr<Database>& database = session_.databases[static_cast<size_t>(in.p1)];
  if (database == nullptr) return JumpTo(in.p2);
  const std::string& path = database->pager->path();
  Register(in.p3) = Value::Text(IsPrivatePath(path) ? "" : path);
  return Flow::kNext;
}

Flow Machine::OpAttach(const Instruction& in) {
  is_exclusive_ = true;
  if (!attach_database_.running()) {
    attach_database_.Start(session_, TextOf(Register(in.p1)), TextOf(Register(in.p2)));
  }
  IoResult<> attached = attach_database_.Resume();
  if (!attached.done()) return Unfinished(std::move(attached));
  is_exclusive_ = false;
  return Flow::kNext;
}

Flow Machine::OpDetach(const Instruction& in) {
  is_exclusive_ = true;
  if (!is_detaching_) {
    const std::string name = TextOf(Register(in.p1));
    const int number = session_.catalog()->Find(name);
    if (number == kAnyDatabase) return Fail(SqlError("no such database: " + name));
    if (number <= kTempDatabase) return Fail(SqlError("cannot detach database " + name));
    // Programs that run know those behind it by the numbers they have now.
    for (size_t i = static_cast<size_t>(number); i < session_.databases.size(); ++i) {
      if (session_.databases[i]->pager->in_read()) {
        return Fail(SqlError("database " + name + " is locked"));
      }
    }
    session_.Detach(number);
    is_detaching_ = true;
  }
  IoResult<> closed = session_.CloseDetached();
  if (!closed.done()) return Unfinished(std::move(closed));
  is_detaching_ = false;
  is_exclusive_ = false;
  return Flow::kNext;
}

// -- Settings --

Flow Machine::OpSetting(const Instruction& in) {
  const bool is_change = in.p3 != 0;
  const int64_t wanted = is_change ? Register(in.p3).integer() : 0;
  const int clipped = static_cast<int>(std::clamp<int64_t>(wanted, INT32_MIN + 1, INT32_MAX));
  const Result<Database*> opened = session_.OpenDatabaseAt(in.p5);
  if (!opened.ok()) return Fail(opened.status());
  Database& database = **opened;
  Pager& pager = *database.pager;
  int64_t now = 0;
  switch (static_cast<Setting>(in.p1)) {
    case Setting::kCacheSize:
      if (is_change) database.SetCacheSize(clipped);
      now = database.cache_size;
      break;
    case Setting::kSynchronous:
      if (is_change && !session_.autocommit) {
        return Fail(SqlError("Safety level may not be changed inside a transaction"));
      }
      if (is_change) database.SetSynchronous(clipped);
      now = database.synchronous;
      break;
    case Setting::kWalAutoCheckpoint:
      if (is_change) {
        session_.auto_checkpoint_frame_count = std::max(clipped, 0);
        session_.ForEachDatabase([&](Database& each) {
          each.pager->SetAutoCheckpoint(
              static_cast<uint32_t>(session_.auto_checkpoint_frame_count));
        });
      }
      now = session_.auto_checkpoint_frame_count;
      break;
    case Setting::kJournalSizeLimit:
      if (is_change) database.SetJournalSizeLimit(wanted);
      now = database.journal_size_limit;
      break;
    case Setting::kForeignKeys:
      // Within a transaction it stays as it is.
      if (is_change && session_.autocommit) session_.program_settings.foreign_keys = wanted != 0;
      now = session_.program_settings.foreign_keys ? 1 : 0;
      break;
    case Setting::kRecursiveTriggers:
      if (is_change) session_.program_settings.recursive_triggers = wanted != 0;
      now = session_.program_settings.recursive_triggers ? 1 : 0;
      break;
    case Setting::kBusyTimeout:
      if (is_change) session_.busy_timeout_ms = std::max(clipped, 0);
      now = session_.busy_timeout_ms;
      break;
    case Setting::kPageSize: {
      const bool is_size =
          wanted >= kPageSizeMin && wanted <= kPageSizeMax && (wanted & (wanted - 1)) == 0;
      if (is_change && is_size) pager.SetNewPageSize(static_cast<uint32_t>(wanted));
      now = pager.page_size();
      break;
    }
    case Setting::kAutoVacuum:
      if (is_change) pager.SetNewAutoVacuum(static_cast<AutoVacuum>(wanted));
      now = static_cast<int>(pager.auto_vacuum());
      break;
  }
  Register(in.p2) = Value::Integer(now);
  return Flow::kNext;
}

}  // namespace orrery
