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

std::string OkLine(uint64_t run_count, const RunReport& total) {
  char line[200];
  std::snprintf(line, sizeof line,
                "ok runs=%llu statements=%llu ios=%llu waits=%llu faults=%llu hash=%016llx",
                static_cast<unsigned long long>(run_count),
                static_cast<unsigned long long>(total.statement_count),
                static_cast<unsigned long long>(total.io_count),
                static_cast<unsigned long long>(total.wait_count),
                static_cast<unsigned long long>(total.fault_count),
                static_cast<unsigned long long>(total.hash));
  return line;
}

int Misuse(const ToolSpec& tool, const Status& status) {
  std::fprintf(stderr, "%s: %s (--help lists the options)\n", std::string(tool.name).c_str(),
               std::string(status.message()).c_str());
  return 2;
}

}  // namespace orrery::sim
