// Goal: the words that replay a run mean the same run.
// Method: parse, print, parse again.

#include "sim/main_options.h"

#include <gtest/gtest.h>

#include <fstream>

namespace orrery::sim {
namespace {

constexpr std::string_view kWorkloads[] = {"sql", "kv"};
constexpr std::string_view kSchedules[] = {"random", "pct"};
constexpr char kProfiles[] = "[default]\nconnections = 4\n[short]\nconnections = 2\n";
constexpr ProfileKey kKeys[] = {{"connections", KeyKind::kOne, 1, 64, {}}};
constexpr ToolSpec kTool{.name = "tool",
                         .default_run_count = 7,
                         .connection_count = 4,
                         .workloads = kWorkloads,
                         .profiles = kProfiles,
                         .profile_keys = kKeys,
                         .schedules = kSchedules};

MainOptions Parse(const std::vector<std::string>& words) {
  Result<MainOptions> options = ParseMainOptions(kTool, words);
  EXPECT_TRUE(options.ok());
  return options.ok() ? *options : MainOptions();
}

TEST(MainOptionsTest, TakesADefaultNumberOfRunsWhenNoBoundIsGiven) {
  EXPECT_EQ(Parse({}).run_count, 7u);
  EXPECT_EQ(Parse({"--seconds=3"}).run_count, 0u);
}

TEST(MainOptionsTest, TakesTheConnectionsOfAProfileUnlessTheyAreNamed) {
  EXPECT_EQ(Parse({}).connection_count, 4);
  EXPECT_EQ(Parse({"--profile=short"}).connection_count, 2);
  EXPECT_EQ(Parse({"--profile=short", "--connections=3"}).connection_count, 3);
  EXPECT_EQ(Parse({"--connections=3", "--profile=short"}).connection_count, 3);
}

TEST(MainOptionsTest, ReplaysWithTheSameFaultsAndShape) {
  const std::vector<std::string> cases[] = {
      {"--faults=off"},
      {"--fault=delay,torn-write"},
      {"--without=power-cut", "--connections=2"},
      {"--workload=kv", "--processes=3"},
      {"--profile=short", "--schedule=pct"},
      {"--journal=delete,wal"},
      {"--connections=4", "--profile=short"},
      {},
  };
  const std::string file = testing::TempDir() + "/profiles.txt";
  std::ofstream(file) << "[long]\nconnections = 7\n";
  const MainOptions with_file = Parse({"--profile-file=" + file});
  EXPECT_EQ(with_file.connection_count, 7);
  EXPECT_EQ(Parse(ReplayWords(kTool, with_file, 1, 0)).profile->name(), "long");
  for (const std::vector<std::string>& words : cases) {
    const MainOptions options = Parse(words);
    const MainOptions again = Parse(ReplayWords(kTool, options, 99, 0));
    EXPECT_EQ(again.seed, 99u);
    EXPECT_EQ(again.run_count, 1u);
    EXPECT_EQ(again.every_fault, options.every_fault);
    EXPECT_EQ(again.connection_count, options.connection_count);
    EXPECT_EQ(again.profile->name(), options.profile->name());
    EXPECT_EQ(again.schedule, options.schedule);
    EXPECT_EQ(again.process_count, options.process_count);
    EXPECT_EQ(again.workload, options.workload);
    EXPECT_EQ(again.journal_modes, options.journal_modes);
    for (const FaultSpec& spec : kFaults) {
      EXPECT_EQ(again.faults.Has(spec.fault), options.faults.Has(spec.fault)) << spec.name;
    }
  }
}

TEST(MainOptionsTest, SaysWhichProfileIsMissing) {
  for (const std::string word : {"--profile=none", "--profile-file=/nowhere/at/all"}) {
    const Result<MainOptions> options = ParseMainOptions(kTool, std::vector{word});
    ASSERT_FALSE(options.ok());
    EXPECT_EQ(options.status().code(), ResultCode::kMisuse);
    EXPECT_NE(options.status().message().find(word.substr(word.find('=') + 1)),
              std::string_view::npos);
  }
}

TEST(MainOptionsTest, SaysWhichWordItDoesNotKnow) {
  const Result<MainOptions> options = ParseMainOptions(kTool, std::vector<std::string>{"--sed=1"});
  ASSERT_FALSE(options.ok());
  EXPECT_NE(options.status().message().find("--sed"), std::string_view::npos);
}

}  // namespace
}  // namespace orrery::sim
