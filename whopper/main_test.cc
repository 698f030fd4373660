// Goal: the program ends as it says: one line on standard output, exit 0, 1 or 2.
// Method: run it.

#include <gtest/gtest.h>

#include "sim/program_runner.h"

namespace orrery::whopper {
namespace {

using sim::ProgramEnd;
using sim::RunProgram;

constexpr char kWhopper[] = "whopper/whopper";

TEST(WhopperMainTest, EndsInOneLineThatSaysOk) {
  const ProgramEnd end = RunProgram(kWhopper, {"--seed=3", "--runs=2"});
  EXPECT_EQ(end.status, 0) << end.errors;
  EXPECT_TRUE(end.output.starts_with("ok runs=2 statements=")) << end.output;
  EXPECT_EQ(end.output.find('\n'), end.output.size() - 1) << end.output;
  for (const char* field : {" ios=", " waits=", " faults=", " hash="}) {
    EXPECT_NE(end.output.find(field), std::string::npos) << field;
  }
}

TEST(WhopperMainTest, PrintsTheSameLineForTheSameSeed) {
  const ProgramEnd first = RunProgram(kWhopper, {"--seed=5", "--runs=3"});
  EXPECT_EQ(first.output, RunProgram(kWhopper, {"--seed=5", "--runs=3"}).output);
  EXPECT_NE(first.output, RunProgram(kWhopper, {"--seed=6", "--runs=3"}).output);
}

TEST(WhopperMainTest, StopsAtAStepBound) {
  const ProgramEnd end = RunProgram(kWhopper, {"--seed=5", "--steps=50"});
  EXPECT_EQ(end.status, 0) << end.errors;
  EXPECT_TRUE(end.output.starts_with("ok runs=1 ")) << end.output;
}

TEST(WhopperMainTest, RefusesWordsThatMakeNoSense) {
  for (const char* word : {"--seed=x", "--runs=0", "--nosuch", "--fault=nosuch", "seed", "--runs",
                           "--faults=maybe", "--replay=/nonexistent", "--connections=0"}) {
    const ProgramEnd end = RunProgram(kWhopper, {word});
    EXPECT_EQ(end.status, 2) << word;
    EXPECT_EQ(end.output, "") << word;
    EXPECT_FALSE(end.errors.empty()) << word;
  }
}

TEST(WhopperMainTest, TakesConnectionsProcessesAndFaults) {
  const ProgramEnd end = RunProgram(kWhopper, {"--seed=3", "--runs=2", "--connections=2",
                                               "--processes=2", "--fault=delay,abandon"});
  EXPECT_EQ(end.status, 0) << end.errors;
  EXPECT_TRUE(end.output.starts_with("ok runs=2 ")) << end.output;
}

TEST(WhopperMainTest, ListsItsOptionsWhenAsked) {
  const ProgramEnd end = RunProgram(kWhopper, {"--help"});
  EXPECT_EQ(end.status, 0);
  EXPECT_NE(end.output.find("--seed=N"), std::string::npos);
}

}  // namespace
}  // namespace orrery::whopper
