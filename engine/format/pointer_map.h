// Pointer maps: in a file with auto_vacuum on, who refers to each page, so that a page can be
// moved. https://www.sqlite.org/fileformat2.html#pointer_map_or_ptrmap_pages
//
// A map page holds an entry of 5 bytes for each of the pages behind it, up to the next map page:
// the page's use, then its parent. Page 1, map pages and the lock page have no entry.

#ifndef ORRERY_ENGINE_FORMAT_POINTER_MAP_H_
#define ORRERY_ENGINE_FORMAT_POINTER_MAP_H_

#include <cstdint>

#include "engine/base/bytes.h"
#include "engine/format/page_number.h"

namespace orrery {

enum class PageUse : uint8_t {
  kRoot = 1,           // of a tree; no parent
  kFree = 2,           // on the freelist; no parent
  kOverflowFirst = 3,  // the parent is the tree's page with the cell
  kOverflowNext = 4,   // the parent is the overflow page before it
  kTreeChild = 5,      // the parent is the tree's page above it
};

struct PageOwner {
  PageUse use = PageUse::kFree;  // of a damaged file: any number
  PageNumber parent = kNoPage;
  bool operator==(const PageOwner&) const = default;
};

inline constexpr size_t kPointerMapEntrySize = 5;

// The page with the entry of page `number`; `number` itself when it is a map page.
constexpr PageNumber PointerMapPage(PageNumber number, uint32_t usable_size, uint32_t page_size) {
  if (number < 2) return kNoPage;
  const auto pages_per_map = static_cast<PageNumber>(usable_size / kPointerMapEntrySize + 1);
  const PageNumber map = (number - 2) / pages_per_map * pages_per_map + 2;
  return map == LockPage(page_size) ? map + 1 : map;
}

// `map` is the bytes of page `map_page`, which has the entry of page `number`.
inline PageOwner OwnerIn(const std::byte* map, PageNumber map_page, PageNumber number) {
  const std::byte* const entry = map + kPointerMapEntrySize * (number - map_page - 1);
  return {static_cast<PageUse>(entry[0]), LoadBig<uint32_t>(entry + 1)};
}
inline void SetOwnerIn(std::byte* map, PageNumber map_page, PageNumber number, PageOwner owner) {
  std::byte* const entry = map + kPointerMapEntrySize * (number - map_page - 1);
  entry[0] = static_cast<std::byte>(owner.use);
  StoreBig<uint32_t>(entry + 1, owner.parent);
}

}  // namespace orrery

#endif  // ORRERY_ENGINE_FORMAT_POINTER_MAP_H_
