#include "sim/main_replay.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <vector>

#include "sim/bundles/bundle.h"
#include "sim/bundles/event_list.h"
#include "sim/choices/replay_source.h"
#include "sim/choices/seed_source.h"
#include "sim/main_ending.h"
#include "sim/main_onlookers.h"

namespace orrery::sim {
namespace {

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    if (end > at) lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

Status InBundle(const std::string& bundle, const char* file, const Status& status) {
  return {ResultCode::kMisuse, bundle + "/" + file + ": " + std::string(status.message())};
}

// All that the end of a replay needs.
struct Replaying {
  const KeptRun* kept = nullptr;
  const EventListChecker* checker = nullptr;
  const ReplaySource* choices = nullptr;
  const Onlookers* onlookers = nullptr;
};
Replaying replaying;

void TellParting() {
  const EventListChecker& checker = *replaying.checker;
  if (checker.parted_at() != 0) {
    std::fprintf(stderr,
                 "the run parts from the recorded one at event %llu of %s; here it is\n  %s\n",
                 static_cast<unsigned long long>(checker.parted_at()),
                 replaying.kept->failure.at("event").c_str(), checker.parted_event().c_str());
  }
  if (replaying.choices->divergence_count() > 0) {
    std::fprintf(stderr, "%llu draws asked for something else than was recorded\n",
                 static_cast<unsigned long long>(replaying.choices->divergence_count()));
  }
}

void OnEnd(const Failure& failure, bool crashed) {
  const EventListChecker& checker = *replaying.checker;
  WriteText(STDERR_FILENO, "\n");
  WriteFailure(failure);
  if (!crashed) {
    TellParting();
    replaying.onlookers->TellFailure(failure);
    const auto kept = replaying.kept->failure.find("oracle");
    if (kept != replaying.kept->failure.end() && kept->second != failure.oracle) {
      std::fprintf(stderr, "the recorded oracle was %s\n", kept->second.c_str());
    }
  }
  WriteFail(failure);
  WriteText(STDOUT_FILENO, " event=");
  WriteNumber(STDOUT_FILENO, run_position.event);
  if (checker.equal()) {
    WriteText(STDOUT_FILENO, " replay=same\n");
  } else {
    // One event more than recorded is a difference too.
    WriteText(STDOUT_FILENO, " replay=parted:");
    WriteNumber(STDOUT_FILENO,
                checker.parted_at() != 0 ? checker.parted_at() : checker.matched_count() + 1);
    WriteText(STDOUT_FILENO, "\n");
  }
  _exit(1);
}

}  // namespace

Result<KeptRun> LoadKeptRun(const ToolSpec& tool, const MainOptions& given) {
  const std::string& bundle = given.replay;
  KeptRun kept;
  ASSIGN_OR_RETURN(const std::string words, ReadWholeFile(bundle + "/options.txt"));
  Result<MainOptions> options = ParseMainOptions(tool, Lines(words));
  if (!options.ok()) return InBundle(bundle, "options.txt", options.status());
  kept.options = *std::move(options);
  kept.options.replay = bundle;
  kept.options.verbose = given.verbose;
  kept.options.until = given.until;
  kept.options.trace = given.trace;
  kept.options.bundle_dir = given.bundle_dir;
  Result<Recording> choices = Recording::Load(bundle + "/choices.txt");
  if (!choices.ok()) return Status(ResultCode::kMisuse, choices.status().message());
  kept.choices = *std::move(choices);
  ASSIGN_OR_RETURN(const std::string failure, ReadWholeFile(bundle + "/failure.txt"));
  for (const std::string& line : Lines(failure)) {
    const size_t colon = line.find(": ");
    if (colon != line.npos) kept.failure[line.substr(0, colon)] = line.substr(colon + 2);
  }
  return kept;
}

int ReplayMain(const ToolSpec& tool, Simulation& simulation, const MainOptions& given) {
  Result<KeptRun> kept = LoadKeptRun(tool, given);
  if (!kept.ok()) return Misuse(tool, kept.status());
  const Result<std::string> events_text = ReadWholeFile(given.replay + "/events.txt");
  if (!events_text.ok()) return Misuse(tool, events_text.status());
  const Result<EventList> events = EventList::FromText(*events_text);
  if (!events.ok()) return Misuse(tool, InBundle(given.replay, "events.txt", events.status()));
  const MainOptions& options = kept->options;

  Onlookers onlookers(
      options, "tools/bazel run //" + std::string(tool.name) + " -- --replay=" + given.replay);
  EventListChecker checker(*events);
  onlookers.Add(checker);
  SeedSource seed(options.seed);
  ReplaySource choices(kept->choices, &seed);
  replaying = {.kept = &*kept, .checker = &checker, .choices = &choices, .onlookers = &onlookers};
  CatchBadEnds(OnEnd);
  WatchProgress();
  run_position = {.seed = options.seed};
  const RunReport report = simulation.Run({.choices = choices,
                                           .options = options,
                                           .step_count_max = options.step_count,
                                           .observer = onlookers.observer()});
  if (checker.complete()) {
    std::printf("%s replay=passed\n", OkLine(1, report).c_str());
    return 0;
  }
  TellParting();
  std::printf(
      "STALE seed=%llu parted=%llu recorded='%s at event %s' bundle=%s\n",
      static_cast<unsigned long long>(options.seed),
      static_cast<unsigned long long>(checker.parted_at() != 0 ? checker.parted_at()
                                                               : checker.matched_count() + 1),
      kept->failure["oracle"].c_str(), kept->failure["event"].c_str(), given.replay.c_str());
  return kStaleStatus;
}

}  // namespace orrery::sim
