#include "whopper/histories/transaction.h"

namespace orrery::whopper {
namespace {

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

std::string ToString(const Transaction& transaction, size_t index) {
  std::string text =
      "T" + std::to_string(index) + " of client " + std::to_string(transaction.client) + ":";
  for (const TransactionStep& step : transaction.steps) text += " " + ToString(step);
  static constexpr const char* kOutcomes[] = {" committed", " aborted", " unknown"};
  return text + kOutcomes[static_cast<int>(transaction.outcome)];
}

}  // namespace orrery::whopper
