// A simulator with planted bugs, for the tests of all that comes after a failure: recording,
// replaying, tracing, shrinking, branching. A few connections write numbers to one file; --workload
// names the bug.
//
//   tame      none
//   order     oracle=model: a connection writes 100 or more, the file is synced, another connection
//             writes 100 or more, and a write was short in between: 3 statements, 2 connections,
//             1 fault at least
//   check     a CHECK fails at the third number from 100 on: 3 statements on 1 connection at least
//   crash     the same, but it is a null pointer
//   stuck     the same, but one connection goes round and round and never ends a statement
//   moody     the hash of a run is never the same

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/check.h"
#include "sim/failure.h"
#include "sim/main_loop.h"
#include "sim/simulation.h"
#include "sim/workloads/fiber_wait.h"
#include "sim/world/world.h"

namespace orrery::sim {
namespace {

enum class Action : uint8_t { kRest, kRead, kSync, kWrite };

class PlantedRun final : private EventObserver {
 public:
  explicit PlantedRun(const RunSetup& setup)
      : setup_(setup),
        root_(setup.choices),
        config_(root_.Branch("config")),
        faults_(Faults::Swarm(root_, setup.options.faults)),
        world_(root_, faults_) {
    world_.SetEventObserver(this);
    world_.SetTracer(setup.observer, "");
  }

  RunReport Run() {
    SimProcess& process = world_.StartProcess("process");
    for (int i = 0; i < setup_.options.connection_count; ++i) {
      const uint64_t budget = config_.Choose(40, "statements");
      const Choices choices = root_.Branch("client", static_cast<uint64_t>(i));
      (void)world_.Spawn(process, "client " + std::to_string(i),
                         [=, this, &process] { Work(i, process, choices, budget); });
    }
    uint64_t quiet_since = 0;
    uint64_t statement_count = 0;
    while (world_.Step()) {
      ++run_position.step;
      if (statement_count != ended_count_) quiet_since = run_position.step;
      statement_count = ended_count_;
      if (run_position.step - quiet_since > setup_.options.quiet_step_count) {
        Fail("progress", "no statement has ended in so many steps");
      }
    }
    return {.step_count = run_position.step,
            .statement_count = statement_count_,
            .io_count = world_.io_count(),
            .fault_count = world_.fault_count(),
            .hash = world_.hash() + (setup_.options.workload == "moody" ? ++mood_ : 0)};
  }

 private:
  void OnEvent(uint64_t, uint64_t, const Event& event) override {
    if (event.kind == EventKind::kStrike && event.a == static_cast<uint64_t>(Fault::kShortWrite)) {
      short_write_ = stage_ > 0;
    }
  }

  void Work(int number, SimProcess& process, Choices choices, uint64_t budget) {
    Result<std::unique_ptr<File>> opened =
        process.io().Open("file", {.kind = FileKind::kDatabase, .create = true});
    if (!opened.ok()) return;
    const std::unique_ptr<File> file = *std::move(opened);
    for (; budget > 0; --budget) Act(number, process, *file, choices);
  }

  void Act(int number, SimProcess& process, File& file, Choices& choices) {
    const Choices::Span span(choices, "action");
    static constexpr uint32_t kWeights[] = {2, 3, 2, 3};
    const auto action = static_cast<Action>(choices.Weighted(kWeights, "action"));
    if (action == Action::kRest) return (void)process.io().Poll(PollMode::kNoWait);
    static constexpr const char* kNames[] = {"rest", "read", "sync", "write"};
    std::string sql = kNames[static_cast<size_t>(action)];
    const uint64_t value = action == Action::kWrite ? choices.Choose(200, "value") : 0;
    if (action == Action::kWrite) sql += " " + std::to_string(value);
    ++statement_count_;
    uint64_t statement = 0;
    if (setup_.observer != nullptr) {
      statement = setup_.observer->OnStatement(number, RunObserver::Asker::kWorkload, sql);
    }
    std::byte bytes[512] = {};
    std::memcpy(bytes, &value, sizeof value);
    Completion done;
    if (action == Action::kRead) file.Read(512 * static_cast<uint64_t>(number), bytes, done);
    if (action == Action::kSync) file.Sync(SyncKind::kFull, done);
    if (action == Action::kWrite) file.Write(512 * static_cast<uint64_t>(number), bytes, done);
    WaitOnFiber(process, done);
    while (setup_.options.workload == "stuck" && large_count_ == 2 && value >= 100) {
      (void)process.io().Poll(PollMode::kNoWait);
    }
    ++ended_count_;
    if (setup_.observer != nullptr) setup_.observer->OnStatementEnd(statement, "ok");
    if (done.status().ok()) Look(number, action, value);
  }

  void Look(int number, Action action, uint64_t value) {
    const std::string& bug = setup_.options.workload;
    large_count_ += value >= 100;
    if (bug == "order") {
      if (stage_ == 1 && action == Action::kSync) stage_ = 2;
      if (value >= 100 && stage_ == 2 && number != first_ && short_write_) {
        Fail("model", "client " + std::to_string(number) + " wrote " + std::to_string(value));
      }
      if (value >= 100 && stage_ == 0) {
        stage_ = 1;
        first_ = number;
      }
    }
    if (bug == "check") CHECK(large_count_ < 3);
    if (bug == "crash" && large_count_ == 3) {
      volatile int* volatile nowhere = nullptr;
      *nowhere = 1;
    }
  }

  const RunSetup& setup_;
  Choices root_;
  Choices config_;
  Faults faults_;
  World world_;
  uint64_t statement_count_ = 0;
  uint64_t ended_count_ = 0;
  int large_count_ = 0;
  int stage_ = 0;
  int first_ = 0;
  bool short_write_ = false;
  inline static uint64_t mood_ = 0;
};

class Planted final : public Simulation {
 public:
  RunReport Run(const RunSetup& setup) override { return PlantedRun(setup).Run(); }
};

}  // namespace
}  // namespace orrery::sim

int main(int argc, char** argv) {
  static constexpr std::string_view kWorkloads[] = {"tame",  "order", "check",
                                                    "crash", "stuck", "moody"};
  const orrery::sim::ToolSpec tool{
      .name = "sim:planted",
      .what = "Planted bugs, for tests.",
      .default_run_count = 40,
      .connection_count = 4,
      .workloads = kWorkloads,
  };
  orrery::sim::Planted planted;
  return orrery::sim::RunMain(argc, argv, tool, planted);
}
