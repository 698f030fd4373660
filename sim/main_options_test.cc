// Goal: the words that replay a run mean the same run.
// Method: parse, print, parse again.

#include "sim/main_options.h"

#include <gtest/gtest.h>

namespace orrery::sim {
namespace {

constexpr std::string_view kWorkloads[] = {"sql", "kv"};
constexpr std::string_view kSchedules[] = {"random", "pct"};
constexpr ProfileSpec kProfiles[] = {{.name = "default", .connection_count = 4},
                                     {.name = "short", .connection_count = 2}};
constexpr ToolSpec kTool{.name = "tool",
                         .default_run_count = 7,
                         .connection_count = 4,
                         .workloads = kWorkloads,
                         .profiles = kProfiles,
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
  for (const std::vector<std::string>& words : cases) {
    const MainOptions options = Parse(words);
    const MainOptions again = Parse(ReplayWords(kTool, options, 99, 0));
    EXPECT_EQ(again.seed, 99u);
    EXPECT_EQ(again.run_count, 1u);
    EXPECT_EQ(again.every_fault, options.every_fault);
    EXPECT_EQ(again.connection_count, options.connection_count);
    EXPECT_EQ(again.profile, options.profile);
    EXPECT_EQ(again.schedule, options.schedule);
    EXPECT_EQ(again.process_count, options.process_count);
    EXPECT_EQ(again.workload, options.workload);
    EXPECT_EQ(again.journal_modes, options.journal_modes);
    for (const FaultSpec& spec : kFaults) {
      EXPECT_EQ(again.faults.Has(spec.fault), options.faults.Has(spec.fault)) << spec.name;
    }
  }
}

TEST(MainOptionsTest, SaysWhichWordItDoesNotKnow) {
  const Result<MainOptions> options = ParseMainOptions(kTool, std::vector<std::string>{"--sed=1"});
  ASSERT_FALSE(options.ok());
  EXPECT_NE(options.status().message().find("--sed"), std::string_view::npos);
}

}  // namespace
}  // namespace orrery::sim
