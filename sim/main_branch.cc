#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "engine/base/check.h"
#include "sim/choices/branch_source.h"
#include "sim/main_ending.h"
#include "sim/main_explore.h"
#include "sim/main_onlookers.h"

namespace orrery::sim {
namespace {

constexpr size_t kPointCount = 16;  // events looked at in one pass
constexpr int kPassCountMax = 4;
constexpr uint64_t kFutureMillisecondsMin = 200;

enum class Future : uint8_t { kCutOff, kGood, kSame, kOther };

// What the futures tell; in memory that all of them share.
struct Shared {
  Future last;
  char oracle[64];  // of the failure that counts, and its place
  char site[512];
  uint64_t run_end;  // the last event's number
};

struct Point {
  int same = 0;   // futures that fail as the run does
  int other = 0;  // that fail otherwise
  int good = 0;
  int cut_off = 0;  // that took too long
  std::string event;

  int count() const { return same + other + good + cut_off; }
};

Shared* shared = nullptr;
bool is_future = false;

bool IsTheFailure(const Failure& failure) {
  return failure.oracle == shared->oracle && failure.site == shared->site;
}

// The pass's own process goes through the run and forks the futures; it writes each point to a pipe
// as a line.
class Forker final : public EventSink {
 public:
  Forker(BranchSource& source, std::vector<uint64_t> events, uint64_t future_count,
         uint64_t milliseconds_max, int report)
      : source_(source),
        events_(std::move(events)),
        future_count_(future_count),
        milliseconds_max_(milliseconds_max),
        report_(report) {}

  void OnEvent(const StreamEvent& event) override {
    if (is_future || next_ == events_.size() || event.number != events_[next_]) return;
    ++next_;
    Point point;
    for (uint64_t future = 1; future <= future_count_; ++future) {
      shared->last = Future::kCutOff;
      const pid_t child = fork();
      CHECK(child >= 0);
      if (child == 0) {
        is_future = true;
        WatchTime(milliseconds_max_, [] { _exit(1); });
        source_.Branch(event.number << 20 | future);
        return;  // on with the run
      }
      while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
      }
      point.same += shared->last == Future::kSame;
      point.other += shared->last == Future::kOther;
      point.good += shared->last == Future::kGood;
      point.cut_off += shared->last == Future::kCutOff;
    }
    const std::string line = std::to_string(event.number) + " " + std::to_string(point.same) + " " +
                             std::to_string(point.other) + " " + std::to_string(point.good) + " " +
                             std::to_string(point.cut_off) + " " + Describe(event);
    WriteText(report_, line.substr(0, line.find('\n')) + "\n");
  }

 private:
  BranchSource& source_;
  const std::vector<uint64_t> events_;
  const uint64_t future_count_;
  const uint64_t milliseconds_max_;
  const int report_;
  size_t next_ = 0;
};

// One pass over the run in a process of its own; adds to `points`.
void Pass(Simulation& simulation, ExploredRun& run, const std::vector<uint64_t>& events,
          uint64_t future_count, uint64_t milliseconds_max, std::map<uint64_t, Point>& points) {
  int ends[2];
  CHECK(pipe(ends) == 0);
  std::fflush(nullptr);
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    close(ends[0]);
    if (std::freopen("/dev/null", "w", stderr) == nullptr) _exit(1);
    CatchBadEnds([](const Failure& failure, bool) {
      if (is_future) shared->last = IsTheFailure(failure) ? Future::kSame : Future::kOther;
      _exit(0);
    });
    WatchNothing();
    const std::unique_ptr<ChoiceSource> answers = run.Answers();
    BranchSource source(*answers);
    Forker forker(source, events, future_count, milliseconds_max, ends[1]);
    EventStream stream;
    stream.Add(forker);
    run_position = {.seed = run.options().seed};
    (void)simulation.Run({.choices = source,
                          .options = run.options(),
                          .step_count_max = run.options().step_count,
                          .observer = &stream});
    if (is_future) shared->last = Future::kGood;
    _exit(0);
  }
  close(ends[1]);
  FILE* const lines = fdopen(ends[0], "r");
  char* line = nullptr;
  size_t size = 0;
  while (getline(&line, &size, lines) > 0) {
    unsigned long long event = 0;
    Point point;
    int used = 0;
    if (std::sscanf(line, "%llu %d %d %d %d %n", &event, &point.same, &point.other, &point.good,
                    &point.cut_off, &used) < 5) {
      continue;
    }
    point.event = line + used;
    while (!point.event.empty() && point.event.back() == '\n') point.event.pop_back();
    points[event] = point;
  }
  std::free(line);
  std::fclose(lines);
  while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
}

std::vector<uint64_t> Between(uint64_t first, uint64_t last,
                              const std::map<uint64_t, Point>& known) {
  std::vector<uint64_t> events;
  const uint64_t span = last - first;
  for (uint64_t i = 0; i < kPointCount; ++i) {
    const uint64_t event = first + span * i / (kPointCount - 1);
    if (known.contains(event) || (!events.empty() && events.back() == event)) continue;
    events.push_back(event);
  }
  return events;
}

// The two neighbours between which the share of failures grows most.
std::pair<uint64_t, uint64_t> LargestStep(const std::map<uint64_t, Point>& points) {
  std::pair<uint64_t, uint64_t> largest{0, 0};
  double step_max = 0;
  for (auto a = points.begin(), b = std::next(a); b != points.end(); ++a, ++b) {
    const double step = static_cast<double>(b->second.same) / b->second.count() -
                        static_cast<double>(a->second.same) / a->second.count();
    if (step <= step_max) continue;
    step_max = step;
    largest = {a->first, b->first};
  }
  return largest;
}

void Plot(const std::map<uint64_t, Point>& points) {
  std::printf("%10s  %5s\n", "event", "fails");
  for (const auto& [event, point] : points) {
    constexpr int kWidth = 40;
    const int percent = (200 * point.same + point.count()) / (2 * point.count());
    const int bar = (2 * kWidth * point.same + point.count()) / (2 * point.count());
    // After "event N, step S, T us: ".
    const size_t text = point.event.find(" us: ");
    std::printf("%10llu  %4d%% %-*s  %.90s%s\n", static_cast<unsigned long long>(event), percent,
                kWidth, std::string(static_cast<size_t>(bar), '#').c_str(),
                text == point.event.npos ? "" : point.event.c_str() + text + 5,
                point.other > 0 ? "  (some fail otherwise)" : "");
  }
}

void WriteData(const std::string& path, const std::map<uint64_t, Point>& points) {
  FILE* const file = std::fopen(path.c_str(), "w");
  if (file == nullptr) {
    std::fprintf(stderr, "%s: %s\n", path.c_str(), std::strerror(errno));
    return;
  }
  std::fputs("event,futures,same,other,good,cut_off\n", file);
  for (const auto& [event, point] : points) {
    std::fprintf(file, "%llu,%d,%d,%d,%d,%d\n", static_cast<unsigned long long>(event),
                 point.count(), point.same, point.other, point.good, point.cut_off);
  }
  std::fclose(file);
}

}  // namespace

int BranchMain(const ToolSpec& tool, Simulation& simulation, const MainOptions& given) {
  Result<std::unique_ptr<ExploredRun>> loaded = ExploredRun::Load(tool, given);
  if (!loaded.ok()) return Misuse(tool, loaded.status());
  ExploredRun& run = **loaded;

  // The run as it is: how it ends, and how long it takes.
  const double begin = ProcessorSeconds();
  const std::unique_ptr<ChoiceSource> answers = run.Answers();
  const RunEnd end = ChildRunner(simulation)
                         .Run({.options = run.options(),
                               .answers = *answers,
                               .step_count_max = run.options().step_count,
                               .keeps_recording = false});
  const double seconds = ProcessorSeconds() - begin;
  if (end.kind != RunEnd::Kind::kFailed) {
    std::printf("the run does not fail: nothing to look for\n");
    return 0;
  }
  if (*given.branch > end.size.event_count) {
    return Misuse(tool, {ResultCode::kMisuse,
                         "the run has only " + std::to_string(end.size.event_count) + " events"});
  }
  void* const memory =
      mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK(memory != MAP_FAILED);
  shared = static_cast<Shared*>(memory);
  std::snprintf(shared->oracle, sizeof shared->oracle, "%s", end.oracle.c_str());
  std::snprintf(shared->site, sizeof shared->site, "%s", end.site.c_str());

  const auto milliseconds_max = static_cast<uint64_t>(seconds * 10 * 1000) + kFutureMillisecondsMin;
  std::map<uint64_t, Point> points;
  uint64_t first = std::max<uint64_t>(*given.branch, 1);
  uint64_t last = end.size.event_count;
  for (int pass = 0; pass < kPassCountMax; ++pass) {
    const std::vector<uint64_t> events = Between(first, last, points);
    if (events.empty()) break;
    Pass(simulation, run, events, given.future_count, milliseconds_max, points);
    if (points.size() < 2) break;
    std::tie(first, last) = LargestStep(points);
    if (last - first < 2) break;
  }
  if (points.empty()) {
    std::printf("no event could be branched from\n");
    return 1;
  }
  Plot(points);
  if (!given.branch_data.empty()) WriteData(given.branch_data, points);
  auto certain = points.end();
  while (certain != points.begin() &&
         std::prev(certain)->second.same == std::prev(certain)->second.count()) {
    --certain;
  }
  if (certain == points.end()) {
    std::printf("never certain before the failure at event %llu\n",
                static_cast<unsigned long long>(end.size.event_count));
  } else if (certain == points.begin()) {
    std::printf("certain already at event %llu\n", static_cast<unsigned long long>(certain->first));
  } else {
    const auto before = std::prev(certain);
    std::printf("certain from event %llu on; at event %llu %d of %d futures fail\n",
                static_cast<unsigned long long>(certain->first),
                static_cast<unsigned long long>(before->first), before->second.same,
                before->second.count());
  }
  return 0;
}

}  // namespace orrery::sim
