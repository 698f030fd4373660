// A TransactionClient is one user of the database who knows nothing of the others and of no model:
// it runs transactions on lists, registers and accounts, and takes down what it asked and what it
// was answered, for histories/anomalies.h to judge. It lives on a fiber and goes with its process.
//
//   lists(k INTEGER PRIMARY KEY, v)       v is the appended values, each with a blank behind it
//   registers(k INTEGER PRIMARY KEY, v)   read in each transaction before it is written
//   accounts(k INTEGER PRIMARY KEY, v)    money that only ever moves

#ifndef ORRERY_WHOPPER_CLIENTS_TRANSACTION_CLIENT_H_
#define ORRERY_WHOPPER_CLIENTS_TRANSACTION_CLIENT_H_

#include <memory>
#include <string>
#include <vector>

#include "sim/choices/choices.h"
#include "sim/run_observer.h"
#include "sim/world/world.h"
#include "whopper/clients/session.h"
#include "whopper/histories/transaction.h"

namespace orrery::whopper {

// What all clients of a run share.
struct TransactionContext {
  static constexpr int64_t kMoney = 100;  // in each account at first

  sim::World& world;
  sim::Faults& faults;
  std::string path = "db";
  SqlHabits sql_habits = {};
  PagerOptions pager = {};
  int list_count = 3;
  int register_count = 2;  // keys after those of the lists
  int account_count = 3;
  int connection_count = 1;
  uint32_t early_step_ppm = 50'000;  // steps a waiting statement before it can go on
  uint32_t patience_ppm = 500'000;   // sleeps after kBusy
  sim::RunObserver* observer = nullptr;

  std::vector<Transaction> transactions = {};  // in the order of their begin
  uint64_t last_value = 0;
  uint64_t statement_count = 0;
  uint64_t wait_count = 0;
};

class TransactionClient final : private Driver {
 public:
  // All outlive us. `budget` is the number of transactions still to run; it is counted down.
  TransactionClient(int number, TransactionContext& context, sim::SimProcess& process,
                    sim::Choices choices, uint64_t& budget);

  // Fibers' bodies: makes the tables, with what is in them at first; runs transactions; reads every
  // key in one last transaction, and PRAGMA integrity_check.
  void SetUp();
  void Work();
  void ReadAll();

 private:
  // Driver.
  void AfterCall() override { process_.ExitIfKilled(); }
  Then Wait(Completion& on) override;

  bool Open();
  void Close();
  // Runs a statement to its end; `rows` may be null.
  Outcome Run(const Command& command, sim::Rows* rows);
  Outcome Run(std::string sql, sim::Rows* rows, std::vector<Value> parameters = {});
  // After a failure: lets whoever is in the way go on.
  void Rest(const Outcome& outcome);
  // Has no transaction open afterwards, nor anything under way.
  void RollBack();

  void RunTransaction();
  void RunStatementAlone();
  // One step; false when the transaction cannot go on.
  bool Step(bool is_list);
  bool ReadList(int key);
  bool Append(int key);
  bool ReadRegister(int key);
  bool WriteRegister(int key);
  bool Transfer();
  // Reads all accounts; the money is all there.
  bool Audit();

  void BeginRecord();
  // The transaction has been answered.
  void EndRecord(Transaction::Outcome outcome);
  Transaction& record() { return context_.transactions[record_]; }

  const int number_;
  TransactionContext& context_;
  sim::SimProcess& process_;
  sim::Choices choices_;
  uint64_t& budget_;
  std::unique_ptr<Session> session_;
  size_t record_ = 0;           // of the transaction at hand
  std::vector<bool> was_read_;  // registers, in it
  bool may_give_up_ = true;
  int failure_count_ = 0;  // in a row
};

}  // namespace orrery::whopper

#endif  // ORRERY_WHOPPER_CLIENTS_TRANSACTION_CLIENT_H_
