// Goal: a run can be recorded, kept as text, played again, and changed in one place only.
// Method: one small "run" that draws on three branches, under each source.
#include "sim/choices/recording.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sim/choices/choices.h"
#include "sim/choices/replay_source.h"
#include "sim/choices/seed_source.h"

namespace orrery::sim {
namespace {

std::vector<uint64_t> DrawAll(ChoiceSource& source, int draw_count = 10) {
  Choices root(source);
  Choices schedule = root.Branch("schedule");
  Choices client = root.Branch("workload").Branch("client", 2);
  std::vector<uint64_t> values;
  for (int i = 0; i < draw_count; ++i) {
    values.push_back(schedule.Choose(5, "pick"));
    values.push_back(client.Choose(1'000'000'000'000, "key"));
    values.push_back(client.Chance(300'000, "commit"));
    values.push_back(schedule.Skip(100, "until"));
  }
  return values;
}

struct Recorded {
  Recorded() {
    SeedSource seed(11);
    RecordingSource source(seed);
    values = DrawAll(source);
    recording = source.recording();
  }
  std::vector<uint64_t> values;
  Recording recording;
};

TEST(RecordingTest, LeavesTheAnswersAsTheyAre) {
  SeedSource seed(11);
  EXPECT_EQ(DrawAll(seed), Recorded().values);
}

TEST(RecordingTest, IsTheSameAfterATripThroughText) {
  const Recorded recorded;
  const Result<Recording> read = Recording::FromText(recorded.recording.ToText());
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, recorded.recording);
  EXPECT_EQ(read->draws.size(), 40u);
}

TEST(RecordingTest, IsTheSameAfterATripThroughAFile) {
  const Recorded recorded;
  const std::string name = testing::TempDir() + "/choices";
  ASSERT_TRUE(recorded.recording.Save(name).ok());
  const Result<Recording> read = Recording::Load(name);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, recorded.recording);
}

TEST(RecordingTest, NamesTheLineThatIsWrong) {
  const std::string head = "orrery-choices 1\npath a\nlabel b\n";
  EXPECT_TRUE(Recording::FromText(head + "0 0 2 1\n").ok());
  for (const std::string bad :
       {"0 0 2", "0 0 2 1 9", "1 0 2 1", "0 1 2 1", "0 0 0 0", "x", "0 0 -2 1"}) {
    const Result<Recording> read = Recording::FromText(head + bad + "\n");
    ASSERT_FALSE(read.ok()) << bad;
    EXPECT_EQ(read.status().message(), "line 4: not a draw");
  }
  EXPECT_FALSE(Recording::FromText("").ok());
  EXPECT_EQ(Recording::Load("/nonexistent/choices").status().code(), ResultCode::kCannotOpen);
}

TEST(ReplaySourceTest, GivesTheRecordedRun) {
  const Recorded recorded;
  ReplaySource replay(recorded.recording);
  EXPECT_EQ(DrawAll(replay), recorded.values);
  EXPECT_EQ(replay.divergence_count(), 0u);
}

TEST(ReplaySourceTest, AnswersZeroAfterTheEnd) {
  const Recorded recorded;
  ReplaySource replay(recorded.recording);
  std::vector<uint64_t> expected = recorded.values;
  for (int i = 0; i < 2; ++i) expected.insert(expected.end(), {0, 0, 0, kSkipMax});
  EXPECT_EQ(DrawAll(replay, 12), expected);
  EXPECT_EQ(replay.divergence_count(), 8u);
}

TEST(ReplaySourceTest, AsksTheOtherSourceAfterTheEnd) {
  const Recorded recorded;
  SeedSource seed(4);
  ReplaySource replay(recorded.recording, &seed);
  DrawAll(replay);
  SeedSource fresh(4);
  EXPECT_EQ(DrawAll(replay), DrawAll(fresh));
}

TEST(ReplaySourceTest, KeepsOneBranchWhenAnotherIsCut) {
  const Recorded recorded;
  Recording cut = recorded.recording;
  std::erase_if(cut.draws, [&](const Draw& draw) { return cut.paths[draw.path] == "schedule"; });
  ReplaySource replay(cut);
  const std::vector<uint64_t> values = DrawAll(replay);
  for (size_t i = 0; i < values.size(); ++i) {
    EXPECT_EQ(values[i], i % 4 == 0 ? 0 : i % 4 == 3 ? kSkipMax : recorded.values[i]);
  }
}

TEST(ReplaySourceTest, ReducesWhatIsOutOfRangeAndCountsIt) {
  Recording recording{.paths = {""}, .labels = {"a", "b"}, .draws = {{0, 0, 10, 7}, {0, 1, 5, 4}}};
  ReplaySource replay(recording);
  Choices choices(replay);
  EXPECT_EQ(choices.Choose(4, "a"), 3u);
  EXPECT_EQ(choices.Choose(5, "b"), 4u);
  EXPECT_EQ(replay.divergence_count(), 1u);
}

TEST(ReplaySourceTest, StaysInStepWhenDrawsAreMissingOrNew) {
  Recording recording{.paths = {""},
                      .labels = {"action", "size", "value"},
                      .draws = {{0, 0, 9, 5}, {0, 1, 9, 6}, {0, 0, 9, 7}, {0, 2, 9, 8}}};
  {
    // The size is not drawn any more, and something else is.
    ReplaySource replay(recording);
    Choices choices(replay);
    EXPECT_EQ(choices.Choose(9, "action"), 5u);
    EXPECT_EQ(choices.Choose(9, "colour"), 0u);
    EXPECT_EQ(choices.Choose(9, "action"), 7u);
    EXPECT_EQ(choices.Choose(9, "value"), 8u);
    EXPECT_EQ(replay.divergence_count(), 2u);
  }
  // What is too far ahead is not looked for.
  for (int i = 0; i < 40; ++i) recording.draws.insert(recording.draws.begin(), {0, 1, 9, 1});
  ReplaySource replay(recording);
  EXPECT_EQ(Choices(replay).Choose(9, "value"), 0u);
  EXPECT_EQ(Choices(replay).Choose(9, "size"), 1u);
}

TEST(RecordingTest, KeepsASkipAsWhatItSkips) {
  SeedSource seed(3);
  RecordingSource source(seed);
  Choices choices(source);
  const uint64_t first = choices.Skip(50, "until");
  const uint64_t second = choices.Skip(50, "until");
  // Left out, and the other where it was: their sum.
  Recording merged = source.recording();
  merged.draws.pop_back();
  merged.draws[0].value = kSkipMax - (first + second);
  ReplaySource replay(merged);
  EXPECT_EQ(Choices(replay).Skip(50, "until"), first + second);
}

TEST(RecordingTest, KnowsWhichDrawsBelongTogether) {
  SeedSource seed(3);
  RecordingSource source(seed);
  Choices choices(source);
  Choices child = choices.Branch("a").Branch("b");
  const auto draw = [&](Choices& from) { (void)from.Choose(9, "x"); };
  draw(choices);
  {
    const Choices::Span outer(choices, "statement");
    draw(choices);
    {
      const Choices::Span inner(child, "row");
      draw(child);
      draw(choices);
    }
    draw(choices);
    const Choices::Span open(choices, "last");
    const std::vector<DrawSpan>& spans = source.spans();
    ASSERT_EQ(spans.size(), 3u);
    const std::vector<std::string>& paths = source.recording().paths;
    EXPECT_EQ(paths[spans[1].path], "a/b");
    EXPECT_EQ(source.recording().labels[spans[1].label], "row");
    EXPECT_EQ(spans[1].begin, 2u);
    EXPECT_EQ(spans[1].end, 4u);
    EXPECT_EQ(spans[2].end, UINT64_MAX);
  }
  EXPECT_EQ(source.spans()[0].begin, 1u);
  EXPECT_EQ(source.spans()[0].end, 5u);
}

}  // namespace
}  // namespace orrery::sim
