#include "engine/storage/page_set.h"

#include <algorithm>
#include <utility>

namespace orrery {

size_t PageSet::PlaceOf(uint32_t block_number) const {
  const size_t mask = table_.size() - 1;
  size_t place = static_cast<size_t>(block_number * uint64_t{0x9e3779b97f4a7c15} >> 32) & mask;
  while (table_[place].number != block_number && table_[place].number != kNone) {
    place = (place + 1) & mask;
  }
  return place;
}

bool PageSet::Contains(PageNumber page) const {
  if (table_.empty()) return false;
  const Block& block = table_[PlaceOf(page / kPagesPerBlock)];
  const uint32_t bit = page % kPagesPerBlock;
  return (block.bits[bit / 64] >> (bit % 64) & 1) != 0;
}

bool PageSet::Insert(PageNumber page) {
  if ((block_count_ + 1) * 2 > table_.size()) Grow();
  Block& block = table_[PlaceOf(page / kPagesPerBlock)];
  if (block.number == kNone) {
    block.number = page / kPagesPerBlock;
    ++block_count_;
  }
  const uint32_t bit = page % kPagesPerBlock;
  uint64_t& word = block.bits[bit / 64];
  if ((word >> (bit % 64) & 1) != 0) return false;
  word |= uint64_t{1} << (bit % 64);
  ++size_;
  return true;
}

void PageSet::Grow() {
  std::vector<Block> old =
      std::exchange(table_, std::vector<Block>(std::max<size_t>(4, table_.size() * 2)));
  for (const Block& block : old) {
    if (block.number != kNone) table_[PlaceOf(block.number)] = block;
  }
}

void PageSet::Clear() {
  table_.clear();
  block_count_ = 0;
  size_ = 0;
}

}  // namespace orrery
