// A Transaction is what one client asked of the database between BEGIN and COMMIT, and what it was
// answered: all that anomalies.h knows of a run. It is taken down by the client alone, so a history
// of transactions judges a database that nobody can look into.

#ifndef ORRERY_WHOPPER_HISTORIES_TRANSACTION_H_
#define ORRERY_WHOPPER_HISTORIES_TRANSACTION_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace orrery::whopper {

// One thing done to one key. Values are from 1 and never written twice.
//
// A key is a list or a register. A list is appended to, and a read gives all of it, so its versions
// are in the order of the longest read. A register is read before it is written in every
// transaction that writes it, so a version comes after the one that its writer had read.
struct TransactionStep {
  enum class Kind : uint8_t {
    kReadList,       // `list` is what it held
    kAppend,         // `value` was put behind it
    kReadRegister,   // `value` is what it held; 0: nothing yet
    kWriteRegister,  // it holds `value` now
  };
  Kind kind;
  int key = 0;
  uint64_t value = 0;
  std::vector<uint64_t> list = {};
};

struct Transaction {
  enum class Outcome : uint8_t {
    kCommitted,
    kAborted,  // it certainly has not committed
    kUnknown,  // it may have: an error at COMMIT, a kill
  };
  int client = 0;
  // On the world's clock: when it was begun, and when it had been answered or its process was gone.
  // UINT64_MAX: it is still under way.
  uint64_t begin = 0;
  uint64_t end = 0;
  Outcome outcome = Outcome::kUnknown;
  std::vector<TransactionStep> steps;
};

// To be called when the power is cut. What a commit that failed or was killed has left behind can
// be found by a recovery, read, and be lost with the power after all: it lasts once a later commit
// is answered. Drops such reads, of transactions that only read and that no commit came after.
void ForgetUnsettledReads(std::span<Transaction> transactions);

// "T7 of client 2: r(x3)=[1 2] a(x3,5) committed", x3 being key 3.
std::string ToString(const Transaction& transaction, size_t index);

}  // namespace orrery::whopper

#endif  // ORRERY_WHOPPER_HISTORIES_TRANSACTION_H_
