// Goal: what struck can be put back where it struck, though a run has come to have other
// opportunities before that statement.
// Method: a run that counts; its sites are kept and played in a run with more or fewer of them.

#include "sim/bundles/sites.h"

#include <gtest/gtest.h>

#include "sim/choices/choices.h"
#include "sim/choices/replay_source.h"
#include "sim/choices/seed_source.h"

namespace orrery::sim {
namespace {

constexpr uint64_t kMean = 9;

// Statement `i` of connection i % 2 has 10 opportunities, `more` of them before its own begin.
// Answers what struck, as "statement/opportunity of its own".
std::vector<std::string> MakeRun(SiteSource& sites, ChoiceSource& answers, int more) {
  sites.SetAnswers(answers);
  EventStream stream;
  stream.Add(sites);
  Choices root(sites);
  Choices fault = root.Branch("fault").Branch("eio");
  uint64_t left = fault.Skip(kMean, "until");
  fault.SetCountdown(&left);
  std::vector<std::string> struck;
  const auto opportunity = [&](const std::string& name) {
    if (left == 0 || --left > 0) return;
    left = fault.Skip(kMean, "until");
    struck.push_back(name);
  };
  for (int i = 0; i < 12; ++i) {
    for (int k = 0; k < more; ++k) opportunity("before " + std::to_string(i));
    stream.OnStatement(i % 2, RunObserver::Asker::kWorkload, "statement");
    for (int k = 0; k < 10; ++k) opportunity(std::to_string(i) + "/" + std::to_string(k));
  }
  return struck;
}

TEST(SitesTest, AreReadBackFromText) {
  const std::vector<Site> sites = {{"fault/eio", 3, RunObserver::kNoConnection, 0},
                                   {"waits", 12, 4, 7}};
  std::string text;
  for (const Site& site : sites) text += site.ToText() + "\n";
  const Result<std::vector<Site>> read = ParseSites(text);
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  EXPECT_EQ(*read, sites);
  for (const char* wrong : {"waits", "waits x start", "waits 0 start", "waits 1 connection 2",
                            "waits 1 nowhere", "waits 1 connection 1 line 2"}) {
    EXPECT_FALSE(ParseSites(wrong).ok()) << wrong;
  }
}

TEST(SitesTest, StrikeAgainInTheSameStatements) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    std::vector<Site> kept;
    SeedSource answers(seed);
    SiteKeeper keeper([&](const Site& site) { kept.push_back(site); });
    const std::vector<std::string> struck = MakeRun(keeper, answers, 0);
    EXPECT_EQ(kept.size(), struck.size());
    for (const int more : {0, 5}) {
      // Only what lies before the statements has changed.
      SeedSource again(seed);
      SitePlayer player(kept);
      EXPECT_EQ(MakeRun(player, again, more), struck) << more;
      EXPECT_EQ(player.struck_count(), kept.size());
    }
  }
}

TEST(SitesTest, CountWhatCouldNotStrike) {
  SeedSource answers(1);
  SitePlayer player({{"fault/eio", 3, 0, 1}, {"fault/eio", 99, 0, 2}, {"fault/eio", 1, 7, 1}});
  EXPECT_EQ(MakeRun(player, answers, 0), std::vector<std::string>{"0/2"});
  EXPECT_EQ(player.struck_count(), 1u);
  EXPECT_EQ(player.site_count(), 3u);
}

}  // namespace
}  // namespace orrery::sim
