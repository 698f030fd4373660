// One run of the workload "transactions": clients who know of nothing but their own transactions,
// over one to three processes, with kills and power cuts; at the end all that they were answered is
// searched for anomalies. No model, no look into the database: what this finds, users would see.
//
//   set up ──▶ work ──kill, power cut──▶ work ──all done──▶ read all, judge

#ifndef ORRERY_WHOPPER_TRANSACTIONS_RUN_H_
#define ORRERY_WHOPPER_TRANSACTIONS_RUN_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/simulation.h"
#include "sim/world/world.h"
#include "whopper/clients/transaction_client.h"
#include "whopper/schedules/schedules.h"

namespace orrery::whopper {

class TransactionsRun {
 public:
  // Both outlive us.
  TransactionsRun(const sim::RunSetup& setup, sim::StackPool& stacks);
  sim::RunReport Run();

 private:
  struct Slot {  // one client over all its lives
    uint64_t budget = 0;
    uint64_t life_count = 0;
    sim::SimProcess* process = nullptr;
  };

  void DrawConfiguration();
  void DrawJournal();
  // Runs one client on a process of its own, with nothing that kills.
  void RunAlone(const char* name, void (TransactionClient::*body)());
  void StartProcess(const std::vector<int>& clients);
  void StartAll();
  void StepToEnd(bool may_strike);
  void PowerCut();
  void Kill();  // of those alive one that is drawn
  void Kill(sim::SimProcess& process);
  // The transactions under way of a client that is gone; -1: of all.
  void CutOff(int client);
  void Judge();

  const sim::RunSetup& setup_;
  const sim::Profile& profile_;
  sim::Choices root_;
  sim::Choices config_;
  sim::Faults faults_;
  sim::World world_;
  sim::WaitPlan wait_plan_;
  TransactionContext context_;
  std::vector<Slot> slots_;
  int process_count_ = 1;
  int last_process_ = 0;
};

}  // namespace orrery::whopper

#endif  // ORRERY_WHOPPER_TRANSACTIONS_RUN_H_
