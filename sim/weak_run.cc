#include "sim/weak_run.h"

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "engine/io/completion_group.h"
#include "sim/coverage.h"
#include "sim/failure.h"
#include "sim/oracles/image_check.h"
#include "sim/workloads/fiber_wait.h"

namespace orrery::sim {
namespace {

constexpr char kPath[] = "db";
constexpr uint64_t kQuietStepMax = 400'000;
constexpr long kMemoryGrowthKilobytesMax = 512 * 1024;

constexpr FaultSet Weak() {
  FaultSet weak;
  for (const FaultSpec& spec : kFaults) {
    if (spec.promise > kWeakestOfOrdinaryRuns) weak.Add(spec.fault);
  }
  return weak;
}

// Peak of what the process has had in memory.
long PeakKilobytes() {
  rusage usage = {};
  (void)getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

bool IsOurDatabase(std::string_view path) { return path == kPath || path == "db-wal"; }

// The table that a statement of SqlWorkload::ReadAll() reads whole; empty for others.
std::string TableReadBy(std::string_view sql) {
  constexpr std::string_view kRead = "SELECT rowid,* FROM ";
  if (!sql.starts_with(kRead)) return "";
  sql.remove_prefix(kRead.size());
  return std::string(sql.substr(0, sql.find(' ')));
}

// By the rows of sqlite_schema.
bool HasNoRowid(const Answer& schema, const std::string& table) {
  for (const Row& row : schema.rows) {
    if (row.size() != 4 || !row[1].is_text() || !row[3].is_text()) continue;
    const std::string_view sql = row[3].text();
    if (row[1].text() == table && (sql.ends_with("WITHOUT ROWID") || sql.ends_with("rowid"))) {
      return true;
    }
  }
  return false;
}

// From the rows of PRAGMA index_list.
std::string KeyAsHint(const Answer& indexes) {
  for (const Row& row : indexes.rows) {
    if (row[3].text() == "pk") return " INDEXED BY " + std::string(row[1].text());
  }
  return "";
}

// What COMPAT.md has of damaged files that are read differently.
bool IsKnownDifference(const Sqlite3Answer& theirs, const Status& error) {
  if (theirs.message == "attached databases must use the same text encoding as main database") {
    return true;
  }
  // Digits may be separated since SQLite 3.46; the library may be older.
  const size_t token = theirs.message.find("unrecognized token: ");
  if (token != std::string::npos && theirs.message.find('_', token) != std::string::npos) {
    return true;
  }
  for (const std::string_view known :
       {"reserved bytes", "record without a header", "cell pointer out of range",
        "cell extends off end of page", "UTF-16 databases are not supported yet"}) {
    if (error.message().find(known) != std::string_view::npos) return true;
  }
  return false;
}

// The bytes that are really there, of the files that a reader has no business to write.
std::vector<std::vector<std::byte>> PristineFiles(const World& world) {
  std::vector<std::vector<std::byte>> files;
  for (const std::string& path : world.disk().Paths()) {
    if (IsOurDatabase(path)) files.push_back(world.disk().Find(path)->Pristine());
  }
  return files;
}

// Where rows of the schema say of what type they are, in the first page of a database.
std::vector<std::string_view> TypesIn(Bytes page) {
  const std::string_view text(reinterpret_cast<const char*>(page.data()), page.size());
  std::vector<std::string_view> types;
  for (const std::string_view type : {"index", "table", "trigger", "view"}) {
    for (size_t at = text.find(type); at != std::string_view::npos; at = text.find(type, at + 1)) {
      types.push_back(text.substr(at, type.size()));
    }
  }
  return types;
}

}  // namespace

bool IsWeakRun(const RunSetup& setup) {
  const FaultSet weak = setup.options.faults.And(Weak());
  if (weak.empty()) return false;
  if (setup.options.every_fault) return true;
  const Profile& profile = *setup.options.profile;
  if (weak.And(FaultsOf(profile)).empty()) return false;
  const auto per_million = profile.One<uint32_t>(kWeakRunsKey.name);
  return Choices(setup.choices).Branch("weak").Chance(per_million, "weak run");
}

WeakRun::WeakRun(const RunSetup& setup, int connection_count, int process_count)
    : setup_(setup),
      root_(setup.choices),
      config_(root_.Branch("config")),
      connection_count_(connection_count),
      process_count_(process_count),
      wait_plan_(WaitPlan::Drawn(root_.Branch("waits"))),
      workload_(root_.Branch("workload")),
      none_(root_.Branch("calm")),
      calm_(root_.Branch("calm"), none_) {
  static constexpr uint32_t kPageSizes[] = {512, 1024, 4096, 65536};
  static constexpr uint32_t kPageWeights[] = {6, 3, 2, 1};
  pager_.new_page_size = kPageSizes[config_.Weighted(kPageWeights, "page size")];
  static constexpr AutoVacuum kAutoVacuums[] = {AutoVacuum::kNone, AutoVacuum::kFull,
                                                AutoVacuum::kIncremental};
  static constexpr uint32_t kAutoVacuumWeights[] = {4, 1, 1};
  pager_.new_auto_vacuum =
      kAutoVacuums[root_.Branch("auto vacuum").Weighted(kAutoVacuumWeights, "auto vacuum")];
  static constexpr uint32_t kCaches[] = {10, 20, 200};
  pager_.cache_page_count = kCaches[config_.Choose(3, "cache")];
  static constexpr uint32_t kLimits[] = {20, 5, 1000, 0};
  pager_.auto_checkpoint_frame_count = kLimits[config_.Choose(4, "auto checkpoint")];
  static constexpr Synchronous kLevels[] = {Synchronous::kFull, Synchronous::kNormal,
                                            Synchronous::kOff};
  pager_.synchronous = kLevels[config_.Choose(3, "synchronous")];
  Choices journal = root_.Branch("journal");
  if (!setup.options.journal_modes.empty()) {
    const auto& modes = setup.options.journal_modes;
    pager_.journal_mode = modes[journal.Choose(modes.size(), "journal mode")];
  } else if (journal.Choose(2, "journals") == 1) {
    pager_.journal_mode =
        static_cast<JournalMode>(journal.Choose(std::size(kJournalModeNames), "journal mode"));
  }
  calm_.SetTracer(setup.observer, "calm");
}

void WeakRun::Log(const std::string& line) {
  if (setup_.observer != nullptr) setup_.observer->OnNote(RunObserver::kNoConnection, line);
}

// -- Statements, on a fiber --

void WeakRun::CheckError(const Status& error, const std::string& sql) {
  const ResultCode code = error.primary();
  if (code == ResultCode::kInternal || code == ResultCode::kMisuse) {
    Fail("error", sql + ": no damage is a reason for " + error.ToString());
  }
  // Whoever has a damaged file must learn which, and where.
  const bool names_it = error.message().find(kPath) != std::string_view::npos ||
                        error.message().find("malformed database schema") != std::string_view::npos;
  if (code == ResultCode::kCorrupt && !names_it) {
    Fail("error", sql + ": the error does not name the file: " + error.ToString());
  }
}

Answer WeakRun::Execute(SimProcess& process, Connection& connection, int number,
                        const std::string& sql, Faults* faults) {
  ++statement_count_;
  RunObserver* const observer = setup_.observer;
  uint64_t statement_number = 0;
  if (observer != nullptr) {
    const auto asker =
        faults != nullptr ? RunObserver::Asker::kWorkload : RunObserver::Asker::kOracle;
    statement_number = observer->OnStatement(number, asker, sql);
  }
  Answer answer;
  Result<std::unique_ptr<Statement>> prepared = connection.Prepare(sql);
  process.ExitIfKilled();
  if (!prepared.ok()) {
    answer.error = prepared.status();
  } else if (*prepared != nullptr) {
    Statement& statement = **prepared;
    while (true) {
      StepResult result = statement.Step();
      process.ExitIfKilled();
      if (result.kind == StepKind::kDone) break;
      if (result.kind == StepKind::kError) {
        answer.error = std::move(result.error);
        break;
      }
      if (result.kind == StepKind::kRow) {
        Row& row = answer.rows.emplace_back();
        for (int i = 0; i < statement.column_count(); ++i) {
          row.push_back(statement.column(i));
          row.back().MakeOwned();
        }
        continue;
      }
      ++wait_count_;
      if (faults != nullptr && faults->Strikes(Fault::kAbandon)) {
        answer.given_up = true;
        break;
      }
      if (faults != nullptr && faults->Strikes(Fault::kCancel)) {
        CancelWait(process.io(), *result.waits_for);
      }
      WaitOnFiber(process, *result.waits_for);
    }
    for (int i = 0; answer.error.ok() && !answer.given_up && i < statement.column_count(); ++i) {
      answer.columns.emplace_back(statement.column_name(i));
    }
    prepared->reset();
    process.ExitIfKilled();
  }
  if (observer != nullptr) {
    observer->OnStatementEnd(statement_number, answer.given_up ? "given up"
                                               : !answer.error.ok()
                                                   ? answer.error.ToString()
                                                   : std::to_string(answer.rows.size()) + " rows");
  }
  if (!answer.error.ok()) CheckError(answer.error, sql);
  return answer;
}

void WeakRun::StepToEnd(World& world, const std::function<void()>& strike) {
  uint64_t statement_count = statement_count_;
  uint64_t quiet_since = world.step();
  while (world.Step()) {
    ++run_position.step;
    if (run_position.step == setup_.step_count_max) {
      for (uint64_t& budget : budgets_) budget = 0;
      world.StopFaults();
    }
    if (statement_count != statement_count_) {
      statement_count = statement_count_;
      quiet_since = world.step();
    } else if (world.step() - quiet_since > kQuietStepMax) {
      Fail("progress", "no statement has ended in " + std::to_string(kQuietStepMax) + " steps");
    }
    if (strike && !world.all_done()) strike();
  }
  if (!world.all_done()) Fail("progress", "connections wait for what never comes");
}

void WeakRun::RunOnFiber(World& world, const std::function<void(SimProcess&)>& body) {
  SimProcess& process = world.StartProcess("process");
  process.io().SetObserver(&wait_plan_);
  (void)world.Spawn(process, "connection", [&] { body(process); });
  StepToEnd(world);
  process.io().Drain();
  world.Kill(process);
}

// -- 1 to 3 --

void WeakRun::Build() {
  const uint64_t count = config_.Between(5, 60, "statements to build");
  RunOnFiber(calm_, [&](SimProcess& process) {
    Result<std::unique_ptr<Connection>> connection = Connection::Open(process.io(), kPath, pager_);
    if (!connection.ok()) Fail("error", "open: " + connection.status().ToString());
    for (uint64_t i = 0; i < count; ++i) {
      const SqlStatementText text = workload_.Next((*connection)->in_transaction());
      (void)Execute(process, **connection, 0, text.sql, nullptr);
    }
  });
}

std::vector<WeakRun::Look> WeakRun::ReadAll() {
  std::vector<Look> looks;
  RunOnFiber(calm_, [&](SimProcess& process) {
    PagerOptions pager = pager_;
    pager.auto_checkpoint_frame_count = 0;
    Result<std::unique_ptr<Connection>> connection = Connection::Open(process.io(), kPath, pager);
    if (!connection.ok()) return CheckError(connection.status(), "open");
    std::vector<std::string> statements = workload_.ReadAll();
    statements.emplace_back("PRAGMA integrity_check");
    for (std::string& sql : statements) {
      if (const std::string table = TableReadBy(sql);
          !table.empty() && HasNoRowid(looks.front().answer, table)) {
        // An index with all of its columns would do as well, and have other pages.
        const Answer indexes =
            Execute(process, **connection, 0, "PRAGMA index_list(" + table + ")", nullptr);
        sql.insert(sql.find(table) + table.size(), KeyAsHint(indexes));
      }
      looks.push_back({sql, Execute(process, **connection, 0, sql, nullptr)});
    }
  });
  return looks;
}

void WeakRun::LookAndHeal() {
  const std::vector<Look> before = ReadAll();
  // Whoever finds a hot journal writes, and has every right to.
  const std::shared_ptr<DiskFile> journal = calm_.disk().Find("db-journal");
  std::array<std::byte, 1> first{};
  const bool may_write =
      journal != nullptr && journal->Read(0, first) == 1 && first[0] != std::byte{0};
  const std::vector<std::vector<std::byte>> bytes = PristineFiles(calm_);
  Choices rot = root_.Branch("rot");
  static constexpr uint64_t kCounts[] = {1, 1, 3, 20};
  const uint64_t count = kCounts[rot.Choose(4, "rot count")];
  for (uint64_t i = 0; i < count; ++i) {
    const char* const path =
        calm_.disk().Find("db-wal") != nullptr && rot.Choose(3, "in the log") == 0 ? "db-wal"
                                                                                   : kPath;
    if (const std::shared_ptr<DiskFile> file = calm_.disk().Find(path)) {
      // The schema is small, and what is wrong in it is more telling than in a row.
      const bool in_schema = rot.Choose(3, "in the schema") == 0;
      const uint64_t size = in_schema ? pager_.new_page_size : file->size();
      calm_.Rot(*file, 0, std::min(size, file->size()), rot);
    }
  }
  RotType();
  Log("spoiled in " + std::to_string(calm_.disk().MediumFaultNumbers().size()) + " places");
  const std::vector<Look> spoiled = ReadAll();
  if (!may_write && PristineFiles(calm_) != bytes) {
    Fail("medium", "reading a damaged database has written to it");
  }
  CompareWithSqlite3(spoiled);
  if (may_write) return;
  calm_.disk().TakeMediumFaultsAway();
  const std::vector<Look> after = ReadAll();
  for (size_t i = 0; i < before.size() && i < after.size(); ++i) {
    const std::string difference = DescribeDifference(before[i].answer, after[i].answer);
    if (!difference.empty()) {
      Fail("medium", "the damage is gone, but not from " + before[i].sql + ": " + difference);
    }
  }
}

// Whether a row of the schema is a table, an index or nothing at all hangs on a few letters.
void WeakRun::RotType() {
  Choices choices = root_.Branch("rot of types");
  if (choices.Choose(4, "rot a type") != 1) return;
  const std::optional<std::vector<std::byte>> database = calm_.Export(kPath);
  if (!database) return;
  const Bytes page =
      Bytes(*database).first(std::min<size_t>(pager_.new_page_size, database->size()));
  const std::vector<std::string_view> types = TypesIn(page);
  if (types.empty()) return;
  const std::string_view type = types[choices.Choose(types.size(), "which")];
  const auto* const begin = reinterpret_cast<const char*>(page.data());
  calm_.Rot(*calm_.disk().Find(kPath), static_cast<uint64_t>(type.data() - begin), type.size(),
            choices);
}

void WeakRun::CompareWithSqlite3(const std::vector<Look>& looks) {
  Sqlite3Database database(TakeImage(calm_, kPath));
  for (const Look& look : looks) {
    // Its report of what is wrong is each engine's own.
    if (look.sql.starts_with("PRAGMA")) continue;
    const Sqlite3Answer theirs = database.Run(look.sql);
    if (IsKnownDifference(theirs, look.answer.error)) continue;
    const bool same_class =
        theirs.ok() ? look.answer.error.ok() : Primary(theirs.code) == look.answer.error.primary();
    const std::string difference =
        !same_class || !theirs.ok()
            ? same_class ? ""
                         : "SQLite: " + theirs.message + ", ours: " + look.answer.error.ToString()
            : DescribeDifference(theirs, look.answer);
    if (!difference.empty()) {
      Fail("sqlite3", "on the same damaged bytes " + look.sql + " differs: " + difference);
    }
  }
}

// -- 4 --

void WeakRun::Work(SimProcess& process, World& world, Faults& faults, uint64_t number) {
  uint64_t& budget = budgets_[number];
  std::unique_ptr<Connection> connection;
  SqlWorkload workload(root_.Branch("connection", number));
  Choices choices = root_.Branch("habits", number);
  if (pager_.journal_mode != JournalMode::kWal) {
    workload.ChangeJournalModes({std::begin(kJournalModeNames), std::end(kJournalModeNames)});
  }
  while (budget > 0) {
    --budget;
    if (connection == nullptr) {
      Result<std::unique_ptr<Connection>> opened = Connection::Open(process.io(), kPath, pager_);
      process.ExitIfKilled();
      if (!opened.ok()) {
        CheckError(opened.status(), "open");
        SleepOnFiber(process, 100'000);
        continue;
      }
      connection = *std::move(opened);
    }
    const std::string sql = choices.Chance(50'000, "check")
                                ? "PRAGMA integrity_check"
                                : workload.Next(connection->in_transaction()).sql;
    const Answer answer = Execute(process, *connection, static_cast<int>(number), sql, &faults);
    world.Note(number, static_cast<uint64_t>(answer.error.code()));
    if (!choices.Chance(20'000, "close")) continue;
    while (true) {
      IoResult<> closed = connection->Close();
      process.ExitIfKilled();
      if (!closed.pending()) break;
      WaitOnFiber(process, *closed.waiting().on);
    }
    connection.reset();
    process.ExitIfKilled();
  }
}

void WeakRun::Endure() {
  const Choices branch = root_.Branch("endure");
  Faults faults = setup_.DrawFaults(branch, Promise::kNoCrash);
  World world(branch, faults);
  world.SetTracer(setup_.observer, "");
  world.SetWaitPlan(&wait_plan_);
  for (const char* path : {kPath, "db-wal", "db-journal"}) {
    if (const auto bytes = calm_.Export(path)) world.Import(path, *bytes);
  }
  const uint64_t budget = config_.Between(5, 60, "statements to endure");
  budgets_.assign(static_cast<size_t>(connection_count_), budget);
  std::vector<SimProcess*> processes(static_cast<size_t>(process_count_), nullptr);
  const auto start = [&] {
    for (int i = 0; i < process_count_; ++i) {
      SimProcess*& process = processes[static_cast<size_t>(i)];
      if (process != nullptr && process->alive()) continue;
      process = &world.StartProcess("process");
      for (int number = i; number < connection_count_; number += process_count_) {
        (void)world.Spawn(*process, "connection", [&, number, process] {
          Work(*process, world, faults, static_cast<uint64_t>(number));
        });
      }
    }
  };
  start();
  StepToEnd(world, [&] {
    if (world.PowerCutStrikes()) {
      Log("power cut");
      world.PowerCut();
      start();
    } else if (faults.Strikes(Fault::kProcessKill)) {
      Log("kill");
      world.Kill(*processes[config_.Choose(processes.size(), "who is killed")]);
      start();
    } else if (world.struck_at_store() != nullptr) {
      Log("kill");
      world.Kill(*world.struck_at_store());
      start();
    }
  });
  for (SimProcess* process : world.Alive()) {
    process->io().Drain();
    if (process->io().in_flight_count() > 0) Fail("leak", "operations are still in flight");
  }
  // Whatever it is by now, SQLite does not crash on it either, nor read for ever.
  Sqlite3Database database(TakeImage(world, kPath));
  (void)database.Run("PRAGMA integrity_check");
  if (setup_.coverage != nullptr) setup_.coverage->Add(world, wait_plan_);
  report_.io_count = world.io_count();
  report_.fault_count = world.fault_count();
  report_.hash = world.hash();
}

RunReport WeakRun::Run() {
  const long peak_kilobytes = PeakKilobytes();
  calm_.SetWaitPlan(&wait_plan_);
  Build();
  LookAndHeal();
  calm_.SetWaitPlan(nullptr);
  Endure();
  if (PeakKilobytes() - peak_kilobytes > kMemoryGrowthKilobytesMax) {
    Fail("memory", "damage has made the process grow to " + std::to_string(PeakKilobytes()) +
                       " KiB, from " + std::to_string(peak_kilobytes));
  }
  if (setup_.coverage != nullptr) setup_.coverage->Add(calm_);
  EventHash hash;
  hash.Add(calm_.hash());
  hash.Add(report_.hash);
  report_.hash = hash.value();
  report_.io_count += calm_.io_count();
  report_.step_count = run_position.step;
  report_.statement_count = statement_count_;
  report_.wait_count = wait_count_;
  return report_;
}

}  // namespace orrery::sim
