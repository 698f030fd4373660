#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "engine/base/check.h"
#include "sim/main_ending.h"
#include "sim/main_explore.h"
#include "sim/main_onlookers.h"

namespace orrery::sim {
namespace {

constexpr uint64_t kSnapshotCountMax = 48;

// A fork of the run at one event, waiting to be sent to a later one.
struct Snapshot {
  uint64_t event;
  int to;  // our end of its pipe
};

struct Report {
  enum class Kind : uint8_t { kReady, kStands, kEnded };
  Kind kind;
  pid_t pid;
  uint64_t event;
  char text[400];
};

int report_to = -1;
uint64_t going_to = 0;  // in a process that was sent somewhere

void Tell(Report::Kind kind, uint64_t event, std::string_view text) {
  Report report = {.kind = kind, .pid = getpid(), .event = event, .text = {}};
  text.copy(report.text, sizeof report.text - 1);
  WriteText(report_to, {reinterpret_cast<const char*>(&report), sizeof report});
}

bool Hear(int from, Report& report) {
  char* to = reinterpret_cast<char*>(&report);
  for (size_t done = 0; done < sizeof report;) {
    const ssize_t size = read(from, to + done, sizeof report - done);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return false;
    done += static_cast<size_t>(size);
  }
  return true;
}

// In the process that makes the run, and in all its forks.
class SnapshotMaker final : public EventSink {
 public:
  SnapshotMaker(uint64_t period, const std::vector<int>& pipes) : period_(period), pipes_(pipes) {}

  void OnEvent(const StreamEvent& event) override {
    if (going_to != 0) {
      if (event.number == going_to) StandStill(event);
      return;
    }
    // The first one before anything has happened, for --until at event 1.
    const bool is_due = event.number % period_ == 1 || period_ == 1;
    const size_t index = (event.number - 1) / period_;
    if (!is_due || index >= pipes_.size()) return;
    const pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) Serve(pipes_[index], event);
  }

 private:
  // A snapshot's life: it forks for each order, and the fork goes on with the run.
  void Serve(int orders, const StreamEvent& event) {
    signal(SIGCHLD, SIG_IGN);
    WatchNothing();
    for (uint64_t wanted = 0; read(orders, &wanted, sizeof wanted) == sizeof wanted;) {
      const pid_t child = fork();
      if (child != 0) continue;
      signal(SIGCHLD, SIG_DFL);
      going_to = wanted;
      if (event.number == wanted) StandStill(event);
      return;  // on with the run
    }
    _exit(0);
  }

  static void StandStill(const StreamEvent& event) {
    Tell(Report::Kind::kStands, event.number, Describe(event));
    (void)raise(SIGSTOP);
  }

  const uint64_t period_;
  const std::vector<int>& pipes_;  // the forks' ends
};

void MakeRun(Simulation& simulation, ExploredRun& run, uint64_t period,
             const std::vector<int>& pipes) {
  CatchBadEnds([](const Failure& failure, bool) {
    if (going_to == 0) Tell(Report::Kind::kReady, run_position.event, "");
    if (going_to != 0) Tell(Report::Kind::kEnded, run_position.event, failure.message);
    _exit(0);
  });
  WatchNothing();
  SnapshotMaker maker(period, pipes);
  const std::unique_ptr<ChoiceSource> answers = run.Answers();
  EventStream stream;
  stream.Add(maker);
  run_position = {.seed = run.options().seed};
  (void)simulation.Run({.choices = *answers,
                        .options = run.options(),
                        .step_count_max = run.options().step_count,
                        .observer = &stream});
  Tell(going_to == 0 ? Report::Kind::kReady : Report::Kind::kEnded, run_position.event, "");
  _exit(0);
}

}  // namespace

int SnapshotsMain(const ToolSpec& tool, Simulation& simulation, const MainOptions& given) {
  Result<std::unique_ptr<ExploredRun>> loaded = ExploredRun::Load(tool, given);
  if (!loaded.ok()) return Misuse(tool, loaded.status());
  ExploredRun& run = **loaded;
  const std::unique_ptr<ChoiceSource> answers = run.Answers();
  const RunEnd end = ChildRunner(simulation)
                         .Run({.options = run.options(),
                               .answers = *answers,
                               .step_count_max = run.options().step_count,
                               .keeps_recording = false});
  const uint64_t event_count = end.size.event_count;
  const uint64_t period = event_count / kSnapshotCountMax + 1;

  // A reader that is gone is no reason to die.
  signal(SIGPIPE, SIG_IGN);
  int reports[2];
  CHECK(pipe(reports) == 0);
  std::vector<Snapshot> snapshots;
  std::vector<int> theirs;
  for (uint64_t event = 1; event <= event_count; event += period) {
    int ends[2];
    CHECK(pipe(ends) == 0);
    snapshots.push_back({.event = event, .to = ends[1]});
    theirs.push_back(ends[0]);
  }
  std::fflush(nullptr);
  const pid_t runner = fork();
  CHECK(runner >= 0);
  if (runner == 0) {
    close(reports[0]);
    for (const Snapshot& snapshot : snapshots) close(snapshot.to);
    report_to = reports[1];
    // Nothing of the run's own; the terminal is ours.
    if (std::freopen("/dev/null", "w", stderr) == nullptr) _exit(1);
    MakeRun(simulation, run, period, theirs);
  }
  close(reports[1]);
  for (const int end_of_theirs : theirs) close(end_of_theirs);
  Report report{};
  if (!Hear(reports[0], report)) {
    std::fprintf(stderr, "the run could not be made\n");
    return 1;
  }
  (void)waitpid(runner, nullptr, 0);
  std::printf("%llu events, %zu snapshots%s%s\nan event's number, or q\n",
              static_cast<unsigned long long>(event_count), snapshots.size(),
              end.kind == RunEnd::Kind::kFailed ? ", fails with oracle " : "", end.oracle.c_str());

  pid_t standing = 0;
  const auto let_go = [&standing] {
    if (standing != 0) (void)kill(standing, SIGKILL);
    standing = 0;
  };
  char line[100];
  while (std::printf("> "), std::fflush(stdout), std::fgets(line, sizeof line, stdin) != nullptr) {
    if (line[0] == 'q') break;
    const uint64_t wanted = std::strtoull(line, nullptr, 10);
    if (wanted == 0 || wanted > event_count) {
      std::printf("events are numbered from 1 to %llu; q ends this\n",
                  static_cast<unsigned long long>(event_count));
      continue;
    }
    let_go();
    const auto begin = std::chrono::steady_clock::now();
    const Snapshot& from = snapshots[(wanted - 1) / period];
    WriteText(from.to, {reinterpret_cast<const char*>(&wanted), sizeof wanted});
    if (!Hear(reports[0], report)) break;
    const double ms =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
    if (report.kind != Report::Kind::kStands) {
      std::printf("the run ended at event %llu: %s\n",
                  static_cast<unsigned long long>(report.event), report.text);
      continue;
    }
    standing = report.pid;
    std::printf("%s\nthere after %.1f ms from event %llu; to look at it: gdb -q -p %d\n",
                report.text, ms, static_cast<unsigned long long>(from.event),
                static_cast<int>(standing));
  }
  let_go();
  // The snapshots end when their pipes do.
  return 0;
}

}  // namespace orrery::sim
