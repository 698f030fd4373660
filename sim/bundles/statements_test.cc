// Goal: a run's statements are kept as SQL, and another run is told apart from it.
// Method: streams of statements by hand.

#include "sim/bundles/statements.h"

#include <gtest/gtest.h>

namespace orrery::sim {
namespace {

using Asker = RunObserver::Asker;

void Tell(EventSink& sink, const std::vector<std::pair<int, std::string>>& statements) {
  EventStream stream;
  stream.Add(sink);
  for (const auto& [connection, sql] : statements) {
    stream.OnStatement(connection, Asker::kWorkload, sql);
    stream.OnStatement(connection, Asker::kOracle, "PRAGMA integrity_check");
  }
}

const std::vector<std::pair<int, std::string>> kRun = {
    {0, "BEGIN"}, {12, "SELECT 'a\nb'"}, {0, "step: SELECT 1"}, {0, "COMMIT"}};

std::string TextOf(const std::vector<std::pair<int, std::string>>& statements) {
  std::string text;
  StatementSink sink([&](const std::string& line) { text += line + "\n"; });
  Tell(sink, statements);
  return text;
}

TEST(StatementsTest, AreLinesOfSql) {
  EXPECT_EQ(TextOf(kRun),
            "/* connection 0 */ BEGIN;\n"
            "/* connection 12 */ SELECT 'a b';\n"
            "-- connection 0, step: SELECT 1\n"
            "/* connection 0 */ COMMIT;\n");
}

TEST(StatementsTest, AreFoundAgainInAnotherOrderOfConnections) {
  StatementChecker checker(TextOf(kRun));
  Tell(checker, {{0, "BEGIN"},
                 {0, "step: SELECT 1"},
                 {12, "SELECT 'a\nb'"},
                 {0, "COMMIT"},
                 {0, "one more"},
                 {5, "of another"}});
  EXPECT_EQ(checker.expected_count(), 4u);
  EXPECT_EQ(checker.matched_count(), 4u);
  EXPECT_EQ(checker.difference(), "");
}

TEST(StatementsTest, AreMissedWhenOneIsAnother) {
  StatementChecker checker(TextOf(kRun));
  Tell(checker, {{0, "BEGIN"}, {12, "SELECT 'a\nb'"}, {0, "ROLLBACK"}, {0, "COMMIT"}});
  EXPECT_EQ(checker.matched_count(), 2u);
  EXPECT_NE(checker.difference().find("ROLLBACK"), std::string::npos);
}

}  // namespace
}  // namespace orrery::sim
