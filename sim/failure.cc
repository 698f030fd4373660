#include "sim/failure.h"

#include <cstdio>
#include <cstdlib>
#include <string>

namespace orrery::sim {
namespace {
FailureHandler failure_handler = nullptr;
}

void SetFailureHandler(FailureHandler handler) { failure_handler = handler; }

void Fail(std::string_view oracle, std::string_view message, std::source_location site) {
  const std::string place = std::string(site.file_name()) + ":" + std::to_string(site.line());
  if (failure_handler != nullptr) failure_handler({oracle, place, message});
  std::fprintf(stderr, "FAIL oracle=%.*s at %s: %.*s\n", static_cast<int>(oracle.size()),
               oracle.data(), place.c_str(), static_cast<int>(message.size()), message.data());
  std::abort();
}

}  // namespace orrery::sim
