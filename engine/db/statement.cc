#include <utility>

#include "engine/compile/compile.h"
#include "engine/db/connection.h"
#include "engine/db/connection_impl.h"

namespace orrery {
namespace {

// How often a program is made anew in one run because the schema had changed by the time it began.
constexpr int kCompileCountMax = 50;

}  // namespace

Statement::Impl::Impl(Connection::Impl& connection_in, ParsedStatement parsed_in)
    : connection(connection_in),
      session(connection_in.session),
      parsed(std::move(parsed_in)),
      parameters(parsed.parameter_names.size()),
      machine(connection_in.session) {}

// -- Running --

StepResult Statement::Impl::Step() {
  waits_for_other = false;
  if (const Impl* const other = connection.InTheWayOf(*this)) {
    Completion* const completion = connection.WaitFor(*other);
    waits_for_other = !completion->in_flight();
    return {StepKind::kWaiting, completion, OkStatus()};
  }
  std::erase(connection.in_mid_row, this);
  if (connection.owner == nullptr && phase != Phase::kEnding) {
    IoResult<> settled = connection.SettleLeftovers();
    if (settled.pending()) return {StepKind::kWaiting, settled.waiting().on, OkStatus()};
    Status status = settled.failed() ? std::move(settled).status()
                                     : std::exchange(connection.lost_transaction, OkStatus());
    if (!status.ok()) {
      Reset();
      return Finished(std::move(status));
    }
  }
  connection.owner = nullptr;
  StepResult answer;
  while (true) {
    switch (phase) {
      case Phase::kIdle:
        compile_count = 0;
        has_given_row = false;
        phase = Phase::kCompiling;
        break;
      case Phase::kCompiling:
        if (!GoOnCompiling(answer)) return answer;
        break;
      case Phase::kRunning:
        if (!GoOnRunning(answer)) return answer;
        break;
      case Phase::kEnding:
        if (!GoOnEnding(answer)) return answer;
        break;
    }
  }
}

StepResult Statement::Impl::Waiting(Completion* completion, bool is_exclusive) {
  waits_for = completion;
  if (is_exclusive) {
    connection.owner = this;
  } else {
    connection.in_mid_row.push_back(this);
  }
  return {StepKind::kWaiting, completion, OkStatus()};
}

// The run is over, one way or the other.
StepResult Statement::Impl::Finished(Status status) {
  phase = Phase::kIdle;
  waits_for = nullptr;
  if (status.ok()) return {StepKind::kDone, nullptr, OkStatus()};
  return {StepKind::kError, nullptr, std::move(status)};
}

bool Statement::Impl::HasCurrentProgram() const {
  if (program == nullptr) return false;
  if (program->settings != session.program_settings) return false;
  return program->catalog == nullptr || program->catalog == session.catalog();
}

bool Statement::Impl::GoOnCompiling(StepResult& answer) {
  IoResult<> compiled = Compile();
  if (compiled.pending()) {
    answer = Waiting(compiled.waiting().on, /*is_exclusive=*/true);
    return false;
  }
  if (compiled.failed()) {
    answer = Finished(std::move(compiled).status());
    return false;
  }
  StartRun();
  return true;
}

// A name that is not found may be in a schema that is newer than the one we have: before an error
// stands, the schemas are read again.
IoResult<> Statement::Impl::Compile() {
  ReadSchema& read_schema = connection.read_schema;
  if (HasCurrentProgram() && !read_schema.running()) return Unit();
  const bool needs_schema = NeedsSchema(parsed);
  bool must_read = needs_schema && (!session.has_all_schemas() || read_schema.running());
  while (true) {
    if (must_read) {
      if (!read_schema.running()) read_schema.Start(session);
      IoResult<> read = read_schema.Resume();
      if (!read.done()) return read;
    }
    Result<Program> made =
        ::orrery::Compile(parsed, session.catalog(), session.functions, session.program_settings);
    if (made.ok()) {
      program = std::make_unique<const Program>(*std::move(made));
      return Unit();
    }
    if (must_read || !needs_schema) return std::move(made).status();
    must_read = true;
  }
}

bool Statement::Impl::MayChangeRows() const {
  if (parsed.explain != ExplainMode::kNone) return false;
  switch (parsed.statement->kind) {
    case StatementKind::kSelect:
    case StatementKind::kBegin:
    case StatementKind::kCommit:
    case StatementKind::kSavepoint:
    case StatementKind::kRelease:
      return false;
    default:
      return true;
  }
}

void Statement::Impl::StartRun() {
  machine.Start(*program, parameters);
  has_kept = false;
  ++compile_count;
  phase = Phase::kRunning;
}

bool Statement::Impl::GoOnRunning(StepResult& answer) {
  if (machine.was_undone()) {
    session.io.Reached(Probe::kEndedByRollback);
    machine.Reset();
    machine.TransactionEnded();
    answer = Finished(Status(ResultCode::kAbortRollback, "abort due to ROLLBACK"));
    return false;
  }
  switch (machine.Run()) {
    case Flow::kRow:
      has_given_row = true;
      waits_for = nullptr;
      answer = {StepKind::kRow, nullptr, OkStatus()};
      return false;
    case Flow::kWaiting:
      answer = Waiting(machine.waits_for(), machine.is_exclusive());
      return false;
    case Flow::kKeep:
      StartKeeping();
      return true;
    case Flow::kHalted:
      StartEnding(OkStatus());
      return true;
    case Flow::kFailed:
      StartEnding(machine.error());
      return true;
    default:
      Unreachable();
  }
}

void Statement::Impl::StartKeeping() {
  run_outcome = OkStatus();
  change_count = machine.change_count();
  phase = Phase::kEnding;
  keeps_changes = true;
  undoes_statement = false;
  has_kept = true;
  runs_on = true;
  if (session.in_write()) session.end.Start(session, Ending::kKeep);
}

void Statement::Impl::StartEnding(Status outcome) {
  run_outcome = std::move(outcome);
  const OnError on_error = machine.on_error();
  const bool in_write = session.in_write();
  const bool is_commit = machine.wants_commit();
  const bool is_rollback = machine.wants_rollback();
  const int undo_to = machine.wants_undo_to();
  const bool is_write = machine.holds_transaction() && program->takes_write_lock;
  if (!has_kept) change_count = machine.change_count();
  machine.Reset();
  phase = Phase::kEnding;
  runs_on = false;
  if (has_kept) return;
  keeps_changes = run_outcome.ok() || on_error == OnError::kFail;
  if (!keeps_changes) change_count = 0;
  undoes_statement = false;

  if (session.begin.running()) {  // interrupted
    GiveUpBegin();
  } else if (!in_write || !(is_commit || is_rollback || is_write || undo_to >= 0)) {
    return;
  } else if (is_rollback) {
    session.end.Start(session, Ending::kUndoTransaction);
  } else if (undo_to >= 0) {
    session.end.Start(session, Ending::kUndoToSavepoint, static_cast<size_t>(undo_to));
  } else if (keeps_changes) {
    session.end.Start(session, is_commit ? Ending::kCommit : Ending::kKeep);
  } else if (on_error == OnError::kRollback || run_outcome.code() == ResultCode::kInterrupt) {
    session.end.Start(session, Ending::kUndoTransaction);
  } else {
    undoes_statement = !session.autocommit;
    session.end.Start(session, Ending::kUndoStatement);
  }
}

void Statement::Impl::GiveUpBegin() {
  if (session.begin.is_taking_lock()) {
    session.io.Reached(Probe::kDroppedInBegin);
    session.end.Start(session, Ending::kFinishBegin);
  } else {
    session.begin.Abandon();
  }
}

bool Statement::Impl::GoOnEnding(StepResult& answer) {
  Status ended = OkStatus();
  if (session.end.running()) {
    IoResult<> end = session.end.Resume();
    if (end.pending()) {
      answer = Waiting(end.waiting().on, /*is_exclusive=*/true);
      return false;
    }
    if (end.failed()) ended = std::move(end).status();
  }
  if (runs_on && ended.ok()) {
    CountChanges();
    phase = Phase::kRunning;
    return true;
  }
  if (runs_on) machine.Reset();
  if (machine.holds_transaction() && !machine.was_undone()) session.Release();
  machine.TransactionEnded();
  session.EndReadIfUnused();
  if (!ended.ok()) {
    change_count = 0;
    // Also when a statement has failed and its changes were to be kept (OR FAIL): they are lost.
    // And when it could not be undone alone: its own error does not say that the transaction is
    // gone.
    if (run_outcome.ok() || keeps_changes || undoes_statement) run_outcome = std::move(ended);
  }

  const bool is_outdated = run_outcome.code() == ResultCode::kSchema && !has_given_row;
  if (is_outdated && compile_count < kCompileCountMax) {
    session.io.Reached(Probe::kCompiledAgain);
    program.reset();
    phase = Phase::kCompiling;
    return true;
  }
  if (!has_kept) CountChanges();
  answer = Finished(std::exchange(run_outcome, OkStatus()));
  return false;
}

void Statement::Impl::CountChanges() {
  if (!program->counts_changes) return;
  session.change_count = change_count;
  session.total_change_count += change_count;
}

// -- Giving up --

void Statement::Impl::Reset() {
  const bool is_owner = connection.owner == this;
  if (is_owner) connection.owner = nullptr;
  std::erase(connection.in_mid_row, this);
  switch (phase) {
    case Phase::kIdle:
      return;
    case Phase::kCompiling:
      connection.read_schema.Abandon();
      break;
    case Phase::kRunning: {
      const bool is_live = machine.holds_transaction() && !machine.was_undone();
      const bool is_write = is_live && program->takes_write_lock && !has_kept && session.in_write();
      machine.Reset();
      machine.TransactionEnded();
      if (is_owner && session.begin.running()) {
        GiveUpBegin();
      } else if (is_write) {
        session.io.Reached(Probe::kDroppedInChange);
        session.end.Start(session, Ending::kUndoStatement);
      }
      if (is_live) session.Release();
      break;
    }
    case Phase::kEnding:
      if (session.end.is_committing()) {
        session.io.Reached(Probe::kDroppedInCommit);
        session.end.Abandon();
        session.end.Start(session, Ending::kUndoTransaction);
      }
      if (machine.holds_transaction() && !machine.was_undone()) session.Release();
      machine.Reset();
      machine.TransactionEnded();
      break;
  }
  phase = Phase::kIdle;
  run_outcome = OkStatus();
  waits_for = nullptr;
  // As much of it as needs no waiting is done at once; the rest when the connection is next used.
  (void)connection.SettleLeftovers();
}

// -- The interface --

Statement::Statement(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Statement::~Statement() { impl_->Reset(); }

StepResult Statement::Step() { return impl_->Step(); }
void Statement::Reset() { impl_->Reset(); }

IoResult<> Statement::Compile() {
  Impl& impl = *impl_;
  Connection::Impl& connection = impl.connection;
  if (impl.phase != Impl::Phase::kIdle && impl.phase != Impl::Phase::kCompiling) return Unit();
  if (connection.owner != nullptr && connection.owner != &impl) {
    return Pending{connection.WaitFor(*connection.owner)};
  }
  if (connection.owner == nullptr) IO_RETURN_IF_NOT_DONE(Unit, connection.SettleLeftovers());
  connection.owner = nullptr;
  IoResult<> compiled = impl.Compile();
  impl.phase = compiled.pending() ? Impl::Phase::kCompiling : Impl::Phase::kIdle;
  if (compiled.pending()) {
    impl.waits_for = compiled.waiting().on;
    connection.owner = &impl;
  }
  return compiled;
}

int Statement::column_count() const {
  return impl_->program == nullptr ? 0 : static_cast<int>(impl_->program->column_names.size());
}

std::string_view Statement::column_name(int column_index) const {
  CHECK(column_index >= 0 && column_index < column_count());
  return impl_->program->column_names[static_cast<size_t>(column_index)];
}

const Value& Statement::column(int column_index) const {
  const std::span<const Value> row = impl_->machine.row();
  CHECK(column_index >= 0 && static_cast<size_t>(column_index) < row.size());
  return row[static_cast<size_t>(column_index)];
}

int Statement::parameter_count() const { return static_cast<int>(impl_->parameters.size()); }

int Statement::parameter_index(std::string_view name) const {
  const std::vector<std::string>& names = impl_->parsed.parameter_names;
  for (size_t i = 0; i < names.size(); ++i) {
    if (!names[i].empty() && names[i] == name) return static_cast<int>(i) + 1;
  }
  return 0;
}

Status Statement::Bind(int parameter_number, Value value) {
  if (impl_->phase != Impl::Phase::kIdle) return Status(ResultCode::kMisuse);
  if (parameter_number < 1 || parameter_number > parameter_count())
    return Status(ResultCode::kRange);
  value.MakeOwned();
  impl_->parameters[static_cast<size_t>(parameter_number) - 1] = std::move(value);
  return OkStatus();
}

bool Statement::read_only() const {
  if (impl_->parsed.explain != ExplainMode::kNone) return true;
  switch (impl_->parsed.statement->kind) {
    case StatementKind::kSelect:
    case StatementKind::kBegin:
    case StatementKind::kCommit:
    case StatementKind::kRollback:
    case StatementKind::kSavepoint:
    case StatementKind::kRelease:
    case StatementKind::kAttach:
    case StatementKind::kDetach:
      return true;
    case StatementKind::kPragma:
      return !impl_->parsed.statement->As<PragmaStatement>().value.has_value();
    default:
      return false;
  }
}

std::string_view Statement::sql() const { return impl_->parsed.text; }

StepResult StepBlocking(Io& io, Statement& statement) {
  while (true) {
    StepResult result = statement.Step();
    if (result.kind != StepKind::kWaiting) return result;
    if (statement.impl_->waits_for_other) {
      return {StepKind::kError, nullptr,
              Status(ResultCode::kLocked,
                     "another statement of this connection is in the middle of a step")};
    }
    if (Status status = WaitFor(io, *result.waits_for); !status.ok()) {
      return {StepKind::kError, nullptr, std::move(status)};
    }
  }
}

}  // namespace orrery
