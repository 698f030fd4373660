// A log for a person: each statement with its end, and notes, a line each:
//
//   STEP connection N: INSERT INTO t0 … => ok, 0 rows

#ifndef ORRERY_SIM_BUNDLES_LOG_SINK_H_
#define ORRERY_SIM_BUNDLES_LOG_SINK_H_

#include <functional>
#include <map>
#include <string>

#include "sim/bundles/event_stream.h"

namespace orrery::sim {

class LogSink final : public EventSink {
 public:
  explicit LogSink(std::function<void(const std::string& line)> write) : write_(std::move(write)) {}

  void OnEvent(const StreamEvent& event) override;

 private:
  const std::function<void(const std::string&)> write_;
  std::map<uint64_t, std::string> open_;  // SQL of statements under way
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_BUNDLES_LOG_SINK_H_
