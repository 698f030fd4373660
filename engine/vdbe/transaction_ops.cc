// Transactions and savepoints.

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
  const Result<Database*> opened = session_.OpenDatabaseAt(in.p1);
  if (!opened.ok()) return Fail(opened.status());
  Database& database = **opened;
  if (!session_.begin.running()) {
    const Catalog* const catalog = program_->catalog.get();
    session_.begin.Start(session_, database,
                         catalog == nullptr ? nullptr : catalog->TrySchemaOf(in.p1),
                         static_cast<BeginKind>(in.p2));
  }
  IoResult<> begun = session_.begin.Resume();
  if (!begun.done()) return Unfinished(std::move(begun));
  if (!holds_transaction_) ++session_.holder_count;
  holds_transaction_ = true;
  rollback_count_ = session_.rollback_count;
  // A statement that is alone in its transaction is undone with it.
  if (to_write && (!session_.autocommit || session_.holder_count > 1)) {
    database.pager->BeginStatement();
    database.statement_open = true;
  }
  is_exclusive_ = to_write || session_.in_write();
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
    if (session_.statement_open()) return in_progress("open");
    if (session_.autocommit) {
      session_.autocommit = false;
      session_.begun_by_savepoint = true;
      savepoints.clear();
    }
    savepoints.push_back(name);
    session_.ForEachDatabase([&](Database& each) {
      if (each.pager->in_write()) session_.OpenSavepoints(each);
    });
    return Flow::kNext;
  }
  const auto found = std::find_if(savepoints.rbegin(), savepoints.rend(),
                                  [&](const std::string& open) { return SameName(open, name); });
  if (found == savepoints.rend()) return Fail(SqlError("no such savepoint: " + name));
  const auto index = static_cast<size_t>(savepoints.rend() - found) - 1;
  if (action == SavepointAction::kRollBackTo) {
    if (!session_.in_write()) {
      savepoints.resize(index + 1);
      return Flow::kNext;
    }
    wants_undo_to_ = static_cast<int>(index);
    is_exclusive_ = true;
    return Flow::kHalted;
  }
  if (session_.statement_open()) return in_progress("release");
  if (index == 0 && session_.begun_by_savepoint) {
    session_.autocommit = true;
    wants_commit_ = true;
    is_exclusive_ = true;
    return Flow::kHalted;
  }
  savepoints.resize(index);
  session_.ForEachDatabase([&](Database& each) {
    if (each.pager->in_write()) each.pager->ReleaseSavepoints(index);
  });
  return Flow::kNext;
}

}  // namespace orrery
