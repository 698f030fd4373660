// Goal: what a run may expect of several journal modes is no more than of the weakest that its
// connections come to use. The rows themselves are tested by every run with a crash in it.

#include "sim/oracles/survival.h"

#include <gtest/gtest.h>

#include <vector>

namespace orrery::sim {
namespace {

using enum JournalMode;

TEST(SurvivalTest, ExpectsOfOneModeWhatItPromises) {
  for (const JournalMode mode : {kWal, kTruncate, kPersist}) {
    EXPECT_EQ(WeakestOf(std::vector{mode}, Synchronous::kFull).cut, Survival::kEveryCommit);
  }
}

TEST(SurvivalTest, CountsDeleteForWhoOpensWithWalAfterItWasLeft) {
  for (const JournalMode other : {kTruncate, kPersist}) {
    EXPECT_EQ(WeakestOf(std::vector{kWal, other}, Synchronous::kFull).cut, Survival::kAllButLast);
    EXPECT_EQ(WeakestOf(std::vector{kWal, other}, Synchronous::kExtra).cut, Survival::kEveryCommit);
  }
  EXPECT_EQ(WeakestOf(std::vector{kTruncate, kPersist}, Synchronous::kFull).cut,
            Survival::kEveryCommit);
}

}  // namespace
}  // namespace orrery::sim
