// Goal: an edit takes away what it says, and leaves everything else where it was.
// Method: a small run that draws statements on branches and counts opportunities of one fault; its
// recording is edited and played again.

#include "sim/shrink/edit.h"

#include <gtest/gtest.h>

#include "sim/choices/choices.h"
#include "sim/choices/environment.h"
#include "sim/choices/replay_source.h"
#include "sim/choices/seed_source.h"

namespace orrery::sim {
namespace {

// What a statement was, and where in it the fault struck.
struct Statement {
  std::string name;
  std::vector<std::string> strikes{};
  bool operator==(const Statement&) const = default;
};
void PrintTo(const Statement& statement, std::ostream* out) {
  *out << statement.name;
  for (const std::string& strike : statement.strikes) *out << " !" << strike;
}

struct Played {
  RunEnd run;
  std::vector<Statement> statements;
};

constexpr int kStatementCount = 12;
constexpr uint64_t kMean = 7;

// Statements of 1 to 5 operations on a branch; an operation is an opportunity, and what a strike
// leaves open is drawn on the fault's branch.
Played Play(ChoiceSource& answers) {
  Played played;
  RecordingSource source(answers);
  Choices root(source);
  Choices workload = root.Branch("workload");
  Choices fault = root.Branch("fault").Branch("eio");
  uint64_t left = fault.Skip(kMean, "until");
  fault.SetCountdown(&left);
  Choices schedule = root.Branch("schedule");
  for (int i = 0; i < kStatementCount; ++i) {
    const Choices::Span span(workload, "statement");
    const uint64_t size = workload.Choose(5, "size") + 1;
    Statement statement{std::to_string(size) + "/" + std::to_string(workload.Choose(1000, "name"))};
    for (uint64_t operation = 0; operation < size; ++operation) {
      const Choices::Span row(workload, "operation");
      (void)workload.Choose(3, "kind");
      (void)schedule.Choose(4, "who");
      if (--left > 0) continue;
      left = fault.Skip(kMean, "until");
      statement.strikes.push_back(std::to_string(operation) + ":" +
                                  std::to_string(fault.Choose(100, "how")));
    }
    played.statements.push_back(statement);
  }
  played.run.kind = RunEnd::Kind::kFailed;
  played.run.recording = source.recording();
  played.run.spans = source.spans();
  played.run.skip_marks = source.skip_marks();
  return played;
}

Played PlaySeed(uint64_t seed) {
  SeedSource source(seed);
  return Play(source);
}

std::vector<Statement> Replay(const Recording& recording) {
  ReplaySource source(recording);
  return Play(source).statements;
}

std::vector<Statement> Without(std::vector<Statement> statements, size_t begin, size_t end) {
  statements.erase(statements.begin() + static_cast<ptrdiff_t>(begin),
                   statements.begin() + static_cast<ptrdiff_t>(end));
  return statements;
}

void ExpectBeginning(const std::vector<Statement>& actual, const std::vector<Statement>& expected) {
  ASSERT_GE(actual.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(actual[i], expected[i]) << i;
}

TEST(EditTest, FindsTheStatementsAmongTheSpans) {
  const Played played = PlaySeed(1);
  const std::vector<size_t> outermost = OutermostSpans(played.run);
  EXPECT_EQ(outermost.size(), static_cast<size_t>(kStatementCount));
  EXPECT_GT(played.run.spans.size(), outermost.size());
}

TEST(EditTest, LeavesOutStatementsAndKeepsLaterStrikesInPlace) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    const Played played = PlaySeed(seed);
    const std::vector<size_t> all = OutermostSpans(played.run);
    for (size_t begin = 0; begin < all.size(); begin += 3) {
      const size_t end = std::min(begin + 1 + seed % 3, all.size());
      const Recording edited = WithoutSpans(
          played.run,
          {all.begin() + static_cast<ptrdiff_t>(begin), all.begin() + static_cast<ptrdiff_t>(end)},
          kFollow);
      ExpectBeginning(Replay(edited), Without(played.statements, begin, end));
    }
  }
}

TEST(EditTest, LeavesTheEnvironmentAloneWhenAsked) {
  const Played played = PlaySeed(3);
  const std::vector<size_t> all = OutermostSpans(played.run);
  const Recording edited = WithoutSpans(played.run, {all[0]}, kStay);
  const auto environment = [](const Recording& recording) {
    std::vector<uint64_t> values;
    for (const Draw& draw : recording.draws) {
      if (IsEnvironment(recording.paths[draw.path])) values.push_back(draw.value);
    }
    return values;
  };
  EXPECT_EQ(environment(edited), environment(played.run.recording));
  EXPECT_EQ(Replay(edited)[0].name, played.statements[1].name);
}

TEST(EditTest, ForgetsTheEnvironmentFromThereOnButNotTheStrikes) {
  const Played played = PlaySeed(3);
  const std::vector<size_t> all = OutermostSpans(played.run);
  const Recording edited = WithoutSpans(played.run, {all[4]}, {.share = 0, .cuts_off = true});
  const uint64_t begin = played.run.spans[all[4]].begin;
  size_t before = 0;
  for (uint64_t i = 0; i < begin; ++i) {
    before += played.run.recording.paths[played.run.recording.draws[i].path] == "schedule";
  }
  size_t left = 0;
  size_t of_strikes = 0;
  for (const Draw& draw : edited.draws) {
    left += edited.paths[draw.path] == "schedule";
    of_strikes += edited.paths[draw.path] == "fault/eio";
  }
  EXPECT_EQ(left, before);
  EXPECT_GT(of_strikes, 2u);
  EXPECT_EQ(Replay(edited)[4].name, played.statements[5].name);
}

TEST(EditTest, MovesStrikesByAShareOfWhatIsGone) {
  const Played played = PlaySeed(3);
  const std::vector<size_t> all = OutermostSpans(played.run);
  uint32_t path = 0;
  while (played.run.recording.paths[path] != "fault/eio") ++path;
  RunEnd moved;
  moved.recording = WithoutSpans(played.run, {all[0], all[1]}, {.share = 0.5});
  uint64_t gone = 0;
  for (const SkipMark& mark : played.run.skip_marks) {
    if (mark.path == path && (mark.span == all[0] || mark.span == all[1])) {
      gone += mark.at_end - mark.at_begin;
    }
  }
  EXPECT_EQ(Strikes(moved, path).back(), Strikes(played.run, path).back() - gone / 2);
}

TEST(EditTest, KeepsTheFrameOfARun) {
  SeedSource seed(1);
  RecordingSource source(seed);
  Choices root(source);
  Choices config = root.Branch("config");
  Choices fault = root.Branch("fault").Branch("eio");
  Choices client = root.Branch("client", 0);
  (void)config.Choose(9, "page size");
  for (int i = 0; i < 3; ++i) (void)config.Choose(301, "statements");
  (void)fault.Chance(500'000, "on");
  (void)fault.Choose(5, "rate");
  (void)fault.Skip(9, "until");
  (void)client.Choose(2, "habit of a client");
  {
    const Choices::Span statement(client, "statement");
    (void)client.Choose(9, "action");
  }
  (void)config.Choose(3, "who is killed");
  RunEnd run;
  run.recording = source.recording();
  run.spans = source.spans();
  const Recording frame = Frame(run, 2, 5, /*keeps_beginning=*/false);
  ASSERT_EQ(frame.draws.size(), 6u);
  EXPECT_EQ(frame.draws[0], run.recording.draws[0]);
  EXPECT_EQ(frame.draws[1].value, 5u);
  EXPECT_EQ(frame.draws[2].value, 5u);
  EXPECT_EQ(frame.draws[3].value, 0u);
  EXPECT_EQ(frame.labels[frame.draws[4].label], "on");
  EXPECT_EQ(frame.labels[frame.draws[5].label], "rate");

  const Recording with_beginning = Frame(run, 2, 5, /*keeps_beginning=*/true);
  ASSERT_EQ(with_beginning.draws.size(), 7u);
  EXPECT_EQ(with_beginning.labels[with_beginning.draws[6].label], "habit of a client");
}

TEST(EditTest, TakesSingleStrikesAwayAndLeavesTheOthers) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    const Played played = PlaySeed(seed);
    uint32_t path = 0;
    while (played.run.recording.paths[path] != "fault/eio") ++path;
    const size_t count = Strikes(played.run, path).size();
    for (size_t begin = 0; begin < count; ++begin) {
      const size_t end = std::min(begin + 1 + seed % 2, count);
      std::vector<Statement> expected = played.statements;
      size_t index = 0;
      for (Statement& statement : expected) {
        std::erase_if(statement.strikes, [&](const std::string&) {
          const bool gone = index >= begin && index < end;
          ++index;
          return gone;
        });
      }
      EXPECT_EQ(Replay(WithoutStrikes(played.run, path, begin, end)), expected);
    }
  }
}

TEST(EditTest, LetsOneBranchDoWhatTwoDid) {
  // Two clients that take turns in the middle of a statement.
  SeedSource seed(1);
  RecordingSource source(seed);
  Choices root(source);
  Choices a = root.Branch("client", 0);
  Choices b = root.Branch("client", 1);
  Choices child = b.Branch("statement");
  std::vector<uint64_t> of_a;
  std::vector<uint64_t> of_b;
  const auto draw = [](Choices& from, std::vector<uint64_t>& to) {
    to.push_back(from.Choose(1'000'000, "x"));
  };
  {
    const Choices::Span first(a, "action");
    draw(a, of_a);
    {
      const Choices::Span second(b, "action");
      draw(b, of_b);
      draw(a, of_a);
      draw(child, of_b);
    }
    draw(a, of_a);
  }
  RunEnd run;
  run.recording = source.recording();
  run.spans = source.spans();
  const Recording moved = WithBranchMoved(run, "client:1", "client:0");
  std::vector<uint64_t> values;
  std::vector<std::string> paths;
  for (const Draw& one : moved.draws) {
    values.push_back(one.value);
    paths.push_back(moved.paths[one.path]);
  }
  EXPECT_EQ(values, (std::vector<uint64_t>{of_a[0], of_a[1], of_a[2], of_b[0], of_b[1]}));
  EXPECT_EQ(paths, (std::vector<std::string>{"client:0", "client:0", "client:0", "client:0",
                                             "client:0/statement"}));
}

TEST(EditTest, ZeroesAndDropsWhatIsChosen) {
  const Played played = PlaySeed(5);
  const Recording zeros = WithZeros(played.run, [](size_t i) { return i == 3; });
  EXPECT_EQ(zeros.draws[3].value, 0u);
  EXPECT_EQ(zeros.draws[4], played.run.recording.draws[4]);
  const Recording dropped = WithoutDraws(played.run, [](size_t i) { return i == 3; });
  EXPECT_EQ(dropped.draws.size() + 1, played.run.recording.draws.size());
  EXPECT_EQ(dropped.draws[3], played.run.recording.draws[4]);
}

}  // namespace
}  // namespace orrery::sim
