#include "sim/main_onlookers.h"

#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "sim/bundles/log_sink.h"
#include "sim/bundles/trace_writer.h"

namespace orrery::sim {
namespace {

bool HasDebugger() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("TracerPid:")) return line.find_first_of("123456789") != line.npos;
  }
  return false;
}

std::string OwnCommandLine() {
  std::ifstream file("/proc/self/cmdline");
  std::string command;
  for (std::string word; std::getline(file, word, '\0');) {
    command += (command.empty() ? "" : " ") + word;
  }
  return command;
}

class Stopper final : public EventSink {
 public:
  explicit Stopper(uint64_t event) : event_(event) {}

  void OnEvent(const StreamEvent& event) override {
    if (event.number != event_) return;
    std::fprintf(stderr, "%s\n", Describe(event).c_str());
    if (HasDebugger()) {
      std::fprintf(stderr,
                   "stopped there: type bt for the stack (the frames below EventStream::On... are "
                   "what led here), c to go on\n");
      (void)raise(SIGTRAP);
      return;
    }
    std::fprintf(stderr,
                 "no debugger is here; to stand at this event:\n  gdb -q -ex run --args %s\n",
                 OwnCommandLine().c_str());
    std::printf("until event=%llu\n", static_cast<unsigned long long>(event.number));
    std::fflush(stdout);
    // No further, and no destructors: fibers are in the middle of something.
    _exit(0);
  }

 private:
  const uint64_t event_;
};

}  // namespace

Onlookers::Onlookers(const MainOptions& options, const std::string& command)
    : trace_path_(options.trace) {
  if (options.verbose) {
    sinks_.push_back(std::make_unique<LogSink>(
        [](const std::string& line) { std::fprintf(stderr, "%s\n", line.c_str()); }));
  }
  if (!trace_path_.empty()) sinks_.push_back(std::make_unique<TraceWriter>(trace_path_, command));
  if (options.until > 0) sinks_.push_back(std::make_unique<Stopper>(options.until));
  for (const std::unique_ptr<EventSink>& sink : sinks_) Add(*sink);
}

void Onlookers::Add(EventSink& sink) {
  stream_.Add(sink);
  empty_ = false;
}

void Onlookers::TellFailure(const Failure& failure) const {
  if (!trace_path_.empty()) {
    TraceWriter::AppendFailure(trace_path_, failure, run_position.event);
  }
}

}  // namespace orrery::sim
