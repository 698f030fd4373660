// Makes a failing run smaller, attempt by attempt: each one edits the draws of the smallest run so
// far (edit.h) and makes that run in a child process, so that a crash shrinks like any other
// failure. It counts when the same oracle notices at the same place (SameFailure) and the run costs
// less. What the child then drew is the new smallest run, so nothing ever has to line up.
//
// In turns, until nothing helps or the time is up:
//
//   calm      whole branches of the environment to 0: a fault off, no waits, an even schedule
//   drop      connections, or one does what another did; then statements, halves of them first and
//             then ever fewer. With the environment of every statement that stays as it was
//             (anchored_source.h); or as it was in all, moved along, or drawn anew from there on
//   anew      in the frame of this run (its configuration and faults, not what it did) short ones
//             are looked for that fail the same way; while there are more than a few statements
//   strikes   single faults, waits and preemptions, the others staying where they are
//   lower     values of the workload, the tamest first: rows, sizes, kinds of statement
//   swap      neighbouring statements of a branch, so that the tamer one comes first

#ifndef ORRERY_SIM_SHRINK_SHRINKER_H_
#define ORRERY_SIM_SHRINK_SHRINKER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sim/child_run.h"
#include "sim/simulation.h"

namespace orrery::sim {

// The same oracle, the same place, and for an error the same code.
bool SameFailure(const RunEnd& a, const RunEnd& b);

class Shrinker {
 public:
  struct Limits {
    double seconds = 60;  // of processor time, the children's included
  };
  // Told now and then how far it is.
  using Progress = std::function<void(const Shrinker& shrinker)>;

  // `start` has failed: its oracle, site, message and recording. All that is given outlives us.
  Shrinker(Simulation& simulation, const MainOptions& options, RunEnd start, const Limits& limits,
           Progress progress);

  // Makes the run again as it is: false when it no longer fails the same way.
  bool Reproduces();
  // Then shrinks until nothing helps or the time is up.
  void Run();

  const RunEnd& best() const { return best_; }
  // Those that the best run was made with: a run that is stuck may be given up earlier.
  const MainOptions& options() const { return options_; }
  uint64_t attempt_count() const { return attempt_count_; }
  double seconds() const;

 private:
  bool TimeIsUp() const { return seconds() >= limits_.seconds; }
  uint64_t attempt_ms_max() const {
    return static_cast<uint64_t>(attempt_seconds_max_ * 1000) + 20;
  }
  // True when this one is the new best. `tail_seed` draws what the environment, or everything,
  // draws after the end of its lists; 0: zeros.
  bool Try(const Recording& candidate, uint64_t tail_seed = 0);
  bool Try(ChoiceSource& answers);
  // The same with the workload edited, and without some spans. When there are several connections
  // the environment is the best run's from each statement's beginning on.
  bool TryAnchored(const Recording& candidate, const std::vector<size_t>& left_out = {});
  // Likewise with `count` runs that draw anew all that `frame` does not have.
  bool TryFrame(const Recording& frame, uint64_t count);
  bool Accept(RunEnd end);
  // Tries ever smaller groups of `count()` items, from the last to the first; `attempt(begin, end)`
  // says whether it could do without them.
  void ForGroups(const std::function<size_t()>& count, size_t group_min,
                 const std::function<bool(size_t begin, size_t end)>& attempt);

  void RunPasses();
  bool ZeroPath(uint32_t path);
  void Calm();
  std::vector<std::string> StatementBranches() const;
  void DropConnections();
  void MergeConnections();
  bool DropSpans(const std::vector<size_t>& spans, int redraw_count);
  void DropStatements(int redraw_count);
  void StartAnew(double seconds_max);
  void DropParts();
  // Down to groups of an n-th of a branch's.
  void DropStrikes(size_t parts_max);
  void ZeroEnvironment(size_t group_min);
  void LowerLabels();
  void LowerValues();
  void SwapNeighbours();

  MainOptions options_;
  const Limits limits_;
  const Progress progress_;
  ChildRunner runner_;
  const double started_;
  RunEnd best_;
  double best_cost_ = 0;
  double attempt_seconds_max_ = 0;  // what an attempt may take
  uint64_t attempt_count_ = 0;
  uint64_t next_tail_seed_ = 0;
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_SHRINK_SHRINKER_H_
