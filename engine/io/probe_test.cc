// Goal: probes have names of their own, and whoever observes an Io hears of each that is reached.

#include "engine/io/probe.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "engine/io/memory_io.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

class Listener final : public IoObserver {
 public:
  bool ForceWait(const YieldSite&) override { return false; }
  void OnReached(Probe probe) override { reached.push_back(probe); }

  std::vector<Probe> reached;
};

TEST(ProbeTest, HasANameOfItsOwnThatBeginsWithItsLayer) {
  const std::set<std::string> layers = {"storage", "btree", "vdbe", "db"};
  std::set<std::string> names;
  for (const ProbeSpec& spec : kProbes) {
    const std::string name = spec.name;
    EXPECT_TRUE(names.insert(name).second) << name << " twice";
    EXPECT_EQ(layers.count(name.substr(0, name.find('.'))), 1u) << name;
    EXPECT_EQ(std::count(name.begin(), name.end(), '.'), 2) << name;
    EXPECT_TRUE(std::string(spec.what).ends_with('.')) << name;
  }
  EXPECT_STREQ(Describe(Probe::kTrunkFull).name, "storage.free_page.trunk_full");
}

TEST(ProbeTest, IsHeardByTheObserverOfItsIoAlone) {
  MemoryIo io;
  io.Reached(Probe::kTrunkFull);  // nobody hears it
  Listener listener;
  io.SetObserver(&listener);
  io.Reached(Probe::kRootSplit);
  io.Reached(Probe::kTrunkFull);
  io.SetObserver(nullptr);
  io.Reached(Probe::kLogTorn);
  EXPECT_EQ(listener.reached, (std::vector<Probe>{Probe::kRootSplit, Probe::kTrunkFull}));
}

}  // namespace
}  // namespace orrery
