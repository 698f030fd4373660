// The part of a Client that begins, ends and settles transactions and savepoints.

#include "sim/failure.h"
#include "whopper/clients/client.h"

namespace orrery::whopper {

using sim::Fail;
using sim::Rows;

void Client::Begin(Command::Kind kind) {
  const VersionNumber not_older = NotOlderThan();
  const Command command{.kind = kind};
  Rows rows;
  const Outcome outcome = Run(command, &rows);
  if (outcome.kind == Outcome::Kind::kGivenUp) {
    in_transaction_ = session_->in_transaction();
    if (in_transaction_) Rollback();
    return;
  }
  if (outcome.kind == Outcome::Kind::kError) return OnError(outcome.error, command);
  failure_count_ = 0;
  in_transaction_ = true;
  if (!session_->in_transaction()) {
    Fail("error", ToSql(command).sql + " succeeded, but opened no transaction");
  }
  view_.begun_by_savepoint = kind == Command::Kind::kSavepoint;
  if (view_.begun_by_savepoint) NoteSavepoint();
  if (kind != Command::Kind::kBeginImmediate) return;
  TakeBase(not_older);
  if (*view_.base != context_.history.newest()) {
    Fail("lost-update", "BEGIN IMMEDIATE of client " + std::to_string(number_) + " has version " +
                            std::to_string(*view_.base) + ", which is not the newest\n" +
                            context_.history.Describe());
  }
}

void Client::Commit() {
  if (!context_.use_sql) DropReaders();
  const bool wrote = view_.wrote;
  if (wrote) {
    context_.history.CommitStarts(number_, *view_.base, view_.working);
  } else {
    // It may have begun to write, and in a new file page 1 is a change.
    context_.history.CommitStarts(number_);
  }
  Command command{.kind = Command::Kind::kCommit};
  if (view_.begun_by_savepoint && journal_choices_.Choose(2, "release") == 1) {
    command.kind = Command::Kind::kRelease;
  }
  Rows rows;
  const Outcome outcome = Run(command, &rows);
  if (outcome.kind == Outcome::Kind::kGivenUp) return Settle();
  if (outcome.kind == Outcome::Kind::kError) {
    CommitEnded(outcome.error);
    OnError(outcome.error, command);
    // Where readers are in the way it may be tried again.
    const bool stays = IsBusy(outcome.error) && journal_choices_.Choose(2, "try again") == 1;
    if (in_transaction_ && !stays) Rollback();
    return;
  }
  failure_count_ = 0;
  in_transaction_ = false;
  view_.savepoints.clear();
  view_.begun_by_savepoint = false;
  if (session_->in_transaction()) Fail("error", "COMMIT succeeded, but the transaction is open");
  if (wrote || context_.history.has_become(number_)) {
    const SnapshotId id = session_->snapshot();
    view_.base = context_.history.CommitSucceeded(number_, id, context_.survival);
    view_.id = id;
    view_.working = context_.history.at(*view_.base);
    view_.wrote = false;
  } else {
    context_.history.CommitCancelled(number_);
  }
  EndViewIfIdle();
}

void Client::Rollback() {
  // What a query answers after its transaction is gone is open; the connection's version too.
  DropReaders();
  const bool may_give_up = may_give_up_;
  for (int attempt = 0; attempt < 10; ++attempt) {
    Rows rows;
    may_give_up_ = may_give_up && attempt < 5;
    const Outcome outcome = Run({.kind = Command::Kind::kRollback}, &rows);
    if (outcome.kind == Outcome::Kind::kError && outcome.error.code() != ResultCode::kError) {
      Expect(outcome.error, "ROLLBACK");
    }
    if (session_->in_transaction()) continue;
    may_give_up_ = may_give_up;
    in_transaction_ = false;
    view_ = View();
    return;
  }
  may_give_up_ = may_give_up;
  Destroy();
}

// -- Savepoints --

void Client::NoteSavepoint() {
  view_.savepoints.emplace_back();
  if (view_.base) view_.savepoints.back() = view_.working;
}

bool Client::Succeeds(const Command& command) {
  Rows rows;
  const Outcome outcome = Run(command, &rows);
  if (outcome.kind == Outcome::Kind::kDone) {
    failure_count_ = 0;
    return true;
  }
  if (outcome.kind == Outcome::Kind::kError) OnError(outcome.error, command);
  // How far it has come is not known.
  if (in_transaction_) Rollback();
  return false;
}

void Client::OpenSavepoint() {
  if (Succeeds({.kind = Command::Kind::kSavepoint, .savepoint = view_.savepoints.size()})) {
    NoteSavepoint();
  }
}

void Client::ReleaseSavepoint() {
  const size_t first = view_.begun_by_savepoint ? 1 : 0;
  const size_t count = view_.savepoints.size() - first;
  if (count == 0) return;
  const size_t index = first + journal_choices_.Choose(count, "savepoint");
  if (Succeeds({.kind = Command::Kind::kRelease, .savepoint = index})) {
    view_.savepoints.resize(index);
  }
}

void Client::RollbackToSavepoint() {
  DropReaders();
  const size_t index = journal_choices_.Choose(view_.savepoints.size(), "savepoint");
  if (!Succeeds({.kind = Command::Kind::kRollbackTo, .savepoint = index})) return;
  view_.savepoints.resize(index + 1);
  if (!view_.base) return;
  std::optional<Candidates>& saved = view_.savepoints.back();
  if (!saved) saved = context_.history.at(*view_.base);
  // Not those that a read has refuted since.
  std::erase_if(*saved, [&](const Candidate& candidate) {
    return std::none_of(view_.working.begin(), view_.working.end(),
                        [&](const Candidate& other) { return other.tag == candidate.tag; });
  });
  view_.working = *saved;
}

void Client::Settle() {
  const bool may_give_up = may_give_up_;
  may_give_up_ = false;
  DropReaders();
  bool settled = false;
  for (int attempt = 0; attempt < 10 && !settled; ++attempt) {
    Rows rows;
    const bool by_rollback = choices_.Choose(2, "settle") == 0;
    const Outcome outcome =
        by_rollback ? Run({.kind = Command::Kind::kRollback}, &rows)
                    : Run(TableCommand({.table = 0, .projection = sim::Projection::kCount}), &rows);
    // kError: no such table, or no transaction that could be rolled back.
    settled = outcome.kind == Outcome::Kind::kDone || outcome.error.code() == ResultCode::kError;
    if (!settled) Expect(outcome.error, "what follows a commit that was given up");
  }
  if (settled && session_->in_transaction()) Rollback();
  may_give_up_ = may_give_up;
  if (!settled) Destroy();
  context_.history.CommitUndecided(number_);
  in_transaction_ = false;
  view_ = View();
}

}  // namespace orrery::whopper
