// Goal: every sequence of answers is given exactly once, whatever earlier answers lead to.
// Method: small trees of draws whose leaves are counted by hand.
#include "sim/choices/enumerator_source.h"

#include <set>
#include <vector>

#include "gtest/gtest.h"
#include "sim/choices/choices.h"

namespace orrery::sim {
namespace {

TEST(EnumeratorSourceTest, GivesEverySequenceOnce) {
  EnumeratorSource all(8);
  std::set<std::vector<uint64_t>> seen;
  do {
    Choices choices(all);
    const uint64_t first = choices.Choose(3, "first");
    std::vector<uint64_t> values = {first};
    // Later draws depend on earlier ones.
    for (uint64_t i = 0; i < first; ++i) {
      values.push_back(choices.Branch("more", i).Chance(10, "yes"));
    }
    EXPECT_TRUE(seen.insert(values).second);
  } while (all.Advance());
  EXPECT_EQ(seen.size(), 1u + 2u + 4u);
  EXPECT_EQ(all.sequence_count(), 7u);
  EXPECT_EQ(all.cut_count(), 0u);
}

TEST(EnumeratorSourceTest, HasOneSequenceWhereNothingIsDrawn) {
  EnumeratorSource all(8);
  EXPECT_FALSE(all.Advance());
  EXPECT_EQ(all.sequence_count(), 1u);
}

TEST(EnumeratorSourceTest, AnswersZeroBeyondTheBoundAndCountsIt) {
  EnumeratorSource all(2);
  do {
    Choices choices(all);
    choices.Choose(2, "a");
    choices.Choose(2, "b");
    EXPECT_EQ(choices.Choose(2, "beyond"), 0u);
    EXPECT_EQ(choices.Choose(1, "no choice"), 0u);
  } while (all.Advance());
  EXPECT_EQ(all.sequence_count(), 4u);
  EXPECT_EQ(all.cut_count(), 4u);
}

}  // namespace
}  // namespace orrery::sim
