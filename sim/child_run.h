// Makes one run in a child process, so that whatever end it takes, a crash or a sanitizer's report
// too, we go on and know how it ended and what was drawn until then. This is what recording,
// shrinking and branching are made of.

#ifndef ORRERY_SIM_CHILD_RUN_H_
#define ORRERY_SIM_CHILD_RUN_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sim/bundles/event_list.h"
#include "sim/bundles/event_stream.h"
#include "sim/bundles/sites.h"
#include "sim/choices/recording.h"
#include "sim/failure.h"
#include "sim/simulation.h"

namespace orrery::sim {

// How large a run was until it ended.
struct RunSize {
  uint64_t statement_count = 0;   // that the workload drew
  uint64_t connection_count = 0;  // that made one of them
  uint64_t fault_count = 0;       // strikes, kills and power cuts among them
  uint64_t wait_count = 0;        // forced ones
  uint64_t event_count = 0;
};

struct RunEnd {
  enum class Kind : uint8_t { kOk, kFailed, kCutOff };
  Kind kind = Kind::kCutOff;
  uint64_t run_count = 0;  // that the child began, this one included
  // With kFailed.
  std::string oracle;
  std::string site;
  std::string message;
  uint64_t step = 0;
  RunSize size;
  RunReport report;     // with kOk
  Recording recording;  // unless kCutOff: what was drawn
  std::vector<DrawSpan> spans;
  std::vector<SkipMark> skip_marks;
  EventList events;  // likewise, when asked for
};

class ChildRunner {
 public:
  explicit ChildRunner(Simulation& simulation);
  ~ChildRunner();
  ChildRunner(const ChildRunner&) = delete;
  ChildRunner& operator=(const ChildRunner&) = delete;

  struct Setup {
    const MainOptions& options;
    ChoiceSource& answers;
    uint64_t step_count_max = 0;
    uint64_t time_ms_max = 0;         // of processor time, a run; 0: until a step does not end
    bool keeps_recording = true;      // else RunEnd::recording is empty
    bool keeps_events = false;        // RunEnd::events
    std::string error_path;           // where its standard error goes; empty: nowhere
    std::vector<EventSink*> sinks{};  // used by the child alone
    SiteSource* sites = nullptr;      // likewise: stands between the recording and the run
    // Asked, by the child, after a run that ended well: the answers of another one, which it makes
    // too; null, or nothing to ask: no more.
    std::function<ChoiceSource*()> next_answers{};
  };
  // How the last run ended that the child made: the first that did not end well.
  RunEnd Run(const Setup& setup);

 private:
  struct Slot;
  [[noreturn]] void RunAsChild(const Setup& setup);

  Simulation& simulation_;
  Slot* slot_;  // memory that is shared with the child
};

// Processor time of this process and of its children that have ended.
double ProcessorSeconds();

}  // namespace orrery::sim

#endif  // ORRERY_SIM_CHILD_RUN_H_
