#include "sim/sweeps/follower.h"

#include "sim/failure.h"
#include "sim/oracles/error_oracle.h"
#include "sim/oracles/image_check.h"

namespace orrery::sim {
namespace {

constexpr int kAttemptCountMax = 4;

bool IsOfTheWorld(const Status& error) {
  switch (error.primary()) {
    case ResultCode::kIoError:
    case ResultCode::kFull:
    case ResultCode::kCannotOpen:
    case ResultCode::kInterrupt:
    case ResultCode::kAbort:
    case ResultCode::kNoMemory:
      return true;
    default:
      return false;
  }
}

bool IsWrite(std::string_view sql) {
  for (const std::string_view word : {"INSERT", "UPDATE", "DELETE", "CREATE", "DROP"}) {
    if (sql.starts_with(word)) return true;
  }
  return false;
}

}  // namespace

Follower::Follower(Stage& stage, const Script& script)
    : stage_(stage), script_(script), reference_(MakeReference(script)) {
  for (const std::string& sql : script.setup) {
    if (sql != kCloseStatement && !IsCheckpoint(sql)) CHECK(reference_.Run(sql).ok());
  }
}

std::string Follower::DumpSurely(Session& session) {
  for (int attempt = 0; attempt < kAttemptCountMax; ++attempt) {
    Result<std::string> dump = session.Dump();
    if (dump.ok()) return *std::move(dump);
    ExpectReason(dump.status(), {.faults = stage_.faults(), .interrupted = true}, "a look");
    // What fails for good would go on to fail.
    stage_.world().StopFaults();
  }
  Fail("error", "the database cannot be read though faults have stopped");
}

std::string Follower::DumpWith(const Writes& writes) {
  (void)reference_.Run("SAVEPOINT ghost");
  for (const std::string& sql : writes) (void)reference_.Run(sql);
  std::string dump = Dump(script_, reference_);
  (void)reference_.Run("ROLLBACK TO ghost");
  (void)reference_.Run("RELEASE ghost");
  return dump;
}

bool Follower::AdoptGhost(const std::string& found) {
  for (const Writes& ghost : ghosts_) {
    if (DumpWith(ghost) != found) continue;
    for (const std::string& sql : Writes(ghost)) (void)reference_.Run(sql);
    ghosts_.clear();
    return true;
  }
  return false;
}

void Follower::BeforeStatement(Session& session) {
  if (session.is_open() || ghosts_.empty()) return;
  const std::string found = DumpSurely(session);
  if (found != Dump(script_, reference_) && !AdoptGhost(found)) {
    Fail("durability", "opened anew, the database has\n" + found + "and should have\n" +
                           Dump(script_, reference_));
  }
}

void Follower::Settle(Session& session, std::string_view sql) {
  const bool was_open = session.is_open();
  const std::string found = DumpSurely(session);
  const bool in_transaction = session.in_transaction();
  const bool was_in_transaction = reference_.in_transaction();
  if (!was_in_transaction && in_transaction) {
    if (sql != "BEGIN") Fail("model", std::string(sql) + " has opened a transaction");
    (void)reference_.Run(sql);
    transaction_.clear();
  }
  if (was_in_transaction && !in_transaction) {
    (void)reference_.Run("ROLLBACK");
    if (sql == "COMMIT") ghosts_.push_back(transaction_);
  }
  const std::string undone = Dump(script_, reference_);
  if (!was_in_transaction && !in_transaction && IsWrite(sql)) {
    ghosts_.push_back({std::string(sql)});
  }
  if (found == undone) return;
  // It has happened after all, or, if the database was opened anew, one before it.
  const std::vector<Writes> ghosts = ghosts_;
  if (was_open && !ghosts_.empty()) ghosts_.erase(ghosts_.begin(), ghosts_.end() - 1);
  if (AdoptGhost(found)) return;
  Fail("model", "after " + std::string(sql) + " was cut off the database has\n" + found +
                    "and should have\n" + undone);
}

void Follower::OnAnswer(Session& session, std::string_view sql, const Answer& answer,
                        bool interrupted) {
  if (answer.given_up) return Settle(session, sql);
  if (!answer.error.ok() && IsOfTheWorld(answer.error)) {
    ExpectReason(answer.error, {.faults = stage_.faults(), .interrupted = interrupted}, sql);
    return Settle(session, sql);
  }
  if (sql == kCloseStatement || IsCheckpoint(sql)) {
    if (!answer.error.ok()) Fail("error", std::string(sql) + ": " + answer.error.ToString());
    return;
  }
  const bool was_in_transaction = reference_.in_transaction();
  const Sqlite3Answer expected = reference_.Run(sql);
  const std::string difference = DescribeDifference(expected, answer);
  if (!difference.empty()) Fail("differential", std::string(sql) + ": " + difference);
  if (reference_.in_transaction() != session.in_transaction()) {
    Fail("differential", std::string(sql) + ": one is in a transaction, the other is not");
  }
  if (!expected.ok()) return;
  if (!was_in_transaction) transaction_.clear();
  if (IsWrite(sql) && reference_.in_transaction()) transaction_.emplace_back(sql);
  const bool has_committed =
      (IsWrite(sql) && !reference_.in_transaction()) || (sql == "COMMIT" && !transaction_.empty());
  if (has_committed) ghosts_.clear();
}

void Follower::Finish(Session& session) {
  stage_.world().StopFaults();
  BeforeStatement(session);
  if (reference_.in_transaction()) {
    OnAnswer(session, "ROLLBACK", session.Execute("ROLLBACK"), /*interrupted=*/false);
  }
  const std::string expected = Dump(script_, reference_);
  if (const std::string found = DumpSurely(session); found != expected) {
    Fail("model", "at the end the database has\n" + found + "and should have\n" + expected);
  }
  const Result<std::string> report = session.CheckIntegrity();
  if (!report.ok() || *report != "ok") {
    Fail("integrity", report.ok() ? *report : report.status().ToString());
  }
  const Answer closed = session.Execute(kCloseStatement);
  if (!closed.error.ok()) Fail("error", "close: " + closed.error.ToString());
  Sqlite3Database image = OpenWithSqlite3(script_, stage_.world().Image());
  const Sqlite3Answer check = image.Run("PRAGMA integrity_check");
  if (!check.ok() || check.rows.size() != 1 || check.rows[0][0].text() != "ok") {
    Fail("sqlite3", "SQLite finds the file damaged: " + check.message +
                        (check.rows.empty() ? "" : ToString(check.rows[0])));
  }
  if (const std::string found = Dump(script_, image); found != expected) {
    Fail("sqlite3",
         "SQLite reads something else in our file:\n" + found + "instead of\n" + expected);
  }
}

}  // namespace orrery::sim
