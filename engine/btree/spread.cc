#include "engine/btree/spread.h"

namespace orrery {

Spread PlanSpread(std::span<const uint32_t> sizes, uint32_t capacity, bool keeps_all) {
  Spread spread;
  std::array<uint64_t, kSpreadPagesMax> filled{};
  const auto cell_count = static_cast<uint32_t>(sizes.size());

  uint32_t next = 0;
  do {
    if (spread.page_count == kSpreadPagesMax) return Spread();
    Share& share = spread.shares[spread.page_count];
    uint64_t& size = filled[spread.page_count];
    share = {next, 0};
    while (next < cell_count && size + sizes[next] <= capacity) {
      size += sizes[next++];
      ++share.count;
    }
    if (share.count == 0 && next < cell_count) return Spread();  // a cell larger than a page
    ++spread.page_count;
    if (next == cell_count) break;
    if (!keeps_all) ++next;  // the divider
    // A divider that was the last cell leaves a page without any, which the next loop mends.
  } while (true);

  for (uint32_t page = spread.page_count; page-- > 1;) {
    Share& left = spread.shares[page - 1];
    Share& right = spread.shares[page];
    while (left.count > 1) {
      // The last cell moves over; or it becomes the divider, and what was the divider moves over.
      const uint32_t leaves_left = sizes[left.first + left.count - 1];
      const uint32_t enters_right = sizes[right.first - 1];
      if (right.count > 0 && filled[page] + enters_right > filled[page - 1] - leaves_left) break;
      filled[page - 1] -= leaves_left;
      filled[page] += enters_right;
      --left.count;
      --right.first;
      ++right.count;
    }
    if (right.count == 0) return Spread();
  }
  return spread;
}

}  // namespace orrery
