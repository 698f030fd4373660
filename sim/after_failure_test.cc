// Goal: whatever way a run fails, the program prints a line that replays it and leaves a bundle;
// the bundle makes the same run again, says where a run parts from it, and is stale when it no
// longer fits. Method: the planted simulator, run as a program.

#include <dirent.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "sim/program_runner.h"

namespace orrery::sim {
namespace {

using nlohmann::json;

constexpr char kPlanted[] = "sim/planted";

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void WriteFile(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::string Field(const std::string& line, const std::string& name) {
  const size_t at = line.find(name);
  if (at == line.npos) return "";
  const size_t begin = at + name.size();
  if (line[begin] == '\'') return line.substr(begin + 1, line.find('\'', begin + 1) - begin - 1);
  return line.substr(begin, line.find_first_of(" \n", begin) - begin);
}

// A run that fails, and its bundle.
struct Failed {
  ProgramEnd end;
  std::string bundle;
};

Failed FailWith(const std::string& workload, uint64_t first_seed = 1) {
  std::string parent = testing::TempDir() + "/bundles-XXXXXX";
  EXPECT_NE(mkdtemp(parent.data()), nullptr);
  Failed failed;
  std::vector<std::string> words = {"--workload=" + workload,
                                    "--seed=" + std::to_string(first_seed), "--runs=2000",
                                    "--bundle-dir=" + parent};
  if (workload == "stuck") words.push_back("--quiet-steps=8000");
  failed.end = RunProgram(kPlanted, words);
  failed.bundle = Field(failed.end.LastLine(), "bundle=");
  return failed;
}

class AfterFailureTest : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(AfterFailureTest, PrintsTheVerdictAndLeavesABundleThatReplays) {
  const auto [workload, oracle] = GetParam();
  const Failed failed = FailWith(workload);
  EXPECT_EQ(failed.end.status, 1);
  const std::string line = failed.end.LastLine();
  EXPECT_TRUE(line.starts_with("FAIL seed=")) << line << failed.end.errors;
  EXPECT_EQ(std::count(failed.end.output.begin(), failed.end.output.end(), '\n'), 1);
  EXPECT_EQ(Field(line, "oracle="), oracle);
  EXPECT_EQ(Field(line, "replay="),
            "tools/bazel run //sim:planted -- --seed=" + Field(line, "seed=") + " --runs=1" +
                (workload == std::string("stuck") ? " --quiet-steps=8000" : "") +
                " --workload=" + workload);
  for (const char* name : {"README.txt", "failure.txt", "options.txt", "build.txt", "choices.txt",
                           "events.txt", "log.txt", "trace.jsonl", "image-at-failure-file"}) {
    EXPECT_FALSE(ReadFile(failed.bundle + "/" + name).empty()) << name;
  }
  const ProgramEnd replay = RunProgram(kPlanted, {"--replay=" + failed.bundle});
  EXPECT_EQ(replay.status, 1) << replay.errors;
  EXPECT_EQ(Field(replay.LastLine(), "oracle="), oracle);
  EXPECT_EQ(Field(replay.LastLine(), "replay="), "same");
  EXPECT_EQ(Field(replay.LastLine(), "event="), Field(line, "event="));
}

INSTANTIATE_TEST_SUITE_P(EachEnd, AfterFailureTest,
                         testing::Values(std::pair{"order", "model"}, std::pair{"check", "check"},
                                         std::pair{"crash", "crash"},
                                         std::pair{"stuck", "progress"}),
                         [](const auto& info) { return std::string(info.param.first); });

TEST(AfterFailureTest, KeepsTheFilesAsTheyWere) {
  const Failed failed = FailWith("order");
  const std::string image = ReadFile(failed.bundle + "/image-at-failure-file");
  // What the last write of each client left, if the trace is right.
  std::string expected;
  std::istringstream trace(ReadFile(failed.bundle + "/trace.jsonl"));
  for (std::string line; std::getline(trace, line);) {
    const json event = json::parse(line);
    for (const json& change : event.value("changes", json::array())) {
      expected.resize(change[1].get<size_t>());
      const std::string hex = change[3];
      for (size_t i = 0; i < hex.size(); i += 2) {
        expected[change[2].get<size_t>() + i / 2] =
            static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
      }
    }
  }
  EXPECT_FALSE(image.empty());
  EXPECT_EQ(image, expected);
}

TEST(AfterFailureTest, SaysWhereARunPartsFromItsBundle) {
  const Failed failed = FailWith("order");
  // Another value in one of the last writes: its statement is the first event that is another one.
  std::istringstream text(ReadFile(failed.bundle + "/choices.txt"));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  const auto is_value = [](const std::string& line) { return line.find(" 200 ") != line.npos; };
  auto last = std::find_if(lines.rbegin(), lines.rend(), is_value);
  ASSERT_NE(last, lines.rend());
  const size_t space = last->rfind(' ');
  const int value = std::stoi(last->substr(space + 1));
  *last = last->substr(0, space + 1) + std::to_string(value == 150 ? 151 : 150);
  std::string changed;
  for (const std::string& line : lines) changed += line + "\n";
  WriteFile(failed.bundle + "/choices.txt", changed);

  const ProgramEnd replay = RunProgram(kPlanted, {"--replay=" + failed.bundle});
  EXPECT_EQ(replay.status, 1);
  const std::string parted = Field(replay.LastLine(), "replay=parted:");
  ASSERT_FALSE(parted.empty()) << replay.output;
  EXPECT_NE(replay.errors.find("begins write 15"), std::string::npos) << replay.errors;
  EXPECT_NE(replay.errors.find("parts from the recorded one at event " + parted),
            std::string::npos);
}

TEST(AfterFailureTest, CallsABundleStaleWhenItNoLongerFits) {
  const Failed failed = FailWith("check");
  // As if the build had changed: the same draws lead the tame simulator elsewhere, or nowhere.
  std::string choices = ReadFile(failed.bundle + "/choices.txt");
  size_t at = 0;
  while ((at = choices.find(" 200 ", at)) != choices.npos) {
    const size_t end = choices.find('\n', at);
    choices.replace(at + 5, end - at - 5, "1");
    at += 5;
  }
  WriteFile(failed.bundle + "/choices.txt", choices);
  WriteFile(failed.bundle + "/options.txt", "--seed=1\n--runs=1\n--workload=tame\n");
  const ProgramEnd replay = RunProgram(kPlanted, {"--replay=" + failed.bundle});
  EXPECT_EQ(replay.status, 3) << replay.output;
  EXPECT_TRUE(replay.LastLine().starts_with("STALE seed=")) << replay.output;
  EXPECT_FALSE(Field(replay.LastLine(), "parted=").empty());
}

TEST(AfterFailureTest, SaysWhenTheRecordedFailureIsPassedBy) {
  const Failed failed = FailWith("check");
  std::string options = ReadFile(failed.bundle + "/options.txt");
  const size_t at = options.find("--workload=check");
  ASSERT_NE(at, options.npos);
  WriteFile(failed.bundle + "/options.txt", options.replace(at, 16, "--workload=tame"));
  const ProgramEnd replay = RunProgram(kPlanted, {"--replay=" + failed.bundle});
  EXPECT_EQ(replay.status, 0) << replay.output;
  EXPECT_EQ(Field(replay.LastLine(), "replay="), "passed");
}

TEST(AfterFailureTest, RefusesABundleThatCannotBeRead) {
  const Failed failed = FailWith("check");
  WriteFile(failed.bundle + "/events.txt", "nonsense");
  const ProgramEnd replay = RunProgram(kPlanted, {"--replay=" + failed.bundle});
  EXPECT_EQ(replay.status, 2);
  EXPECT_NE(replay.errors.find("events.txt"), std::string::npos) << replay.errors;
}

TEST(AfterFailureTest, CallsARunThatIsNeverTheSameNondeterministic) {
  const Failed failed = FailWith("moody");
  EXPECT_EQ(failed.end.status, 1);
  EXPECT_EQ(Field(failed.end.LastLine(), "oracle="), "determinism") << failed.end.output;
}

// A bug, and the least it takes.
struct Least {
  const char* workload;
  const char* sizes;
};
class ShrinkTest : public testing::TestWithParam<Least> {};

// What is found from one failure may not be the least: the steps that remain can depend on each
// other's draws. So it is small from every failure, and the least from one of three.
TEST_P(ShrinkTest, FindsTheLeastThatFailsTheSameWay) {
  std::string lines;
  for (const uint64_t first_seed : {1, 1001, 2001}) {
    const Failed failed = FailWith(GetParam().workload, first_seed);
    const ProgramEnd small =
        RunProgram(kPlanted, {"--replay=" + failed.bundle, "--shrink", "--shrink-seconds=30"});
    EXPECT_EQ(small.status, 1) << small.errors;
    const std::string line = small.LastLine();
    EXPECT_EQ(Field(line, "oracle="), Field(failed.end.LastLine(), "oracle="));
    EXPECT_LE(std::stoi(Field(line, "statements=")), 8) << line << "\n" << small.errors;
    EXPECT_LE(std::stoi(Field(line, "connections=")), 3) << line;
    EXPECT_LE(std::stoi(Field(line, "faults=")), 2) << line;
    const std::string bundle = Field(line, "bundle=");
    EXPECT_NE(bundle, failed.bundle);
    const ProgramEnd replay = RunProgram(kPlanted, {"--replay=" + bundle});
    EXPECT_EQ(replay.status, 1);
    EXPECT_EQ(Field(replay.LastLine(), "replay="), "same") << replay.output << replay.errors;
    if (line.find(GetParam().sizes) != line.npos) return;
    lines += line + "\n";
  }
  ADD_FAILURE() << "not once" << GetParam().sizes << "but\n" << lines;
}

INSTANTIATE_TEST_SUITE_P(
    EachBug, ShrinkTest,
    testing::Values(Least{"order", " statements=3 connections=2 faults=1 waits=0 "},
                    Least{"check", " statements=3 connections=1 faults=0 waits=0 "},
                    Least{"crash", " statements=3 connections=1 faults=0 waits=0 "},
                    Least{"stuck", " statements=3 connections=1 faults=0 waits=0 "}),
    [](const auto& info) { return std::string(info.param.workload); });

TEST(AfterFailureTest, ShrinksTheFirstFailureOfManySeeds) {
  const ProgramEnd small = RunProgram(kPlanted, {"--workload=check", "--seed=1", "--runs=2000",
                                                 "--shrink", "--bundle-dir=" + testing::TempDir()});
  EXPECT_EQ(small.status, 1);
  EXPECT_NE(small.LastLine().find(" statements=3 "), std::string::npos) << small.output;
  const ProgramEnd none = RunProgram(kPlanted, {"--seed=1", "--runs=3", "--shrink"});
  EXPECT_EQ(none.status, 0);
  EXPECT_TRUE(none.LastLine().starts_with("ok runs=3 ")) << none.output;
}

TEST(AfterFailureTest, DoesNotShrinkWhatIsStale) {
  const Failed failed = FailWith("check");
  std::string options = ReadFile(failed.bundle + "/options.txt");
  const size_t at = options.find("--workload=check");
  WriteFile(failed.bundle + "/options.txt", options.replace(at, 16, "--workload=tame"));
  const ProgramEnd end = RunProgram(kPlanted, {"--replay=" + failed.bundle, "--shrink"});
  EXPECT_EQ(end.status, 3);
  EXPECT_TRUE(end.LastLine().starts_with("STALE ")) << end.output;
}

TEST(AfterFailureTest, StopsAtAnEventAndSaysHowToStandThere) {
  const ProgramEnd end = RunProgram(kPlanted, {"--seed=1", "--until=30"});
  EXPECT_EQ(end.status, 0);
  EXPECT_EQ(end.output, "until event=30\n");
  EXPECT_NE(end.errors.find("event 30, step "), std::string::npos) << end.errors;
  EXPECT_NE(end.errors.find("gdb "), std::string::npos) << end.errors;
}

TEST(AfterFailureTest, RunsAKeptBugBySites) {
  const Failed failed = FailWith("order");
  const ProgramEnd small = RunProgram(kPlanted, {"--replay=" + failed.bundle, "--shrink"});
  const std::string bundle = Field(small.LastLine(), "bundle=");
  EXPECT_EQ(ReadFile(bundle + "/statements.sql").substr(0, 3), "/* ");
  EXPECT_EQ(ReadFile(bundle + "/sites.txt").substr(0, 18), "fault/short-write ");
  EXPECT_NE(ReadFile(bundle + "/schedule.txt").find("fault short-write"), std::string::npos);
  const std::vector<std::string> words = {"--replay=" + bundle, "--by-sites"};
  ProgramEnd end = RunProgram(kPlanted, words);
  EXPECT_EQ(end.status, 1) << end.errors;
  EXPECT_EQ(Field(end.LastLine(), "oracle="), "model");

  // As when the bug is mended: the same statements and strikes, and all is well.
  std::string options = ReadFile(bundle + "/options.txt");
  options.replace(options.find("--workload=order"), 16, "--workload=tame");
  WriteFile(bundle + "/options.txt", options);
  end = RunProgram(kPlanted, words);
  EXPECT_EQ(end.status, 0) << end.output << end.errors;
  const std::string statements = ReadFile(bundle + "/statements.sql");
  const auto count = std::count(statements.begin(), statements.end(), '\n');
  const std::string all = " statements=" + std::to_string(count) + "/" + std::to_string(count);
  EXPECT_NE(end.LastLine().find(" sites=1/1" + all), std::string::npos) << end.output;

  // As when the workload has changed, or nothing can strike there any more.
  WriteFile(bundle + "/statements.sql", statements + "/* connection 0 */ write 777;\n");
  end = RunProgram(kPlanted, words);
  EXPECT_EQ(end.status, 3);
  EXPECT_NE(end.LastLine().find(all.substr(0, all.find('/') + 1) + std::to_string(count + 1)),
            std::string::npos)
      << end.output;
  WriteFile(bundle + "/statements.sql", statements);
  WriteFile(bundle + "/sites.txt",
            ReadFile(bundle + "/sites.txt") + "waits 1 connection 0 statement 99\n");
  end = RunProgram(kPlanted, words);
  EXPECT_EQ(end.status, 3);
  EXPECT_TRUE(end.LastLine().starts_with("STALE ")) << end.output;
  EXPECT_EQ(RunProgram(kPlanted, {"--by-sites"}).status, 2);
}

TEST(AfterFailureTest, GoesToAnyEventOfARunAtOnce) {
  const Failed failed = FailWith("order");
  const std::string last = Field(failed.end.LastLine(), "event=");
  const ProgramEnd end = RunProgram(kPlanted, {"--replay=" + failed.bundle, "--snapshots"},
                                    "1\n30\n7\n" + last + "\n0\n999999999\nq\n");
  EXPECT_EQ(end.status, 0) << end.errors;
  for (const std::string& number : {std::string("1"), std::string("30"), std::string("7"), last}) {
    // As --until tells it.
    const ProgramEnd until =
        RunProgram(kPlanted, {"--replay=" + failed.bundle, "--until=" + number});
    const std::string event = until.errors.substr(0, until.errors.find('\n'));
    EXPECT_TRUE(event.starts_with("event " + number + ", ")) << until.errors;
    EXPECT_NE(end.output.find(event), end.output.npos) << event << "\n" << end.output;
  }
  EXPECT_NE(end.output.find("gdb -q -p "), end.output.npos);
  size_t refused = 0;
  for (size_t at = 0; (at = end.output.find("events are numbered", at)) != end.output.npos; ++at) {
    ++refused;
  }
  EXPECT_EQ(refused, 2u);
}

TEST(AfterFailureTest, ShowsWhereAFailureBecameCertain) {
  const Failed failed = FailWith("check");
  const std::string data = testing::TempDir() + "/futures.csv";
  const ProgramEnd end = RunProgram(kPlanted, {"--replay=" + failed.bundle, "--branch=1",
                                               "--futures=10", "--branch-data=" + data});
  EXPECT_EQ(end.status, 0) << end.errors;
  // The numbers that are written do not depend on the schedule, so it was certain from the first
  // on.
  EXPECT_EQ(end.LastLine(), "certain already at event 1") << end.output;
  EXPECT_TRUE(ReadFile(data).starts_with("event,futures,same,other,good,cut_off\n1,10,10,0,0,0\n"))
      << ReadFile(data);

  // Which one needs a short write between two others: not at first, but in the end.
  const Failed ordered = FailWith("order");
  const ProgramEnd plot =
      RunProgram(kPlanted, {"--replay=" + ordered.bundle, "--branch=1", "--futures=20"});
  EXPECT_EQ(plot.status, 0) << plot.errors;
  EXPECT_TRUE(plot.LastLine().starts_with("certain from event ")) << plot.output;
  EXPECT_NE(plot.output.find("100% ####"), plot.output.npos) << plot.output;
  // The same again: futures are drawn from their numbers.
  EXPECT_EQ(
      RunProgram(kPlanted, {"--replay=" + ordered.bundle, "--branch=1", "--futures=20"}).output,
      plot.output);

  EXPECT_EQ(RunProgram(kPlanted, {"--seed=1", "--branch=1"}).output,
            "the run does not fail: nothing to look for\n");
  EXPECT_EQ(RunProgram(kPlanted, {"--replay=" + ordered.bundle, "--branch=99999999"}).status, 2);
}

TEST(AfterFailureTest, TracesOneRunAndNoMore) {
  const std::string path = testing::TempDir() + "/one.jsonl";
  const ProgramEnd end = RunProgram(kPlanted, {"--seed=1", "--trace=" + path});
  EXPECT_EQ(end.status, 0);
  EXPECT_TRUE(end.output.starts_with("ok runs=1 ")) << end.output;
  EXPECT_EQ(end.output, RunProgram(kPlanted, {"--seed=1", "--runs=1"}).output);
  EXPECT_TRUE(ReadFile(path).starts_with("{\"format\":\"orrery-trace 1\""));
  EXPECT_EQ(RunProgram(kPlanted, {"--seed=1", "--runs=2", "--trace=" + path}).status, 2);
}

}  // namespace
}  // namespace orrery::sim
