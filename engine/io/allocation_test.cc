// Goal: places that take memory have names of their own, and whoever observes an Io may refuse it.

#include "engine/io/allocation.h"

#include <algorithm>
#include <set>
#include <string>

#include "engine/io/memory_io.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

class Refuser final : public IoObserver {
 public:
  bool ForceWait(const YieldSite&) override { return false; }
  bool FailAllocation(Allocation allocation) override {
    return allocation == Allocation::kBeforeImage;
  }
};

TEST(AllocationTest, HasANameOfItsOwn) {
  std::set<std::string> names;
  for (const std::string name : kAllocationNames) {
    EXPECT_TRUE(names.insert(name).second) << name << " twice";
    EXPECT_EQ(std::count(name.begin(), name.end(), '.'), 2) << name;
  }
}

TEST(AllocationTest, IsGrantedUnlessTheObserverRefusesIt) {
  MemoryIo io;
  EXPECT_NE(io.AllocateBytes(Allocation::kBeforeImage, 10), nullptr);
  Refuser refuser;
  io.SetObserver(&refuser);
  EXPECT_EQ(io.AllocateBytes(Allocation::kBeforeImage, 10), nullptr);
  EXPECT_NE(io.AllocateBytes(Allocation::kMendBuffer, 10), nullptr);
  EXPECT_TRUE(io.MayAllocate(Allocation::kCacheFrames));
  io.SetObserver(nullptr);
}

}  // namespace
}  // namespace orrery
