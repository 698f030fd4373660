#include "whopper/histories/transaction.h"

#include <algorithm>
#include <set>

namespace orrery::whopper {
namespace {

bool Writes(const TransactionStep& step) {
  return step.kind == TransactionStep::Kind::kAppend ||
         step.kind == TransactionStep::Kind::kWriteRegister;
}

bool Writes(const Transaction& transaction) {
  return std::any_of(transaction.steps.begin(), transaction.steps.end(),
                     [](const TransactionStep& step) { return Writes(step); });
}

std::string ToString(const TransactionStep& step) {
  const std::string key = "x" + std::to_string(step.key);
  switch (step.kind) {
    case TransactionStep::Kind::kReadList: {
      std::string list;
      for (const uint64_t value : step.list) {
        if (!list.empty()) list += " ";
        list += std::to_string(value);
      }
      return "r(" + key + ")=[" + list + "]";
    }
    case TransactionStep::Kind::kAppend:
      return "a(" + key + "," + std::to_string(step.value) + ")";
    case TransactionStep::Kind::kReadRegister:
      return "r(" + key + ")=" + std::to_string(step.value);
    case TransactionStep::Kind::kWriteRegister:
      return "w(" + key + "," + std::to_string(step.value) + ")";
  }
  return "?";
}

}  // namespace

void ForgetUnsettledReads(std::span<Transaction> transactions) {
  using Outcome = Transaction::Outcome;
  uint64_t settled = 0;  // what was read up to here is as durable as a commit that came later
  std::set<uint64_t> left_behind;
  for (const Transaction& transaction : transactions) {
    if (transaction.outcome == Outcome::kCommitted && Writes(transaction)) {
      settled = std::max(settled, transaction.begin);
    }
    if (transaction.outcome != Outcome::kUnknown || transaction.end == UINT64_MAX) continue;
    for (const TransactionStep& step : transaction.steps) {
      if (Writes(step)) left_behind.insert(step.value);
    }
  }
  for (Transaction& transaction : transactions) {
    if (transaction.outcome != Outcome::kCommitted || transaction.end <= settled) continue;
    if (Writes(transaction)) continue;
    std::erase_if(transaction.steps, [&](const TransactionStep& step) {
      return left_behind.count(step.value) != 0 ||
             std::any_of(step.list.begin(), step.list.end(),
                         [&](uint64_t value) { return left_behind.count(value) != 0; });
    });
  }
}

std::string ToString(const Transaction& transaction, size_t index) {
  std::string text =
      "T" + std::to_string(index) + " of client " + std::to_string(transaction.client) + ":";
  for (const TransactionStep& step : transaction.steps) text += " " + ToString(step);
  static constexpr const char* kOutcomes[] = {" committed", " aborted", " unknown"};
  return text + kOutcomes[static_cast<int>(transaction.outcome)];
}

}  // namespace orrery::whopper
