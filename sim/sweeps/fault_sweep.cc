#include "sim/failure.h"
#include "sim/sweeps/follower.h"
#include "sim/sweeps/sweep.h"

namespace orrery::sim {
namespace {

// Strikes in operations, whoever submits them.
bool StrikesInOperations(Fault fault) {
  switch (fault) {
    case Fault::kTornWrite:
    case Fault::kGarbageTail:
    case Fault::kLostSectors:
    case Fault::kLostEntries:
    case Fault::kPowerCut:
    case Fault::kCutAfterFailedSync:
    case Fault::kCutAfterTruncate:
    case Fault::kProcessKill:
    case Fault::kKillAtStore:
    case Fault::kCancel:
    case Fault::kAbandon:
      return false;
    default:
      return true;
  }
}

// At every opportunity from some one on. Some rows do that by themselves, and an operation that is
// always tried again never ends.
bool CanStrikeForGood(const FaultSpec& spec) {
  return !spec.name.ends_with("-sticky") && spec.fault != Fault::kSignal;
}

class FaultSweep {
 public:
  FaultSweep(const PreparedScript& prepared, const FaultSpec& spec, bool for_good)
      : prepared_(prepared), spec_(spec), for_good_(for_good) {}

  // The run in which it strikes at the n-th opportunity; false when it did not.
  bool Run(uint64_t nth) {
    Stage stage(prepared_.variant, prepared_.image);
    if (spec_.fault == Fault::kStaleRead) stage.world().disk().KeepPrevious();
    if (for_good_) {
      stage.faults().StrikeFrom(spec_.fault, nth);
    } else {
      stage.faults().StrikeAt(spec_.fault, nth);
    }
    switch (spec_.promise) {
      case Promise::kInvisible:
        RunInvisibly(stage);
        break;
      case Promise::kCleanError:
      case Promise::kKeepsCommits:
        RunFollowed(stage);
        break;
      case Promise::kNoCrash:
        RunAnyhow(stage);
        break;
    }
    stage.CheckLeaks();
    return stage.faults().strike_count(spec_.fault) > 0;
  }

 private:
  void RunInvisibly(Stage& stage) {
    std::vector<Answer> answers;
    stage.Run([&](SimProcess& process) {
      Session session(process, prepared_.script, prepared_.variant);
      for (const std::string& sql : prepared_.script.body) answers.push_back(session.Execute(sql));
      process.io().Drain();
    });
    ExpectInvisible(prepared_, answers, stage.world());
  }

  void RunFollowed(Stage& stage) {
    stage.Run([&](SimProcess& process) {
      Session session(process, prepared_.script, prepared_.variant);
      Follower follower(stage, prepared_.script);
      for (const std::string& sql : prepared_.script.body) {
        follower.BeforeStatement(session);
        follower.OnAnswer(session, sql, session.Execute(sql), /*interrupted=*/false);
      }
      follower.Finish(session);
    });
  }

  void RunAnyhow(Stage& stage) {
    stage.Run([&](SimProcess& process) {
      Session session(process, prepared_.script, prepared_.variant);
      for (const std::string& sql : prepared_.script.body) (void)session.Execute(sql);
      (void)session.CheckIntegrity();
      (void)session.Execute(kCloseStatement);
    });
  }

  const PreparedScript& prepared_;
  const FaultSpec& spec_;
  const bool for_good_;
};

}  // namespace

void SweepFaults(const PreparedScript& prepared, SweepReport& report) {
  constexpr uint64_t kNthMax = 10'000;
  for (const FaultSpec& spec : kFaults) {
    if (!StrikesInOperations(spec.fault)) continue;
    if (spec.needs_full && prepared.variant.synchronous < Synchronous::kFull) continue;
    for (const bool for_good : {false, true}) {
      if (for_good && !CanStrikeForGood(spec)) continue;
      FaultSweep sweep(prepared, spec, for_good);
      uint64_t nth = 1;
      while (nth < kNthMax) {
        const bool wanted = report.Begin(std::string(spec.name) + (for_good ? "-from-" : "-at-") +
                                         std::to_string(nth));
        if (wanted && !sweep.Run(nth)) break;
        ++nth;
      }
      if (report.wants_all() && nth > 1) report.Count("fault kinds met");
    }
  }
}

}  // namespace orrery::sim
