// One run of sim: one connection on a simulated machine, random SQL, and SQLite beside it.
//
// Two kinds of run are drawn. In one everything may strike, and each statement is compared with
// SQLite; a statement that a fault made fail is left out there, after a look at the tables has
// shown that it left nothing behind. In the other only what must stay invisible strikes (waits,
// delays, short transfers); the same statements then run once more without any of it, and answers
// and the bytes of the database file must be the same: oracle=yield. But not how many frames a
// checkpoint says the log has, nor what free pages hold: a page with an operation in flight is not
// evicted, so waits decide which dirty pages are spilled, and how often.

#ifndef ORRERY_SIM_SIM_RUN_H_
#define ORRERY_SIM_SIM_RUN_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/db/connection.h"
#include "sim/oracles/differential.h"
#include "sim/simulation.h"
#include "sim/workloads/sql_workload.h"
#include "sim/world/world.h"

namespace orrery::sim {

class SimRun {
 public:
  explicit SimRun(const RunSetup& setup);
  RunReport Run();

 private:
  struct Step {
    SqlStatementText text;
    Answer answer;
  };

  void DrawConfiguration();
  void DrawJournal();
  void DrawDatabases();
  void Start();
  void StepToEnd();
  void Crash(bool power_cut);

  // On the fiber.
  void Work(SimProcess& process);
  void Finish(SimProcess& process);
  bool is_in_memory() const { return path_[0] == ':'; }
  bool Open(SimProcess& process);
  void Close(SimProcess& process);
  Answer Execute(SimProcess& process, const std::string& sql, bool may_give_up);
  void RunOne(SimProcess& process, const SqlStatementText& text);
  // One of the metamorphic relations: queries that SQLite is not asked.
  void CheckRelations(SimProcess& process);
  // VACUUM INTO a file, which SQLite reads.
  void CheckCopy(SimProcess& process);
  // Finds out whether `undecided` (may be null) was carried out, or what a crash has left, and
  // brings SQLite to the same.
  void Settle(SimProcess& process, const SqlStatementText* undecided, bool after_crash);
  // Writes, each list of them one transaction, of which at most one was carried out.
  using Ghosts = std::vector<std::vector<std::string>>;
  void NothingIsUndecided();
  // A recovery of the log may find something else than SQLite has.
  bool may_be_another_state() const { return !ghosts_.empty() || !earlier_.empty(); }
  // What SQLite has now may come back in a power cut.
  void KeepEarlier();
  // As one transaction.
  static void Replay(const std::vector<std::string>& writes, Sqlite3Database& database);
  // Tells the workload what tables SQLite has.
  void LearnTables();
  // The one of the commits that had failed which is there after all, on top of `database`.
  std::optional<size_t> FindGhost(SimProcess& process, Sqlite3Database& database,
                                  const Ghosts& ghosts);
  // After a power cut or a sync that lost pages: whether what is there is what SQLite had before
  // something was found that had not reached the disk; then SQLite has that again.
  bool TryEarlier(SimProcess& process);
  // "" when every table is as `database` has it.
  std::string CompareAll(SimProcess& process, Sqlite3Database& database);
  Answer ExecuteUntilItWorks(SimProcess& process, const std::string& sql);
  void Expect(const Status& error, const std::string& sql);

  // The same statements without waits and faults.
  void CompareWithoutWaits();
  void CheckImage();

  const RunSetup& setup_;
  Choices root_;
  Choices config_;
  bool invisible_only_;
  Faults faults_;
  const char* const path_;
  World world_;
  WaitPlan wait_plan_;
  SqlWorkload workload_;
  Choices steps_;      // how a statement is stepped
  Choices relations_;  // what is asked beside the workload
  Choices copies_;     // when the database is copied
  PagerOptions pager_;
  bool commits_as_one_ = false;  // several files
  bool attaches_ = false;        // a second file
  uint32_t early_step_ppm_ = 0;
  uint32_t relation_ppm_ = 0;
  uint64_t budget_ = 0;
  bool finished_ = false;
  SimProcess* process_ = nullptr;
  std::unique_ptr<Connection> connection_;
  Sqlite3Database oracle_;
  // Whether the two connections' counters have been set by the same statements: not after ours was
  // opened anew, nor after a statement whose end nobody saw.
  bool changes_comparable_ = true;
  bool rowid_comparable_ = true;
  std::optional<SqlStatementText> in_flight_;  // when the process went
  bool must_settle_ = false;                   // after a crash, before anything else
  bool was_closed_ = false;                    // and is to be opened anew
  int crash_count_ = 0;                        // since then
  std::vector<std::string> transaction_;       // writes and savepoints of the open one
  bool wrote_in_transaction_ = false;
  // Commits that failed or were given up after the last one that wrote: a recovery may find one.
  Ghosts ghosts_;
  // What a recovery after a kill finds, or what stands though its commit was answered with an
  // error, may be in the machine's cache only: a power cut, or a sync that fails and loses what was
  // cached, may take it away again, until a commit that wrote has been answered.
  struct Earlier {
    std::unique_ptr<Sqlite3Database> database;
    Ghosts ghosts;
    uint64_t lost_sync_count = 0;  // syncs that had lost pages until then
  };
  std::vector<Earlier> earlier_;  // the oldest first
  bool has_journal_ = false;      // a rollback journal, now or later
  bool power_was_cut_ = false;    // since it was last found out what is there
  std::vector<Step> history_;     // for the run without waits
  int failure_count_ = 0;
  uint64_t statement_count_ = 0;
  uint64_t wait_count_ = 0;
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_SIM_RUN_H_
