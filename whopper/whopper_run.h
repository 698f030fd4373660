// One run of whopper: a simulated machine, one to three processes on it, clients on fibers, and
// what befalls them, until every client has used up its budget; then all is checked once more.
//
//   work ──kill──▶ work            a process goes, its clients go on in a new one
//     │
//     └──power cut──▶ recover ──▶ work
//     └──all done──▶ verify

#ifndef ORRERY_WHOPPER_WHOPPER_RUN_H_
#define ORRERY_WHOPPER_WHOPPER_RUN_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/oracles/image_check.h"
#include "sim/simulation.h"
#include "sim/world/world.h"
#include "whopper/clients/client.h"
#include "whopper/histories/header_watch.h"
#include "whopper/histories/history.h"
#include "whopper/schedules/schedules.h"

namespace orrery::whopper {

class WhopperRun {
 public:
  // Both outlive us.
  WhopperRun(const sim::RunSetup& setup, sim::StackPool& stacks);
  ~WhopperRun();
  sim::RunReport Run();

 private:
  struct Slot {  // one client over all its lives
    uint64_t budget = 0;
    uint64_t life_count = 0;
    sim::SimProcess* process = nullptr;
    const sim::Fiber* fiber = nullptr;
  };

  void DrawConfiguration();
  void DrawJournal();
  void StartProcess(const std::vector<int>& clients);
  void SpawnClient(int client, sim::SimProcess& process);
  void StartClients();
  // Steps until every fiber is done, with what strikes in between.
  void StepToEnd();
  void StopFaults();
  void Kill();  // of those alive one that is drawn
  void Kill(sim::SimProcess& process);
  void PowerCut();
  void Recover();
  void OnRecovered(const SnapshotId& id, const sim::TableRows& tables);
  void UseNewPath();
  void Verify();
  void CheckLeaks();
  // What SQLite finds in the files as they are now; for one image in several, as the profile says.
  std::optional<sim::TableRows> ReadImage();
  // What programs see of the files now, were all of them killed.
  void CheckVisibleImage(const char* when);
  // For an observer.
  void Tell(const std::string& line);
  std::vector<int> AllNumbers() const;

  const sim::RunSetup& setup_;
  const sim::Profile& profile_;
  sim::Choices root_;
  sim::Choices config_;
  sim::Choices image_choices_;
  sim::Faults faults_;
  const ScheduleKind schedule_;
  sim::World world_;
  sim::WaitPlan wait_plan_;
  History history_;
  std::unique_ptr<ClientContext> context_;
  std::unique_ptr<HeaderWatch> watch_;
  std::vector<Slot> slots_;
  std::map<uint32_t, int> recoverers_;  // their client numbers, by process
  int process_count_ = 1;
  int last_process_ = 0;
  int path_count_ = 0;
  enum class Phase : uint8_t { kWork, kRecover, kVerify } phase_ = Phase::kWork;
  std::optional<sim::TableRows> recovered_;    // what the first of the recovering found
  std::optional<sim::TableRows> sqlite_rows_;  // what SQLite found in the image
  bool faults_stopped_ = false;
  uint64_t cut_count_ = 0;
  int disturbance_count_ = 0;  // of the recovery that is going on
};

}  // namespace orrery::whopper

#endif  // ORRERY_WHOPPER_WHOPPER_RUN_H_
