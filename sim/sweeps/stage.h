// A Stage is a machine with the files that a script starts from, on which one run of it is made:
// one process, operations in the order of their submission, no latency, nothing drawn that matters.
// A Session is the connection on a fiber there.

#ifndef ORRERY_SIM_SWEEPS_STAGE_H_
#define ORRERY_SIM_SWEEPS_STAGE_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "engine/db/connection.h"
#include "sim/choices/seed_source.h"
#include "sim/oracles/differential.h"
#include "sim/sweeps/script.h"
#include "sim/world/world.h"

namespace orrery::sim {

inline constexpr char kSweepPath[] = "db";

// Who can go on goes on, and the oldest operation finishes first. With preemptions, a fiber is
// switched away from at every point where it can be: then each step is as small as can be.
class SteadySchedule final : public Schedule {
 public:
  explicit SteadySchedule(bool preempts) : preempts_(preempts) {}
  Step Next(std::span<Fiber* const> runnable, size_t ready_count, NextDue) override {
    if (!runnable.empty()) return {.kind = Kind::kFiber};
    return {.kind = ready_count > 0 ? Kind::kOperation : Kind::kTime};
  }
  uint64_t PreemptAfter() override { return preempts_ ? 1 : UINT64_MAX; }

 private:
  const bool preempts_;
};

class Stage {
 public:
  // `source` null: a source of its own, the same every time.
  Stage(const Variant& variant, const DiskImage& image, bool preempts = false,
        ChoiceSource* source = nullptr);
  ~Stage();

  World& world() { return world_; }
  Faults& faults() { return faults_; }
  SimProcess& StartProcess();
  // Forces waits from now on; `plan` outlives the stage.
  void SetWaitPlan(WaitPlan& plan) { world_.SetWaitPlan(&plan); }

  // Runs `body` on a fiber of a fresh process to its end, with `between` after every step.
  void Run(const std::function<void(SimProcess&)>& body, const std::function<void()>& between = {});
  // Nothing is in flight and nothing is locked.
  void CheckLeaks();

 private:
  SeedSource seed_;
  Choices root_;
  Faults faults_;
  World world_;
};

// What may be done at a wait.
enum class GiveUp : uint8_t {
  kNothing,
  kDrop,             // the statement is destroyed
  kReset,            // it is reset, and run again later
  kInterrupt,        // the connection is interrupted, the statement goes on
  kCancel,           // what is waited for is cancelled, the statement goes on
  kCloseConnection,  // the statement is destroyed, the connection closed in good order
  kDropConnection,   // both are destroyed
};
std::string_view Name(GiveUp action);
inline constexpr GiveUp kGiveUps[] = {
    GiveUp::kDrop,   GiveUp::kReset,           GiveUp::kInterrupt,
    GiveUp::kCancel, GiveUp::kCloseConnection, GiveUp::kDropConnection};

class Session {
 public:
  Session(SimProcess& process, const Script& script, const Variant& variant)
      : process_(process), script_(script), options_(variant.Pager(script)) {}

  // Asked at each wait, with its number from 1 over the whole session.
  using WaitHook = std::function<GiveUp(uint64_t number)>;
  void SetWaitHook(WaitHook hook) { hook_ = std::move(hook); }

  // Opens the connection when there is none. kCloseStatement closes it.
  Answer Execute(std::string_view sql);
  // The statement that was reset, once more from its beginning.
  Answer ExecuteAgain();
  bool has_reset_statement() const { return reset_statement_ != nullptr; }

  bool is_open() const { return connection_ != nullptr; }
  bool in_transaction() const { return is_open() && connection_->in_transaction(); }
  uint64_t wait_count() const { return wait_count_; }
  // Whether the connection is another one than at the last call.
  bool TakeReopened() { return std::exchange(reopened_, false); }

  // All tables, as text; an error instead when a statement failed.
  Result<std::string> Dump();
  Result<std::string> CheckIntegrity();  // "ok"

 private:
  Answer RunToEnd(Statement& statement);
  Status Open();
  Status Close();

  SimProcess& process_;
  const Script& script_;
  const PagerOptions options_;
  WaitHook hook_;
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<Statement> reset_statement_;
  GiveUp given_up_ = GiveUp::kNothing;
  bool reopened_ = false;
  uint64_t wait_count_ = 0;
};

// The files of an image but for shared memory, as SQLite opens them.
Sqlite3Database OpenWithSqlite3(const Script& script, const DiskImage& image);
// The script's databases, empty, in memory.
Sqlite3Database MakeReference(const Script& script);
// The same text as Session::Dump() for the same tables.
std::string Dump(const Script& script, Sqlite3Database& database);

}  // namespace orrery::sim

#endif  // ORRERY_SIM_SWEEPS_STAGE_H_
