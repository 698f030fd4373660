#include "sim/sweeps/follower.h"
#include "sim/sweeps/sweep.h"

namespace orrery::sim {
namespace {

// Every yield site waits, so that every wait there can be is there. False when the script has
// fewer.
bool RunWith(const PreparedScript& prepared, GiveUp action, uint64_t nth) {
  WaitPlan plan = WaitPlan::Every();
  Stage stage(prepared.variant, prepared.image);
  stage.SetWaitPlan(plan);
  bool done = false;
  stage.Run([&](SimProcess& process) {
    Session session(process, prepared.script, prepared.variant);
    Follower follower(stage, prepared.script);
    for (const std::string& sql : prepared.script.body) {
      follower.BeforeStatement(session);
      session.SetWaitHook([&](uint64_t number) {
        if (number != nth) return GiveUp::kNothing;
        done = true;
        return action;
      });
      const bool was_done = done;
      const Answer answer = session.Execute(sql);
      session.SetWaitHook({});
      follower.OnAnswer(session, sql, answer, /*interrupted=*/done != was_done);
      if (session.has_reset_statement()) {
        follower.OnAnswer(session, sql, session.ExecuteAgain(), /*interrupted=*/false);
      }
    }
    follower.Finish(session);
  });
  stage.CheckLeaks();
  return done;
}

}  // namespace

void SweepGiveUps(const PreparedScript& prepared, SweepReport& report) {
  constexpr uint64_t kNthMax = 10'000;
  for (const GiveUp action : kGiveUps) {
    for (uint64_t nth = 1; nth < kNthMax; ++nth) {
      if (!report.Begin(std::string(Name(action)) + "-at-wait-" + std::to_string(nth))) continue;
      if (!RunWith(prepared, action, nth)) break;
      report.Count(std::string(Name(action)));
    }
  }
}

}  // namespace orrery::sim
