// Goal: a draw depends on the seed, its branch and its place in the branch, and on nothing else.
// Method: the same draws with and without others in between; frequencies over many draws.
#include "sim/choices/choices.h"

#include <vector>

#include "gtest/gtest.h"
#include "sim/choices/byte_source.h"
#include "sim/choices/seed_source.h"

namespace orrery::sim {
namespace {

std::vector<uint64_t> Take(Choices choices, int count) {
  std::vector<uint64_t> values;
  for (int i = 0; i < count; ++i) values.push_back(choices.Choose(1000, "value"));
  return values;
}

TEST(ChoicesTest, GivesTheSameDrawsForTheSameSeed) {
  SeedSource one(7), same(7), other(8);
  const std::vector<uint64_t> expected = Take(Choices(one).Branch("fault"), 20);
  EXPECT_EQ(Take(Choices(same).Branch("fault"), 20), expected);
  EXPECT_NE(Take(Choices(other).Branch("fault"), 20), expected);
}

// Kept seeds mean their runs only as long as this test passes unchanged.
TEST(ChoicesTest, GivesTheDrawsThatItAlwaysGave) {
  SeedSource source(1);
  EXPECT_EQ(Take(Choices(source).Branch("schedule"), 6),
            (std::vector<uint64_t>{875, 124, 130, 779, 879, 258}));
}

TEST(ChoicesTest, LeavesABranchAloneWhenAnotherDrawsMore) {
  SeedSource one(7), two(7);
  Choices first(one), second(two);
  Choices noise = second.Branch("workload");
  Take(noise, 5);
  Choices branch = second.Branch("client", 3);
  std::vector<uint64_t> values;
  for (int i = 0; i < 20; ++i) {
    values.push_back(branch.Choose(1000, "value"));
    Take(noise, i % 3);
  }
  EXPECT_EQ(Take(first.Branch("client", 3), 20), values);
  EXPECT_NE(Take(first.Branch("client", 4), 20), values);
}

TEST(ChoicesTest, GoesOnWhenABranchIsTakenTwice) {
  SeedSource one(7), two(7);
  std::vector<uint64_t> values = Take(Choices(one).Branch("disk"), 5);
  const std::vector<uint64_t> more = Take(Choices(one).Branch("disk"), 5);
  values.insert(values.end(), more.begin(), more.end());
  EXPECT_EQ(Take(Choices(two).Branch("disk"), 10), values);
}

TEST(ChoicesTest, IsUniform) {
  SeedSource source(3);
  Choices choices(source);
  std::vector<int> counts(10);
  for (int i = 0; i < 100'000; ++i) ++counts[choices.Choose(10, "digit")];
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 500);
}

TEST(ChoicesTest, MeetsAChanceAsOftenAsItSays) {
  SeedSource source(3);
  Choices choices(source);
  int count = 0;
  for (int i = 0; i < 100'000; ++i) count += choices.Chance(50'000, "rare");
  EXPECT_NEAR(count, 5'000, 350);
  EXPECT_FALSE(choices.Chance(0, "never"));
  EXPECT_TRUE(choices.Chance(kMillion, "always"));
}

TEST(ChoicesTest, SkipsByTheMean) {
  SeedSource source(3);
  Choices choices(source);
  for (const uint64_t mean : {1, 2, 10, 1000}) {
    uint64_t sum = 0;
    for (int i = 0; i < 50'000; ++i) {
      const uint64_t skip = choices.Skip(mean, "skip");
      ASSERT_GE(skip, 1u);
      sum += skip;
    }
    EXPECT_NEAR(static_cast<double>(sum) / 50'000, static_cast<double>(mean),
                0.5 + 0.06 * static_cast<double>(mean));
  }
}

TEST(ChoicesTest, WeighsByTheWeights) {
  SeedSource source(3);
  Choices choices(source);
  int counts[3] = {};
  const uint32_t weights[] = {1, 0, 3};
  for (int i = 0; i < 40'000; ++i) ++counts[choices.Weighted(weights, "kind")];
  EXPECT_NEAR(counts[0], 10'000, 500);
  EXPECT_EQ(counts[1], 0);
}

TEST(ByteSourceTest, ReadsItsBytesInOrderAndThenAnswersZero) {
  const uint8_t bytes[] = {5, 0x34, 0x12, 255, 0};
  ByteSource source(std::as_bytes(std::span(bytes)));
  Choices choices(source);
  Choices other = choices.Branch("other");
  EXPECT_EQ(choices.Choose(1, "nothing to choose"), 0u);
  EXPECT_EQ(choices.Choose(3, "small"), 2u);
  EXPECT_EQ(other.Choose(0x10000, "large"), 0x1234u);
  EXPECT_TRUE(choices.Chance(1, "rarest"));
  EXPECT_FALSE(choices.Chance(999'999, "nearly certain"));
  EXPECT_TRUE(source.ended());
  EXPECT_EQ(choices.Choose(100, "after the end"), 0u);
  EXPECT_FALSE(choices.Chance(500'000, "after the end"));
}

}  // namespace
}  // namespace orrery::sim
