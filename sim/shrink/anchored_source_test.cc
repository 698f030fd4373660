// Goal: what is left out of a run of several connections moves nothing in the statements that stay.
// Method: connections that take turns in the middle of statements draw on branches of their own,
// while the environment draws in the order of the whole; the run is played again without some.

#include "sim/shrink/anchored_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "sim/choices/choices.h"
#include "sim/choices/replay_source.h"
#include "sim/choices/seed_source.h"
#include "sim/shrink/edit.h"

namespace orrery::sim {
namespace {

constexpr int kConnectionCount = 3;
constexpr uint64_t kStatementCount = 10;
constexpr uint64_t kMean = 5;

struct Played {
  RunEnd run;
  // Name, and what befell it; in the order of their beginnings.
  std::vector<std::string> statements;

  std::string all() const {
    std::string text;
    for (const std::string& statement : statements) text += statement + "\n";
    return text;
  }
};

// One statement after another, on the connection whose turn it is. Each draws how long it is; an
// operation draws from the environment and may be struck.
Played Play(ChoiceSource& answers, uint64_t statement_count) {
  Played played;
  RecordingSource source(answers);
  Choices root(source);
  Choices fault = root.Branch("fault").Branch("eio");
  uint64_t left = fault.Skip(kMean, "until");
  fault.SetCountdown(&left);
  Choices schedule = root.Branch("schedule");
  std::vector<Choices> connections;
  for (int i = 0; i < kConnectionCount; ++i) {
    connections.push_back(root.Branch("connection", static_cast<uint64_t>(i)));
  }
  for (uint64_t i = 0; i < statement_count; ++i) {
    Choices& connection = connections[i % kConnectionCount];
    const Choices::Span span(connection, "statement");
    const uint64_t size = connection.Choose(5, "size") + 1;
    std::string statement = std::to_string(connection.Choose(1000, "name")) + ":";
    for (uint64_t operation = 0; operation < size; ++operation) {
      const Choices::Span row(connection, "operation");
      statement += " " + std::to_string(schedule.Choose(100, "who"));
      if (--left > 0) continue;
      left = fault.Skip(kMean, "until");
      statement += "!" + std::to_string(fault.Choose(100, "how"));
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
  return Play(source, kStatementCount * kConnectionCount);
}

TEST(AnchoredSourceTest, LeavesEveryOtherStatementAsItWas) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE(seed);
    const Played played = PlaySeed(seed);
    const std::vector<size_t> all = OutermostSpans(played.run);
    ASSERT_EQ(all.size(), kStatementCount * kConnectionCount);
    // A whole round goes, so that turns stay.
    const uint64_t round = seed % kStatementCount;
    const auto begin = static_cast<ptrdiff_t>(round * kConnectionCount);
    const std::vector<size_t> gone(all.begin() + begin, all.begin() + begin + kConnectionCount);
    const Recording edited = WithoutSpans(played.run, gone, kStay);
    AnchoredSource source(played.run, edited, gone);
    std::vector<std::string> expected = played.statements;
    expected.erase(expected.begin() + begin, expected.begin() + begin + kConnectionCount);
    EXPECT_EQ(Play(source, expected.size()).statements, expected);
  }
}

TEST(AnchoredSourceTest, GivesARunThatItsOwnRecordingRepeats) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE(seed);
    const Played played = PlaySeed(seed);
    const std::vector<size_t> all = OutermostSpans(played.run);
    const std::vector<size_t> gone = {all[seed % 7], all[7 + seed % 11], all[20]};
    const Recording edited = WithoutSpans(played.run, gone, kStay);
    AnchoredSource source(played.run, edited, gone);
    // From there on nothing strikes: statements that now come in another order go back and forth
    // between some and no opportunities left.
    source.LeaveStrikesOut("fault/eio", seed % 5, 1'000);
    const Played without = Play(source, all.size());
    ReplaySource again(without.run.recording);
    EXPECT_EQ(Play(again, all.size()).statements, without.statements);
    EXPECT_EQ(again.divergence_count(), 0u);
  }
}

TEST(AnchoredSourceTest, LeavesStrikesOutAndTheOthersWhereTheyWere) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE(seed);
    const Played played = PlaySeed(seed);
    std::string expected = played.all();
    const auto count = static_cast<size_t>(std::count(expected.begin(), expected.end(), '!'));
    ASSERT_GT(count, 4u);
    const size_t begin = seed % count;
    const size_t end = std::min(begin + 1 + seed % 3, count);
    AnchoredSource source(played.run, played.run.recording, {});
    source.LeaveStrikesOut("fault/eio", begin, end);
    const Played without = Play(source, played.statements.size());
    size_t at = 0;
    for (size_t strike = 0; strike < end; ++strike) {
      at = expected.find('!', at);
      if (strike < begin) {
        ++at;
      } else {
        expected.erase(at, expected.find_first_of(" \n", at) - at);
      }
    }
    EXPECT_EQ(without.all(), expected);
    ReplaySource again(without.run.recording);
    EXPECT_EQ(Play(again, played.statements.size()).all(), expected);
  }
}

TEST(AnchoredSourceTest, ChangesNothingWhenNothingIsLeftOut) {
  const Played played = PlaySeed(3);
  AnchoredSource source(played.run, played.run.recording, {});
  const Played again = Play(source, played.statements.size());
  EXPECT_EQ(again.statements, played.statements);
  EXPECT_EQ(again.run.recording, played.run.recording);
}

}  // namespace
}  // namespace orrery::sim
