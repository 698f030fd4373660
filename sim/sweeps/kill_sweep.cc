#include <algorithm>

#include "sim/failure.h"
#include "sim/sweeps/sweep.h"
#include "sim/workloads/fiber_wait.h"

namespace orrery::sim {
namespace {

// The step after which the first process is killed, counted from the run's begin. A second one has
// the database open all the time and goes on with it then; last comes a third.
class KillSweep {
 public:
  KillSweep(const PreparedScript& prepared, uint64_t step, uint64_t seed)
      : prepared_(prepared), step_(step), source_(seed) {}

  // False when the script had ended before.
  bool Run() {
    Stage stage(prepared_.variant, prepared_.image, /*preempts=*/true, &source_);
    World& world = stage.world();
    SimProcess& bystander = stage.StartProcess();
    (void)world.Spawn(bystander, "bystander", [&] { StandBy(bystander); });
    SimProcess& victim = stage.StartProcess();
    (void)world.Spawn(victim, "victim", [&] {
      Session session(victim, prepared_.script, prepared_.variant);
      for (const std::string& sql : prepared_.script.body) {
        // The bystander may be in the way.
        while (session.Execute(sql).error.primary() == ResultCode::kBusy) {
          SleepOnFiber(victim, 10'000);
        }
        ++done_count_;
      }
      ended_ = true;
      // The connection goes with the process.
      while (true) SleepOnFiber(victim, 1'000'000);
    });
    uint64_t step = 0;
    const uint64_t start = world.step();
    while (world.Step()) {
      if (victim.alive() && (++step == step_ || ended_)) {
        world.Kill(victim);
        is_killed_ = true;
      }
      if (world.step() - start > 1'000'000) Fail("progress", "the bystander does not end");
    }
    stage.Run([&](SimProcess& process) {
      Session session(process, prepared_.script, prepared_.variant);
      Check(session, "the third process");
      (void)session.Execute(kCloseStatement);
    });
    stage.CheckLeaks();
    return !ended_;
  }

 private:
  void Check(Session& session, const std::string& who) {
    const Result<std::string> rows = session.Dump();
    if (!rows.ok()) Fail("error", who + ": " + rows.status().ToString());
    const size_t last = std::min(done_count_ + 1, prepared_.script.body.size());
    const auto first = prepared_.versions.begin() + static_cast<ptrdiff_t>(done_count_);
    const auto end = prepared_.versions.begin() + static_cast<ptrdiff_t>(last) + 1;
    if (seen_.empty() ? std::find(first, end, *rows) == end : *rows != seen_) {
      Fail("durability", who + ", after a kill with " + std::to_string(done_count_) +
                             " statements answered, finds\n" + *rows + "instead of\n" +
                             (seen_.empty() ? prepared_.versions[done_count_] : seen_));
    }
    seen_ = *rows;
    const Result<std::string> report = session.CheckIntegrity();
    if (!report.ok() || *report != "ok") {
      Fail("integrity", report.ok() ? *report : report.status().ToString());
    }
  }

  void StandBy(SimProcess& process) {
    Session session(process, prepared_.script, prepared_.variant);
    (void)session.Dump();
    // Long, so that it hardly takes steps while the victim works.
    while (!is_killed_) SleepOnFiber(process, 1'000'000'000);
    Check(session, "the bystander");
    for (const char* sql : {"CREATE TABLE bystander(x)", "INSERT INTO bystander VALUES(1)"}) {
      const Answer answer = session.Execute(sql);
      if (!answer.error.ok()) Fail("error", std::string(sql) + ": " + answer.error.ToString());
    }
    const Result<std::string> rows = session.Dump();
    if (!rows.ok()) Fail("error", "the bystander: " + rows.status().ToString());
    seen_ = *rows;
  }

  const PreparedScript& prepared_;
  const uint64_t step_;
  SeedSource source_;  // for how much lands of what is in flight
  size_t done_count_ = 0;
  bool ended_ = false;
  bool is_killed_ = false;
  std::string seen_;  // what the database must hold by now; empty: as the versions say
};

}  // namespace

void SweepKills(const PreparedScript& prepared, SweepReport& report) {
  constexpr uint64_t kStepMax = 100'000;
  const uint64_t seed_count = report.full() ? 4 : 1;
  // A short sweep takes each step of the first statements only so often.
  const uint64_t period = report.full() ? 1 : 3;
  for (uint64_t step = 1; step < kStepMax; step += period) {
    bool killed = true;
    for (uint64_t seed = 1; seed <= seed_count && killed; ++seed) {
      if (!report.Begin("kill-" + std::to_string(step) + "-" + std::to_string(seed))) continue;
      killed = KillSweep(prepared, step, seed).Run();
      if (killed) report.Count("kills");
    }
    if (!killed) break;
  }
}

}  // namespace orrery::sim
