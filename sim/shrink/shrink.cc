#include "sim/shrink/shrink.h"

#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

namespace orrery::sim {
namespace {

struct Verdict {
  std::string line;
  std::string oracle;
  uint64_t seed = 0;
  uint64_t step = 0;
};

std::string Field(const std::string& line, const std::string& name) {
  const size_t at = line.find(name);
  if (at == line.npos) return "";
  const size_t begin = at + name.size();
  return line.substr(begin, line.find_first_of(" \n", begin) - begin);
}

// The last line that the program prints for these words.
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
    (void)!freopen("/dev/null", "w", stderr);
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

std::optional<Verdict> Failure(const std::string& line) {
  if (!line.starts_with("FAIL ")) return std::nullopt;
  Verdict verdict{.line = line, .oracle = Field(line, " oracle=")};
  const std::string seed = Field(line, "seed=");
  const std::string step = Field(line, " step=");
  std::from_chars(seed.data(), seed.data() + seed.size(), verdict.seed);
  std::from_chars(step.data(), step.data() + step.size(), verdict.step);
  return verdict;
}

class Shrinker {
 public:
  Shrinker(const ToolSpec& tool, MainOptions options, Verdict verdict)
      : tool_(tool), best_(std::move(options)), verdict_(std::move(verdict)) {}

  const Verdict& Shrink() {
    for (const FaultSpec& spec : kFaults) {
      if (!best_.faults.Has(spec.fault)) continue;
      MainOptions smaller = best_;
      smaller.faults.Remove(spec.fault);
      Try(smaller);
    }
    while (tool_.connection_count > 0 && best_.connection_count > 1) {
      MainOptions smaller = best_;
      --smaller.connection_count;
      if (!Try(smaller)) break;
    }
    if (tool_.connection_count > 0 && best_.process_count != 1) {
      MainOptions smaller = best_;
      smaller.process_count = 1;
      Try(smaller);
    }
    // Cut short as early as the same oracle still notices.
    uint64_t low = 1;
    uint64_t high = verdict_.step;
    while (low < high) {
      MainOptions smaller = best_;
      smaller.step_count = low + (high - low) / 2;
      if (Try(smaller)) {
        high = smaller.step_count;
      } else {
        low = smaller.step_count + 1;
      }
    }
    return verdict_;
  }

 private:
  bool Try(const MainOptions& options) {
    const std::string line =
        LastLine(tool_, ReplayWords(tool_, options, verdict_.seed, options.step_count));
    const std::optional<Verdict> verdict = Failure(line);
    if (!verdict || verdict->oracle != verdict_.oracle) return false;
    std::fprintf(stderr, "smaller: %s\n", line.c_str());
    best_ = options;
    verdict_ = *verdict;
    return true;
  }

  const ToolSpec& tool_;
  MainOptions best_;
  Verdict verdict_;
};

}  // namespace

int ShrinkMain(const ToolSpec& tool, const MainOptions& options) {
  std::vector<std::string> words = ReplayWords(tool, options, options.seed, options.step_count);
  std::erase(words, "--runs=1");
  if (options.run_count > 0) words.push_back("--runs=" + std::to_string(options.run_count));
  if (options.seconds > 0) words.push_back("--seconds=" + std::to_string(options.seconds));
  const std::string line = LastLine(tool, words);
  const std::optional<Verdict> verdict = Failure(line);
  if (!verdict) {
    std::printf("%s\n", line.c_str());
    return line.starts_with("ok ") ? 0 : 2;
  }
  std::fprintf(stderr, "found: %s\n", line.c_str());
  MainOptions first = options;
  first.shrink = false;
  first.step_count = 0;
  std::printf("%s\n", Shrinker(tool, first, *verdict).Shrink().line.c_str());
  return 1;
}

}  // namespace orrery::sim
