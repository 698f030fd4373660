#include "sim/shrink/shrink.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

#include "sim/choices/replay_source.h"
#include "sim/main_record.h"
#include "sim/main_replay.h"
#include "sim/shrink/shrinker.h"

namespace orrery::sim {
namespace {

std::string Field(const std::string& line, const std::string& name) {
  const size_t at = line.find(name);
  if (at == line.npos) return "";
  const size_t begin = at + name.size();
  return line.substr(begin, line.find_first_of(" \n", begin) - begin);
}

// The last line that this program prints for these words; what it says on standard error is shown.
std::string LastLine(const ToolSpec& tool, std::vector<std::string> words) {
  words.insert(words.begin(), std::string(tool.name));
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  int ends[2];
  if (pipe(ends) != 0) return "";
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    close(ends[1]);
    execv("/proc/self/exe", arguments.data());
    _exit(3);
  }
  close(ends[1]);
  std::string output;
  char buffer[4096];
  ssize_t size = 0;
  while ((size = read(ends[0], buffer, sizeof buffer)) > 0) {
    output.append(buffer, static_cast<size_t>(size));
  }
  close(ends[0]);
  waitpid(child, nullptr, 0);
  while (!output.empty() && output.back() == '\n') output.pop_back();
  return output.substr(output.rfind('\n') + 1);
}

std::string SizeText(const RunEnd& run) {
  return std::to_string(run.size.statement_count) + " statements, " +
         std::to_string(run.size.connection_count) + " connections, " +
         std::to_string(run.size.fault_count) + " faults, " + std::to_string(run.size.wait_count) +
         " forced waits, " + std::to_string(run.size.event_count) + " events";
}

// Says how far it is whenever a statement, a connection or a fault has gone, and not too often.
class Telling {
 public:
  void operator()(const Shrinker& shrinker) {
    if (shrinker.seconds() < next_) return;
    next_ = shrinker.seconds() + 1;
    Tell(shrinker);
  }
  static void Tell(const Shrinker& shrinker) {
    std::fprintf(stderr, "%5.1f s, %6llu attempts: %s\n", shrinker.seconds(),
                 static_cast<unsigned long long>(shrinker.attempt_count()),
                 SizeText(shrinker.best()).c_str());
  }

 private:
  double next_ = 0;
};

}  // namespace

int ShrinkMain(const ToolSpec& tool, Simulation& simulation, const MainOptions& options) {
  MainOptions given = options;
  if (given.replay.empty()) {
    // The first run that fails leaves a bundle.
    std::vector<std::string> words = ReplayWords(tool, options, options.seed, options.step_count);
    std::erase(words, "--runs=1");
    if (options.run_count > 0) words.push_back("--runs=" + std::to_string(options.run_count));
    if (options.seconds > 0) words.push_back("--seconds=" + std::to_string(options.seconds));
    if (!options.bundle_dir.empty()) words.push_back("--bundle-dir=" + options.bundle_dir);
    const std::string line = LastLine(tool, words);
    given.replay = Field(line, " bundle=");
    if (given.replay.empty()) {
      std::printf("%s\n", line.c_str());
      return line.starts_with("ok ") ? 0 : line.starts_with("FAIL ") ? 1 : 2;
    }
    std::fprintf(stderr, "found: %s\n", line.c_str());
  }
  Result<KeptRun> kept = LoadKeptRun(tool, given);
  if (!kept.ok()) {
    std::fprintf(stderr, "%s: %s\n", std::string(tool.name).c_str(),
                 std::string(kept.status().message()).c_str());
    return 2;
  }
  RunEnd start;
  start.kind = RunEnd::Kind::kFailed;
  start.oracle = kept->failure["oracle"];
  start.site = kept->failure["site"];
  start.message = kept->failure["message"];
  start.recording = kept->choices;

  Telling telling;
  Shrinker shrinker(simulation, kept->options, std::move(start),
                    {.seconds = static_cast<double>(options.shrink_seconds)}, telling);
  if (!shrinker.Reproduces()) {
    std::printf("STALE seed=%llu recorded='%s at event %s' bundle=%s\n",
                static_cast<unsigned long long>(kept->options.seed),
                kept->failure["oracle"].c_str(), kept->failure["event"].c_str(),
                given.replay.c_str());
    return kStaleStatus;
  }
  std::fprintf(stderr, "to shrink: %s\n", SizeText(shrinker.best()).c_str());
  shrinker.Run();
  Telling::Tell(shrinker);

  const size_t slash = given.replay.rfind('/');
  const std::string parent = slash == given.replay.npos ? "." : given.replay.substr(0, slash);
  const std::string name = given.replay.substr(slash + 1);
  const Result<std::string> folder = Bundle::MakeFolder(parent, name + "-small");
  if (!folder.ok()) {
    std::fprintf(stderr, "%s\n", folder.status().ToString().c_str());
    return 2;
  }
  Bundle bundle(*folder);
  ReplaySource answers(shrinker.best().recording);
  const RunEnd end = RecordInto(bundle, tool, simulation, shrinker.options(), answers, /*is_small=*/true);
  const Result<std::string> log = ReadWholeFile(*folder + "/log.txt");
  if (log.ok()) std::fputs(log->c_str(), stderr);
  std::fprintf(stderr, "%s\n", end.message.c_str());
  std::printf("%s\n", VerdictLine(kept->options.seed, end,
                                  " statements=" + std::to_string(end.size.statement_count) +
                                      " connections=" + std::to_string(end.size.connection_count) +
                                      " faults=" + std::to_string(end.size.fault_count) +
                                      " waits=" + std::to_string(end.size.wait_count) +
                                      " replay='tools/bazel run //" + std::string(tool.name) +
                                      " -- --replay=" + *folder + "' bundle=" + *folder)
                          .c_str());
  return 1;
}

}  // namespace orrery::sim
