// A set of page numbers. Pages that lie together share memory, a bit for each: a set of all pages
// of a large file stays small, and so does a set of a few.

#ifndef ORRERY_ENGINE_STORAGE_PAGE_SET_H_
#define ORRERY_ENGINE_STORAGE_PAGE_SET_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/format/page_number.h"

namespace orrery {

class PageSet {
 public:
  bool Contains(PageNumber page) const;
  bool Insert(PageNumber page);  // true when it was not there
  void Clear();
  size_t size() const { return size_; }

 private:
  static constexpr uint32_t kPagesPerBlock = 512;
  struct Block {
    uint32_t number = kNone;  // of its first page, divided by kPagesPerBlock
    std::array<uint64_t, kPagesPerBlock / 64> bits{};
  };
  static constexpr uint32_t kNone = UINT32_MAX;

  // Where the block is, or the empty place for it. The table is not empty.
  size_t PlaceOf(uint32_t block_number) const;
  void Grow();

  std::vector<Block> table_;  // open addressing; a power of two, at most half of it in use
  size_t block_count_ = 0;
  size_t size_ = 0;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_PAGE_SET_H_
