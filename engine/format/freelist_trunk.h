// A freelist trunk page: the next trunk, a count, and that many numbers of free leaf pages, whose
// own content means nothing. https://www.sqlite.org/fileformat2.html#the_freelist

#ifndef ORRERY_ENGINE_FORMAT_FREELIST_TRUNK_H_
#define ORRERY_ENGINE_FORMAT_FREELIST_TRUNK_H_

#include <cstdint>

#include "engine/base/bytes.h"
#include "engine/format/page_number.h"

namespace orrery {

// How many leaves have room on a trunk, and how many a writer puts there: old readers of the format
// took the last six entries for damage.
constexpr uint32_t TrunkLeafCountMax(uint32_t usable_size) { return usable_size / 4 - 2; }
constexpr uint32_t TrunkLeafCountToFill(uint32_t usable_size) { return usable_size / 4 - 8; }

inline PageNumber NextTrunk(const std::byte* page) { return LoadBig<uint32_t>(page); }
inline void SetNextTrunk(std::byte* page, PageNumber next) { StoreBig(page, next); }

// May exceed TrunkLeafCountMax() on a damaged page.
inline uint32_t TrunkLeafCount(const std::byte* page) { return LoadBig<uint32_t>(page + 4); }
inline void SetTrunkLeafCount(std::byte* page, uint32_t count) { StoreBig(page + 4, count); }

// `index` is less than the leaf count, which has been checked.
inline PageNumber TrunkLeaf(const std::byte* page, uint32_t index) {
  return LoadBig<uint32_t>(page + 8 + size_t{4} * index);
}
inline void SetTrunkLeaf(std::byte* page, uint32_t index, PageNumber leaf) {
  StoreBig(page + 8 + size_t{4} * index, leaf);
}

}  // namespace orrery

#endif  // ORRERY_ENGINE_FORMAT_FREELIST_TRUNK_H_
