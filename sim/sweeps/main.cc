// //sim/sweeps: everything of a kind, on small scripts. See README.md.
//
//   sweeps [--sweep=NAME,...] [--script=NAME,...] [--variant=NAME,...] [--full] [--case=NAME]
//
// One line a sweep, script and variant with what was covered; then `ok ...` (exit 0), or
// `FAIL ... replay='...'` (exit 1).

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/check.h"
#include "sim/failure.h"
#include "sim/sweeps/sweep.h"

namespace orrery::sim {
namespace {

struct Wanted {
  std::vector<std::string> sweeps;  // empty: all
  std::vector<std::string> scripts;
  std::vector<std::string> variants;
  SweepOptions options;
};

struct Position {
  std::string_view sweep;
  std::string_view script;
  std::string_view variant;
  bool full = false;
};
Position position;

std::vector<std::string> Split(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    if (comma > 0) parts.emplace_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return parts;
}

bool Wants(const std::vector<std::string>& names, std::string_view name) {
  return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
}

template <typename Specs>
bool AllExist(const std::vector<std::string>& names, const Specs& specs) {
  for (const std::string& name : names) {
    if (std::none_of(std::begin(specs), std::end(specs),
                     [&](const auto& spec) { return spec.name == name; })) {
      std::fprintf(stderr, "sweeps: there is no '%s'; there are:", name.c_str());
      for (const auto& spec : specs) std::fprintf(stderr, " %s", std::string(spec.name).c_str());
      std::fprintf(stderr, "\n");
      return false;
    }
  }
  return true;
}

std::optional<Wanted> Parse(int argc, char** argv) {
  Wanted wanted;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const auto value = [&](std::string_view option) -> std::optional<std::string_view> {
      if (!word.starts_with(option)) return std::nullopt;
      return word.substr(option.size());
    };
    if (word == "--full") {
      wanted.options.full = true;
    } else if (const auto sweeps = value("--sweep=")) {
      wanted.sweeps = Split(*sweeps);
    } else if (const auto scripts = value("--script=")) {
      wanted.scripts = Split(*scripts);
    } else if (const auto variants = value("--variant=")) {
      wanted.variants = Split(*variants);
    } else if (const auto only = value("--case=")) {
      wanted.options.only_case = *only;
    } else {
      std::fprintf(stderr,
                   "usage: sweeps [--sweep=NAME,...] [--script=NAME,...] [--variant=NAME,...] "
                   "[--full] [--case=NAME]\n");
      return std::nullopt;
    }
  }
  if (!AllExist(wanted.sweeps, kSweeps) || !AllExist(wanted.scripts, Scripts()) ||
      !AllExist(wanted.variants, kVariants)) {
    return std::nullopt;
  }
  return wanted;
}

void OnFailure(const Failure& failure) {
  const std::string where = "--sweep=" + std::string(position.sweep) +
                            " --script=" + std::string(position.script) +
                            " --variant=" + std::string(position.variant) +
                            (position.full ? " --full" : "") + " --case=" + current_case;
  const std::string oracle(failure.oracle);
  std::fprintf(stderr, "\n%s at %s: %s\n%s\n", oracle.c_str(), std::string(failure.site).c_str(),
               where.c_str(), std::string(failure.message).c_str());
  std::printf("FAIL oracle=%s replay='tools/bazel run //sim/sweeps -- %s'\n", oracle.c_str(),
              where.c_str());
  std::fflush(stdout);
  std::_Exit(1);
}

void OnCheckFailure(const char* file, int line, const char* condition) {
  const std::string site = std::string(file) + ":" + std::to_string(line);
  OnFailure({.oracle = "check", .site = site, .message = condition});
}

int Main(int argc, char** argv) {
  const std::optional<Wanted> wanted = Parse(argc, argv);
  if (!wanted) return 2;
  SetFailureHandler(OnFailure);
  SetCheckFailureHandler(OnCheckFailure);
  SweepReport total(wanted->options);
  for (const SweepSpec& sweep : kSweeps) {
    if (!Wants(wanted->sweeps, sweep.name)) continue;
    for (const Variant& variant : kVariants) {
      if (!Wants(wanted->variants, variant.name)) continue;
      for (const Script& script : Scripts()) {
        if (!Wants(wanted->scripts, script.name) || !RunsOn(script, variant)) continue;
        position = {sweep.name, script.name, variant.name, wanted->options.full};
        SweepReport report(wanted->options);
        sweep.run(Prepare(script, variant), report);
        total.Add(report);
        std::printf("%-8s %-14s %-15s %s\n", std::string(sweep.name).c_str(),
                    std::string(variant.name).c_str(), std::string(script.name).c_str(),
                    report.ToString().c_str());
        std::fflush(stdout);
      }
    }
  }
  std::printf("ok %s\n", total.ToString().c_str());
  return 0;
}

}  // namespace
}  // namespace orrery::sim

int main(int argc, char** argv) { return orrery::sim::Main(argc, argv); }
