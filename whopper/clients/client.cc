#include "whopper/clients/client.h"

#include <algorithm>
#include <utility>

#include "engine/io/completion_group.h"
#include "sim/failure.h"
#include "sim/workloads/fiber_wait.h"

namespace orrery::whopper {

using sim::Fail;
using sim::Row;
using sim::Rows;
using sim::Tables;
using sim::TableStatement;

namespace {

constexpr int kFailureCountMax = 200;  // in a row, before a client counts as stuck
constexpr int kImpatienceMax = 20;  // failures in a row, before it waits for whoever is in the way

const char* Name(Outcome::Kind kind) {
  static constexpr const char* kNames[] = {"row", "done", "error", "given up"};
  return kNames[static_cast<int>(kind)];
}

}  // namespace

bool Client::IsBusy(const Status& error) { return error.primary() == ResultCode::kBusy; }

uint64_t Client::HashOf(const Rows& rows) {
  sim::EventHash hash;
  for (const Row& row : rows) {
    for (const Value& value : row) {
      hash.Add(static_cast<uint64_t>(value.type()));
      if (value.is_integer()) hash.Add(static_cast<uint64_t>(value.integer()));
      if (value.has_bytes()) hash.Add(sim::HashOf(value.bytes()));
    }
  }
  return hash.value();
}

Client::Client(int number, ClientContext& context, sim::SimProcess& process, sim::Choices choices,
               uint64_t& budget)
    : number_(number),
      context_(context),
      process_(process),
      choices_(choices),
      journal_choices_(choices.Branch("journal")),
      workload_(context.shape, choices.Branch("statement")),
      budget_(budget) {}

Client::~Client() {
  readers_.clear();
  if (session_ != nullptr) --context_.open_connection_count;
}

void Client::AfterCall() { process_.ExitIfKilled(); }

bool Client::Wait(Completion& on) {
  ++context_.wait_count;
  if (may_give_up_) {
    if (context_.faults.Strikes(sim::Fault::kAbandon)) return false;
    if (context_.faults.Strikes(sim::Fault::kCancel)) {
      interrupted_ = true;
      CancelWait(process_.io(), on);
    }
    if (choices_.Chance(context_.interrupt_ppm, "interrupt")) {
      interrupted_ = true;
      session_->Interrupt();
      for (const auto& reader : readers_) reader->Interrupt();
    }
  }
  if (choices_.Chance(context_.early_step_ppm, "early step")) return true;
  sim::WaitOnFiber(process_, on);
  return true;
}

void Client::Log(const std::string& line) {
  if (context_.observer != nullptr) context_.observer->OnNote(number_, line);
}

uint64_t Client::Tell(const Command& command, const char* doing) {
  if (context_.observer == nullptr) return 0;
  sim::SqlText text = ToSql(command);
  // In the text, so that it can be run elsewhere. From the last one on: ?1 begins ?10 too.
  for (size_t i = text.parameters.size(); i > 0; --i) {
    const std::string name = "?" + std::to_string(i);
    const size_t at = text.sql.find(name);
    if (at != text.sql.npos) {
      text.sql.replace(at, name.size(), sim::ToLiteral(text.parameters[i - 1]));
    }
  }
  const auto asker = number_ < kRecovererNumber ? sim::RunObserver::Asker::kWorkload
                                                : sim::RunObserver::Asker::kOracle;
  return context_.observer->OnStatement(number_, asker, doing + text.sql);
}

void Client::TellEnd(uint64_t statement, const Outcome& outcome, const std::string& rows) {
  context_.observer->OnStatementEnd(
      statement, std::string(Name(outcome.kind)) +
                     (outcome.kind == Outcome::Kind::kError ? " " + outcome.error.ToString() : "") +
                     ", " + rows + ", snapshot " + ToString(session_->snapshot()));
}

// -- The session --

JournalMode Client::DrawJournalMode() {
  const std::vector<JournalMode>& modes = context_.journal_modes;
  return modes[modes.size() == 1 ? 0 : journal_choices_.Choose(modes.size(), "journal mode")];
}

bool Client::Open() {
  PagerOptions options = context_.pager;
  options.journal_mode = DrawJournalMode();
  Result<std::unique_ptr<Session>> session =
      context_.use_sql ? OpenSqlSession(process_.io(), context_.path, options, context_.sql_habits)
                       : OpenKvSession(process_.io(), context_.path, options);
  process_.ExitIfKilled();
  if (!session.ok()) {
    Log("open: " + session.status().ToString());
    Expect(session.status(), "open");
    return false;
  }
  Log("open, " + std::string(NameOf(options.journal_mode)));
  session_ = *std::move(session);
  ++context_.open_connection_count;
  in_transaction_ = false;
  view_ = View();
  return true;
}

void Client::Close() {
  DropReaders();
  may_give_up_ = false;
  const Status status = session_->Close(*this);
  may_give_up_ = true;
  Log("close: " + status.ToString());
  if (!status.ok()) Expect(status, "close");
  Destroy();
}

void Client::Destroy() {
  readers_.clear();
  session_.reset();
  const bool was_last = --context_.open_connection_count == 0;
  process_.ExitIfKilled();
  context_.history.CommitUndecided(number_);
  if (was_last) context_.history.RecoveryIsPossible();
  in_transaction_ = false;
  view_ = View();
}

// -- Bodies --

void Client::Work() {
  while (budget_ > 0) {
    if (session_ == nullptr && !Open()) {
      if (++failure_count_ > kFailureCountMax) Fail("progress", "the database cannot be opened");
      (void)process_.io().Poll(PollMode::kNoWait);
      process_.ExitIfKilled();
      continue;
    }
    --budget_;
    const sim::Choices::Span span(choices_, "action");
    Act();
    if (session_ != nullptr && choices_.Chance(3'000, "close")) Close();
  }
  if (session_ != nullptr) {
    if (in_transaction_) Rollback();
    if (session_ != nullptr) Close();
  }
}

void Client::Recover(const std::function<void(const SnapshotId&, TableRows)>& found) {
  may_give_up_ = false;
  for (int attempt = 0; attempt < kFailureCountMax; ++attempt) {
    if (session_ == nullptr && !Open()) {
      Pause(attempt);
      continue;
    }
    TableRows tables;
    bool failed = false;
    Rows rows;
    failed = Run({.kind = Command::Kind::kBegin}, &rows).kind == Outcome::Kind::kError;
    for (int table = 0; table < context_.shape.table_count && !failed; ++table) {
      const TableStatement select{.table = table};
      rows.clear();
      const Outcome outcome = Run(TableCommand(select), &rows);
      if (outcome.kind != Outcome::Kind::kError) {
        tables.emplace_back(std::move(rows));
      } else if (outcome.error.code() == ResultCode::kError) {
        tables.emplace_back(std::nullopt);
      } else {
        Expect(outcome.error, "recovery");
        failed = true;
      }
    }
    if (!failed) {
      found(session_->snapshot(), std::move(tables));
      (void)Run({.kind = Command::Kind::kRollback}, &rows);
      CheckIntegrity();
      if (session_ != nullptr && choices_.Choose(2, "close after recovery") == 0) {
        Close();
      } else if (session_ != nullptr) {
        Destroy();
      }
      return;
    }
    Destroy();
    Pause(attempt);
  }
  Fail("progress", "the database cannot be read after the power cut");
}

void Client::Pause(int attempt) {
  constexpr int kDoublingCountMax = 14;
  sim::SleepOnFiber(process_, uint64_t{50'000} << std::min(attempt, kDoublingCountMax));
}

void Client::Verify() {
  may_give_up_ = false;
  if (!Open()) Fail("progress", "the database cannot be opened though faults have stopped");
  for (int table = 0; table < context_.shape.table_count; ++table) {
    Select({.table = table});
    if (session_ == nullptr) Fail("progress", "the session was lost though faults have stopped");
  }
  CheckIntegrity();
  Close();
}

enum class Client::Action : uint8_t {
  kRest,  // the tamest: nothing
  kBegin,
  kBeginImmediate,
  kCommit,
  kRollback,
  kWrite,
  kSelect,
  kOpenReader,
  kStepReader,
  kDropReader,
  kCheckpoint,
  kCheckIntegrity,
  kBeginBySavepoint,
  kOpenSavepoint,
  kReleaseSavepoint,
  kRollbackToSavepoint,
  kChangeJournalMode,
};

void Client::Act() {
  if (const std::optional<int> table = std::exchange(missing_table_, std::nullopt)) {
    if (choices_.Chance(context_.create_ppm, "create")) {
      return Write({.verb = TableStatement::Verb::kCreate, .table = *table});
    }
  }
  // Below SQL nothing keeps a scan going when the change of its connection outside a transaction
  // fails.
  const bool may_open_reader = readers_.size() < static_cast<size_t>(context_.reader_count_max) &&
                               (context_.use_sql || in_transaction_);
  uint32_t weights[] = {
      1,                           // rest
      in_transaction_ ? 0u : 10u,  // begin
      in_transaction_ ? 0u : 8u,   // begin immediate
      in_transaction_ ? 14u : 0u,  // commit
      in_transaction_ ? 5u : 0u,   // rollback
      40,                          // write
      25,                          // select
      may_open_reader ? 6u : 0u,
      readers_.empty() ? 0u : 25u,  // step reader
      readers_.empty() ? 0u : 3u,   // drop reader
      in_transaction_ ? 0u : context_.checkpoint_weight,
      1,  // integrity check
      in_transaction_ ? 0u : context_.savepoint_weight,
      in_transaction_ ? context_.savepoint_weight : 0u,
      view_.savepoints.empty() ? 0u : context_.savepoint_weight / 2,
      view_.savepoints.empty() ? 0u : context_.savepoint_weight,
      context_.changes_journal_mode && !in_transaction_ && readers_.empty() ? 3u : 0u,
  };
  switch (static_cast<Action>(choices_.Weighted(weights, "action"))) {
    case Action::kRest:
      (void)process_.io().Poll(PollMode::kNoWait);
      return process_.ExitIfKilled();
    case Action::kBegin:
      return Begin(Command::Kind::kBegin);
    case Action::kBeginImmediate:
      return Begin(Command::Kind::kBeginImmediate);
    case Action::kCommit:
      return Commit();
    case Action::kRollback:
      return Rollback();
    case Action::kWrite:
      return Write(workload_.Write());
    case Action::kSelect:
      return Select(workload_.Select());
    case Action::kOpenReader:
      return OpenReader();
    case Action::kStepReader:
      return StepReader(choices_.Choose(readers_.size(), "reader"));
    case Action::kDropReader:
      readers_.erase(readers_.begin() +
                     static_cast<ptrdiff_t>(choices_.Choose(readers_.size(), "reader")));
      process_.ExitIfKilled();
      return EndViewIfIdle();
    case Action::kCheckpoint:
      return Checkpoint();
    case Action::kCheckIntegrity:
      return CheckIntegrity();
    case Action::kBeginBySavepoint:
      return Begin(Command::Kind::kSavepoint);
    case Action::kOpenSavepoint:
      return OpenSavepoint();
    case Action::kReleaseSavepoint:
      return ReleaseSavepoint();
    case Action::kRollbackToSavepoint:
      return RollbackToSavepoint();
    case Action::kChangeJournalMode:
      return ChangeJournalMode();
  }
}

// -- Running commands --

Outcome Client::Run(const Command& command, Rows* rows) {
  ++context_.statement_count;
  interrupted_ = false;
  const uint64_t number = Tell(command);
  Result<std::unique_ptr<Running>> running = session_->Start(command);
  process_.ExitIfKilled();
  Outcome outcome{Outcome::Kind::kError, {}};
  if (!running.ok()) {
    outcome.error = running.status();
  } else {
    Row row;
    while ((outcome = (*running)->Next(&row, *this)).kind == Outcome::Kind::kRow) {
      rows->push_back(std::move(row));
      row.clear();
    }
    running->reset();
    process_.ExitIfKilled();
  }
  if (outcome.kind != Outcome::Kind::kDone) {
    for (const auto& reader : readers_) reader->OtherFailed();
    // A change that fails outside BEGIN ... COMMIT may take the queries beside it along.
    // (A KvSession undoes one that others are in the way of like any other.)
    const bool is_harmless =
        IsBusy(outcome.error) &&
        (context_.use_sql || context_.journal_modes == std::vector{JournalMode::kWal});
    if (!in_transaction_ && !is_harmless) view_.may_be_gone = true;
  }
  context_.world.Note(static_cast<uint64_t>(number_) << 32 |
                          static_cast<uint64_t>(outcome.kind) << 16 |
                          static_cast<uint64_t>(outcome.error.code()),
                      HashOf(*rows));
  if (context_.observer != nullptr) {
    TellEnd(number, outcome, std::to_string(rows->size()) + " rows");
  }
  return outcome;
}

sim::ErrorReasons Client::Reasons() const {
  return {.faults = context_.faults,
          .others = context_.connection_count > 1,
          .interrupted = interrupted_,
          .rolled_back = rolled_back_};
}

void Client::Expect(const Status& error, std::string_view doing) {
  sim::ExpectReason(error, Reasons(),
                    std::string(doing) + " (client " + std::to_string(number_) + ")");
}

void Client::OnError(const Status& error, const Command& command) {
  if (!sim::HasReason(error, Reasons())) Expect(error, ToSql(command).sql);
  if (in_transaction_ && !session_->in_transaction()) {
    // As SQLite may after an I/O error or a full disk; a lock that is held never does that.
    if (IsBusy(error)) Fail("error", "kBusy ended the transaction of " + ToSql(command).sql);
    Log("the transaction was rolled back");
    context_.history.CommitUndecided(number_);
    in_transaction_ = false;
    rolled_back_ = true;
    DropReaders();
    rolled_back_ = false;
    view_ = View();
  }
  EndViewIfIdle();
  if (++failure_count_ > kFailureCountMax) {
    Fail("progress", std::to_string(kFailureCountMax) + " statements in a row failed, the last: " +
                         ToSql(command).sql + ": " + error.ToString());
  }
  // Let whoever is in the way go on.
  if (!IsBusy(error)) return;
  if (failure_count_ > kImpatienceMax ||
      choices_.Chance(context_.patience_ppm, "sleep when busy")) {
    Pause(failure_count_);
  } else {
    (void)process_.io().Poll(PollMode::kNoWait);
    process_.ExitIfKilled();
  }
}

// -- The view --

VersionNumber Client::NotOlderThan() {
  if (!view_.floor) view_.floor = context_.history.newest();
  return *view_.floor;
}

void Client::EndViewOfMissing(std::optional<VersionNumber> floor, bool had_base) {
  // Names are looked up before a statement begins to run: its own snapshot ends with its error,
  // also between BEGIN and COMMIT.
  if (!context_.use_sql || had_base) return;
  View view;
  view.floor = floor;
  view.begun_by_savepoint = view_.begun_by_savepoint;
  view.savepoints = std::move(view_.savepoints);
  view_ = std::move(view);
}

void Client::TakeBase(VersionNumber not_older_than) {
  const SnapshotId id = session_->snapshot();
  if (view_.base) {
    // A log that is started anew changes the id, but not what it shows.
    const bool moved = !(id == view_.id) && context_.history.Observe(id, 0) != *view_.base;
    if (moved && view_.may_be_gone) {
      // Whoever held it has lost it; one that begins now has the new one.
      for (const auto& reader : readers_) {
        if (reader->started()) reader->LostSnapshot();
      }
      view_.may_be_gone = false;
      view_.base = context_.history.Observe(id, not_older_than);
      view_.working = context_.history.at(*view_.base);
    } else if (moved) {
      Fail("snapshot", "the snapshot of client " + std::to_string(number_) + " moved from " +
                           ToString(view_.id) + " to " + ToString(id) + " in its transaction");
    }
    view_.id = id;
    return;
  }
  view_.base = context_.history.Observe(id, not_older_than);
  view_.id = id;
  view_.working = context_.history.at(*view_.base);
}

void Client::Keep(const char* oracle, const Command& command,
                  const std::function<std::string(const Tables&)>& difference) {
  std::string reasons;
  Candidates kept;
  for (Candidate& candidate : view_.working) {
    const std::string reason = difference(candidate.tables);
    if (reason.empty()) {
      kept.push_back(std::move(candidate));
      continue;
    }
    reasons += "\n  " + reason;
    context_.history.Refute(*view_.base, candidate.tag);
  }
  if (kept.empty()) {
    Fail(oracle, "client " + std::to_string(number_) + ", version " + std::to_string(*view_.base) +
                     " (" + ToString(view_.id) + (view_.wrote ? ", with own changes" : "") +
                     "): " + ToSql(command).sql + reasons + "\n" + context_.history.Describe());
  }
  view_.working = std::move(kept);
}

void Client::EndViewIfIdle() {
  const bool held = in_transaction_ || std::any_of(readers_.begin(), readers_.end(),
                                                   [](const auto& r) { return r->has_snapshot(); });
  if (!held) view_ = View();
}

// -- Transactions --

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
    if (IsBusy(outcome.error)) {
      context_.history.CommitCancelled(number_);
    } else {
      context_.history.CommitFailed(number_);
    }
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
    const uint64_t number = Tell(command, "step: ");
    const Outcome outcome = reader.running().Next(&row, *this);
    context_.world.Note(static_cast<uint64_t>(outcome.kind), HashOf({row}));
    if (context_.observer != nullptr) TellEnd(number, outcome, sim::ToString(row));
    if (outcome.kind == Outcome::Kind::kGivenUp) {
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
    const std::string wrong =
        outcome.kind == Outcome::Kind::kRow ? reader.CheckRow(row) : reader.CheckEnd();
    if (!wrong.empty()) {
      Fail("model",
           "client " + std::to_string(number_) + ", stepping " + ToSql(command).sql + ": " + wrong);
    }
    if (outcome.kind == Outcome::Kind::kDone) {
      drop();
      return EndViewIfIdle();
    }
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
  if (view_.base && !view_.may_be_gone) {
    // A query holds the snapshot: only on that can the change be made.
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
  if (IsBusy(outcome.error)) {
    context_.history.CommitCancelled(number_);
  } else {
    context_.history.CommitFailed(number_);
  }
  OnError(outcome.error, command);
}

void Client::Checkpoint() {
  const VersionNumber before = context_.history.newest();
  Command command{.kind = Command::Kind::kCheckpoint};
  static constexpr uint32_t kModes[] = {4, 1, 1, 3};
  command.checkpoint = static_cast<CheckpointMode>(choices_.Weighted(kModes, "checkpoint mode"));
  Rows rows;
  const Outcome outcome = Run(command, &rows);
  if (outcome.kind == Outcome::Kind::kGivenUp) return EndViewIfIdle();
  if (outcome.kind == Outcome::Kind::kError) {
    if (outcome.error.primary() == ResultCode::kLocked && !readers_.empty()) return;
    return OnError(outcome.error, command);
  }
  failure_count_ = 0;
  if (rows.size() != 1 || rows[0].size() != 3 || !rows[0][0].is_integer() ||
      !rows[0][1].is_integer() || !rows[0][2].is_integer()) {
    Fail("model", "wal_checkpoint answered " +
                      (rows.empty() ? std::string("no row") : sim::ToString(rows[0])));
  }
  const bool busy = rows[0][0].integer() != 0;
  if (busy && context_.connection_count == 1 && readers_.empty()) {
    Fail("progress", "wal_checkpoint is kept busy by nobody");
  }
  // All that was in the WAL when it began has been synced, and copied. Without one it is -1.
  if (!busy && rows[0][1].integer() >= 0 && rows[0][1].integer() == rows[0][2].integer() &&
      context_.pager.synchronous != Synchronous::kOff) {
    context_.history.NoteSynced(before);
  }
  EndViewIfIdle();
}

void Client::ChangeJournalMode() {
  const Command command{.kind = Command::Kind::kJournalMode, .journal_mode = DrawJournalMode()};
  context_.history.CommitStarts(number_);
  Rows rows;
  const Outcome outcome = Run(command, &rows);
  // One that was interrupted goes on until the connection is used again.
  const bool is_under_way = outcome.error.primary() == ResultCode::kInterrupt;
  if (outcome.kind == Outcome::Kind::kGivenUp || is_under_way) return Settle();
  if (outcome.kind == Outcome::Kind::kError) {
    context_.history.CommitFailed(number_);
    return OnError(outcome.error, command);
  }
  failure_count_ = 0;
  context_.history.CommitCancelled(number_);
  const std::string answer = rows.size() == 1 ? sim::ToString(rows[0]) : "not one row";
  if (answer != "'" + std::string(NameOf(command.journal_mode)) + "'") {
    Fail("model", ToSql(command).sql + " answered " + answer);
  }
  EndViewIfIdle();
}

}  // namespace orrery::whopper
