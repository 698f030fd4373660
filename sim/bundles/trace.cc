#include "sim/bundles/trace.h"

#include <cinttypes>
#include <cstdio>

namespace orrery::sim {

void Trace::OnEvent(uint64_t step, uint64_t now_nanoseconds, const Event& event) {
  char line[200];
  const std::string_view name = Name(event.kind);
  std::snprintf(line, sizeof line,
                "%" PRIu64 " %" PRIu64 "us %.*s process %u file %u [%" PRIu64 "+%" PRIu64 "] %" PRIu64
                " %" PRIu64,
                step, now_nanoseconds / 1000, static_cast<int>(name.size()), name.data(),
                event.process, event.file, event.offset, event.size, event.a, event.b);
  bundle_.AppendLine("trace.txt", line);
}

}  // namespace orrery::sim
