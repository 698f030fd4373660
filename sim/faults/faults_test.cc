// Goal: faults strike as often as the table says, where a sweep wants them, and never once stopped.
#include "sim/faults/faults.h"

#include "gtest/gtest.h"
#include "sim/choices/seed_source.h"

namespace orrery::sim {
namespace {

int CountStrikes(Faults& faults, Fault fault, int opportunity_count) {
  int count = 0;
  for (int i = 0; i < opportunity_count; ++i) count += faults.Strikes(fault);
  return count;
}

TEST(FaultsTest, StrikeAtTheRateOfTheTable) {
  SeedSource source(5);
  Faults faults = Faults::Every(Choices(source), FaultSet::All());
  EXPECT_NEAR(CountStrikes(faults, Fault::kShortRead, 1'000'000), 10'000, 1'000);
  EXPECT_NEAR(CountStrikes(faults, Fault::kReorder, 100'000), 30'000, 1'500);
  EXPECT_EQ(faults.opportunity_count(Fault::kReorder), 100'000u);
}

TEST(FaultsTest, NeverStrikeUnlessTurnedOn) {
  SeedSource source(5);
  Faults faults{Choices(source)};
  for (const FaultSpec& spec : kFaults) EXPECT_EQ(CountStrikes(faults, spec.fault, 10'000), 0);
}

TEST(FaultsTest, AreOnInHalfOfTheRuns) {
  int on_count = 0;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    SeedSource source(seed);
    const Faults faults = Faults::Swarm(Choices(source), FaultSet::Keeping(Promise::kInvisible));
    on_count += faults.on(Fault::kShortRead);
    EXPECT_FALSE(faults.on(Fault::kPowerCut));
  }
  EXPECT_NEAR(on_count, 100, 30);
}

TEST(FaultsTest, StrikeWhereASweepWantsThem) {
  SeedSource source(5);
  Faults faults{Choices(source)};
  faults.StrikeAt(Fault::kEioRead, 3);
  EXPECT_FALSE(faults.Strikes(Fault::kEioRead));
  EXPECT_FALSE(faults.Strikes(Fault::kEioRead));
  EXPECT_TRUE(faults.Strikes(Fault::kEioRead));
  EXPECT_EQ(CountStrikes(faults, Fault::kEioRead, 1'000), 0);
}

TEST(FaultsTest, StopForGood) {
  SeedSource source(5);
  Faults faults = Faults::Every(Choices(source), FaultSet::All());
  faults.Stop();
  for (const FaultSpec& spec : kFaults) EXPECT_EQ(CountStrikes(faults, spec.fault, 10'000), 0);
}

TEST(FaultTest, IsFoundByItsName) {
  for (const FaultSpec& spec : kFaults) EXPECT_EQ(FaultNamed(spec.name), spec.fault);
  EXPECT_EQ(FaultNamed("meteorite"), std::nullopt);
}

}  // namespace
}  // namespace orrery::sim
