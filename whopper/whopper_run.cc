#include "whopper/whopper_run.h"

#include <algorithm>

#include "engine/format/wal_index.h"
#include "sim/coverage.h"
#include "sim/failure.h"
#include "whopper/profile_keys.h"

namespace orrery::whopper {

using sim::Fail;
using sim::Fault;

namespace {

constexpr int kDisturbanceCountMax = 4;  // kills and power cuts during one recovery

}  // namespace

WhopperRun::WhopperRun(const sim::RunSetup& setup, sim::StackPool& stacks)
    : setup_(setup),
      profile_(*setup.options.profile),
      root_(setup.choices),
      config_(root_.Branch("config")),
      image_choices_(root_.Branch("images")),
      faults_(setup.DrawFaults(root_, sim::kWeakestOfOrdinaryRuns)),
      schedule_(ChooseSchedule(setup.options.schedule, root_.Branch("schedule kind"))),
      world_(root_, faults_,
             {.schedule = MakeSchedule(schedule_, root_.Branch("schedule")), .stacks = &stacks}),
      wait_plan_(sim::WaitPlan::Drawn(root_.Branch("waits"))) {
  world_.SetTracer(setup.observer, "");
  DrawConfiguration();
  world_.SetWaitPlan(&wait_plan_);
}

WhopperRun::~WhopperRun() { world_.SetEventObserver(nullptr); }

void WhopperRun::DrawConfiguration() {
  PagerOptions pager;
  pager.new_page_size = DrawPageSize(profile_, config_);
  pager.new_auto_vacuum = DrawAutoVacuum(profile_, root_.Branch("auto vacuum"));
  pager.cache_page_count = profile_.Draw<uint32_t>("cache-pages", config_);
  pager.synchronous = profile_.Draw<Synchronous>("synchronous", config_);
  pager.auto_checkpoint_frame_count = profile_.Draw<uint32_t>("auto-checkpoint", config_);

  const int connection_count = setup_.options.connection_count;
  process_count_ = setup_.options.process_count;
  if (process_count_ == 0) process_count_ = profile_.Draw<int>("processes", config_);
  process_count_ = std::min(process_count_, connection_count);

  context_.reset(new ClientContext{.world = world_, .faults = faults_, .history = history_});
  context_->use_sql = setup_.options.workload == "sql";
  context_->pager = pager;
  context_->shape = sim::TableShape::Draw(config_, pager.new_page_size);
  if (profile_.One<bool>("small-tables")) context_->shape.MakeSmall();
  context_->early_step_ppm = profile_.Draw<uint32_t>("early-steps", config_);
  if (!setup_.options.faults.empty()) {
    context_->interrupt_ppm = profile_.Draw<uint32_t>("interrupts", config_);
  }
  context_->checkpoint_weight = profile_.Draw<uint32_t>("checkpoints", config_);
  context_->reader_count_max = profile_.Draw<int>("readers", config_);
  context_->connection_count = connection_count;
  context_->observer = setup_.observer;
  DrawJournal();
  Tell("page size " + std::to_string(pager.new_page_size) + ", auto-vacuum " +
       std::string(sim::kAutoVacuumWords[static_cast<size_t>(*pager.new_auto_vacuum)]) +
       ", cache " + std::to_string(context_->pager.cache_page_count) + ", synchronous " +
       std::to_string(static_cast<int>(context_->pager.synchronous)) + ", auto checkpoint " +
       std::to_string(pager.auto_checkpoint_frame_count) + ", processes " +
       std::to_string(process_count_) + ", schedule " +
       std::string(kSchedules[static_cast<size_t>(schedule_)].name));
  const auto budget = profile_.Draw<uint64_t>("statements", config_);
  slots_.resize(static_cast<size_t>(connection_count));
  for (Slot& slot : slots_) slot.budget = config_.Choose(budget + 1, "statements");
  sim::Choices sql = root_.Branch("sql habits");
  context_->sql_habits.keeps_statements = sql.Choose(2, "keeps statements") == 1;
  context_->sql_habits.busy_timeout_ms = profile_.Draw<int>("busy-timeout", sql);
  sim::Choices habits = root_.Branch("habits");
  context_->create_ppm = profile_.Draw<uint32_t>("create", habits);
  context_->patience_ppm = profile_.Draw<uint32_t>("patience", habits);
  switch (profile_.Draw<PreemptAt>("preempt-at", habits)) {
    case PreemptAt::kAll:
      break;
    case PreemptAt::kLocks:
      world_.PreemptAtShmOnlyWithin(0, 0);
      break;
    case PreemptAt::kMarks:
      world_.PreemptAtShmOnlyWithin(kBackfillCountAt, kFirstRegionHeaderSize);
      break;
  }
  context_->idle_ppm = profile_.Draw<uint32_t>("idle", habits);
  if (context_->use_sql) {
    context_->vacuum_weight = profile_.Draw<uint32_t>("vacuums", habits);
    // Below SQL a scan that waits is in the middle of its call.
    context_->interleave_ppm = profile_.Draw<uint32_t>("interleaving", habits);
  }
  UseNewPath();
}

// Which journals there are, and what they promise.
void WhopperRun::DrawJournal() {
  using enum JournalMode;
  ClientContext& context = *context_;
  sim::Choices choices = root_.Branch("journal");
  context.savepoint_weight = profile_.Draw<uint32_t>("savepoints", choices);

  switch (profile_.Draw<Journals>("journals", choices)) {
    case Journals::kLogOnly:
      context.journal_modes = {kWal};
      break;
    case Journals::kFiles:
      context.journal_modes = {kDelete, kTruncate, kPersist};
      break;
    case Journals::kAll:
      context.journal_modes = {kWal, kDelete, kTruncate, kPersist};
      break;
    case Journals::kInMemory:
      context.journal_modes = {kMemory};
      break;
    case Journals::kNone:
      context.journal_modes = {kOff};
      break;
  }
  if (!setup_.options.journal_modes.empty()) context.journal_modes = setup_.options.journal_modes;
  const auto has = [&](JournalMode mode) {
    return std::find(context.journal_modes.begin(), context.journal_modes.end(), mode) !=
           context.journal_modes.end();
  };
  context.changes_journal_mode = has(kWal) && context.journal_modes.size() > 1;
  const bool is_log = context.journal_modes == std::vector{kWal};
  if (!is_log) {
    context.pager.synchronous = profile_.Draw<Synchronous>("journal-synchronous", choices);
    context.pager.journal_size_limit = profile_.Draw<int64_t>("journal-size-limit", choices);
  }
  if (context.pager.synchronous < Synchronous::kFull) faults_.TurnOffWhatNeedsFull();

  const sim::SurvivalRow row = sim::WeakestOf(context.journal_modes, context.pager.synchronous);
  const bool in_order = !faults_.on(Fault::kTornWrite) && !faults_.on(Fault::kGarbageTail) &&
                        (!faults_.on(Fault::kLostSectors) || world_.disk().contract().sequential);
  context.survival = in_order ? row.cut_in_order : row.cut;
  if (row.kill == sim::Survival::kNothing) {
    // What goes wrong halfway cannot be made good.
    const bool undoes = !has(kOff);
    for (const sim::FaultSpec& spec : sim::kFaults) {
      if (spec.promise == sim::Promise::kInvisible) continue;
      if (spec.fault != Fault::kAbandon || !undoes) faults_.SetRate(spec.fault, 0);
    }
    // Nor can what was spilled be undone without a journal, and what ROLLBACK TO gives is open.
    if (!undoes) context.pager.cache_page_count = 100'000;
    if (!undoes) context.savepoint_weight = 0;
  }
  std::string modes;
  for (const JournalMode mode : context.journal_modes) modes += " " + std::string(NameOf(mode));
  Tell("journals:" + modes + ", size limit " + std::to_string(context.pager.journal_size_limit));
}

void WhopperRun::UseNewPath() {
  context_->path = "db" + std::to_string(path_count_++);
  watch_ = std::make_unique<HeaderWatch>(world_, context_->path, history_);
  world_.SetEventObserver(watch_.get());
  history_.StartOver();
}

// -- Processes --

void WhopperRun::SpawnClient(int client, sim::SimProcess& process) {
  Slot& slot = slots_[static_cast<size_t>(client)];
  slot.process = &process;
  const sim::Choices choices =
      root_.Branch("client", static_cast<uint64_t>(client) << 16 | slot.life_count++);
  slot.fiber =
      &world_.Spawn(process, "client " + std::to_string(client), [=, this, &process, &slot] {
        Client(client, *context_, process, choices, slot.budget).Work();
      });
  watch_->AddFiber(*slot.fiber, client);
}

void WhopperRun::StartProcess(const std::vector<int>& clients) {
  sim::SimProcess& process = world_.StartProcess("process " + std::to_string(++last_process_));
  process.io().SetObserver(&wait_plan_);
  for (const int client : clients) {
    if (slots_[static_cast<size_t>(client)].budget > 0) SpawnClient(client, process);
  }
}

void WhopperRun::StartClients() {
  phase_ = Phase::kWork;
  std::vector<std::vector<int>> groups(static_cast<size_t>(process_count_));
  for (size_t client = 0; client < slots_.size(); ++client) {
    groups[client % groups.size()].push_back(static_cast<int>(client));
  }
  for (const std::vector<int>& group : groups) StartProcess(group);
}

// -- What befalls --

void WhopperRun::StopFaults() {
  if (faults_stopped_) return;
  faults_stopped_ = true;
  world_.StopFaults();
}

void WhopperRun::StepToEnd() {
  uint64_t statement_count = 0;
  uint64_t quiet_since = world_.step();
  while (world_.Step()) {
    ++sim::run_position.step;
    watch_->Look();
    if (setup_.step_count_max > 0 && sim::run_position.step == setup_.step_count_max) {
      for (Slot& slot : slots_) slot.budget = 0;
      StopFaults();
    }
    if (context_->statement_count != statement_count) {
      statement_count = context_->statement_count;
      quiet_since = world_.step();
    } else if (world_.step() - quiet_since > setup_.options.quiet_step_count) {
      Fail("progress", "no statement has ended in " +
                           std::to_string(setup_.options.quiet_step_count) + " steps");
    }
    // A recovery is not disturbed for ever.
    if (faults_stopped_ ||
        (phase_ == Phase::kRecover && disturbance_count_ > kDisturbanceCountMax)) {
      continue;
    }
    if (world_.PowerCutStrikes()) {
      PowerCut();
      quiet_since = world_.step();
    } else if (faults_.Strikes(Fault::kProcessKill)) {
      Kill();
    } else if (world_.struck_at_store() != nullptr) {
      Kill(*world_.struck_at_store());
    }
  }
  if (!world_.all_done()) Fail("progress", "connections wait for what never comes");
}

void WhopperRun::Kill() {
  std::vector<sim::SimProcess*> alive = world_.Alive();
  if (alive.empty()) return;
  Kill(*alive[config_.Choose(alive.size(), "who is killed")]);
}

void WhopperRun::Kill(sim::SimProcess& process) {
  std::vector<int> clients;
  for (size_t client = 0; client < slots_.size(); ++client) {
    if (slots_[client].process == &process) clients.push_back(static_cast<int>(client));
  }
  if (phase_ == Phase::kRecover) clients = {recoverers_[process.id()]};
  watch_->Look();
  if (phase_ == Phase::kWork) {
    for (const int client : clients) history_.CommitCutOff(client);
    history_.RecoveryIsPossible();
  }
  watch_->Pause();
  world_.Kill(process);
  watch_->Continue(clients);
  if (phase_ == Phase::kWork) {
    for (const int client : clients) slots_[static_cast<size_t>(client)].process = nullptr;
    CheckVisibleImage("kill");
    StartProcess(clients);
  } else if (phase_ == Phase::kRecover && !recovered_) {
    ++disturbance_count_;
    Recover();
  }
}

void WhopperRun::PowerCut() {
  ++cut_count_;
  watch_->Look();
  const bool promised = context_->survival != sim::Survival::kNothing;
  history_.PowerCut();
  watch_->Pause();
  world_.PowerCut();
  watch_->Continue(AllNumbers());
  for (Slot& slot : slots_) slot.process = nullptr;
  if (context_->open_connection_count != 0) {
    Fail("leak", "connections of killed processes are still open");
  }
  if (!promised) {
    UseNewPath();
    StartClients();
    return;
  }
  sqlite_rows_ = ReadImage();
  if (recovered_ && sqlite_rows_) {
    // Since then nothing was committed: another cut must not change what is there.
    const sim::Tables& tables = history_.at(history_.newest()).front().tables;
    const std::string difference = sim::CompareTables(tables, *sqlite_rows_);
    if (phase_ == Phase::kRecover && !difference.empty()) {
      Fail("durability", "a power cut during recovery has changed the database: " + difference);
    }
  }
  disturbance_count_ = phase_ == Phase::kRecover ? disturbance_count_ + 1 : 0;
  Recover();
}

std::vector<int> WhopperRun::AllNumbers() const {
  std::vector<int> numbers;
  for (int number = 0; number < static_cast<int>(slots_.size()); ++number)
    numbers.push_back(number);
  for (int number = 0; number <= last_process_; ++number)
    numbers.push_back(kRecovererNumber + number);
  return numbers;
}

void WhopperRun::Recover() {
  phase_ = Phase::kRecover;
  recovered_.reset();
  const uint64_t count = config_.Between(1, 2, "recovering processes");
  for (uint64_t i = 0; i < count; ++i) {
    const int number = kRecovererNumber + ++last_process_;
    sim::SimProcess& process = world_.StartProcess("recovery " + std::to_string(last_process_));
    recoverers_[process.id()] = number;
    process.io().SetObserver(&wait_plan_);
    const sim::Choices choices = root_.Branch("recovery", static_cast<uint64_t>(number));
    const sim::Fiber& fiber = world_.Spawn(process, "recovery", [=, this, &process] {
      uint64_t budget = 0;
      Client client(number, *context_, process, choices, budget);
      client.Recover(
          [this](const SnapshotId& id, const sim::TableRows& tables) { OnRecovered(id, tables); });
    });
    watch_->AddFiber(fiber, number);
  }
}

void WhopperRun::OnRecovered(const SnapshotId& id, const sim::TableRows& tables) {
  const auto difference = [&](const sim::Tables& expected) {
    return sim::CompareTables(expected, tables);
  };
  if (history_.recovering()) history_.Recovered(id, difference);
  const sim::Tables& now = history_.at(history_.newest()).front().tables;
  const std::string mine = difference(now);
  if (!mine.empty()) Fail("durability", "two recoveries differ: " + mine);
  if (sqlite_rows_) {
    const std::string theirs = sim::CompareTables(now, *sqlite_rows_);
    if (!theirs.empty()) {
      Fail("sqlite3", "SQLite sees other rows in the image than were recovered: " + theirs);
    }
    sqlite_rows_.reset();
  }
  recovered_ = tables;
}

std::optional<sim::TableRows> WhopperRun::ReadImage() {
  if (!image_choices_.Chance(profile_.One<uint32_t>("images"), "SQLite opens it"))
    return std::nullopt;
  return sim::ReadWithSqlite3(sim::TakeImage(world_, context_->path), context_->shape.table_count);
}

void WhopperRun::CheckVisibleImage(const char* when) {
  if (context_->survival == sim::Survival::kNothing && cut_count_ > 0) return;
  const std::optional<sim::TableRows> rows = ReadImage();
  if (!rows) return;
  const std::string reasons = history_.WhyNotNow(
      [&](const sim::Tables& expected) { return sim::CompareTables(expected, *rows); });
  if (!reasons.empty()) {
    Fail("sqlite3", std::string("after a ") + when +
                        " SQLite sees none of the versions there may be:" + reasons + "\n" +
                        history_.Describe());
  }
}

void WhopperRun::Tell(const std::string& line) {
  if (setup_.observer == nullptr) return;
  setup_.observer->OnNote(sim::RunObserver::kNoConnection, line);
}

// -- The end --

void WhopperRun::Verify() {
  phase_ = Phase::kVerify;
  sim::SimProcess& process = world_.StartProcess("verifier");
  const sim::Choices choices = root_.Branch("verify");
  const sim::Fiber& fiber = world_.Spawn(process, "verify", [=, this, &process] {
    uint64_t budget = 0;
    Client(kRecovererNumber, *context_, process, choices, budget).Verify();
  });
  watch_->AddFiber(fiber, kRecovererNumber);
  StepToEnd();
}

void WhopperRun::CheckLeaks() {
  for (sim::SimProcess* process : world_.Alive()) {
    process->io().Drain();
    if (process->io().in_flight_count() > 0) {
      Fail("leak", "operations of " + process->name() + " are still in flight");
    }
  }
  if (context_->open_connection_count != 0) Fail("leak", "connections are still counted as open");
  for (const std::string& path : world_.disk().Paths()) {
    const std::shared_ptr<sim::DiskFile> file = world_.disk().Find(path);
    if (!file->locks().empty()) Fail("leak", path + " is still locked");
  }
}

sim::RunReport WhopperRun::Run() {
  StartClients();
  while (true) {
    StepToEnd();
    const bool left =
        std::any_of(slots_.begin(), slots_.end(), [](const Slot& slot) { return slot.budget > 0; });
    if (phase_ == Phase::kRecover && left) {
      StartClients();
      continue;
    }
    break;
  }
  StopFaults();
  Verify();
  CheckLeaks();
  CheckVisibleImage("end");
  if (setup_.coverage != nullptr) setup_.coverage->Add(world_, wait_plan_);
  return {.step_count = sim::run_position.step,
          .statement_count = context_->statement_count,
          .io_count = world_.io_count(),
          .wait_count = context_->wait_count,
          .fault_count = world_.fault_count(),
          .hash = world_.hash()};
}

}  // namespace orrery::whopper
