// A run of what no database can make good: the disk changes bytes, puts them elsewhere, gives old
// ones, or says that it has kept what it has not (Promise::kNoCrash). The format has no checksums
// on pages, so rows may be wrong or missing; but nothing crashes, hangs or takes memory without
// bound, and an error says what is wrong. Both simulators make such runs now and then.
//
//   1 build   random statements, and nothing strikes
//   2 look    the files are spoiled, a fresh process reads all there is: rows or errors, and none
//   of
//             it writes a byte. SQLite reads the same bytes.
//   3 heal    the faults are taken away: all is there as if they had not been
//   4 endure  everything strikes, on a machine of its own with those files

#ifndef ORRERY_SIM_WEAK_RUN_H_
#define ORRERY_SIM_WEAK_RUN_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/db/connection.h"
#include "sim/oracles/differential.h"
#include "sim/simulation.h"
#include "sim/workloads/sql_workload.h"
#include "sim/world/world.h"

namespace orrery::sim {

// Whether this run is to be one: drawn, or certain when such a fault is asked for by name.
bool IsWeakRun(const RunSetup& setup);

class WeakRun {
 public:
  // `connection_count` over `process_count` processes in the last part.
  WeakRun(const RunSetup& setup, int connection_count, int process_count);
  RunReport Run();

 private:
  // What one statement came to, for comparison.
  struct Look {
    std::string sql;
    Answer answer;
  };

  void Build();
  void LookAndHeal();
  void RotType();
  std::vector<Look> ReadAll();
  void CompareWithSqlite3(const std::vector<Look>& looks);
  void Endure();

  // Runs `body` on a fiber of a fresh process of `world` and kills the process then.
  void RunOnFiber(World& world, const std::function<void(SimProcess&)>& body);
  // Steps until every fiber is done, with `strike` in between.
  void StepToEnd(World& world, const std::function<void()>& strike = {});
  // `number` of the connection, for an observer.
  Answer Execute(SimProcess& process, Connection& connection, int number, const std::string& sql,
                 Faults* faults);
  // The body of one connection in the last part.
  void Work(SimProcess& process, World& world, Faults& faults, uint64_t connection);
  void CheckError(const Status& error, const std::string& sql);
  void Log(const std::string& line);

  const RunSetup& setup_;
  Choices root_;
  Choices config_;
  const int connection_count_;
  const int process_count_;
  PagerOptions pager_;
  WaitPlan wait_plan_;
  SqlWorkload workload_;
  Faults none_;
  World calm_;
  std::vector<uint64_t> budgets_;  // of each connection, statements left
  uint64_t statement_count_ = 0;
  uint64_t wait_count_ = 0;
  RunReport report_;
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_WEAK_RUN_H_
