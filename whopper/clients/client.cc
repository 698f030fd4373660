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
constexpr uint64_t kIdleSecondsMax = 20;
// A statement asks for several locks, and the timeout is for each of them.
constexpr uint64_t kLockCountMax = 4;
// Taking a snapshot, which waits for others that are as good as done, gives up after 10 s.
constexpr uint64_t kSnapshotNanosecondsMax = 11'000'000'000;
constexpr int kImpatienceMax = 20;  // failures in a row, before it waits for whoever is in the way

const char* Name(Outcome::Kind kind) {
  static constexpr const char* kNames[] = {"row", "done", "error", "given up", "left"};
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
      between_choices_(choices.Branch("between")),
      workload_(context.shape, choices.Branch("statement")),
      budget_(budget) {}

Client::~Client() {
  readers_.clear();
  if (session_ != nullptr) --context_.open_connection_count;
}

void Client::AfterCall() { process_.ExitIfKilled(); }

Driver::Then Client::Wait(Completion& on) {
  ++context_.wait_count;
  if (is_between_) return Then::kLeave;
  if (may_give_up_) {
    if (context_.faults.Strikes(sim::Fault::kAbandon)) return Then::kGiveUp;
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
  if (stepped_ != nullptr && stepped_->started() &&
      between_choices_.Chance(context_.interleave_ppm, "leave")) {
    return Then::kLeave;
  }
  // What is there already may mean that another one has to be stepped first.
  StepReadersBetween(/*all=*/!on.in_flight());
  if (choices_.Chance(context_.early_step_ppm, "early step")) return Then::kGoOn;
  sim::WaitOnFiber(process_, on);
  return Then::kGoOn;
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

void Client::Rest() {
  if (between_choices_.Chance(context_.idle_ppm, "idle")) {
    const uint64_t seconds = between_choices_.Between(1, kIdleSecondsMax, "idle seconds");
    Log("idle for " + std::to_string(seconds) + " s");
    return sim::SleepOnFiber(process_, seconds * 1'000'000'000);
  }
  (void)process_.io().Poll(PollMode::kNoWait);
  process_.ExitIfKilled();
}

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
  kVacuum,
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
      in_transaction_ || !readers_.empty() ? 0u : context_.vacuum_weight,
  };
  switch (static_cast<Action>(choices_.Weighted(weights, "action"))) {
    case Action::kRest:
      return Rest();
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
    case Action::kVacuum:
      return Vacuum();
  }
}

// -- Running commands --

Outcome Client::Run(const Command& command, Rows* rows) {
  ++context_.statement_count;
  interrupted_ = false;
  const uint64_t number = Tell(command);
  const uint64_t slept_before = process_.io().slept_nanoseconds();
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
  const uint64_t slept = process_.io().slept_nanoseconds() - slept_before;
  const auto timeout_ms = static_cast<uint64_t>(context_.sql_habits.busy_timeout_ms);
  if (slept > kLockCountMax * timeout_ms * 1'000'000 + kSnapshotNanosecondsMax) {
    Fail("progress", ToSql(command).sql + " has slept for " + std::to_string(slept / 1'000'000) +
                         " ms, with a busy timeout of " + std::to_string(timeout_ms) + " ms");
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
      // Nothing has been written since any of them.
      for (std::optional<Candidates>& saved : view_.savepoints) saved.reset();
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
  if (!in_transaction_ && !SomeReaderHasSnapshot()) view_ = View();
}

bool Client::SomeReaderHasSnapshot() const {
  return std::any_of(readers_.begin(), readers_.end(),
                     [](const auto& reader) { return reader->has_snapshot(); });
}

// -- Of the log and the journal --

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

void Client::CommitEnded(const Status& error) {
  if (IsBusy(error)) {
    context_.history.CommitCancelled(number_);
  } else {
    context_.history.CommitFailed(number_);
  }
}

// A commit of what is there already.
void Client::Vacuum() {
  Command command{.kind = Command::Kind::kVacuum};
  if (context_.pager.new_auto_vacuum == AutoVacuum::kIncremental &&
      between_choices_.Choose(2, "incremental") == 1) {
    const uint64_t page_count = between_choices_.Choose(10, "pages");
    command = {.kind = Command::Kind::kText,
               .text = {"PRAGMA incremental_vacuum(" + std::to_string(page_count) + ")", {}}};
  }
  context_.history.CommitStarts(number_);
  Rows rows;
  const Outcome outcome = Run(command, &rows);
  if (outcome.kind == Outcome::Kind::kGivenUp) return Settle();
  if (outcome.kind == Outcome::Kind::kError) {
    CommitEnded(outcome.error);
    return OnError(outcome.error, command);
  }
  failure_count_ = 0;
  if (context_.history.has_become(number_)) {
    (void)context_.history.CommitSucceeded(number_, session_->snapshot(), context_.survival);
  } else {
    context_.history.CommitCancelled(number_);
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
