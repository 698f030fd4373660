#include "sim/main_loop.h"

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "sim/choices/seed_source.h"
#include "sim/coverage.h"
#include "sim/failure.h"
#include "sim/main_ending.h"
#include "sim/main_explore.h"
#include "sim/main_kept.h"
#include "sim/main_onlookers.h"
#include "sim/main_record.h"
#include "sim/main_replay.h"
#include "sim/shrink/shrink.h"

namespace orrery::sim {
namespace {

constexpr uint64_t kDeterminismPeriod = 16;
constexpr const char kSelf[] = "/proc/self/exe";

// The command that repeats the run under way and records it, made ready before each run: what needs
// it may be a signal handler.
struct Repeating {
  std::vector<std::string> words;
  std::vector<char*> arguments;
  std::string replay_command;
  const Onlookers* onlookers = nullptr;
};
Repeating repeating;

void OnBadEnd(const Failure& failure, bool crashed) {
  if (crashed) {
    for (const std::string_view part :
         {std::string_view("\n"), failure.oracle, std::string_view(": "), failure.message}) {
      WriteText(STDERR_FILENO, part);
    }
  } else {
    std::fprintf(stderr, "\n%.*s: seed %llu, step %llu: %.*s\n",
                 static_cast<int>(failure.oracle.size()), failure.oracle.data(),
                 static_cast<unsigned long long>(run_position.seed),
                 static_cast<unsigned long long>(run_position.step),
                 static_cast<int>(failure.message.size()), failure.message.data());
    if (repeating.onlookers != nullptr) repeating.onlookers->TellFailure(failure);
  }
  WriteText(STDERR_FILENO, "\nrepeating the run with a recording\n");
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execv(kSelf, repeating.arguments.data());
  // No second process is to be had: at least the verdict.
  WriteFail(failure);
  WriteText(STDOUT_FILENO, " replay='");
  WriteText(STDOUT_FILENO, repeating.replay_command);
  WriteText(STDOUT_FILENO, "'\n");
}

std::string BundleParent(const MainOptions& options) {
  if (!options.bundle_dir.empty()) return options.bundle_dir;
  for (const char* name : {"TEST_UNDECLARED_OUTPUTS_DIR", "TMPDIR"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return "/tmp";
}

void PrepareRepeating(const ToolSpec& tool, const MainOptions& options, uint64_t seed,
                      uint64_t step_count_max) {
  repeating.replay_command = ReplayCommand(tool, options, seed, step_count_max);
  repeating.words = ReplayWords(tool, options, seed, step_count_max);
  repeating.words.insert(repeating.words.begin(), std::string(tool.name));
  repeating.words.push_back("--record-to=" + BundleParent(options));
  repeating.arguments.clear();
  for (std::string& word : repeating.words) repeating.arguments.push_back(word.data());
  repeating.arguments.push_back(nullptr);
  run_position = {.seed = seed};
}

class Progress {
 public:
  explicit Progress(const MainOptions& options)
      : shown_(isatty(STDERR_FILENO) != 0 && !options.verbose) {}
  ~Progress() { Clear(); }

  bool TimeIsUp(uint64_t seconds) const { return seconds > 0 && Elapsed() >= double(seconds); }
  void Show(uint64_t run_count, const RunReport& total) {
    if (!shown_ || Elapsed() < next_) return;
    next_ = Elapsed() + 0.5;
    std::fprintf(stderr, "\r%.0f s: %llu runs, %.0f statements/s, %.0f ios/s, seed %llu   ",
                 Elapsed(), static_cast<unsigned long long>(run_count),
                 static_cast<double>(total.statement_count) / Elapsed(),
                 static_cast<double>(total.io_count) / Elapsed(),
                 static_cast<unsigned long long>(run_position.seed));
    dirty_ = true;
  }
  double Elapsed() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  void Clear() {
    if (dirty_) std::fprintf(stderr, "\r%78s\r", "");
  }

  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  const bool shown_;
  bool dirty_ = false;
  double next_ = 0.5;
};

void AddUp(RunReport& total, const RunReport& run) {
  total.step_count += run.step_count;
  total.statement_count += run.statement_count;
  total.io_count += run.io_count;
  total.wait_count += run.wait_count;
  total.fault_count += run.fault_count;
  total.hash = (total.hash ^ run.hash) * 0x9e3779b97f4a7c15u;
  total.hash ^= total.hash >> 32;
}

// One run from its seed; made a second time when asked, to see whether it is the same.
RunReport RunSeed(const ToolSpec& tool, Simulation& simulation, const MainOptions& options,
                  uint64_t seed, uint64_t step_count_max, Coverage& coverage) {
  PrepareRepeating(tool, options, seed, step_count_max);
  Onlookers onlookers(options, repeating.replay_command);
  repeating.onlookers = &onlookers;
  SeedSource choices(seed);
  const RunReport report = simulation.Run({.choices = choices,
                                           .options = options,
                                           .step_count_max = step_count_max,
                                           .observer = onlookers.observer(),
                                           .coverage = &coverage});
  repeating.onlookers = nullptr;
  if (options.check_determinism || seed % kDeterminismPeriod == 1) {
    run_position.step = 0;
    SeedSource again(seed);
    const RunReport second =
        simulation.Run({.choices = again, .options = options, .step_count_max = step_count_max});
    if (second.hash != report.hash) {
      Fail("determinism", "the second run's hash is " + std::to_string(second.hash) +
                              ", the first one's " + std::to_string(report.hash));
    }
  }
  return report;
}

int RunSeeds(const ToolSpec& tool, Simulation& simulation, const MainOptions& options) {
  CatchBadEnds(OnBadEnd);
  WatchProgress();
  RunReport total;
  Coverage coverage;
  uint64_t run_count = 0;
  double elapsed = 0;
  {
    Progress progress(options);
    while ((options.run_count == 0 || run_count < options.run_count) &&
           (options.step_count == 0 || total.step_count < options.step_count) &&
           !progress.TimeIsUp(options.seconds)) {
      const uint64_t steps_left =
          options.step_count == 0 ? 0 : options.step_count - total.step_count;
      AddUp(total,
            RunSeed(tool, simulation, options, options.seed + run_count, steps_left, coverage));
      ++run_count;
      progress.Show(run_count, total);
    }
    elapsed = progress.Elapsed();
  }
  if (options.verbose) {
    std::fprintf(stderr, "%.1f s, %.0f statements/s, %.0f ios/s\n", elapsed,
                 static_cast<double>(total.statement_count) / elapsed,
                 static_cast<double>(total.io_count) / elapsed);
  }
  if (options.verbose || options.coverage) {
    std::fputs(coverage.Describe(/*in_full=*/options.coverage).c_str(), stderr);
  }
  std::printf("%s\n", OkLine(run_count, total).c_str());
  return 0;
}

// `bazel run` starts us in a folder of its own and says where the user stands.
void ResolvePath(std::string& path) {
  const char* const folder = std::getenv("BUILD_WORKING_DIRECTORY");
  if (folder != nullptr && !path.empty() && path[0] != '/') path = std::string(folder) + "/" + path;
}

}  // namespace

int RunMain(int argc, char** argv, const ToolSpec& tool, Simulation& simulation) {
  Result<MainOptions> options =
      ParseMainOptions(tool, std::vector<std::string>(argv + 1, argv + argc));
  if (!options.ok()) return Misuse(tool, options.status());
  if (options->help) {
    std::fputs(Usage(tool).c_str(), stdout);
    return 0;
  }
  for (std::string* const path :
       {&options->replay, &options->trace, &options->bundle_dir, &options->branch_data}) {
    ResolvePath(*path);
  }
  if (options->branch) return BranchMain(tool, simulation, *options);
  if (options->snapshots) return SnapshotsMain(tool, simulation, *options);
  if (options->shrink) return ShrinkMain(tool, simulation, *options);
  if (!options->record_to.empty()) return RecordMain(tool, simulation, *options);
  if (!options->replay.empty() && options->by_sites) return KeptMain(tool, simulation, *options);
  if (!options->replay.empty()) return ReplayMain(tool, simulation, *options);
  return RunSeeds(tool, simulation, *options);
}

}  // namespace orrery::sim
