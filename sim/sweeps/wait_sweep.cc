#include "sim/sweeps/sweep.h"

namespace orrery::sim {
namespace {

// How many waits the plan forced.
uint64_t RunWith(const PreparedScript& prepared, WaitPlan plan, uint64_t* occurrence_count) {
  Stage stage(prepared.variant, prepared.image);
  stage.SetWaitPlan(plan);
  std::vector<Answer> answers;
  stage.Run([&](SimProcess& process) {
    Session session(process, prepared.script, prepared.variant);
    for (const std::string& sql : prepared.script.body) answers.push_back(session.Execute(sql));
    process.io().Drain();
  });
  ExpectInvisible(prepared, answers, stage.world());
  stage.CheckLeaks();
  *occurrence_count = plan.occurrence_count();
  return plan.forced_count();
}

}  // namespace

void SweepWaits(const PreparedScript& prepared, SweepReport& report) {
  // With more, pairs are for the full sweep.
  constexpr uint64_t kPairOccurrenceCountMax = 45;
  uint64_t occurrence_count = 0;
  if (report.Begin("wait-all")) (void)RunWith(prepared, WaitPlan::Every(), &occurrence_count);
  (void)RunWith(prepared, WaitPlan(), &occurrence_count);
  for (uint64_t n = 1; n <= occurrence_count; ++n) {
    uint64_t now = 0;
    if (!report.Begin("wait-" + std::to_string(n))) continue;
    report.Count("waits forced alone", RunWith(prepared, WaitPlan::At({n}), &now));
  }
  if (!prepared.script.is_short) return;
  if (!report.full() && occurrence_count > kPairOccurrenceCountMax) {
    report.Count("pairs of waits not tried", occurrence_count * (occurrence_count - 1) / 2);
    return;
  }
  for (uint64_t n = 1; n <= occurrence_count; ++n) {
    for (uint64_t m = n + 1; m <= occurrence_count; ++m) {
      uint64_t now = 0;
      if (!report.Begin("wait-" + std::to_string(n) + "-and-" + std::to_string(m))) continue;
      if (RunWith(prepared, WaitPlan::At({n, m}), &now) == 2) report.Count("pairs of waits forced");
    }
  }
}

}  // namespace orrery::sim
