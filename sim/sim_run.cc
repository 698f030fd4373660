#include "sim/sim_run.h"

#include <algorithm>
#include <utility>

#include "engine/base/bytes.h"
#include "engine/format/database_header.h"
#include "engine/io/completion_group.h"
#include "sim/coverage.h"
#include "sim/failure.h"
#include "sim/oracles/error_oracle.h"
#include "sim/oracles/image_check.h"
#include "sim/oracles/relations.h"
#include "sim/oracles/survival.h"
#include "sim/profile_keys.h"
#include "sim/workloads/fiber_wait.h"

namespace orrery::sim {
namespace {

constexpr char kPath[] = "db";
constexpr char kCopyPath[] = "copy";
constexpr char kAttach[] = "ATTACH 'db-two' AS two";
constexpr int kConnection = 0;  // its number for an observer
constexpr int kFailureCountMax = 200;
constexpr int kCrashCountMax = 4;  // in one recovery

bool IsFaultError(const Status& error) {
  switch (error.primary()) {
    case ResultCode::kIoError:
    case ResultCode::kFull:
    case ResultCode::kNoMemory:
    case ResultCode::kCannotOpen:
    case ResultCode::kInterrupt:
      return true;
    default:
      return false;
  }
}

// What COMPAT.md has, and statements that are drawn whole do not meet. They have done nothing then.
bool IsKnownToDiffer(const Status& error) {
  return error.message().find("not supported") != std::string_view::npos ||
         error.message().starts_with("no such collation sequence") ||
         error.message().starts_with("no such function");
}

void KeepFirstColumn(Rows& rows) {
  for (Row& row : rows) row.resize(std::min<size_t>(row.size(), 1));
}

std::string Outcome(const Answer& answer) {
  if (answer.given_up) return "given up";
  if (!answer.error.ok()) return answer.error.ToString();
  return "ok, " + std::to_string(answer.rows.size()) + " rows";
}

// What a free page holds depends on what was spilled to it in a transaction that was undone.
void ClearFreePages(std::vector<std::byte>& file) {
  const Result<DatabaseHeader> header = file.size() < kDatabaseHeaderSize
                                            ? Status(ResultCode::kNotADatabase)
                                            : DecodeDatabaseHeader(Bytes(file));
  if (!header.ok()) return;
  const size_t page_size = header->page_size;
  const auto page = [&](PageNumber number) {
    const size_t at = (number - size_t{1}) * page_size;
    return number == kNoPage || at + page_size > file.size() ? nullptr : file.data() + at;
  };
  std::byte* trunk = page(header->first_freelist_trunk);
  for (size_t i = 0; trunk != nullptr && i < file.size() / page_size; ++i) {
    const uint32_t count =
        std::min<uint32_t>(LoadBig<uint32_t>(trunk + 4), static_cast<uint32_t>(page_size / 4 - 2));
    for (uint32_t leaf = 0; leaf < count; ++leaf) {
      std::byte* const at = page(LoadBig<uint32_t>(trunk + 8 + 4 * leaf));
      if (at != nullptr) std::fill_n(at, page_size, std::byte{0});
    }
    std::fill(trunk + 8 + 4 * count, trunk + page_size, std::byte{0});
    trunk = page(LoadBig<uint32_t>(trunk));
  }
}

uint64_t HashOf(const Answer& answer) {
  EventHash hash;
  hash.Add(static_cast<uint64_t>(answer.error.code()));
  for (const Row& row : answer.rows) {
    for (const Value& value : row) hash.Add(sim::HashOf(AsBytes(ToLiteral(value))));
  }
  return hash.value();
}

// What SQLite reads in a file of ours, as ours.
Answer AsAnswer(const Sqlite3Answer& read) {
  return {.error = read.ok() ? OkStatus() : Status(read.code, read.message),
          .rows = read.rows,
          .columns = read.columns};
}

// It begins a transaction of its own, and is refused in another.
bool IsVacuum(const std::vector<std::string>& writes) {
  return writes == std::vector<std::string>{"VACUUM"};
}

}  // namespace

SimRun::SimRun(const RunSetup& setup)
    : setup_(setup),
      root_(setup.choices),
      config_(root_.Branch("config")),
      invisible_only_(
          config_.Chance(setup.options.profile->One<uint32_t>("invisible-runs"), "kind of run")),
      faults_(
          setup.DrawFaults(root_, invisible_only_ ? Promise::kInvisible : kWeakestOfOrdinaryRuns)),
      path_(invisible_only_ && root_.Branch("database").Chance(50'000, "in memory") ? ":memory:"
                                                                                    : kPath),
      world_(root_, faults_),
      wait_plan_(WaitPlan::Drawn(root_.Branch("waits"))),
      workload_(root_.Branch("workload")),
      steps_(root_.Branch("steps")),
      relations_(root_.Branch("relations")),
      copies_(root_.Branch("copies")) {
  world_.SetTracer(setup.observer, "");
  DrawConfiguration();
  world_.SetWaitPlan(&wait_plan_);
}

void SimRun::DrawConfiguration() {
  const Profile& profile = *setup_.options.profile;
  pager_.new_page_size = DrawPageSize(profile, config_);
  pager_.new_auto_vacuum = DrawAutoVacuum(profile, root_.Branch("auto vacuum"));
  pager_.cache_page_count = profile.Draw<uint32_t>("cache-pages", config_);
  pager_.auto_checkpoint_frame_count = profile.Draw<uint32_t>("auto-checkpoint", config_);
  // Only with FULL is every answered commit there after a power cut, which SQLite beside us cannot
  // take back.
  if (!faults_.on(Fault::kPowerCut)) {
    pager_.synchronous = profile.Draw<Synchronous>("synchronous", config_);
  }
  if (pager_.synchronous < Synchronous::kFull) faults_.TurnOffWhatNeedsFull();
  early_step_ppm_ = profile.Draw<uint32_t>("early-steps", config_);
  Choices features = root_.Branch("features");
  const auto feature_ppm = profile.Draw<uint32_t>("feature-on", features);
  workload_.UseFeatures(SqlFeatures::Draw(features, feature_ppm));
  relation_ppm_ = profile.One<uint32_t>("relations");
  const auto budget = profile.Draw<uint64_t>("statements", config_);
  budget_ = config_.Between(1, budget, "statements");
  DrawJournal();
  DrawDatabases();
}

void SimRun::DrawJournal() {
  const Profile& profile = *setup_.options.profile;
  Choices choices = root_.Branch("journal");
  if (is_in_memory()) {
    has_journal_ = true;
    return;
  }
  std::vector<JournalMode> modes = setup_.options.journal_modes;
  if (modes.empty()) {
    for (size_t mode = 0; mode < std::size(kJournalModeNames); ++mode) {
      modes.push_back(static_cast<JournalMode>(mode));
    }
    if (profile.Draw<Journals>("journals", choices) == Journals::kLogOnly) {
      modes = {JournalMode::kWal};
    }
  }
  if (modes != std::vector{JournalMode::kWal}) {
    pager_.synchronous = profile.Draw<Synchronous>("journal-synchronous", choices);
    pager_.journal_size_limit = profile.Draw<int64_t>("journal-size-limit", choices);
  }
  // As with the level: nothing that was answered may come undone.
  const auto may_lose = [&](JournalMode mode) {
    const SurvivalRow row = SurvivalOf(mode, pager_.synchronous);
    if (faults_.on(Fault::kPowerCut) && row.cut != Survival::kEveryCommit) return true;
    // Without a journal that stays, an error halfway has no good end either.
    return !invisible_only_ && row.kill != Survival::kEveryCommit;
  };
  std::erase_if(modes, may_lose);
  if (modes.empty()) {
    modes = {JournalMode::kWal};
    if (faults_.on(Fault::kPowerCut)) pager_.synchronous = Synchronous::kFull;
  }
  if (pager_.synchronous < Synchronous::kFull) faults_.TurnOffWhatNeedsFull();
  pager_.journal_mode = modes[choices.Choose(modes.size(), "journal mode")];
  const bool changes = modes.size() > 1 && choices.Choose(3, "changes journal mode") == 2;
  if (!changes) modes = {pager_.journal_mode};
  if (changes && may_lose(RollbackModeOf(pager_.journal_mode))) {
    std::vector<JournalMode> others = modes;
    std::erase(others, pager_.journal_mode);
    pager_.journal_mode = others[choices.Choose(others.size(), "opened with")];
  }
  has_journal_ = modes != std::vector{JournalMode::kWal};
  commits_as_one_ =
      std::ranges::all_of(modes, IsJournalFile) && pager_.synchronous != Synchronous::kOff;
  if (std::find(modes.begin(), modes.end(), JournalMode::kOff) != modes.end()) {
    // What was spilled cannot be undone.
    pager_.cache_page_count = 100'000;
  }
  if (!changes) return;
  std::vector<std::string_view> names;
  for (const JournalMode mode : modes) names.push_back(NameOf(mode));
  workload_.ChangeJournalModes(std::move(names));
}

void SimRun::DrawDatabases() {
  if (is_in_memory()) return;
  Choices choices = root_.Branch("databases");
  const bool may_attach = invisible_only_ || commits_as_one_;
  if (choices.Chance(300'000, "attach") && may_attach) {
    attaches_ = true;
    workload_.PlaceTable(2, "two");
    CHECK(oracle_.Run("ATTACH ':memory:' AS two").ok());
  }
  // A temporary one goes with its connection.
  if (choices.Chance(300'000, "temp") && invisible_only_) workload_.PlaceTable(1, "temp");
}

// -- The connection, on its fiber --

void SimRun::Expect(const Status& error, const std::string& sql) {
  ExpectReason(error, {.faults = faults_}, sql);
  if (++failure_count_ > kFailureCountMax) {
    Fail("progress", "too many statements in a row fail, the last: " + error.ToString());
  }
}

bool SimRun::Open(SimProcess& process) {
  Result<std::unique_ptr<Connection>> connection = Connection::Open(process.io(), path_, pager_);
  process.ExitIfKilled();
  if (!connection.ok()) {
    Expect(connection.status(), "open");
    SleepOnFiber(process, 100'000);
    return false;
  }
  connection_ = *std::move(connection);
  changes_comparable_ = rowid_comparable_ = false;
  if (!oracle_.Run("SELECT 1 FROM sqlite_temp_schema").rows.empty()) {
    // What was temporary went with the connection before.
    Sqlite3Database without;
    without.BecomeCopyOf(oracle_);
    oracle_ = std::move(without);
  }
  if (!attaches_) return true;
  const Answer attached = Execute(process, kAttach, /*may_give_up=*/false);
  if (attached.error.ok()) return true;
  Expect(attached.error, kAttach);
  Close(process);
  return false;
}

void SimRun::Close(SimProcess& process) {
  while (true) {
    IoResult<> result = connection_->Close();
    process.ExitIfKilled();
    if (result.pending()) {
      WaitOnFiber(process, *result.waiting().on);
      continue;
    }
    if (result.failed()) Expect(result.status(), "close");
    break;
  }
  connection_.reset();
  was_closed_ = true;
  process.ExitIfKilled();
}

Answer SimRun::Execute(SimProcess& process, const std::string& sql, bool may_give_up) {
  ++statement_count_;
  RunObserver* const observer = setup_.observer;
  uint64_t statement_number = 0;
  if (observer != nullptr) {
    const auto asker = may_give_up ? RunObserver::Asker::kWorkload : RunObserver::Asker::kOracle;
    statement_number = observer->OnStatement(kConnection, asker, sql);
  }
  Answer answer;
  Result<std::unique_ptr<Statement>> prepared = connection_->Prepare(sql);
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
      if (may_give_up && faults_.Strikes(Fault::kAbandon)) {
        answer.given_up = true;
        break;
      }
      if (may_give_up && faults_.Strikes(Fault::kCancel)) {
        CancelWait(process.io(), *result.waits_for);
      }
      if (steps_.Chance(early_step_ppm_, "early step")) continue;
      WaitOnFiber(process, *result.waits_for);
    }
    if (answer.error.ok() && !answer.given_up) {
      for (int i = 0; i < statement.column_count(); ++i) {
        answer.columns.emplace_back(statement.column_name(i));
      }
    }
    prepared->reset();
    process.ExitIfKilled();
  }
  answer.changes = connection_->changes();
  answer.last_insert_rowid = connection_->last_insert_rowid();
  world_.Note(statement_count_, HashOf(answer));
  if (observer != nullptr) observer->OnStatementEnd(statement_number, Outcome(answer));
  return answer;
}

Answer SimRun::ExecuteUntilItWorks(SimProcess& process, const std::string& sql) {
  while (true) {
    while (connection_ == nullptr) (void)Open(process);
    Answer answer = Execute(process, sql, false);
    if (answer.error.ok() || !IsFaultError(answer.error)) {
      failure_count_ = 0;
      return answer;
    }
    Expect(answer.error, sql);
  }
}

std::string SimRun::CompareAll(SimProcess& process, Sqlite3Database& database) {
  for (const std::string& sql : workload_.ReadAll()) {
    const std::string difference =
        DescribeDifference(database.Run(sql), ExecuteUntilItWorks(process, sql));
    if (!difference.empty()) return sql + ": " + difference;
  }
  return "";
}

std::optional<size_t> SimRun::FindGhost(SimProcess& process, Sqlite3Database& database,
                                        const Ghosts& ghosts) {
  // Undone also when the process is killed meanwhile.
  struct Trial {
    Sqlite3Database& database;
    ~Trial() {
      (void)database.Run("ROLLBACK TO ghost");
      (void)database.Run("RELEASE ghost");
    }
  };
  const auto difference_with = [&](const std::vector<std::string>& writes) {
    if (IsVacuum(writes)) {
      Sqlite3Database copy;
      copy.BecomeCopyOf(database);
      Replay(writes, copy);
      return CompareAll(process, copy);
    }
    (void)database.Run("SAVEPOINT ghost");
    const Trial trial{database};
    for (const std::string& sql : writes) (void)database.Run(sql);
    return CompareAll(process, database);
  };
  for (size_t i = 0; i < ghosts.size(); ++i) {
    const std::string difference = difference_with(ghosts[i]);
    if (difference.empty()) return i;
    if (setup_.observer != nullptr) {
      setup_.observer->OnNote(kConnection, "not with " + ghosts[i].back() + ": " + difference);
    }
  }
  return std::nullopt;
}

bool SimRun::TryEarlier(SimProcess& process) {
  for (size_t i = earlier_.size(); i-- > 0;) {
    if (!power_was_cut_ &&
        faults_.strike_count(Fault::kSyncLosesPages) == earlier_[i].lost_sync_count) {
      continue;
    }
    Sqlite3Database& database = *earlier_[i].database;
    const bool is_it = CompareAll(process, database).empty();
    const std::optional<size_t> ghost =
        is_it ? std::nullopt : FindGhost(process, database, earlier_[i].ghosts);
    if (!is_it && !ghost) continue;
    oracle_.BecomeCopyOf(database);
    if (ghost) Replay(earlier_[i].ghosts[*ghost], oracle_);
    if (power_was_cut_) {
      NothingIsUndecided();
    } else {
      ghosts_ = std::move(earlier_[i].ghosts);
      earlier_.resize(i);
    }
    return true;
  }
  return false;
}

void SimRun::Replay(const std::vector<std::string>& writes, Sqlite3Database& database) {
  if (!IsVacuum(writes)) (void)database.Run("BEGIN");
  for (const std::string& sql : writes) (void)database.Run(sql);
  if (database.in_transaction()) (void)database.Run("COMMIT");
}

void SimRun::LearnTables() {
  std::vector<std::string> definitions;
  std::vector<std::string> schemas = {"sqlite_schema", "sqlite_temp_schema"};
  if (attaches_) schemas.emplace_back("two.sqlite_schema");
  for (const std::string& schema : schemas) {
    for (const Row& row : oracle_.Run("SELECT sql FROM " + schema + " ORDER BY rowid").rows) {
      if (row[0].is_text()) definitions.emplace_back(row[0].text());
    }
  }
  workload_.Learn(definitions);
}

void SimRun::NothingIsUndecided() {
  ghosts_.clear();
  earlier_.clear();
  power_was_cut_ = false;
}

void SimRun::KeepEarlier() {
  Earlier& before = earlier_.emplace_back();
  before.database = std::make_unique<Sqlite3Database>();
  before.database->BecomeCopyOf(oracle_);
  before.ghosts = std::exchange(ghosts_, {});
  before.lost_sync_count = faults_.strike_count(Fault::kSyncLosesPages);
}

void SimRun::Settle(SimProcess& process, const SqlStatementText* undecided, bool after_crash) {
  while (connection_ == nullptr) (void)Open(process);
  changes_comparable_ = rowid_comparable_ = false;
  // The first use of the connection decides what was given up.
  (void)ExecuteUntilItWorks(process, "SELECT 1 FROM sqlite_schema");
  const bool is_commit = undecided != nullptr && (undecided->kind == SqlKind::kCommit ||
                                                  undecided->kind == SqlKind::kRelease);
  // Which savepoints are open is not known any more.
  if (undecided != nullptr && IsSavepoint(undecided->kind) && connection_->in_transaction()) {
    (void)ExecuteUntilItWorks(process, "ROLLBACK");
  }
  const bool was_in_transaction = oracle_.in_transaction();
  if (!after_crash && is_commit && was_in_transaction && !connection_->in_transaction() &&
      CompareAll(process, oracle_).empty()) {
    if (has_journal_) {
      (void)oracle_.Run("ROLLBACK");
      KeepEarlier();
      Replay(transaction_, oracle_);
      wrote_in_transaction_ = false;
      return;
    }
    (void)oracle_.Run("COMMIT");
    if (std::exchange(wrote_in_transaction_, false)) NothingIsUndecided();
    return;
  }
  if (was_in_transaction && !connection_->in_transaction()) (void)oracle_.Run("ROLLBACK");
  if (!oracle_.in_transaction()) wrote_in_transaction_ = false;
  // What did not happen may still be in the log, where a recovery can find it. All this without a
  // wait, since a kill begins it anew.
  if (is_commit && was_in_transaction) ghosts_.push_back(transaction_);
  if (undecided != nullptr && IsWrite(undecided->kind) && !was_in_transaction &&
      (ghosts_.empty() || ghosts_.back() != std::vector<std::string>{undecided->sql})) {
    ghosts_.push_back({undecided->sql});
  }
  const std::string without = CompareAll(process, oracle_);
  // The end of a rollback journal is seen before it is durable.
  const bool is_on_disk = power_was_cut_ || (!after_crash && !has_journal_);
  if (without.empty()) {
    if (after_crash && std::exchange(power_was_cut_, false)) earlier_.clear();
    return;
  }
  const bool only_this = !after_crash && !ghosts_.empty();
  if (only_this) ghosts_.erase(ghosts_.begin(), ghosts_.end() - 1);
  const bool may_be_there =
      after_crash || (undecided != nullptr && IsWrite(undecided->kind) && !was_in_transaction);
  if (may_be_there) {
    if (const std::optional<size_t> found = FindGhost(process, oracle_, ghosts_)) {
      const std::vector<std::string> writes = ghosts_[*found];
      if (is_on_disk) {
        NothingIsUndecided();
      } else {
        KeepEarlier();
      }
      Replay(writes, oracle_);
      return;
    }
  }
  if (after_crash && TryEarlier(process)) return;
  Fail(after_crash ? "durability" : "model",
       "after " + (undecided != nullptr ? undecided->sql : "a crash") +
           " the database is as no answer allows: " + without);
}

void SimRun::RunOne(SimProcess& process, const SqlStatementText& text) {
  // A transaction that a fault ended has not come to its end below.
  if (!oracle_.in_transaction()) wrote_in_transaction_ = false;
  in_flight_ = text;
  const Answer answer = Execute(process, text.sql, true);
  if (invisible_only_) history_.push_back({text, answer});
  const bool failed_by_fault = !answer.error.ok() && IsFaultError(answer.error);
  if (failed_by_fault) Expect(answer.error, text.sql);
  if (answer.given_up || failed_by_fault) {
    changes_comparable_ = rowid_comparable_ = false;
    // BEGIN may have opened its transaction or not.
    if (connection_->in_transaction() && !oracle_.in_transaction()) {
      (void)ExecuteUntilItWorks(process, "ROLLBACK");
    }
    Settle(process, &text, /*after_crash=*/false);
    LearnTables();
    in_flight_.reset();  // not before: a kill in between leaves the statement undecided
    return;
  }
  in_flight_.reset();
  failure_count_ = 0;
  if (text.kind == SqlKind::kCheckpoint) {
    if (!answer.error.ok()) Fail("error", text.sql + ": " + answer.error.ToString());
    return;
  }
  if (text.is_garbled && IsKnownToDiffer(answer.error)) return;
  const bool was_in_transaction = oracle_.in_transaction();
  Sqlite3Answer expected = oracle_.Run(text.sql);
  if (text.is_garbled && text.kind == SqlKind::kRead && expected.ok() &&
      answer.error.message() == "row value misused") {
    return;  // SQLite made no code of it
  }
  // SQLite shows those of a SELECT that it makes of it.
  if (text.sql.starts_with("ALTER")) expected.columns.clear();
  if (text.kind == SqlKind::kExplain && answer.error.ok()) {
    expected.columns = answer.columns;
    expected.rows = answer.rows;
  }
  std::string difference = text.is_unordered
                               ? DescribeDifference(InOrder(expected), InOrder(answer))
                               : DescribeDifference(expected, answer);
  // Which of several errors comes first in a definition, see oracles/differential.h.
  if (text.is_garbled && text.kind == SqlKind::kSchema && !expected.ok() && !answer.error.ok()) {
    difference.clear();
  }
  if (expected.ok() && answer.error.ok()) {
    changes_comparable_ = changes_comparable_ || text.counts_changes;
    rowid_comparable_ = rowid_comparable_ || (text.is_insert && oracle_.changes() > 0);
  }
  if (!FixesLastInsertRowid(expected)) rowid_comparable_ = false;
  if (difference.empty() && changes_comparable_ && answer.changes != oracle_.changes()) {
    difference = "expected changes() " + std::to_string(oracle_.changes()) + ", got " +
                 std::to_string(answer.changes);
  }
  if (difference.empty() && rowid_comparable_ &&
      answer.last_insert_rowid != oracle_.last_insert_rowid()) {
    difference = "expected last_insert_rowid() " + std::to_string(oracle_.last_insert_rowid()) +
                 ", got " + std::to_string(answer.last_insert_rowid);
  }
  if (difference.empty() && oracle_.in_transaction() != connection_->in_transaction()) {
    difference = "one is in a transaction, the other is not";
  }
  if (!difference.empty()) Fail("differential", text.sql + ": " + difference);
  const bool has_ended = was_in_transaction && !oracle_.in_transaction();
  if (text.kind == SqlKind::kSchema || text.kind == SqlKind::kRollbackTo || has_ended) {
    LearnTables();
  }
  if (!was_in_transaction) transaction_.clear();
  // Also one that failed, which may have kept what it did before (OR FAIL).
  if ((IsWrite(text.kind) || IsSavepoint(text.kind)) && oracle_.in_transaction()) {
    transaction_.push_back(text.sql);
  }
  if (!expected.ok()) {
    if (has_ended) wrote_in_transaction_ = false;
    return;
  }
  // What there was to commit may be gone.
  if (text.kind == SqlKind::kRollbackTo) wrote_in_transaction_ = false;
  // A commit that wrote takes the place in the log of those that failed before it.
  const bool wrote = IsWrite(text.kind) && !text.is_garbled &&
                     text.sql.find("IF ") == text.sql.npos &&
                     text.sql.find("incremental_vacuum") == text.sql.npos &&
                     (!text.counts_changes || answer.changes > 0);
  if (wrote) wrote_in_transaction_ = true;
  if (!oracle_.in_transaction()) {
    if (wrote_in_transaction_ && text.kind != SqlKind::kRollback) NothingIsUndecided();
    wrote_in_transaction_ = false;
  }
}

void SimRun::CheckRelations(SimProcess& process) {
  const auto reference = [this](const std::string& sql) -> std::optional<Rows> {
    Sqlite3Answer answer = oracle_.Run(sql);
    if (!answer.ok()) return std::nullopt;
    return std::move(answer.rows);
  };
  const auto ask = [&](const std::string& sql) -> std::optional<Rows> {
    const SqlStatementText text = {SqlKind::kRead, sql};
    Answer answer = Execute(process, sql, true);
    if (invisible_only_) history_.push_back({text, answer});
    if (answer.error.ok() && !answer.given_up) return std::move(answer.rows);
    if (!answer.given_up) Expect(answer.error, sql);
    Settle(process, &text, /*after_crash=*/false);
    LearnTables();
    return std::nullopt;
  };
  // Learning them anew changes them.
  const std::vector<SqlTable> tables = workload_.tables();
  const RelationVerdict verdict = CheckRelation(relations_, tables, reference, ask);
  if (!verdict.difference.empty()) Fail(verdict.oracle, verdict.difference);
}

void SimRun::CheckCopy(SimProcess& process) {
  const SqlStatementText text = {SqlKind::kRead, std::string("VACUUM INTO '") + kCopyPath + "'"};
  (void)process.io().Remove(kCopyPath);  // a crash may have left one
  process.ExitIfKilled();
  const Answer answer = Execute(process, text.sql, true);
  changes_comparable_ = rowid_comparable_ = false;
  if (!answer.error.ok() || answer.given_up) {
    if (!answer.given_up) Expect(answer.error, text.sql);
    if (world_.disk().Find(kCopyPath) != nullptr) Fail("leak", text.sql + " has left its file");
    Settle(process, &text, /*after_crash=*/false);
    LearnTables();
    return;
  }
  Sqlite3Database expected;
  expected.BecomeCopyOf(oracle_);
  if (attaches_) (void)expected.Run("DETACH two");  // main alone is copied
  (void)expected.Run("VACUUM");  // numbers rows anew
  Sqlite3Database copy(TakeImage(world_, kCopyPath));
  std::vector<std::string> statements = workload_.ReadAll();
  statements.emplace_back("PRAGMA integrity_check");
  for (const std::string& sql : statements) {
    const std::string difference = DescribeDifference(expected.Run(sql), AsAnswer(copy.Run(sql)));
    if (!difference.empty()) {
      Fail("sqlite3", text.sql + " has made another database: " + sql + ": " + difference);
    }
  }
  (void)process.io().Remove(kCopyPath);
}

void SimRun::Work(SimProcess& process) {
  connection_.reset();
  if (must_settle_) {
    const std::optional<SqlStatementText> undecided = in_flight_;
    Settle(process, undecided ? &*undecided : nullptr, /*after_crash=*/true);
    LearnTables();
    in_flight_.reset();
    must_settle_ = false;
  }
  while (budget_ > 0) {
    if (connection_ == nullptr && !Open(process)) continue;
    // Whoever opens the database anew may recover the log.
    if (std::exchange(was_closed_, false) && may_be_another_state()) {
      Settle(process, nullptr, /*after_crash=*/true);
      LearnTables();
    }
    --budget_;
    const Choices::Span span(root_, "statement");
    RunOne(process, workload_.Next(oracle_.in_transaction()));
    if (!workload_.tables().empty() && relations_.Chance(relation_ppm_, "relation")) {
      CheckRelations(process);
    }
    if (!invisible_only_ && !oracle_.in_transaction() && copies_.Chance(4'000, "copy")) {
      CheckCopy(process);
    }
    if (!invisible_only_ && !oracle_.in_transaction() && steps_.Chance(10'000, "close"))
      Close(process);
  }
  if (oracle_.in_transaction()) RunOne(process, {SqlKind::kRollback, "ROLLBACK"});
  if (is_in_memory()) Finish(process);  // it goes with the connection
}

void SimRun::Finish(SimProcess& process) {
  if (may_be_another_state()) Settle(process, nullptr, /*after_crash=*/true);
  const std::string difference = CompareAll(process, oracle_);
  if (!difference.empty()) Fail("differential", "at the end: " + difference);
  const Answer check = ExecuteUntilItWorks(process, "PRAGMA integrity_check");
  if (check.rows.size() != 1 || !check.rows[0][0].is_text() || check.rows[0][0].text() != "ok") {
    std::string report;
    for (const Row& row : check.rows) report += "\n  " + ToString(row);
    Fail("integrity", "integrity_check:" + report + check.error.ToString());
  }
  if (connection_ != nullptr) Close(process);
}

// -- The machine --

void SimRun::Start() {
  process_ = &world_.StartProcess("process");
  process_->io().SetObserver(&wait_plan_);
  SimProcess& process = *process_;
  (void)world_.Spawn(process, "connection", [this, &process] {
    // The connection goes with its process.
    struct Drop {
      std::unique_ptr<Connection>& connection;
      ~Drop() { connection.reset(); }
    } drop{connection_};
    if (finished_) return Finish(process);
    Work(process);
    if (connection_ != nullptr) Close(process);
  });
}

void SimRun::Crash(bool power_cut) {
  if (power_cut) {
    power_was_cut_ = true;
    world_.PowerCut();
  } else {
    world_.Kill(*process_);
  }
  crash_count_ = must_settle_ ? crash_count_ + 1 : 0;
  must_settle_ = true;
  CheckImage();
  Start();
}

void SimRun::StepToEnd() {
  uint64_t statement_count = 0;
  uint64_t quiet_since = world_.step();
  while (world_.Step()) {
    ++run_position.step;
    if (run_position.step == setup_.step_count_max) {
      budget_ = 0;
      world_.StopFaults();
    }
    if (statement_count != statement_count_) {
      statement_count = statement_count_;
      quiet_since = world_.step();
    } else if (world_.step() - quiet_since > setup_.options.quiet_step_count) {
      Fail("progress", "no statement has ended in " +
                           std::to_string(setup_.options.quiet_step_count) + " steps");
    }
    if (faults_.stopped() || invisible_only_ || world_.all_done()) continue;
    // Recovery is not disturbed for ever.
    if (must_settle_ && crash_count_ > kCrashCountMax) continue;
    if (world_.PowerCutStrikes()) {
      Crash(true);
    } else if (faults_.Strikes(Fault::kProcessKill) || world_.struck_at_store() != nullptr) {
      Crash(false);
    }
  }
  if (!world_.all_done()) Fail("progress", "the connection waits for what never comes");
}

void SimRun::CheckImage() {
  Sqlite3Database image(TakeImage(world_, kPath), kPath);
  if (attaches_) (void)image.Run(kAttach);
  const Sqlite3Answer check = image.Run("PRAGMA integrity_check");
  if (!check.ok() || check.rows.size() != 1 || check.rows[0][0].text() != "ok") {
    Fail("sqlite3", "SQLite finds the image damaged: " + check.message +
                        (check.rows.empty() ? "" : ToString(check.rows[0])));
  }
  if (!finished_) return;
  for (const std::string& sql : workload_.ReadAll()) {
    const Answer answer = AsAnswer(image.Run(sql));
    const std::string difference = DescribeDifference(oracle_.Run(sql), answer);
    if (!difference.empty()) {
      Fail("sqlite3", "SQLite reads something else in our file: " + sql + ": " + difference);
    }
  }
}

void SimRun::CompareWithoutWaits() {
  // Its own choices: the same at every call, whatever the run before has drawn.
  const Choices calm = root_.Branch("without waits");
  Faults none(calm);
  World world(calm, none, {.device = {.sector_size = 512}, .latency_nanoseconds = 0});
  RunObserver* const observer = setup_.observer;
  world.SetTracer(observer, "without waits");
  SimProcess& process = world.StartProcess("process");
  std::string difference;
  (void)world.Spawn(process, "connection", [&] {
    Result<std::unique_ptr<Connection>> connection = Connection::Open(process.io(), path_, pager_);
    if (!connection.ok()) Fail("yield", "open: " + connection.status().ToString());
    if (attaches_) {
      Result<std::unique_ptr<Statement>> attach = (*connection)->Prepare(kAttach);
      CHECK(attach.ok() && StepBlocking(process.io(), **attach).kind == StepKind::kDone);
    }
    for (const Step& step : history_) {
      uint64_t number = 0;
      if (observer != nullptr) {
        number = observer->OnStatement(kConnection, RunObserver::Asker::kOracle, step.text.sql);
      }
      Answer answer;
      Result<std::unique_ptr<Statement>> statement = (*connection)->Prepare(step.text.sql);
      if (!statement.ok()) {
        answer.error = statement.status();
      } else if (*statement != nullptr) {
        StepResult result{StepKind::kDone};
        while ((result = StepBlocking(process.io(), **statement)).kind == StepKind::kRow) {
          Row& row = answer.rows.emplace_back();
          for (int i = 0; i < (*statement)->column_count(); ++i) {
            row.push_back((*statement)->column(i));
            row.back().MakeOwned();
          }
        }
        answer.error = std::move(result.error);
        statement->reset();
      }
      answer.changes = (*connection)->changes();
      answer.last_insert_rowid = (*connection)->last_insert_rowid();
      if (observer != nullptr) observer->OnStatementEnd(number, Outcome(answer));
      Answer with_waits = step.answer;
      if (step.text.kind == SqlKind::kCheckpoint) {
        KeepFirstColumn(answer.rows);
        KeepFirstColumn(with_waits.rows);
      }
      difference = DescribeDifference(answer, with_waits);
      if (!difference.empty()) {
        Fail("yield", "with waits, " + step.text.sql + " differs: " + difference);
      }
    }
    (void)RunToEnd(process.io(), [&] { return (*connection)->Close(); });
  });
  if (!world.Run(setup_.options.quiet_step_count * 10))
    Fail("progress", "the run without waits does not end");
  auto with = world_.Export(kPath);
  auto without = world.Export(kPath);
  if (with) ClearFreePages(*with);
  if (without) ClearFreePages(*without);
  if (with != without) {
    size_t at = 0;
    while (with && without && at < with->size() && at < without->size() &&
           (*with)[at] == (*without)[at]) {
      ++at;
    }
    Fail("yield", "the database file differs from that of the run without waits, first at byte " +
                      std::to_string(at) + "; sizes " + std::to_string(with ? with->size() : 0) +
                      " and " + std::to_string(without ? without->size() : 0));
  }
}

RunReport SimRun::Run() {
  Start();
  StepToEnd();
  finished_ = true;
  // Its own bytes are compared before the last look at it.
  if (invisible_only_) CompareWithoutWaits();
  world_.StopFaults();
  if (!is_in_memory()) {
    Start();
    StepToEnd();
  }
  process_->io().Drain();
  if (process_->io().in_flight_count() > 0) Fail("leak", "operations are still in flight");
  for (const std::string& path : world_.disk().Paths()) {
    if (!world_.disk().Find(path)->locks().empty()) Fail("leak", path + " is still locked");
  }
  if (!is_in_memory()) CheckImage();
  if (setup_.coverage != nullptr) setup_.coverage->Add(world_, wait_plan_);
  return {.step_count = run_position.step,
          .statement_count = statement_count_,
          .io_count = world_.io_count(),
          .wait_count = wait_count_,
          .fault_count = world_.fault_count(),
          .hash = world_.hash()};
}

}  // namespace orrery::sim
