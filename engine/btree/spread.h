// How balance deals a run of cells out to pages.

#ifndef ORRERY_ENGINE_BTREE_SPREAD_H_
#define ORRERY_ENGINE_BTREE_SPREAD_H_

#include <array>
#include <cstdint>
#include <span>

namespace orrery {

// In a table's leaves three pages and one cell too many never need more than five: cut where the
// cell goes in, and give it a page of its own. Elsewhere a cell is hardly larger than a
// quarter of a page: three pages, four cells too many and two dividers from above fill less than
// five, where each full page takes the next cell out of the deal.
inline constexpr uint32_t kSpreadPagesMax = 5;

// Cells [first, first + count) go to one page.
struct Share {
  uint32_t first = 0;
  uint32_t count = 0;
};

struct Spread {
  uint32_t page_count = 0;
  std::array<Share, kSpreadPagesMax> shares;
};

// `sizes` are those of the cells with their pointers; a page has room for `capacity` bytes of them.
// With `keeps_all`, as in a table's leaves, no cell is left out; else the one between two shares
// goes up to the parent as their divider.
//
// As few pages as possible, filled from the left; then cells move to the right as long as that
// leaves the left one of two neighbours the fuller, so that no page is left almost empty. A page of
// a run of appended rows is thus split off nearly full.
//
// page_count is 0 when more than kSpreadPagesMax would be needed: only cells of a damaged page do.
Spread PlanSpread(std::span<const uint32_t> sizes, uint32_t capacity, bool keeps_all);

}  // namespace orrery

#endif  // ORRERY_ENGINE_BTREE_SPREAD_H_
