#include "sim/main_loop.h"

#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/check.h"
#include "sim/choices/recording.h"
#include "sim/choices/replay_source.h"
#include "sim/choices/seed_source.h"
#include "sim/failure.h"
#include "sim/shrink/shrink.h"

// Present under a sanitizer only: called when one is about to end the process.
extern "C" [[gnu::weak]] void __sanitizer_set_death_callback(void (*callback)());

namespace orrery::sim {
namespace {

constexpr uint64_t kDeterminismPeriod = 16;
constexpr int kWatchdogTickSeconds = 5;  // of processor time
constexpr int kWatchdogTickMax = 6;
constexpr const char kSelf[] = "/proc/self/exe";

// All that the ends of a process need, made ready before each run: some of them are signal
// handlers.
struct Ending {
  const ToolSpec* tool = nullptr;
  const MainOptions* options = nullptr;
  Bundle* bundle = nullptr;                    // when this process records
  const RecordingSource* recording = nullptr;  // likewise
  std::string replay_command;
  std::vector<std::string> record_words;  // the command that repeats the run and records it
  std::vector<char*> record_arguments;
  bool reporting = false;
  uint64_t watched_step = 0;
  int watched_tick_count = 0;
};
Ending ending;

void SetWatchdog(int seconds) {
  const itimerval timer = {.it_interval = {.tv_sec = seconds, .tv_usec = 0},
                           .it_value = {.tv_sec = seconds, .tv_usec = 0}};
  setitimer(ITIMER_VIRTUAL, &timer, nullptr);
}

// Only what a signal handler may do.
void WriteText(int descriptor, std::string_view text) {
  (void)!write(descriptor, text.data(), text.size());
}

void WriteNumber(int descriptor, uint64_t number) {
  char digits[24];
  char* at = digits + sizeof digits;
  do *--at = static_cast<char>('0' + number % 10);
  while ((number /= 10) != 0);
  WriteText(descriptor, {at, static_cast<size_t>(digits + sizeof digits - at)});
}

void WriteVerdict(int descriptor, std::string_view oracle) {
  WriteText(descriptor, "FAIL seed=");
  WriteNumber(descriptor, run_position.seed);
  WriteText(descriptor, " oracle=");
  WriteText(descriptor, oracle);
  WriteText(descriptor, " step=");
  WriteNumber(descriptor, run_position.step);
  WriteText(descriptor, " replay='");
  WriteText(descriptor, ending.replay_command);
  WriteText(descriptor, "'");
  if (ending.bundle != nullptr) {
    WriteText(descriptor, " bundle=");
    WriteText(descriptor, ending.bundle->folder());
  }
  WriteText(descriptor, "\n");
}

// Starts this program anew for the failed run; comes back only if that is impossible.
void RepeatRecording() {
  SetWatchdog(0);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execv(kSelf, ending.record_arguments.data());
}

[[noreturn]] void EndBadly(std::string_view oracle) {
  if (ending.options != nullptr && ending.options->record_to.empty() &&
      ending.options->replay.empty()) {
    WriteText(STDERR_FILENO, "repeating the run with a recording\n");
    RepeatRecording();
  }
  WriteVerdict(STDOUT_FILENO, oracle);
  _exit(1);
}

void OnFailure(std::string_view oracle, std::string_view message) {
  // A second failure while the first is being reported adds nothing.
  if (ending.reporting) EndBadly(oracle);
  ending.reporting = true;
  std::fprintf(stderr, "\n%.*s: seed %llu, step %llu: %.*s\n", static_cast<int>(oracle.size()),
               oracle.data(), static_cast<unsigned long long>(run_position.seed),
               static_cast<unsigned long long>(run_position.step), static_cast<int>(message.size()),
               message.data());
  if (ending.bundle != nullptr) {
    std::string verdict =
        "oracle: " + std::string(oracle) + "\nstep: " + std::to_string(run_position.step) + "\n" +
        std::string(message) + "\n\nTo run it again: " + ending.replay_command +
        "\nFrom this folder: tools/bazel run //" + std::string(ending.tool->name) +
        " -- --replay=" + ending.bundle->folder() + "\n";
    ending.bundle->Write("README.txt", verdict);
    if (ending.recording != nullptr) {
      ending.bundle->Write("choices.txt", ending.recording->recording().ToText());
    }
  }
  EndBadly(oracle);
}

void OnCheckFailure(const char* file, int line, const char* condition) {
  OnFailure("check", std::string(file) + ":" + std::to_string(line) + ": " + condition);
}

void OnCrash(int number) {
  (void)signal(number, SIG_DFL);
  WriteText(STDERR_FILENO, "\ncrash: signal ");
  WriteNumber(STDERR_FILENO, static_cast<uint64_t>(number));
  WriteText(STDERR_FILENO, "\n");
  EndBadly("crash");
}

void OnSanitizerDeath() { EndBadly("crash"); }

void OnWatchdog(int) {
  if (ending.watched_step != run_position.step) {
    ending.watched_step = run_position.step;
    ending.watched_tick_count = 0;
  } else if (++ending.watched_tick_count > kWatchdogTickMax) {
    WriteText(STDERR_FILENO, "\nprogress: one step does not end\n");
    EndBadly("progress");
  }
}

void InstallHandlers() {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  SetFailureHandler(OnFailure);
  SetCheckFailureHandler(OnCheckFailure);

  // A fiber that overflows its stack has none left for the handler.
  static char alternative_stack[1 << 16];
  const stack_t stack = {
      .ss_sp = alternative_stack, .ss_flags = 0, .ss_size = sizeof alternative_stack};
  const bool sanitized = &__sanitizer_set_death_callback != nullptr;
  if (sanitized) {
    __sanitizer_set_death_callback(OnSanitizerDeath);
  } else {
    sigaltstack(&stack, nullptr);
  }
  struct sigaction action = {};
  action.sa_handler = OnCrash;
  action.sa_flags = SA_ONSTACK | SA_NODEFER;
  if (!sanitized) {
    for (const int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL}) sigaction(number, &action, nullptr);
  }
  sigaction(SIGABRT, &action, nullptr);
  action.sa_handler = OnWatchdog;
  action.sa_flags = SA_RESTART | SA_ONSTACK;
  sigaction(SIGVTALRM, &action, nullptr);
  SetWatchdog(kWatchdogTickSeconds);
}

std::string BundleParent(const MainOptions& options) {
  if (!options.bundle_dir.empty()) return options.bundle_dir;
  for (const char* name : {"TEST_UNDECLARED_OUTPUTS_DIR", "TMPDIR"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return "/tmp";
}

std::string Join(const std::vector<std::string>& words, const char* separator) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : separator) + word;
  return text;
}

void PrepareEnding(const ToolSpec& tool, const MainOptions& options, uint64_t seed,
                   uint64_t step_count_max) {
  const std::vector<std::string> words = ReplayWords(tool, options, seed, step_count_max);
  ending.replay_command = "tools/bazel run //" + std::string(tool.name) + " -- " + Join(words, " ");
  ending.record_words = words;
  ending.record_words.insert(ending.record_words.begin(), std::string(tool.name));
  // A determinism failure shows only when the run is made twice.
  ending.record_words.push_back("--check-determinism");
  ending.record_words.push_back("--record-to=" + BundleParent(options));
  if (options.verbose) ending.record_words.push_back("--verbose");
  ending.record_arguments.clear();
  for (std::string& word : ending.record_words) ending.record_arguments.push_back(word.data());
  ending.record_arguments.push_back(nullptr);
  run_position = {.seed = seed, .step = 0};
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
                  uint64_t seed, uint64_t step_count_max) {
  PrepareEnding(tool, options, seed, step_count_max);
  SeedSource choices(seed);
  const RunReport report = simulation.Run({choices, options, step_count_max});
  if (options.check_determinism || seed % kDeterminismPeriod == 1) {
    run_position.step = 0;
    SeedSource again(seed);
    const RunReport second = simulation.Run({again, options, step_count_max});
    if (second.hash != report.hash) {
      Fail("determinism", "the second run's hash is " + std::to_string(second.hash) +
                              ", the first one's " + std::to_string(report.hash));
    }
  }
  return report;
}

void PrintOk(uint64_t run_count, const RunReport& total) {
  std::printf("ok runs=%llu statements=%llu ios=%llu waits=%llu faults=%llu hash=%016llx\n",
              static_cast<unsigned long long>(run_count),
              static_cast<unsigned long long>(total.statement_count),
              static_cast<unsigned long long>(total.io_count),
              static_cast<unsigned long long>(total.wait_count),
              static_cast<unsigned long long>(total.fault_count),
              static_cast<unsigned long long>(total.hash));
}

int RunSeeds(const ToolSpec& tool, Simulation& simulation, const MainOptions& options) {
  RunReport total;
  uint64_t run_count = 0;
  double elapsed = 0;
  {
    Progress progress(options);
    while ((options.run_count == 0 || run_count < options.run_count) &&
           (options.step_count == 0 || total.step_count < options.step_count) &&
           !progress.TimeIsUp(options.seconds)) {
      const uint64_t steps_left =
          options.step_count == 0 ? 0 : options.step_count - total.step_count;
      AddUp(total, RunSeed(tool, simulation, options, options.seed + run_count, steps_left));
      ++run_count;
      progress.Show(run_count, total);
    }
    elapsed = progress.Elapsed();
  }
  if (options.verbose) {
    std::fprintf(stderr, "%.1f s, %.0f statements/s, %.0f ios/s\n", elapsed,
                 static_cast<double>(total.statement_count) / elapsed,
                 static_cast<double>(total.io_count) / elapsed);
    simulation.ReportCoverage();
  }
  PrintOk(run_count, total);
  return 0;
}

// The failed run once more, into a bundle. It is expected to end in Fail().
int Record(const ToolSpec& tool, Simulation& simulation, const MainOptions& options) {
  PrepareEnding(tool, options, options.seed, options.step_count);
  const Result<std::string> folder = Bundle::MakeFolder(
      options.record_to, std::string(tool.name) + "-seed-" + std::to_string(options.seed));
  if (!folder.ok()) std::fprintf(stderr, "%s\n", folder.status().ToString().c_str());
  std::optional<Bundle> bundle;
  if (folder.ok()) {
    ending.bundle = &bundle.emplace(*folder);
    const auto words = ReplayWords(tool, options, options.seed, options.step_count);
    bundle->Write("options.txt", Join(words, "\n") + "\n");
    bundle->Write("build.txt", BuildDescription() + "\n");
    bundle->Write("README.txt",
                  "The run crashed. To run it again: " + ending.replay_command + "\n");
  }
  SeedSource seed(options.seed);
  RecordingSource recording(seed);
  ending.recording = &recording;
  const RunReport first =
      simulation.Run({recording, options, options.step_count, bundle ? &*bundle : nullptr});
  run_position.step = 0;
  SeedSource again(options.seed);
  const RunReport second = simulation.Run({again, options, options.step_count});
  Fail("determinism", first.hash == second.hash
                          ? "the run failed, but did not when it was made again"
                          : "two runs of one seed have different hashes");
}

int Replay(const ToolSpec& tool, Simulation& simulation, const MainOptions& given) {
  const Result<std::string> text = ReadWholeFile(given.replay + "/options.txt");
  if (!text.ok()) {
    std::fprintf(stderr, "%s: %s\n", std::string(tool.name).c_str(),
                 text.status().ToString().c_str());
    return 2;
  }
  std::vector<std::string> words;
  for (size_t at = 0; at < text->size();) {
    const size_t end = std::min(text->find('\n', at), text->size());
    if (end > at) words.push_back(text->substr(at, end - at));
    at = end + 1;
  }
  Result<MainOptions> options = ParseMainOptions(tool, words);
  if (!options.ok()) {
    std::fprintf(stderr, "%s/options.txt: %s\n", given.replay.c_str(),
                 std::string(options.status().message()).c_str());
    return 2;
  }
  options->replay = given.replay;
  options->verbose = given.verbose;
  PrepareEnding(tool, *options, options->seed, options->step_count);

  SeedSource seed(options->seed);
  RunReport report;
  const Result<Recording> recording = Recording::Load(given.replay + "/choices.txt");
  if (recording.ok()) {
    ReplaySource choices(*recording, &seed);
    report = simulation.Run({choices, *options, options->step_count});
    if (choices.divergence_count() > 0) {
      std::fprintf(stderr, "%llu draws were not as recorded: the bundle is from other code\n",
                   static_cast<unsigned long long>(choices.divergence_count()));
    }
  } else {
    report = simulation.Run({seed, *options, options->step_count});
  }
  PrintOk(1, report);
  return 0;
}

}  // namespace

int RunMain(int argc, char** argv, const ToolSpec& tool, Simulation& simulation) {
  const Result<MainOptions> options =
      ParseMainOptions(tool, std::vector<std::string>(argv + 1, argv + argc));
  if (!options.ok()) {
    std::fprintf(stderr, "%s: %s (--help lists the options)\n", std::string(tool.name).c_str(),
                 std::string(options.status().message()).c_str());
    return 2;
  }
  if (options->help) {
    std::fputs(Usage(tool).c_str(), stdout);
    return 0;
  }
  if (options->shrink) return ShrinkMain(tool, *options);
  ending.tool = &tool;
  ending.options = &*options;
  InstallHandlers();
  if (!options->record_to.empty()) return Record(tool, simulation, *options);
  if (!options->replay.empty()) return Replay(tool, simulation, *options);
  return RunSeeds(tool, simulation, *options);
}

}  // namespace orrery::sim
