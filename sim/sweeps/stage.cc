#include "sim/sweeps/stage.h"

#include <utility>

#include "engine/io/completion_group.h"
#include "sim/failure.h"
#include "sim/oracles/image_check.h"
#include "sim/workloads/fiber_wait.h"

namespace orrery::sim {
namespace {

constexpr uint64_t kStepCountMax = 1'000'000;
// The names of all tables, those of the second file with that of their database.
std::string ReadTables(const Script& script) {
  std::string sql = "SELECT name FROM sqlite_schema WHERE type='table'";
  if (script.attaches) {
    sql += " UNION ALL SELECT 'two.'||name FROM two.sqlite_schema WHERE type='table'";
  }
  return sql + " ORDER BY name";
}

std::string ReadTable(std::string_view name) {
  return "SELECT rowid,* FROM " + std::string(name) + " ORDER BY rowid";
}

void AppendRows(std::string& text, const Rows& rows) {
  for (const Row& row : rows) text += ToString(row) + "\n";
}

}  // namespace

Stage::Stage(const Variant& variant, const DiskImage& image, bool preempts, ChoiceSource* source)
    : seed_(1),
      root_(source == nullptr ? static_cast<ChoiceSource&>(seed_) : *source),
      faults_(root_),
      world_(root_, faults_,
             {.device = {.sector_size = variant.page_size},
              .schedule = std::make_unique<SteadySchedule>(preempts),
              .latency_nanoseconds = 0}) {
  for (const auto& [path, bytes] : image) world_.Import(path, bytes);
}

Stage::~Stage() { world_.SetWaitPlan(nullptr); }

SimProcess& Stage::StartProcess() { return world_.StartProcess("process"); }

void Stage::Run(const std::function<void(SimProcess&)>& body,
                const std::function<void()>& between) {
  SimProcess& process = StartProcess();
  (void)world_.Spawn(process, "connection", [&] { body(process); });
  const uint64_t step_count_max = world_.step() + kStepCountMax;
  while (world_.Step()) {
    if (between) between();
    if (world_.step() > step_count_max) Fail("progress", "the script does not end");
  }
  if (!world_.all_done()) Fail("progress", "the connection waits for what never comes");
}

void Stage::CheckLeaks() {
  for (SimProcess* process : world_.Alive()) {
    process->io().Drain();
    if (process->io().in_flight_count() > 0) Fail("leak", "operations are still in flight");
  }
  for (const std::string& path : world_.disk().Paths()) {
    if (!world_.disk().Find(path)->locks().empty()) Fail("leak", path + " is still locked");
  }
}

std::string_view Name(GiveUp action) {
  switch (action) {
    case GiveUp::kNothing:
      return "nothing";
    case GiveUp::kDrop:
      return "drop";
    case GiveUp::kReset:
      return "reset";
    case GiveUp::kInterrupt:
      return "interrupt";
    case GiveUp::kCancel:
      return "cancel";
    case GiveUp::kCloseConnection:
      return "close";
    case GiveUp::kDropConnection:
      return "drop-connection";
  }
  Unreachable();
}

// -- Session --

Status Session::Close() {
  reset_statement_.reset();
  Status status;
  while (connection_ != nullptr) {
    IoResult<> closed = connection_->Close();
    process_.ExitIfKilled();
    if (closed.pending()) {
      WaitOnFiber(process_, *closed.waiting().on);
      continue;
    }
    if (closed.failed()) status = std::move(closed).status();
    break;
  }
  connection_.reset();
  process_.ExitIfKilled();
  return status;
}

Status Session::Open() {
  Result<std::unique_ptr<Connection>> opened =
      Connection::Open(process_.io(), kSweepPath, options_);
  process_.ExitIfKilled();
  if (!opened.ok()) return std::move(opened).status();
  connection_ = *std::move(opened);
  reopened_ = true;
  if (!script_.attaches) return OkStatus();
  // Nothing is given up before the script begins.
  const WaitHook hook = std::exchange(hook_, nullptr);
  const uint64_t wait_count = wait_count_;
  Answer attached = Execute(kAttachStatement);
  wait_count_ = wait_count;
  hook_ = hook;
  if (!attached.error.ok()) (void)Close();
  return std::move(attached.error);
}

Answer Session::Execute(std::string_view sql) {
  Answer answer;
  if (sql == kCloseStatement) {
    answer.error = Close();
    return answer;
  }
  if (connection_ == nullptr) {
    answer.error = Open();
    if (!answer.error.ok()) return answer;
  }
  Result<std::unique_ptr<Statement>> prepared = connection_->Prepare(sql);
  process_.ExitIfKilled();
  if (!prepared.ok()) {
    answer.error = std::move(prepared).status();
    return answer;
  }
  std::unique_ptr<Statement> statement = *std::move(prepared);
  answer = RunToEnd(*statement);
  switch (std::exchange(given_up_, GiveUp::kNothing)) {
    case GiveUp::kReset:
      statement->Reset();
      reset_statement_ = std::move(statement);
      break;
    case GiveUp::kCloseConnection:
      statement.reset();
      (void)Close();
      break;
    case GiveUp::kDropConnection:
      statement.reset();
      connection_.reset();
      break;
    default:
      statement.reset();
      break;
  }
  process_.ExitIfKilled();
  return answer;
}

Answer Session::ExecuteAgain() {
  Answer answer = RunToEnd(*reset_statement_);
  reset_statement_.reset();
  process_.ExitIfKilled();
  return answer;
}

Answer Session::RunToEnd(Statement& statement) {
  Answer answer;
  while (true) {
    StepResult result = statement.Step();
    process_.ExitIfKilled();
    switch (result.kind) {
      case StepKind::kRow: {
        Row& row = answer.rows.emplace_back();
        for (int i = 0; i < statement.column_count(); ++i) {
          row.push_back(statement.column(i));
          row.back().MakeOwned();
        }
        continue;
      }
      case StepKind::kDone:
        for (int i = 0; i < statement.column_count(); ++i) {
          answer.columns.emplace_back(statement.column_name(i));
        }
        answer.changes = connection_->changes();
        answer.last_insert_rowid = connection_->last_insert_rowid();
        return answer;
      case StepKind::kError:
        answer.error = std::move(result.error);
        return answer;
      case StepKind::kWaiting:
        break;
    }
    ++wait_count_;
    const GiveUp action = hook_ ? hook_(wait_count_) : GiveUp::kNothing;
    switch (action) {
      case GiveUp::kNothing:
        break;
      case GiveUp::kInterrupt:
        connection_->Interrupt();
        break;
      case GiveUp::kCancel:
        CancelWait(process_.io(), *result.waits_for);
        break;
      default:
        given_up_ = action;
        answer.given_up = true;
        answer.rows.clear();
        return answer;
    }
    WaitOnFiber(process_, *result.waits_for);
  }
}

Result<std::string> Session::Dump() {
  const Answer tables = Execute(ReadTables(script_));
  if (!tables.error.ok()) return tables.error;
  std::string text;
  for (const Row& table : tables.rows) {
    const Answer rows = Execute(ReadTable(table[0].text()));
    if (!rows.error.ok()) return rows.error;
    text += std::string(table[0].text()) + ":\n";
    AppendRows(text, rows.rows);
  }
  return text;
}

Result<std::string> Session::CheckIntegrity() {
  const Answer answer = Execute("PRAGMA integrity_check");
  if (!answer.error.ok()) return answer.error;
  std::string text;
  for (const Row& row : answer.rows) {
    text += (text.empty() ? "" : "\n") + std::string(row[0].text());
  }
  return text;
}

Sqlite3Database OpenWithSqlite3(const Script& script, const DiskImage& image) {
  Sqlite3Database database(TakeImage(image, kSweepPath), kSweepPath);
  if (script.attaches) (void)database.Run(kAttachStatement);
  return database;
}

Sqlite3Database MakeReference(const Script& script) {
  Sqlite3Database database;
  if (script.attaches) (void)database.Run(kAttachInMemory);
  return database;
}

std::string Dump(const Script& script, Sqlite3Database& database) {
  const Sqlite3Answer tables = database.Run(ReadTables(script));
  if (!tables.ok()) Fail("sqlite3", "SQLite cannot read the schema: " + tables.message);
  std::string text;
  for (const Row& table : tables.rows) {
    const Sqlite3Answer rows = database.Run(ReadTable(table[0].text()));
    if (!rows.ok()) {
      Fail("sqlite3", "SQLite cannot read " + std::string(table[0].text()) + ": " + rows.message);
    }
    text += std::string(table[0].text()) + ":\n";
    AppendRows(text, rows.rows);
  }
  return text;
}

}  // namespace orrery::sim
