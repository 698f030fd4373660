// Pages are numbered from 1; 0 stands for "no page" wherever the file format stores a page number.

#ifndef ORRERY_ENGINE_FORMAT_PAGE_NUMBER_H_
#define ORRERY_ENGINE_FORMAT_PAGE_NUMBER_H_

#include <cstdint>

namespace orrery {

using PageNumber = uint32_t;

inline constexpr PageNumber kNoPage = 0;
// Highest page number the format allows: 2^32 - 2. https://www.sqlite.org/fileformat2.html
inline constexpr PageNumber kPageNumberMax = 0xfffffffe;

inline constexpr uint32_t kPageSizeMin = 512;
inline constexpr uint32_t kPageSizeMax = 65536;

// The page that holds the byte-range locks at 1 GiB, and so never holds data.
inline constexpr uint64_t kPendingByte = 0x40000000;
constexpr PageNumber LockPage(uint32_t page_size) {
  return static_cast<PageNumber>(kPendingByte / page_size + 1);
}

}  // namespace orrery

#endif  // ORRERY_ENGINE_FORMAT_PAGE_NUMBER_H_
