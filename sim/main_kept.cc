#include "sim/main_kept.h"

#include <unistd.h>

#include <cstdio>
#include <string>

#include "sim/bundles/bundle.h"
#include "sim/bundles/sites.h"
#include "sim/bundles/statements.h"
#include "sim/choices/replay_source.h"
#include "sim/main_ending.h"
#include "sim/main_onlookers.h"
#include "sim/main_replay.h"

namespace orrery::sim {
namespace {

// All that the end of such a run needs.
struct Playing {
  const SitePlayer* sites = nullptr;
  const StatementChecker* statements = nullptr;
  const Onlookers* onlookers = nullptr;
};
Playing playing;

std::string Reached() {
  return " sites=" + std::to_string(playing.sites->struck_count()) + "/" +
         std::to_string(playing.sites->site_count()) +
         " statements=" + std::to_string(playing.statements->matched_count()) + "/" +
         std::to_string(playing.statements->expected_count());
}

void OnEnd(const Failure& failure, bool crashed) {
  WriteFailure(failure);
  WriteFail(failure);
  if (!crashed) {
    playing.onlookers->TellFailure(failure);
    WriteText(STDOUT_FILENO, Reached());
  }
  WriteText(STDOUT_FILENO, "\n");
  _exit(1);
}

}  // namespace

int KeptMain(const ToolSpec& tool, Simulation& simulation, const MainOptions& given) {
  Result<KeptRun> kept = LoadKeptRun(tool, given);
  if (!kept.ok()) return Misuse(tool, kept.status());
  const Result<std::string> sites_text = ReadWholeFile(given.replay + "/sites.txt");
  if (!sites_text.ok()) return Misuse(tool, sites_text.status());
  Result<std::vector<Site>> sites = ParseSites(*sites_text);
  if (!sites.ok()) return Misuse(tool, sites.status());
  const Result<std::string> statements_text = ReadWholeFile(given.replay + "/statements.sql");
  if (!statements_text.ok()) return Misuse(tool, statements_text.status());

  const MainOptions& options = kept->options;
  Onlookers onlookers(options, "tools/bazel run //" + std::string(tool.name) +
                                   " -- --by-sites --replay=" + given.replay);
  StatementChecker statements(*statements_text);
  SitePlayer player(*std::move(sites));
  ReplaySource choices(kept->choices);
  player.SetAnswers(choices);
  onlookers.Add(player);
  onlookers.Add(statements);
  playing = {.sites = &player, .statements = &statements, .onlookers = &onlookers};
  CatchBadEnds(OnEnd);
  WatchProgress();
  run_position = {.seed = options.seed};
  const RunReport report = simulation.Run({.choices = player,
                                           .options = options,
                                           .step_count_max = options.step_count,
                                           .observer = onlookers.observer()});
  const bool is_there = player.struck_count() == player.site_count() &&
                        statements.matched_count() == statements.expected_count();
  if (is_there) {
    std::printf("%s%s\n", OkLine(1, report).c_str(), Reached().c_str());
    return 0;
  }
  if (!statements.difference().empty()) {
    std::fprintf(stderr, "%s\n", statements.difference().c_str());
  }
  std::printf("STALE seed=%llu%s bundle=%s\n", static_cast<unsigned long long>(options.seed),
              Reached().c_str(), given.replay.c_str());
  return kStaleStatus;
}

}  // namespace orrery::sim
