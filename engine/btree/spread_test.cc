// Goal: cells are dealt out so that each page's fit, none is lost, and no page is left almost
// empty. Method: random sizes, as they come from three pages and the cells that wait.

#include "engine/btree/spread.h"

#include <numeric>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace orrery {
namespace {

RC_GTEST_PROP(SpreadTest, DealsEveryCellToAPageItFits, ()) {
  const bool leaf = *rc::gen::element(false, true);
  const uint32_t capacity = 500;
  const uint32_t size_max = leaf ? 497 : 15;
  std::vector<uint32_t> sizes;
  for (int page = 0; page < 3; ++page) {
    uint32_t left = *rc::gen::inRange<uint32_t>(20, capacity);
    while (left >= 6) {
      const uint32_t size = *rc::gen::inRange<uint32_t>(6, std::min(left, size_max) + 1);
      sizes.push_back(size);
      left -= size;
    }
    if (!leaf && page < 2) sizes.push_back(15);
  }
  const auto at = *rc::gen::inRange<size_t>(0, sizes.size() + 1);
  sizes.insert(sizes.begin() + static_cast<std::ptrdiff_t>(at), leaf ? 1 : 4,
               *rc::gen::inRange<uint32_t>(6, size_max + 1));

  const Spread spread = PlanSpread(sizes, capacity, leaf);
  RC_ASSERT(spread.page_count >= 1);
  uint32_t next = 0;
  for (uint32_t i = 0; i < spread.page_count; ++i) {
    const Share share = spread.shares[i];
    RC_ASSERT(share.first == next);
    RC_ASSERT(share.count >= 1);
    uint32_t size = 0;
    for (uint32_t cell = 0; cell < share.count; ++cell) size += sizes[share.first + cell];
    RC_ASSERT(size <= capacity);
    next = share.first + share.count + (leaf ? 0 : 1);
  }
  RC_ASSERT(next == sizes.size() + (leaf ? 0 : 1));
}

TEST(SpreadTest, GivesNothingOnOnePage) {
  const Spread spread = PlanSpread({}, 500, true);
  EXPECT_EQ(spread.page_count, 1u);
  EXPECT_EQ(spread.shares[0].count, 0u);
}

TEST(SpreadTest, RefusesMoreThanThreePagesCanHold) {
  const std::vector<uint32_t> sizes(7, 400);
  EXPECT_EQ(PlanSpread(sizes, 500, true).page_count, 0u);
}

}  // namespace
}  // namespace orrery
