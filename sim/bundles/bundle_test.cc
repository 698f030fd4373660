// Goal: what is written into a bundle can be read from it, also while it is being written.
// Method: a folder in the test's temporary one.

#include "sim/bundles/bundle.h"

#include <gtest/gtest.h>

namespace orrery::sim {
namespace {

TEST(BundleTest, KeepsFilesAndLines) {
  const Result<std::string> folder = Bundle::MakeFolder(testing::TempDir(), "tool-seed-1");
  ASSERT_TRUE(folder.ok());
  Bundle bundle(*folder);
  bundle.Write("a.txt", "old content");
  bundle.Write("a.txt", "new");
  bundle.AppendLine("log.txt", "one");
  bundle.AppendLine("log.txt", "two");
  EXPECT_EQ(*ReadWholeFile(*folder + "/a.txt"), "new");
  EXPECT_EQ(*ReadWholeFile(*folder + "/log.txt"), "one\ntwo\n");
  EXPECT_FALSE(ReadWholeFile(*folder + "/nosuch").ok());
}

TEST(BundleTest, MakesAFreshFolderEachTime) {
  const Result<std::string> a = Bundle::MakeFolder(testing::TempDir(), "same");
  const Result<std::string> b = Bundle::MakeFolder(testing::TempDir(), "same");
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_NE(*a, *b);
}

}  // namespace
}  // namespace orrery::sim
