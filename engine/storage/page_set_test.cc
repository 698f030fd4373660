// Goal: a PageSet holds what was put in and nothing else.
// Method: numbers close together, far apart and at the ends, beside a std::set.

#include "engine/storage/page_set.h"

#include <set>

#include "gtest/gtest.h"

namespace orrery {
namespace {

TEST(PageSetTest, HoldsWhatWasPutIn) {
  PageSet set;
  std::set<PageNumber> model;
  EXPECT_FALSE(set.Contains(1));
  uint32_t number = 1;
  for (int i = 0; i < 4000; ++i) {
    number = number * 1664525 + 1013904223;
    const PageNumber page = i % 3 == 0 ? number : i % 3 == 1 ? number % 5000 : kPageNumberMax - i;
    EXPECT_EQ(set.Contains(page), model.contains(page));
    EXPECT_EQ(set.Insert(page), model.insert(page).second);
    EXPECT_EQ(set.size(), model.size());
  }
  for (PageNumber page = 0; page < 6000; ++page) {
    ASSERT_EQ(set.Contains(page), model.contains(page)) << page;
  }
  set.Clear();
  EXPECT_EQ(set.size(), 0u);
  for (const PageNumber page : model) EXPECT_FALSE(set.Contains(page));
}

}  // namespace
}  // namespace orrery
