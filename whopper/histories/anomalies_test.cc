// Goal: each anomaly is found and called by its name, and histories without one pass.
// Method: small histories by hand, in a notation like the literature's: "r x 1 2" reads list x,
// "a x 3" appends to it, "R y 1" reads register y, "W y 2" writes it.

#include "whopper/histories/anomalies.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

namespace orrery::whopper {
namespace {

using Outcome = Transaction::Outcome;

TransactionStep Step(const std::string& text) {
  std::istringstream words(text);
  char kind = 0;
  char key = 0;
  words >> kind >> key;
  std::vector<uint64_t> values;
  for (uint64_t value = 0; words >> value;) values.push_back(value);
  const int number = key - 'x';
  switch (kind) {
    case 'r':
      return {.kind = TransactionStep::Kind::kReadList, .key = number, .list = values};
    case 'a':
      return {.kind = TransactionStep::Kind::kAppend, .key = number, .value = values.at(0)};
    case 'R':
      return {.kind = TransactionStep::Kind::kReadRegister, .key = number, .value = values.at(0)};
    default:
      return {.kind = TransactionStep::Kind::kWriteRegister, .key = number, .value = values.at(0)};
  }
}

// All at the same time unless told otherwise: nothing had ended before anything else began.
class Hand {
 public:
  Hand& Do(const std::vector<std::string>& steps, Outcome outcome = Outcome::kCommitted) {
    return DoAt(1, 1000, steps, outcome);
  }
  Hand& DoAt(uint64_t begin, uint64_t end, const std::vector<std::string>& steps,
             Outcome outcome = Outcome::kCommitted) {
    Transaction transaction{.client = static_cast<int>(transactions_.size()),
                            .begin = begin,
                            .end = end,
                            .outcome = outcome,
                            .steps = {}};
    for (const std::string& step : steps) transaction.steps.push_back(Step(step));
    transactions_.push_back(std::move(transaction));
    return *this;
  }
  // The names of what is found.
  std::vector<std::string> Found(bool is_complete = false) const {
    std::vector<std::string> names;
    for (const Anomaly& anomaly : FindAnomalies(transactions_, is_complete)) {
      names.emplace_back(Name(anomaly.kind));
      last_text = anomaly.text;
    }
    return names;
  }
  mutable std::string last_text;

 private:
  std::vector<Transaction> transactions_;
};

using Names = std::vector<std::string>;

bool Has(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

TEST(AnomaliesTest, AreNotSeenInASerialHistory) {
  EXPECT_EQ(Hand()
                .DoAt(1, 2, {"a x 1", "r x 1", "a y 2"})
                .DoAt(3, 4, {"r x 1", "a x 3", "r x 1 3", "R z 0", "W z 10"})
                .DoAt(5, 6, {"r y 2", "R z 10", "W z 11", "R z 11"})
                .DoAt(7, 8, {"r x 1 3", "r y 2", "R z 11"})
                .Found(/*is_complete=*/true),
            Names());
}

TEST(AnomaliesTest, AreNotSeenWhereThereIsAnOrder) {
  // The second one comes first.
  EXPECT_EQ(Hand().Do({"r x 1", "a y 2"}).Do({"a x 1", "r y"}).Found(), Names());
  // Blind appends lose nothing.
  EXPECT_EQ(Hand().Do({"a x 1"}).Do({"a x 2"}).Do({"r x 2 1"}).Found(true), Names());
}

TEST(AnomaliesTest, AreNotSeenInWhatAnAbortedOneRead) {
  EXPECT_EQ(Hand().Do({"a x 1"}).Do({"r x 7"}, Outcome::kAborted).Found(), Names());
}

TEST(AnomaliesTest, FindAValueThatNobodyWrote) {
  EXPECT_TRUE(Has(Hand().Do({"r x 7"}).Found(), "garbage read"));
  EXPECT_TRUE(Has(Hand().Do({"R x 7"}).Found(), "garbage read"));
}

TEST(AnomaliesTest, FindATransactionThatMissesItsOwnStep) {
  EXPECT_TRUE(Has(Hand().Do({"a x 1", "r x"}).Found(), "internal"));
  EXPECT_TRUE(Has(Hand().Do({"r x", "a x 1", "r x 1 2"}).Do({"a x 2"}).Found(), "internal"));
  EXPECT_TRUE(Has(Hand().Do({"R x 0", "W x 1", "R x 0"}).Found(), "internal"));
  // Nor may a key change between two of its reads.
  EXPECT_TRUE(Has(Hand().Do({"r x", "r x 2"}).Do({"a x 2"}).Found(), "internal"));
}

TEST(AnomaliesTest, FindAnAppendThatWasDoneTwice) {
  EXPECT_TRUE(Has(Hand().Do({"a x 1"}).Do({"r x 1 1"}).Found(), "duplicate"));
}

TEST(AnomaliesTest, FindListsThatDoNotGrowOutOfEachOther) {
  EXPECT_TRUE(Has(Hand().Do({"a x 1"}).Do({"a x 2"}).Do({"r x 1"}).Do({"r x 2"}).Found(),
                  "forked versions"));
}

TEST(AnomaliesTest, FindG0) {
  const Hand hand = Hand().Do({"a x 1", "a y 2"}).Do({"a x 3", "a y 4"}).Do({"r x 1 3", "r y 4 2"});
  EXPECT_TRUE(Has(hand.Found(), "G0"));
}

TEST(AnomaliesTest, FindG1a) {
  EXPECT_EQ(Hand().Do({"a x 1"}, Outcome::kAborted).Do({"r x 1"}).Found(), Names{"G1a"});
  EXPECT_EQ(Hand().Do({"R x 0", "W x 1"}, Outcome::kAborted).Do({"R x 1"}).Found(), Names{"G1a"});
}

TEST(AnomaliesTest, FindG1b) {
  EXPECT_TRUE(Has(Hand().Do({"a x 1", "a x 2"}).Do({"r x 1"}).Found(), "G1b"));
  EXPECT_TRUE(Has(Hand().Do({"R x 0", "W x 1", "W x 2"}).Do({"R x 1"}).Found(), "G1b"));
  // On the way to the last it is none.
  EXPECT_EQ(Hand().Do({"a x 1", "a x 2"}).Do({"r x 1 2"}).Found(), Names());
}

TEST(AnomaliesTest, FindG1c) {
  EXPECT_TRUE(Has(Hand().Do({"a x 1", "r y 2"}).Do({"a y 2", "r x 1"}).Found(), "G1c"));
}

TEST(AnomaliesTest, FindAnObservedTransactionThatVanishes) {
  EXPECT_TRUE(Has(Hand().Do({"a x 1", "a y 2"}).Do({"r x 1", "r y"}).Found(), "OTV"));
  // The other way round it was overtaken, which is read skew alone.
  const Names names = Hand().Do({"a x 1", "a y 2"}).Do({"r y", "r x 1"}).Found();
  EXPECT_FALSE(Has(names, "OTV"));
  EXPECT_TRUE(Has(names, "G-single"));
}

TEST(AnomaliesTest, FindALostUpdate) {
  EXPECT_TRUE(Has(Hand().Do({"R x 0", "W x 1"}).Do({"R x 0", "W x 2"}).Do({"R x 2"}).Found(),
                  "lost update"));
  EXPECT_TRUE(
      Has(Hand().Do({"r x", "a x 1"}).Do({"r x", "a x 2"}).Do({"r x 1 2"}).Found(), "lost update"));
}

TEST(AnomaliesTest, FindGSingle) {
  EXPECT_TRUE(
      Has(Hand().Do({"a x 1", "a y 2"}).Do({"r y", "r x 1"}).Do({"r y 2"}).Found(), "G-single"));
}

TEST(AnomaliesTest, FindWriteSkew) {
  const Hand hand = Hand().Do({"r x", "a y 1"}).Do({"r y", "a x 2"}).Do({"r x 2", "r y 1"});
  EXPECT_EQ(hand.Found(), Names{"write skew"});
  EXPECT_NE(hand.last_text.find("T0 --rw x0--> T1 --rw x1--> T0"), std::string::npos)
      << hand.last_text;
}

TEST(AnomaliesTest, FindG2) {
  EXPECT_EQ(Hand()
                .Do({"r x", "a y 1"})
                .Do({"r y", "a z 2"})
                .Do({"r z", "a x 3"})
                .Do({"r x 3", "r y 1", "r z 2"})
                .Found(),
            Names{"G2"});
}

TEST(AnomaliesTest, FindAStaleRead) {
  EXPECT_EQ(Hand().DoAt(1, 2, {"a x 1"}).DoAt(3, 4, {"r x"}).DoAt(5, 6, {"r x 1"}).Found(),
            Names{"stale read"});
  // At the same time it is none.
  EXPECT_EQ(Hand().DoAt(1, 4, {"a x 1"}).DoAt(3, 4, {"r x"}).DoAt(5, 6, {"r x 1"}).Found(),
            Names());
  // It may take several that came after one another.
  EXPECT_EQ(Hand()
                .DoAt(1, 2, {"a x 1"})
                .DoAt(3, 4, {"a y 2"})
                .DoAt(5, 6, {"a z 3"})
                .DoAt(7, 8, {"r x"})
                .DoAt(9, 10, {"r x 1"})
                .Found(),
            Names{"stale read"});
}

TEST(AnomaliesTest, FindACommittedWriteThatIsGone) {
  EXPECT_TRUE(Has(Hand().Do({"a x 1"}).Do({"r x"}).Found(/*is_complete=*/true), "lost write"));
  // One that was undecided may be gone.
  EXPECT_EQ(Hand().Do({"a x 1"}, Outcome::kUnknown).Do({"r x"}).Found(true), Names());
}

TEST(AnomaliesTest, TakeAnUndecidedOneThatWasSeenForCommitted) {
  const Hand hand =
      Hand().Do({"a x 1", "a y 2"}, Outcome::kUnknown).Do({"r x 1"}).Do({"r x 1", "r y"});
  EXPECT_TRUE(Has(hand.Found(), "OTV"));
}

// T0 could not make its commit durable, T1 found it all the same, and the power took it.
std::vector<Transaction> FoundAndLost() {
  const auto transaction = [](uint64_t begin, uint64_t end, Outcome outcome, const char* step) {
    return Transaction{
        .client = 0, .begin = begin, .end = end, .outcome = outcome, .steps = {Step(step)}};
  };
  return {transaction(1, 2, Outcome::kUnknown, "a x 1"),
          transaction(3, 4, Outcome::kCommitted, "r x 1")};
}

TEST(ForgetUnsettledReadsTest, LetsAPowerCutTakeWhatNobodyWasPromised) {
  std::vector<Transaction> transactions = FoundAndLost();
  ForgetUnsettledReads(transactions);
  EXPECT_TRUE(transactions[1].steps.empty());
}

TEST(ForgetUnsettledReadsTest, KeepsReadsThatACommitCameAfter) {
  std::vector<Transaction> transactions = FoundAndLost();
  transactions.push_back({.client = 1,
                          .begin = 5,
                          .end = 6,
                          .outcome = Outcome::kCommitted,
                          .steps = {Step("a x 2")}});
  ForgetUnsettledReads(transactions);
  EXPECT_EQ(transactions[1].steps.size(), 1u);
}

TEST(ForgetUnsettledReadsTest, KeepsReadsOfACommitStillUnderWay) {
  std::vector<Transaction> transactions = FoundAndLost();
  transactions[0].end = UINT64_MAX;
  ForgetUnsettledReads(transactions);
  EXPECT_EQ(transactions[1].steps.size(), 1u);
}

}  // namespace
}  // namespace orrery::whopper
