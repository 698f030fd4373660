#include "engine/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace orrery {
namespace {
// Set once at start-up, before any engine code runs; see SetCheckFailureHandler.
CheckFailureHandler failure_handler = nullptr;
}  // namespace

void SetCheckFailureHandler(CheckFailureHandler handler) { failure_handler = handler; }

void CheckFailed(const char* file, int line, const char* condition) {
  if (failure_handler != nullptr) failure_handler(file, line, condition);
  std::fprintf(stderr, "%s:%d: CHECK failed: %s\n", file, line, condition);
  std::abort();
}

}  // namespace orrery
