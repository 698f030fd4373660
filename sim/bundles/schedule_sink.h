// What happened in a run, for a person who wants to follow it: who goes on, statements with their
// ends, waits, locks, what the machine does and what strikes, a line each as Describe() says it.
// For small runs; a trace has it all.

#ifndef ORRERY_SIM_BUNDLES_SCHEDULE_SINK_H_
#define ORRERY_SIM_BUNDLES_SCHEDULE_SINK_H_

#include <functional>
#include <string>

#include "sim/bundles/event_stream.h"

namespace orrery::sim {

class ScheduleSink final : public EventSink {
 public:
  explicit ScheduleSink(std::function<void(const std::string& line)> write)
      : write_(std::move(write)) {}

  void OnEvent(const StreamEvent& event) override {
    // A note is for the hash alone.
    if (event.what == StreamEvent::What::kWorldEvent && event.event.kind == EventKind::kNote)
      return;
    write_(Describe(event));
  }

 private:
  const std::function<void(const std::string&)> write_;
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_BUNDLES_SCHEDULE_SINK_H_
