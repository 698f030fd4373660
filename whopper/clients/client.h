// A Client is one user of the database: it draws what to do next, does it on a connection of its
// own, and compares every answer with the model. It lives on a fiber; when its process is killed
// its body is left at once, and a new Client goes on in another process.
//
// What it knows of its connection is its View: while a transaction or a query is open, the version
// that its snapshot shows and the states that its own changes have made of it.

#ifndef ORRERY_WHOPPER_CLIENTS_CLIENT_H_
#define ORRERY_WHOPPER_CLIENTS_CLIENT_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/choices/choices.h"
#include "sim/oracles/error_oracle.h"
#include "sim/oracles/survival.h"
#include "sim/run_observer.h"
#include "sim/workloads/table_workload.h"
#include "sim/world/world.h"
#include "whopper/clients/reader.h"
#include "whopper/clients/session.h"
#include "whopper/histories/history.h"

namespace orrery::whopper {

// Those that only look, to recover and to verify, are numbered from here.
inline constexpr int kRecovererNumber = 1000;

// What all clients of a run share.
struct ClientContext {
  sim::World& world;
  sim::Faults& faults;
  History& history;
  std::string path;
  bool use_sql = true;
  SqlHabits sql_habits;
  PagerOptions pager;  // but for the journal mode
  // What connections are opened with, and whether they change to another of these.
  std::vector<JournalMode> journal_modes = {JournalMode::kWal};
  bool changes_journal_mode = false;
  sim::Survival survival = sim::Survival::kEveryCommit;  // what a commit is promised in a power cut
  uint32_t savepoint_weight = 0;
  sim::TableShape shape;
  uint32_t early_step_ppm = 50'000;  // steps a waiting statement before it can go on
  uint32_t interrupt_ppm = 2'000;    // at a wait
  // A wait of a scan is left to run something else; in any wait a scan is stepped that is open.
  uint32_t interleave_ppm = 0;
  uint32_t checkpoint_weight = 3;
  uint32_t vacuum_weight = 0;
  uint32_t create_ppm = 300'000;  // after a statement found no such table, the next one creates it
  uint32_t patience_ppm = 500'000;  // sleeps after kBusy, instead of going on at once
  uint32_t idle_ppm = 0;            // a rest is long, whatever is open: for seconds
  int reader_count_max = 2;
  int connection_count = 1;       // clients in the run
  int open_connection_count = 0;  // sessions open now
  uint64_t statement_count = 0;
  uint64_t wait_count = 0;
  sim::RunObserver* observer = nullptr;  // null: nobody looks
};

class Client final : private Driver {
 public:
  // All outlive us. `budget` is the number of statements still to run; it is counted down.
  Client(int number, ClientContext& context, sim::SimProcess& process, sim::Choices choices,
         uint64_t& budget);
  ~Client();

  // The fiber's body: works until the budget is used up, then closes.
  void Work();
  // The fiber's body after a power cut: reads the whole database until that has succeeded, and
  // calls `found` with each table's rows (none: no such table) before anything else is done.
  using TableRows = std::vector<std::optional<sim::Rows>>;
  void Recover(const std::function<void(const SnapshotId&, TableRows)>& found);
  // The fiber's body at the end of a run: the newest version and PRAGMA integrity_check.
  void Verify();

 private:
  struct View {
    // The newest version when the first statement began that could take the snapshot.
    std::optional<VersionNumber> floor;
    std::optional<VersionNumber> base;
    SnapshotId id;
    Candidates working;
    bool wrote = false;
    bool begun_by_savepoint = false;
    // What `working` was when each was opened; none while there was no base.
    std::vector<std::optional<Candidates>> savepoints;
    // A statement of the connection has failed, and may have ended the queries that hold the
    // snapshot: they find out when they are stepped, and until then it may be another.
    bool may_be_gone = false;
  };
  enum class Action : uint8_t;

  static bool IsBusy(const Status& error);
  static uint64_t HashOf(const sim::Rows& rows);

  // Driver.
  void AfterCall() override;
  Then Wait(Completion& on) override;

  void Act();
  // Sleeps, the longer the more attempts have failed: at length longer than an operation may hang
  // that belongs to whoever is in the way.
  void Pause(int attempt);
  void Rest();
  JournalMode DrawJournalMode();
  bool Open();
  void Close();
  // Forgets the session as it is. Its work may go on to be undone or found.
  void Destroy();

  // Runs a command to its end, collecting rows.
  Outcome Run(const Command& command, sim::Rows* rows);
  void Begin(Command::Kind kind);
  void Commit();
  void Rollback();
  void OpenSavepoint();
  void ReleaseSavepoint();
  void RollbackToSavepoint();
  // What a savepoint command must do. False: it has not, and that is dealt with.
  bool Succeeds(const Command& command);
  void NoteSavepoint();
  void Select(const sim::TableStatement& statement);
  void Write(const sim::TableStatement& statement);
  // After a statement failed as the model says it must.
  void NoteMissing(const sim::TableStatement& statement);
  void WriteInTransaction(const sim::TableStatement& statement);
  void WriteAlone(const sim::TableStatement& statement);
  bool CountsRight(const sim::TableStatement& statement, VersionNumber number, int64_t changes);
  void Checkpoint();
  void ChangeJournalMode();
  void Vacuum();
  void CheckIntegrity();
  void OpenReader();
  void StepReader(size_t index);
  Outcome NextOf(Reader& reader, const char* doing, sim::Row* row);
  void CheckAnswer(const Reader& reader, const std::string& wrong);
  // While a statement waits: the others of its connection go on as far as they get, which is what an
  // event loop does that has several of them.
  void StepReadersBetween(bool all);
  void DropReaders();

  // With an error: whether what was to be committed may be there all the same.
  void CommitEnded(const Status& error);
  // After a commit was given up: uses the connection until it is settled.
  void Settle();
  // After any error: checks it, and notices a transaction that was rolled back.
  void OnError(const Status& error, const Command& command);
  void Expect(const Status& error, std::string_view doing);
  sim::ErrorReasons Reasons() const;
  VersionNumber NotOlderThan();
  // The version that the connection's snapshot shows.
  void TakeBase(VersionNumber not_older_than);
  // Keeps the candidates that `difference` has nothing against; at least one must be left.
  void Keep(const char* oracle, const Command& command,
            const std::function<std::string(const sim::Tables&)>& difference);
  void EndViewIfIdle();
  bool SomeReaderHasSnapshot() const;
  // After a statement failed for a name that is not there: the view is what it was before, `floor`
  // and whether others hold the snapshot.
  void EndViewOfMissing(std::optional<VersionNumber> floor, bool had_base);
  // For an observer: a statement begins and ends; what else happens.
  uint64_t Tell(const Command& command, const char* doing = "");
  void TellEnd(uint64_t statement, const Outcome& outcome, const std::string& rows);
  void Log(const std::string& line);

  const int number_;
  ClientContext& context_;
  sim::SimProcess& process_;
  sim::Choices choices_;
  sim::Choices journal_choices_;
  sim::Choices between_choices_;
  sim::TableWorkload workload_;
  uint64_t& budget_;
  std::unique_ptr<Session> session_;
  bool in_transaction_ = false;  // between BEGIN and its end, as the client sees it
  View view_;
  std::vector<std::unique_ptr<Reader>> readers_;
  const Reader* stepped_ = nullptr;  // the one whose step is under way
  bool is_between_ = false;          // another one is stepped in a wait
  bool may_give_up_ = true;
  bool interrupted_ = false;
  bool rolled_back_ = false;
  int failure_count_ = 0;             // in a row
  std::optional<int> missing_table_;  // the last statement found it missing
};

}  // namespace orrery::whopper

#endif  // ORRERY_WHOPPER_CLIENTS_CLIENT_H_
