// Who looks on while this process makes a run, as the options say: a log on the terminal
// (--verbose), a trace (--trace), the place to stop at (--until).

#ifndef ORRERY_SIM_MAIN_ONLOOKERS_H_
#define ORRERY_SIM_MAIN_ONLOOKERS_H_

#include <memory>
#include <string>
#include <vector>

#include "sim/bundles/event_stream.h"
#include "sim/failure.h"
#include "sim/main_options.h"
#include "sim/simulation.h"

namespace orrery::sim {

class Onlookers {
 public:
  // `command` makes the run again.
  Onlookers(const MainOptions& options, const std::string& command);

  // Another one, which outlives us.
  void Add(EventSink& sink);
  // Null when nobody looks.
  RunObserver* observer() { return empty_ ? nullptr : &stream_; }
  // The trace's last line.
  void TellFailure(const Failure& failure) const;

 private:
  const std::string trace_path_;
  bool empty_ = true;
  std::vector<std::unique_ptr<EventSink>> sinks_;
  EventStream stream_;
};

// "ok runs=… …", without an end of line.
std::string OkLine(uint64_t run_count, const RunReport& total);
// Says on standard error what is wrong with the command line; answers the exit status.
int Misuse(const ToolSpec& tool, const Status& status);

}  // namespace orrery::sim

#endif  // ORRERY_SIM_MAIN_ONLOOKERS_H_
