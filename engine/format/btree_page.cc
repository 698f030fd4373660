#include "engine/format/btree_page.h"

#include <algorithm>
#include <cstring>

#include "engine/base/check.h"
#include "engine/base/varint.h"
#include "engine/format/payload_layout.h"

namespace orrery {
namespace {

constexpr uint32_t kFragmentSizeMax = 60;  // what the format allows in the header's one byte

// As DecodeVarint, for where kVarintSizeMax bytes are known to be there: a search reads nothing
// else.
inline const std::byte* ReadVarint(const std::byte* from, uint64_t* value) {
  uint64_t bits = static_cast<uint8_t>(*from++);
  if (bits < 0x80) [[likely]] {
    *value = bits;
    return from;
  }
  bits &= 0x7f;
  for (int i = 0; i < 7; ++i) {
    const uint64_t byte = static_cast<uint8_t>(*from++);
    bits = bits << 7 | (byte & 0x7f);
    if (byte < 0x80) {
      *value = bits;
      return from;
    }
  }
  *value = bits << 8 | static_cast<uint8_t>(*from++);
  return from;
}

inline const std::byte* SkipVarint(const std::byte* from) {
  const std::byte* const last = from + kVarintSizeMax - 1;
  while (from < last && static_cast<uint8_t>(*from) >= 0x80) ++from;
  return from + 1;
}

// The rowid of a cell at `from`; false when the page's end cuts it off.
template <bool leaf>
inline bool ReadRowid(const std::byte* from, const std::byte* end, int64_t* rowid) {
  uint64_t value = 0;
  if (end - from >= 2 * kVarintSizeMax) [[likely]] {
    from = leaf ? SkipVarint(from) : from + 4;
    ReadVarint(from, &value);
  } else {
    const int skip = leaf ? DecodeVarint(from, end, &value) : 4;
    if (skip == 0 || DecodeVarint(from + skip, end, &value) == 0) return false;
  }
  *rowid = static_cast<int64_t>(value);
  return true;
}

constexpr char kOffsetDefect[] = "cell pointer out of range";
constexpr char kExtendsDefect[] = "cell extends off end of page";
constexpr char kFreeDefect[] = "free space corruption";

}  // namespace

Defect ParseBtreeCell(BtreePageKind kind, Bytes bytes, uint32_t usable_size, BtreeCell* cell) {
  const bool interior =
      kind == BtreePageKind::kTableInterior || kind == BtreePageKind::kIndexInterior;
  const bool table = kind == BtreePageKind::kTableInterior || kind == BtreePageKind::kTableLeaf;
  const std::byte* const start = bytes.data();
  const std::byte* const end = start + bytes.size();
  const std::byte* at = start;
  *cell = BtreeCell();
  if (interior) {
    if (bytes.size() < 4) return kExtendsDefect;
    cell->left_child = LoadBig<uint32_t>(at);
    at += 4;
  }
  if (kind != BtreePageKind::kTableInterior) {
    const int size = DecodeVarint(at, end, &cell->payload_size);
    if (size == 0) return kExtendsDefect;
    at += size;
  }
  if (table) {
    uint64_t rowid = 0;
    const int size = DecodeVarint(at, end, &rowid);
    if (size == 0) return kExtendsDefect;
    cell->rowid = static_cast<int64_t>(rowid);
    at += size;
  }
  cell->local_offset = static_cast<uint32_t>(at - start);
  uint64_t cell_size = cell->local_offset;
  if (kind != BtreePageKind::kTableInterior) {
    if (cell->payload_size > kPayloadSizeMax) return "payload larger than any can be";
    cell->local_size =
        LocalPayloadSize(kind == BtreePageKind::kTableLeaf, cell->payload_size, usable_size);
    cell_size += cell->local_size;
    if (cell->local_size < cell->payload_size) {
      if (cell_size + 4 > bytes.size()) return kExtendsDefect;
      cell->overflow_page = LoadBig<uint32_t>(start + cell_size);
      cell_size += 4;
    }
  }
  if (cell_size > bytes.size()) return kExtendsDefect;
  cell->size = std::max(static_cast<uint32_t>(cell_size), kCellSizeMin);
  return nullptr;
}

Defect BtreePage::ParseCellAt(uint32_t offset, BtreeCell* cell) const {
  if (!CellOffsetFits(offset)) return kOffsetDefect;
  const Defect defect =
      ParseBtreeCell(kind_, Bytes(data_ + offset, usable_size_ - offset), usable_size_, cell);
  cell->offset = offset;
  cell->local_offset += offset;
  return defect;
}

Defect BtreePage::ParseCell(uint32_t index, BtreeCell* cell) const {
  CHECK(index < cell_count_);
  return ParseCellAt(CellOffset(index), cell);
}

template <bool leaf>
BtreePage::Found BtreePage::SearchIn(int64_t rowid) const {
  const std::byte* const end = data_ + usable_size_;
  const std::byte* const pointers = data_ + pointers_offset();
  uint32_t low = 0;
  uint32_t high = cell_count_;
  while (low < high) {
    const uint32_t middle = (low + high) / 2;
    const uint32_t offset = LoadBig<uint16_t>(pointers + 2 * middle) & offset_mask_;
    if (!CellOffsetFits(offset)) [[unlikely]]
      return {middle, false, kOffsetDefect};
    int64_t here;
    if (!ReadRowid<leaf>(data_ + offset, end, &here)) [[unlikely]] {
      return {middle, false, kExtendsDefect};
    }
    if (here < rowid) {
      low = middle + 1;
    } else if (here > rowid) {
      high = middle;
    } else {
      return {middle, true, nullptr};
    }
  }
  return {low, false, nullptr};
}

BtreePage::Found BtreePage::Search(int64_t rowid) const {
  return is_leaf() ? SearchIn<true>(rowid) : SearchIn<false>(rowid);
}

Defect BtreePage::Rowid(uint32_t index, int64_t* rowid) const {
  CHECK(index < cell_count_);
  const uint32_t offset = CellOffset(index);
  if (!CellOffsetFits(offset)) return kOffsetDefect;
  const std::byte* const end = data_ + usable_size_;
  const bool fits = is_leaf() ? ReadRowid<true>(data_ + offset, end, rowid)
                              : ReadRowid<false>(data_ + offset, end, rowid);
  return fits ? nullptr : kExtendsDefect;
}

Defect BtreePage::FreeSize(uint32_t* size) const {
  const uint32_t top = content_start();
  uint32_t total = fragment_size() + top;
  uint32_t offset = first_freeblock();
  if (offset != 0 && offset < top) return kFreeDefect;
  while (offset != 0) {
    if (offset > usable_size_ - 4) return kFreeDefect;
    const uint32_t next = LoadBig<uint16_t>(data_ + offset);
    const uint32_t block_size = LoadBig<uint16_t>(data_ + offset + 2);
    total += block_size;
    if (block_size < kCellSizeMin || offset + block_size > usable_size_) return kFreeDefect;
    // Blocks that touch, or lie so close that the hole is a fragment, are one block.
    if (next != 0 && next < offset + block_size + 4) return kFreeDefect;
    offset = next;
  }
  if (top > usable_size_ || total > usable_size_ || total < pointers_end()) return kFreeDefect;
  *size = total - pointers_end();
  return nullptr;
}

Defect BtreePage::UsedSize(uint32_t* size) const {
  uint64_t total = pointers_end() - header_offset_;
  for (uint32_t i = 0; i < cell_count_; ++i) {
    BtreeCell cell;
    if (const Defect defect = ParseCell(i, &cell)) return defect;
    total += cell.size;
  }
  if (total > usable_size_ - header_offset_) return "cells overlap";
  *size = static_cast<uint32_t>(total);
  return nullptr;
}

uint32_t EncodeIndexLeafHead(uint64_t payload_size, std::byte* to) {
  return static_cast<uint32_t>(EncodeVarint(payload_size, to));
}

uint32_t EncodeTableLeafHead(uint64_t payload_size, int64_t rowid, std::byte* to) {
  const int size = EncodeVarint(payload_size, to);
  return static_cast<uint32_t>(size + EncodeVarint(static_cast<uint64_t>(rowid), to + size));
}

uint32_t EncodeTableInteriorCell(PageNumber left_child, int64_t rowid, std::byte* to) {
  StoreBig<uint32_t>(to, left_child);
  return 4 + static_cast<uint32_t>(EncodeVarint(static_cast<uint64_t>(rowid), to + 4));
}

uint32_t BtreePageEditor::TakeFromFreeblocks(uint32_t size) {
  std::byte* link = data_ + page_.header_offset_ + 1;  // where the block's offset is stored
  for (uint32_t offset = page_.first_freeblock(); offset != 0;) {
    const uint32_t block_size = LoadBig<uint16_t>(data_ + offset + 2);
    if (block_size >= size) {
      const uint32_t rest = block_size - size;
      if (rest >= kCellSizeMin) {
        StoreBig<uint16_t>(data_ + offset + 2, static_cast<uint16_t>(rest));
        return offset + rest;
      }
      if (page_.fragment_size() + rest > kFragmentSizeMax) return 0;
      std::memcpy(link, data_ + offset, 2);
      SetFragmentSize(page_.fragment_size() + rest);
      return offset;
    }
    link = data_ + offset;
    offset = LoadBig<uint16_t>(link);
  }
  return 0;
}

BtreePageEditor::Inserted BtreePageEditor::Insert(uint32_t index, Bytes cell, MutableBytes scratch,
                                                  Defect* defect) {
  CHECK(index <= page_.cell_count_);
  const uint32_t cell_size = std::max(static_cast<uint32_t>(cell.size()), kCellSizeMin);
  uint32_t free_size = 0;
  if ((*defect = page_.FreeSize(&free_size)) != nullptr) return Inserted::kDamaged;
  if (page_.content_start() < page_.pointers_end()) {
    *defect = kFreeDefect;
    return Inserted::kDamaged;
  }
  if (cell_size + 2 > free_size) return Inserted::kNoRoom;

  uint32_t offset = 0;
  if (page_.content_start() - page_.pointers_end() >= 2) offset = TakeFromFreeblocks(cell_size);
  if (offset == 0) {
    if (page_.content_start() - page_.pointers_end() < cell_size + 2) {
      if ((*defect = Defragment(scratch)) != nullptr) return Inserted::kDamaged;
      // Only a page whose cells overlap can have less room than its free bytes add up to.
      if (page_.content_start() - page_.pointers_end() < cell_size + 2) {
        *defect = kFreeDefect;
        return Inserted::kDamaged;
      }
    }
    offset = page_.content_start() - cell_size;
    SetHeader(5, offset);
  }
  std::memcpy(data_ + offset, cell.data(), cell.size());
  if (cell.size() < cell_size)
    std::memset(data_ + offset + cell.size(), 0, cell_size - cell.size());

  std::byte* const pointer = data_ + page_.pointers_offset() + 2 * index;
  std::memmove(pointer + 2, pointer, 2 * (page_.cell_count_ - index));
  StoreBig<uint16_t>(pointer, static_cast<uint16_t>(offset));
  ++page_.cell_count_;
  SetHeader(3, page_.cell_count_);
  return Inserted::kYes;
}

Defect BtreePageEditor::Remove(uint32_t index) {
  BtreeCell cell;
  if (const Defect defect = page_.ParseCell(index, &cell)) return defect;
  uint32_t free_size = 0;
  if (const Defect defect = page_.FreeSize(&free_size)) return defect;
  if (page_.cell_count_ == 1) {
    // An empty page is written as a new one is.
    page_.cell_count_ = 0;
    SetHeader(1, 0);
    SetHeader(3, 0);
    SetHeader(5, page_.usable_size_);
    SetFragmentSize(0);
    return nullptr;
  }
  if (const Defect defect = Free(cell.offset, cell.size)) return defect;
  std::byte* const pointer = data_ + page_.pointers_offset() + 2 * index;
  std::memmove(pointer, pointer + 2, 2 * (page_.cell_count_ - index - 1));
  --page_.cell_count_;
  SetHeader(3, page_.cell_count_);
  return nullptr;
}

// FreeSize() has found the freeblocks in order. The new block joins its neighbours, and takes in
// the fragments in between.
Defect BtreePageEditor::Free(uint32_t offset, uint32_t size) {
  uint32_t end = offset + size;
  if (offset < page_.content_start() || end > page_.usable_size_) return kFreeDefect;

  uint32_t before = 0;
  uint32_t after = page_.first_freeblock();
  while (after != 0 && after < offset) {
    before = after;
    after = LoadBig<uint16_t>(data_ + before);
  }
  uint32_t fragments = page_.fragment_size();
  uint32_t joined_fragments = 0;
  if (after != 0 && end + 3 >= after) {
    if (end > after) return kFreeDefect;
    joined_fragments += after - end;
    end = after + LoadBig<uint16_t>(data_ + after + 2);
    after = LoadBig<uint16_t>(data_ + after);
  }
  if (before != 0) {
    const uint32_t before_end = before + LoadBig<uint16_t>(data_ + before + 2);
    if (before_end > offset) return kFreeDefect;
    if (before_end + 3 >= offset) {
      joined_fragments += offset - before_end;
      offset = before;
    }
  }
  if (joined_fragments > fragments) return kFreeDefect;
  fragments -= joined_fragments;
  SetFragmentSize(fragments);

  if (offset == page_.content_start()) {
    // The block borders on the gap and becomes part of it.
    SetHeader(1, after);
    SetHeader(5, end);
    return nullptr;
  }
  if (offset != before) {
    if (before == 0) {
      SetHeader(1, offset);
    } else {
      StoreBig<uint16_t>(data_ + before, static_cast<uint16_t>(offset));
    }
  }
  StoreBig<uint16_t>(data_ + offset, static_cast<uint16_t>(after));
  StoreBig<uint16_t>(data_ + offset + 2, static_cast<uint16_t>(end - offset));
  return nullptr;
}

Defect BtreePageEditor::Overwrite(uint32_t index, Bytes cell) {
  BtreeCell old;
  if (const Defect defect = page_.ParseCell(index, &old)) return defect;
  CHECK(cell.size() <= old.size);
  std::memcpy(data_ + old.offset, cell.data(), cell.size());
  return nullptr;
}

Defect BtreePageEditor::Defragment(MutableBytes scratch) {
  CHECK(scratch.size() >= page_.usable_size_);
  uint32_t used_size = 0;
  if (const Defect defect = page_.UsedSize(&used_size)) return defect;
  std::memcpy(scratch.data(), data_, page_.usable_size_);
  uint32_t top = page_.usable_size_;
  for (uint32_t i = 0; i < page_.cell_count_; ++i) {
    // Parsed in the copy: cells that overlap on a damaged page could read differently meanwhile.
    const uint32_t offset = page_.CellOffset(i);
    BtreeCell cell;
    if (const Defect defect =
            ParseBtreeCell(page_.kind_, Bytes(scratch.data() + offset, page_.usable_size_ - offset),
                           page_.usable_size_, &cell)) {
      return defect;
    }
    top -= cell.size;
    std::memcpy(data_ + top, scratch.data() + offset, cell.size);
    StoreBig<uint16_t>(data_ + page_.pointers_offset() + 2 * i, static_cast<uint16_t>(top));
  }
  SetHeader(1, 0);
  SetHeader(5, top);
  SetFragmentSize(0);
  return nullptr;
}

Defect BtreePageEditor::SetChild(uint32_t index, PageNumber child) {
  if (index == page_.cell_count_) {
    StoreBig<uint32_t>(data_ + page_.header_offset_ + 8, child);
    return nullptr;
  }
  const uint32_t offset = page_.CellOffset(index);
  if (!page_.CellOffsetFits(offset)) return kOffsetDefect;
  StoreBig<uint32_t>(data_ + offset, child);
  return nullptr;
}

void WriteBtreePage(std::byte* data, PageNumber number, uint32_t usable_size, BtreePageKind kind,
                    std::span<const Bytes> cells, PageNumber right_child) {
  const bool leaf = kind == BtreePageKind::kTableLeaf || kind == BtreePageKind::kIndexLeaf;
  std::byte* const header = data + (number == 1 ? 100 : 0);
  std::byte* pointer = header + (leaf ? 8 : 12);
  std::byte* top = data + usable_size;
  CHECK(pointer + 2 * cells.size() <= top);
  for (const Bytes cell : cells) {
    const size_t size = std::max<size_t>(cell.size(), kCellSizeMin);
    top -= size;
    CHECK(top >= header + (leaf ? 8 : 12) + 2 * cells.size());
    std::memcpy(top, cell.data(), cell.size());
    if (cell.size() < size) std::memset(top + cell.size(), 0, size - cell.size());
    StoreBig<uint16_t>(pointer, static_cast<uint16_t>(top - data));
    pointer += 2;
  }
  header[0] = static_cast<std::byte>(kind);
  StoreBig<uint16_t>(header + 1, 0);
  StoreBig<uint16_t>(header + 3, static_cast<uint16_t>(cells.size()));
  StoreBig<uint16_t>(header + 5, static_cast<uint16_t>(top - data));  // 65536 is stored as 0
  header[7] = std::byte{0};
  if (!leaf) StoreBig<uint32_t>(header + 8, right_child);
}

}  // namespace orrery
