#include "sim/failure.h"

#include <cstdio>
#include <cstdlib>

namespace orrery::sim {
namespace {
FailureHandler failure_handler = nullptr;
}

void SetFailureHandler(FailureHandler handler) { failure_handler = handler; }

void Fail(std::string_view oracle, std::string_view message) {
  if (failure_handler != nullptr) failure_handler(oracle, message);
  std::fprintf(stderr, "FAIL oracle=%.*s: %.*s\n", static_cast<int>(oracle.size()), oracle.data(),
               static_cast<int>(message.size()), message.data());
  std::abort();
}

}  // namespace orrery::sim
