#include "whopper/transactions_run.h"

#include <algorithm>
#include <string>

#include "sim/coverage.h"
#include "sim/failure.h"
#include "sim/oracles/survival.h"
#include "whopper/histories/anomalies.h"
#include "whopper/profile_keys.h"

namespace orrery::whopper {

using sim::Fail;
using sim::Fault;

namespace {

constexpr uint64_t kQuietStepMax = 400'000;  // without a statement's end
constexpr int kSoleNumber = 1000;            // of a client that is alone

}  // namespace

TransactionsRun::TransactionsRun(const sim::RunSetup& setup, sim::StackPool& stacks)
    : setup_(setup),
      profile_(*setup.options.profile),
      root_(setup.choices),
      config_(root_.Branch("config")),
      faults_(setup.DrawFaults(root_, sim::kWeakestOfOrdinaryRuns)),
      world_(root_, faults_,
             {.schedule = MakeSchedule(
                  ChooseSchedule(setup.options.schedule, root_.Branch("schedule kind")),
                  root_.Branch("schedule")),
              .stacks = &stacks}),
      wait_plan_(sim::WaitPlan::Drawn(root_.Branch("waits"))),
      context_{.world = world_, .faults = faults_} {
  world_.SetTracer(setup.observer, "");
  DrawConfiguration();
  world_.SetWaitPlan(&wait_plan_);
}

void TransactionsRun::DrawConfiguration() {
  PagerOptions& pager = context_.pager;
  pager.new_page_size = DrawPageSize(profile_, config_);
  pager.new_auto_vacuum = DrawAutoVacuum(profile_, root_.Branch("auto vacuum"));
  pager.cache_page_count = profile_.Draw<uint32_t>("cache-pages", config_);
  pager.synchronous = profile_.Draw<Synchronous>("synchronous", config_);
  DrawJournal();
  if (pager.synchronous < Synchronous::kFull) faults_.TurnOffWhatNeedsFull();
  // What was committed stays committed: with some only as long as the power does.
  if (sim::SurvivalOf(pager.journal_mode, pager.synchronous).cut != sim::Survival::kEveryCommit) {
    faults_.SetRate(Fault::kPowerCut, 0);
  }
  pager.auto_checkpoint_frame_count = profile_.Draw<uint32_t>("auto-checkpoint", config_);
  context_.sql_habits.keeps_statements = config_.Choose(2, "keeps statements") == 1;
  context_.sql_habits.busy_timeout_ms = profile_.Draw<int>("busy-timeout", config_);
  context_.early_step_ppm = profile_.Draw<uint32_t>("early-steps", config_);
  context_.patience_ppm = profile_.Draw<uint32_t>("patience", config_);
  context_.list_count = static_cast<int>(config_.Between(1, 4, "lists"));
  context_.register_count = static_cast<int>(config_.Between(1, 3, "registers"));
  context_.account_count = static_cast<int>(config_.Between(2, 4, "accounts"));
  context_.connection_count = setup_.options.connection_count;
  context_.observer = setup_.observer;
  process_count_ = setup_.options.process_count;
  if (process_count_ == 0) process_count_ = profile_.Draw<int>("processes", config_);
  process_count_ = std::min(process_count_, context_.connection_count);
  const uint64_t budget = profile_.Draw<uint64_t>("statements", config_) / 3 + 1;
  slots_.resize(static_cast<size_t>(context_.connection_count));
  for (Slot& slot : slots_) slot.budget = config_.Between(1, budget, "transactions");
}

void TransactionsRun::DrawJournal() {
  using enum JournalMode;
  sim::Choices choices = root_.Branch("journal");
  std::vector<JournalMode> modes = {kWal, kWal, kWal, kDelete, kTruncate, kPersist};
  if (!setup_.options.journal_modes.empty()) modes = setup_.options.journal_modes;
  std::erase_if(modes, [](JournalMode mode) { return mode == kMemory || mode == kOff; });
  if (modes.empty()) modes = {kWal};
  PagerOptions& pager = context_.pager;
  pager.journal_mode = modes[choices.Choose(modes.size(), "journal mode")];
  if (pager.journal_mode != kWal && choices.Choose(3, "extra") == 2) {
    pager.synchronous = Synchronous::kExtra;
  }
}

void TransactionsRun::RunAlone(const char* name, void (TransactionClient::*body)()) {
  sim::SimProcess& process = world_.StartProcess(name);
  const sim::Choices choices = root_.Branch(name);
  world_.Spawn(process, name, [=, this, &process] {
    uint64_t budget = 0;
    TransactionClient client(kSoleNumber, context_, process, choices, budget);
    (client.*body)();
  });
  StepToEnd(/*may_strike=*/false);
}

void TransactionsRun::StartProcess(const std::vector<int>& clients) {
  sim::SimProcess& process = world_.StartProcess("process " + std::to_string(++last_process_));
  for (const int client : clients) {
    Slot& slot = slots_[static_cast<size_t>(client)];
    if (slot.budget == 0) continue;
    slot.process = &process;
    const sim::Choices choices =
        root_.Branch("client", static_cast<uint64_t>(client) << 16 | slot.life_count++);
    world_.Spawn(process, "client " + std::to_string(client), [=, this, &process, &slot] {
      TransactionClient(client, context_, process, choices, slot.budget).Work();
    });
  }
}

void TransactionsRun::StartAll() {
  std::vector<std::vector<int>> groups(static_cast<size_t>(process_count_));
  for (size_t client = 0; client < slots_.size(); ++client) {
    groups[client % groups.size()].push_back(static_cast<int>(client));
  }
  for (const std::vector<int>& group : groups) StartProcess(group);
}

void TransactionsRun::StepToEnd(bool may_strike) {
  uint64_t statement_count = 0;
  uint64_t quiet_since = world_.step();
  while (world_.Step()) {
    ++sim::run_position.step;
    if (setup_.step_count_max > 0 && sim::run_position.step == setup_.step_count_max) {
      for (Slot& slot : slots_) slot.budget = 0;
      world_.StopFaults();
    }
    if (context_.statement_count != statement_count) {
      statement_count = context_.statement_count;
      quiet_since = world_.step();
    } else if (world_.step() - quiet_since > kQuietStepMax) {
      Fail("progress", "no statement has ended in " + std::to_string(kQuietStepMax) + " steps");
    }
    if (!may_strike) continue;
    if (world_.PowerCutStrikes()) {
      PowerCut();
    } else if (faults_.Strikes(Fault::kProcessKill)) {
      Kill();
    } else if (world_.struck_at_store() != nullptr) {
      Kill(*world_.struck_at_store());
    }
  }
  if (!world_.all_done()) Fail("progress", "connections wait for what never comes");
}

void TransactionsRun::PowerCut() {
  world_.PowerCut();
  ForgetUnsettledReads(context_.transactions);
  CutOff(-1);
  StartAll();
}

void TransactionsRun::CutOff(int client) {
  for (Transaction& transaction : context_.transactions) {
    if (transaction.end != UINT64_MAX) continue;
    if (client == -1 || transaction.client == client) transaction.end = world_.step();
  }
}

void TransactionsRun::Kill() {
  const std::vector<sim::SimProcess*> alive = world_.Alive();
  if (alive.empty()) return;
  Kill(*alive[config_.Choose(alive.size(), "who is killed")]);
}

void TransactionsRun::Kill(sim::SimProcess& process) {
  std::vector<int> clients;
  for (size_t client = 0; client < slots_.size(); ++client) {
    if (slots_[client].process == &process) clients.push_back(static_cast<int>(client));
  }
  world_.Kill(process);
  for (const int client : clients) CutOff(client);
  StartProcess(clients);
}

void TransactionsRun::Judge() {
  const std::vector<Anomaly> anomalies = FindAnomalies(context_.transactions, /*is_complete=*/true);
  if (anomalies.empty()) return;
  std::string text;
  for (const Anomaly& anomaly : anomalies) {
    text += std::string(Name(anomaly.kind)) + ": " + anomaly.text + "\n";
  }
  Fail("isolation", text);
}

sim::RunReport TransactionsRun::Run() {
  RunAlone("set up", &TransactionClient::SetUp);
  StartAll();
  StepToEnd(/*may_strike=*/true);
  world_.StopFaults();
  RunAlone("read all", &TransactionClient::ReadAll);
  Judge();
  if (setup_.coverage != nullptr) setup_.coverage->Add(world_, wait_plan_);
  return {.step_count = sim::run_position.step,
          .statement_count = context_.statement_count,
          .io_count = world_.io_count(),
          .wait_count = context_.wait_count,
          .fault_count = world_.fault_count(),
          .hash = world_.hash()};
}

}  // namespace orrery::whopper
