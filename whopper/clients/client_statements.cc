// The part of a Client that reads and writes rows, and compares the answers with the model.

#include "engine/base/check.h"
#include "sim/failure.h"
#include "whopper/clients/client.h"

namespace orrery::whopper {

using sim::Fail;
using sim::Row;
using sim::Rows;
using sim::Tables;
using sim::TableStatement;

namespace {

constexpr uint32_t kDropLeftPpm = 400'000;  // of the queries that are left in a wait

}  // namespace

// -- Reading --

void Client::Select(const TableStatement& statement) {
  const std::optional<VersionNumber> floor = view_.floor;
  const bool had_base = view_.base.has_value();
  const VersionNumber not_older = NotOlderThan();
  const Command command = TableCommand(statement);
  Rows rows;
  const Outcome outcome = Run(command, &rows);
  if (outcome.kind == Outcome::Kind::kGivenUp) {
    EndViewIfIdle();
    if (choices_.Chance(300'000, "try again")) Select(statement);
    return;
  }
  const bool missing =
      outcome.kind == Outcome::Kind::kError && outcome.error.code() == ResultCode::kError;
  if (outcome.kind == Outcome::Kind::kError && !missing) return OnError(outcome.error, command);
  failure_count_ = 0;
  if (missing) missing_table_ = statement.table;
  TakeBase(not_older);
  Keep("model", command, [&](const Tables& tables) -> std::string {
    if (missing) {
      return tables.Find(statement.table) == nullptr ? "" : "error " + outcome.error.ToString();
    }
    if (tables.Find(statement.table) == nullptr) return "rows of a table that is not there";
    return tables.CompareAnswer(statement, rows);
  });
  if (missing) EndViewOfMissing(floor, had_base);
  EndViewIfIdle();
}

void Client::CheckIntegrity() {
  const VersionNumber not_older = NotOlderThan();
  const Command command{.kind = Command::Kind::kIntegrityCheck};
  Rows rows;
  const Outcome outcome = Run(command, &rows);
  if (outcome.kind == Outcome::Kind::kGivenUp) return EndViewIfIdle();
  if (outcome.kind == Outcome::Kind::kError) return OnError(outcome.error, command);
  std::string report;
  for (const Row& row : rows) report += "\n  " + sim::ToString(row);
  if (report != "\n  'ok'") Fail("integrity", "integrity_check:" + report);
  TakeBase(not_older);
  EndViewIfIdle();
}

void Client::OpenReader() {
  const TableStatement select = workload_.Scan();
  const Command command = TableCommand(select);
  ++context_.statement_count;
  Result<std::unique_ptr<Running>> running = session_->Start(command);
  process_.ExitIfKilled();
  if (!running.ok()) return OnError(running.status(), command);
  readers_.push_back(std::make_unique<Reader>(select, *std::move(running)));
  StepReader(readers_.size() - 1);
}

void Client::StepReader(size_t index) {
  Reader& reader = *readers_[index];
  const Command command = TableCommand(reader.select());
  const auto drop = [&] {
    readers_.erase(readers_.begin() + static_cast<ptrdiff_t>(index));
    process_.ExitIfKilled();
  };
  uint64_t step_count = choices_.Between(1, 6, "rows");
  while (step_count-- > 0) {
    const std::optional<VersionNumber> floor = view_.floor;
    const VersionNumber not_older = NotOlderThan();
    Row row;
    const Outcome outcome = reader.end() ? *reader.end() : NextOf(reader, "step: ", &row);
    if (outcome.kind == Outcome::Kind::kLeft) {
      if (!between_choices_.Chance(kDropLeftPpm, "drop")) return;
      drop();
      return EndViewIfIdle();
    }
    if (outcome.kind == Outcome::Kind::kGivenUp ||
        (reader.end() && outcome.kind == Outcome::Kind::kDone)) {
      drop();
      return EndViewIfIdle();
    }
    if (outcome.kind == Outcome::Kind::kError) {
      const bool missing = outcome.error.code() == ResultCode::kError && !reader.started();
      if (!missing) {
        interrupted_ = reader.interrupted();
        rolled_back_ = reader.other_failed();
        drop();
        OnError(outcome.error, command);
        rolled_back_ = false;
        return;
      }
      const bool had_base = view_.base.has_value();
      TakeBase(not_older);
      Keep("model", command, [&](const Tables& tables) -> std::string {
        return tables.Find(reader.select().table) == nullptr ? "" : outcome.error.ToString();
      });
      drop();
      EndViewOfMissing(floor, had_base);
      return EndViewIfIdle();
    }
    failure_count_ = 0;
    if (!reader.started()) {
      TakeBase(not_older);
      Keep("model", command, [&](const Tables& tables) -> std::string {
        if (tables.Find(reader.select().table) == nullptr) return "a table that is not there";
        const Rows expected = tables.Select(reader.select());
        if (outcome.kind == Outcome::Kind::kDone) return sim::DescribeDifference(expected, {});
        if (expected.empty()) return "a row of an empty answer: " + sim::ToString(row);
        return sim::DescribeDifference({expected.front()}, {row});
      });
      if (view_.working.size() > 1) {
        drop();
        return EndViewIfIdle();
      }
      reader.Start(view_.working.front().tables);
    }
    CheckAnswer(reader,
                outcome.kind == Outcome::Kind::kRow ? reader.CheckRow(row) : reader.CheckEnd());
    if (outcome.kind == Outcome::Kind::kDone) {
      drop();
      return EndViewIfIdle();
    }
  }
}

Outcome Client::NextOf(Reader& reader, const char* doing, Row* row) {
  const uint64_t number = Tell(TableCommand(reader.select()), doing);
  const Reader* const stepped = std::exchange(stepped_, &reader);
  Outcome outcome = reader.running().Next(row, *this);
  stepped_ = stepped;
  context_.world.Note(static_cast<uint64_t>(outcome.kind), HashOf({*row}));
  if (context_.observer != nullptr) TellEnd(number, outcome, sim::ToString(*row));
  return outcome;
}

void Client::CheckAnswer(const Reader& reader, const std::string& wrong) {
  if (wrong.empty()) return;
  Fail("model", "client " + std::to_string(number_) + ", stepping " +
                    ToSql(TableCommand(reader.select())).sql + ": " + wrong);
}

void Client::StepReadersBetween(bool all) {
  for (const std::unique_ptr<Reader>& reader : readers_) {
    // What the first step answers is compared with the newest snapshot, which may come meanwhile.
    if (reader.get() == stepped_ || !reader->started() || reader->end()) continue;
    if (!between_choices_.Chance(context_.interleave_ppm, "between") && !all) continue;
    is_between_ = true;
    Row row;
    Outcome outcome = NextOf(*reader, "between: ", &row);
    is_between_ = false;
    if (outcome.kind == Outcome::Kind::kLeft) continue;
    if (outcome.kind == Outcome::Kind::kRow) {
      CheckAnswer(*reader, reader->CheckRow(row));
      continue;
    }
    if (outcome.kind == Outcome::Kind::kDone) CheckAnswer(*reader, reader->CheckEnd());
    // Whoever waits here may be in the midst of using it: it is dropped later.
    reader->SetEnd(std::move(outcome));
    // Its snapshot ends with it when nothing else holds it, and who waits here may not have begun.
    if (!in_transaction_ && !SomeReaderHasSnapshot()) view_.may_be_gone = true;
  }
}

void Client::DropReaders() {
  readers_.clear();
  process_.ExitIfKilled();
  EndViewIfIdle();
}

// -- Writing --

void Client::Write(const TableStatement& statement) {
  if (in_transaction_) {
    WriteInTransaction(statement);
  } else {
    WriteAlone(statement);
  }
  if (view_.base) {
    for (const auto& reader : readers_) reader->OnChange(view_.working.front().tables);
  }
}

void Client::WriteInTransaction(const TableStatement& statement) {
  const std::optional<VersionNumber> floor = view_.floor;
  const bool had_base = view_.base.has_value();
  const VersionNumber not_older = NotOlderThan();
  const Command command = TableCommand(statement);
  Rows rows;
  const Outcome outcome = Run(command, &rows);
  if (outcome.kind == Outcome::Kind::kGivenUp) {
    // An interrupted change may have been on its way to undoing the whole transaction.
    if (interrupted_) Rollback();
    return;
  }
  const ResultCode code = outcome.error.primary();
  if (code == ResultCode::kLocked && statement.changes_schema() && !readers_.empty()) return;
  if (code != ResultCode::kOk && code != ResultCode::kConstraint && code != ResultCode::kError) {
    return OnError(outcome.error, command);
  }
  failure_count_ = 0;
  if (!session_->in_transaction()) {
    Fail("error", "the transaction of client " + std::to_string(number_) + " ended in " +
                      ToSql(command).sql);
  }
  TakeBase(not_older);
  if (code == ResultCode::kOk && *view_.base != context_.history.newest()) {
    Fail("lost-update", "client " + std::to_string(number_) + " wrote on version " +
                            std::to_string(*view_.base) + ", which is not the newest: " +
                            ToSql(command).sql + "\n" + context_.history.Describe());
  }
  Keep("model", command, [&](const Tables& tables) -> std::string {
    Tables after = tables;
    int64_t change_count = 0;
    const ResultCode expected = after.Apply(statement, &change_count);
    if (expected != code) {
      return "expected result " + std::to_string(static_cast<int>(expected)) + ", got " +
             outcome.error.ToString();
    }
    if (code == ResultCode::kOk && !statement.changes_schema() &&
        change_count != session_->changes()) {
      return "expected " + std::to_string(change_count) + " changes, got " +
             std::to_string(session_->changes());
    }
    return "";
  });
  if (code != ResultCode::kOk) {
    NoteMissing(statement);
    if (code == ResultCode::kError) EndViewOfMissing(floor, had_base);
    return;
  }
  view_.wrote = true;
  for (Candidate& candidate : view_.working) {
    int64_t change_count = 0;
    CHECK(candidate.tables.Apply(statement, &change_count) == ResultCode::kOk);
  }
}

void Client::NoteMissing(const TableStatement& statement) {
  if (view_.working.front().tables.Find(statement.table) == nullptr) {
    missing_table_ = statement.table;
  }
}

// Whether changes() is right for a statement that made version `number`, or found nothing to do on
// it.
bool Client::CountsRight(const TableStatement& statement, VersionNumber number, int64_t changes) {
  for (const VersionNumber base : {number, number == 0 ? number : number - 1}) {
    if (!context_.history.Has(base)) continue;
    for (const Candidate& candidate : context_.history.at(base)) {
      Tables after = candidate.tables;
      int64_t change_count = 0;
      if (after.Apply(statement, &change_count) == ResultCode::kOk && change_count == changes) {
        return true;
      }
    }
  }
  return false;
}

void Client::WriteAlone(const TableStatement& statement) {
  const VersionNumber not_older = NotOlderThan();
  const Command command = TableCommand(statement);
  if (view_.base && !view_.may_be_gone && context_.interleave_ppm == 0) {
    // A query holds the snapshot to its end: only on that can the change be made.
    Candidates after;
    for (const Candidate& candidate : view_.working) {
      Candidate changed = candidate;
      int64_t change_count = 0;
      if (changed.tables.Apply(statement, &change_count) == ResultCode::kOk)
        after.push_back(changed);
    }
    context_.history.CommitStarts(number_, *view_.base, std::move(after));
  } else {
    context_.history.CommitStarts(number_, statement);
  }
  Rows rows;
  const Outcome outcome = Run(command, &rows);
  if (outcome.kind == Outcome::Kind::kGivenUp) return Settle();
  if (session_->in_transaction())
    Fail("error", "a transaction was left open by " + ToSql(command).sql);
  const ResultCode code = outcome.error.primary();
  if (code == ResultCode::kOk) {
    failure_count_ = 0;
    const SnapshotId id = session_->snapshot();
    const VersionNumber number = context_.history.CommitSucceeded(number_, id, context_.survival);
    if (!statement.changes_schema() && !CountsRight(statement, number, session_->changes())) {
      Fail("model", ToSql(command).sql + " answers changes() " +
                        std::to_string(session_->changes()) + "\n" + context_.history.Describe());
    }
    view_.base = number;
    view_.id = id;
    view_.working = context_.history.at(number);
    return EndViewIfIdle();
  }
  if (code == ResultCode::kConstraint || code == ResultCode::kError) {
    context_.history.CommitCancelled(number_);
    failure_count_ = 0;
    TakeBase(not_older);
    Keep("model", command, [&](const Tables& tables) -> std::string {
      Tables after = tables;
      int64_t change_count = 0;
      const ResultCode expected = after.Apply(statement, &change_count);
      return expected == code ? "" : outcome.error.ToString();
    });
    NoteMissing(statement);
    return EndViewIfIdle();
  }
  if (code == ResultCode::kLocked && statement.changes_schema() && !readers_.empty()) {
    return context_.history.CommitCancelled(number_);
  }
  CommitEnded(outcome.error);
  OnError(outcome.error, command);
}

}  // namespace orrery::whopper
