// Transactions, the schema, whole trees and the connection's settings.

#include <algorithm>

#include "engine/vdbe/machine.h"

namespace orrery {
namespace {

Status SqlError(std::string_view message) { return Status(ResultCode::kError, message); }

}  // namespace

// -- Transactions --

Flow Machine::OpTransaction(const Instruction& in) {
  const bool to_write = in.p2 != 0;
  is_exclusive_ = true;
  if (!session_.begin.running()) {
    session_.begin.Start(session_, program_->schema.get(), static_cast<BeginKind>(in.p2));
  }
  IoResult<> begun = session_.begin.Resume();
  if (!begun.done()) return Unfinished(std::move(begun));
  holds_transaction_ = true;
  rollback_count_ = session_.rollback_count;
  ++session_.holder_count;
  // A statement that is alone in its transaction is undone with it.
  if (to_write && (!session_.autocommit || session_.holder_count > 1)) {
    session_.pager->BeginStatement();
    session_.statement_open = true;
  }
  is_exclusive_ = to_write;
  return Flow::kNext;
}

Flow Machine::OpNoTransaction(const Instruction&) {
  if (!session_.autocommit) return Fail(SqlError("cannot VACUUM from within a transaction"));
  if (session_.holder_count > 0) {
    return Fail(SqlError("cannot VACUUM - SQL statements in progress"));
  }
  return Flow::kNext;
}

Flow Machine::OpAutoCommit(const Instruction& in) {
  const bool is_begin = in.p1 == 0;
  const bool is_rollback = in.p2 != 0;
  if (is_begin) {
    if (!session_.autocommit)
      return Fail(SqlError("cannot start a transaction within a transaction"));
    session_.autocommit = false;
    session_.begun_by_savepoint = false;
    return Flow::kNext;
  }
  if (session_.autocommit) {
    return Fail(SqlError(is_rollback ? "cannot rollback - no transaction is active"
                                     : "cannot commit - no transaction is active"));
  }
  session_.autocommit = true;
  wants_rollback_ = is_rollback;
  wants_commit_ = !is_rollback;
  is_exclusive_ = true;
  return Flow::kHalted;
}

Flow Machine::OpSavepoint(const Instruction& in) {
  const std::string& name = std::get<std::string>(in.p4);
  const auto action = static_cast<SavepointAction>(in.p1);
  std::vector<std::string>& savepoints = session_.savepoints;
  // Only a statement that changes something has one of its own.
  const auto in_progress = [&](std::string_view doing) {
    return Fail(Status(ResultCode::kBusy,
                       "cannot " + std::string(doing) + " savepoint - SQL statements in progress"));
  };
  if (action == SavepointAction::kOpen) {
    if (session_.statement_open) return in_progress("open");
    if (session_.autocommit) {
      session_.autocommit = false;
      session_.begun_by_savepoint = true;
      savepoints.clear();
    }
    savepoints.push_back(name);
    if (session_.pager->in_write()) session_.OpenSavepoints();
    return Flow::kNext;
  }
  const auto found = std::find_if(savepoints.rbegin(), savepoints.rend(),
                                  [&](const std::string& open) { return SameName(open, name); });
  if (found == savepoints.rend()) return Fail(SqlError("no such savepoint: " + name));
  const auto index = static_cast<size_t>(savepoints.rend() - found) - 1;
  if (action == SavepointAction::kRollBackTo) {
    if (!session_.pager->in_write()) {
      savepoints.resize(index + 1);
      return Flow::kNext;
    }
    wants_undo_to_ = static_cast<int>(index);
    is_exclusive_ = true;
    return Flow::kHalted;
  }
  if (session_.statement_open) return in_progress("release");
  if (index == 0 && session_.begun_by_savepoint) {
    session_.autocommit = true;
    wants_commit_ = true;
    is_exclusive_ = true;
    return Flow::kHalted;
  }
  savepoints.resize(index);
  if (session_.pager->in_write()) session_.pager->ReleaseSavepoints(index);
  return Flow::kNext;
}

// -- The header and the schema --

Flow Machine::OpReadCookie(const Instruction& in) {
  const bool is_new = session_.pager->page_count() == 0;
  const DatabaseHeader header = is_new ? DatabaseHeader() : session_.pager->header();
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
  switch (static_cast<HeaderField>(in.p2)) {
    case HeaderField::kSchemaCookie:
      session_.pager->SetSchemaCookie(field);
      session_.schema_changed = true;
      return Flow::kNext;
    case HeaderField::kSchemaFormat:
      session_.pager->SetSchemaFormat(field);
      return Flow::kNext;
    case HeaderField::kUserVersion:
      session_.pager->SetUserVersion(field);
      return Flow::kNext;
    case HeaderField::kIncrementalVacuum:
      session_.pager->SetIncrementalVacuum(field != 0);
      return Flow::kNext;
    case HeaderField::kApplicationId:
      session_.pager->SetApplicationId(field);
      return Flow::kNext;
    default:
      Unreachable();
  }
}

Flow Machine::OpParseSchema(const Instruction&) {
  if (!load_schema_.running()) load_schema_.Start(session_.btree);
  IoResult<std::shared_ptr<const Schema>> schema = load_schema_.Resume();
  if (!schema.done()) return Unfinished(std::move(schema));
  session_.schema = *std::move(schema);
  return Flow::kNext;
}

// -- Whole trees --

Flow Machine::OpCreateBtree(const Instruction& in) {
  if (!create_tree_.running()) {
    create_tree_.Start(session_.btree, in.p3 == 2 ? TreeKind::kIndex : TreeKind::kTable);
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
    destroy_tree_.Start(session_.btree, static_cast<PageNumber>(in.p1));
  }
  IoResult<PageNumber> moved = destroy_tree_.Resume();
  if (!moved.done()) return Unfinished(std::move(moved));
  ++session_.row_write_count;
  Register(in.p2) = Value::Integer(*moved);
  return Flow::kNext;
}

Flow Machine::OpClear(const Instruction& in) {
  if (!clear_tree_.running()) {
    clear_tree_.Start(session_.btree, static_cast<PageNumber>(in.p1), /*keep_root=*/true);
  }
  IoResult<uint64_t> cleared = clear_tree_.Resume();
  if (!cleared.done()) return Unfinished(std::move(cleared));
  ++session_.row_write_count;
  if (in.p3 != 0) change_count_ += static_cast<int64_t>(*cleared);
  return Flow::kNext;
}

Flow Machine::OpIntegrityCk(const Instruction& in) {
  if (!check_integrity_.running()) {
    check_integrity_.Start(session_.btree, std::get<std::vector<PageNumber>>(in.p4), in.p1);
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
  const bool is_into = in.p1 != 0;
  if (!run_vacuum_.running()) {
    std::optional<std::string> into;
    if (is_into) {
      const Value& name = Register(in.p1);
      if (!name.is_text()) return Fail(SqlError("non-text filename"));
      into = name.text();
    }
    is_exclusive_ = true;
    session_.schema_changed = session_.schema_changed || !is_into;
    run_vacuum_.Start(session_.btree, *program_->schema, std::move(into));
  }
  IoResult<int64_t> last_rowid = run_vacuum_.Resume();
  if (!last_rowid.done()) return Unfinished(std::move(last_rowid));
  if (!is_into) ++session_.row_write_count;
  if (*last_rowid != 0) session_.last_rowid = *last_rowid;
  return Flow::kNext;
}

Flow Machine::OpIncrVacuum(const Instruction& in) {
  if (!shrink_file_.running()) {
    if (!session_.pager->has_pointer_maps()) return Flow::kNext;
    shrink_file_.Start(session_.btree, static_cast<uint32_t>(in.p1));
  }
  IoResult<> shrunk = shrink_file_.Resume();
  if (!shrunk.done()) return Unfinished(std::move(shrunk));
  ++session_.row_write_count;
  return Flow::kNext;
}

Flow Machine::OpCheckpoint(const Instruction& in) {
  is_exclusive_ = true;
  if (!run_checkpoint_.running()) {
    run_checkpoint_.Start(session_, static_cast<CheckpointMode>(in.p2));
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
    change_journal_mode_.Start(session_, mode != nullptr ? JournalModeNamed(*mode) : std::nullopt);
  }
  IoResult<std::string> mode = change_journal_mode_.Resume();
  if (!mode.done()) return Unfinished(std::move(mode));
  is_exclusive_ = false;
  Register(in.p2) = Value::Text(*mode);
  return Flow::kNext;
}

Flow Machine::OpPagecount(const Instruction& in) {
  Register(in.p2) = Value::Integer(session_.pager->page_count());
  return Flow::kNext;
}

// -- Settings --

Flow Machine::OpSetting(const Instruction& in) {
  const bool is_change = in.p3 != 0;
  const int64_t wanted = is_change ? Register(in.p3).integer() : 0;
  const int clipped = static_cast<int>(std::clamp<int64_t>(wanted, INT32_MIN + 1, INT32_MAX));
  Pager& pager = *session_.pager;
  int64_t now = 0;
  switch (static_cast<Setting>(in.p1)) {
    case Setting::kCacheSize:
      if (is_change) session_.SetCacheSize(clipped);
      now = session_.cache_size;
      break;
    case Setting::kSynchronous:
      if (is_change && !session_.autocommit) {
        return Fail(SqlError("Safety level may not be changed inside a transaction"));
      }
      if (is_change) session_.SetSynchronous(clipped);
      now = session_.synchronous;
      break;
    case Setting::kWalAutoCheckpoint:
      if (is_change) {
        session_.auto_checkpoint_frame_count = std::max(clipped, 0);
        pager.SetAutoCheckpoint(static_cast<uint32_t>(session_.auto_checkpoint_frame_count));
      }
      now = session_.auto_checkpoint_frame_count;
      break;
    case Setting::kJournalSizeLimit:
      if (is_change) session_.SetJournalSizeLimit(wanted);
      now = session_.journal_size_limit;
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
