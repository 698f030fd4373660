// One page of a B-tree, as bytes. https://www.sqlite.org/fileformat2.html#b_tree_pages
//
//   [database header, page 1 only: 100] [page header: 8 or 12] [cell pointers: 2 each]
//   [gap] [content: cells, freeblocks, fragments] [reserved]
//
// All bytes may be damaged. Every function here checks what it reads against the usable size, and
// says in words what is wrong; none reads or writes outside the page. What only a walk over the
// whole page could find (cells that overlap) is left to CheckIntegrity, and does no harm here but
// to the page's content.
//
// Offsets and sizes are uint32_t throughout: at 64 KiB an end of 65536 does not fit in 16 bits, and
// the header stores a content start of 65536 as 0.

#ifndef ORRERY_ENGINE_FORMAT_BTREE_PAGE_H_
#define ORRERY_ENGINE_FORMAT_BTREE_PAGE_H_

#include <bit>
#include <cstdint>
#include <span>

#include "engine/base/bytes.h"
#include "engine/base/varint.h"
#include "engine/format/page_number.h"
#include "engine/format/payload_layout.h"

namespace orrery {

enum class BtreePageKind : uint8_t {
  kIndexInterior = 2,
  kTableInterior = 5,
  kIndexLeaf = 10,
  kTableLeaf = 13,
};

// What is wrong with a page, in words without a page number; null when nothing is.
using Defect = const char*;

// A cell is never smaller, nor is a freeblock; a smaller hole is a fragment.
inline constexpr uint32_t kCellSizeMin = 4;
inline constexpr uint32_t kPageNumberSize = 4;  // of a child or an overflow page in a cell
inline constexpr uint32_t kTableInteriorCellSizeMax = kPageNumberSize + kVarintSizeMax;
// What stands before the payload in a leaf's cell: its size, and a table's rowid.
inline constexpr uint32_t kCellHeadSizeMax = 2 * kVarintSizeMax;

// A cell as it lies in a page, or in memory on its way there.
struct BtreeCell {
  uint32_t offset = 0;                 // from the start of the bytes it was parsed from
  uint32_t size = 0;                   // in the page, at least kCellSizeMin
  PageNumber left_child = kNoPage;     // interior pages
  int64_t rowid = 0;                   // tables
  uint64_t payload_size = 0;           // 0 in a table's interior pages
  uint32_t local_offset = 0;           // where the local part of the payload starts
  uint32_t local_size = 0;             //
  PageNumber overflow_page = kNoPage;  // first of the chain; kNoPage when all is local

  // Of a cell with a payload: without the bytes that bring a small one up to kCellSizeMin.
  uint32_t content_size() const {
    return local_offset - offset + local_size + (local_size < payload_size ? kPageNumberSize : 0);
  }
};

// A look at a page: the bytes and what its header says of them. Cheap to make and to copy. It does
// not own the bytes; after they change it is opened anew, unless the change went through it.
class BtreePage {
 public:
  // `data` has at least `usable_size` bytes, which are those of page `number`.
  static Defect Open(const std::byte* data, PageNumber number, uint32_t usable_size,
                     BtreePage* page) {
    page->data_ = data;
    page->usable_size_ = usable_size;
    page->offset_mask_ = std::bit_ceil(usable_size) - 1;  // at most 255 bytes are reserved
    page->header_offset_ = number == 1 ? 100 : 0;
    const std::byte* const header = data + page->header_offset_;
    page->kind_ = static_cast<BtreePageKind>(header[0]);
    switch (page->kind_) {
      case BtreePageKind::kTableLeaf:
      case BtreePageKind::kIndexLeaf:
        page->header_size_ = 8;
        break;
      case BtreePageKind::kTableInterior:
      case BtreePageKind::kIndexInterior:
        page->header_size_ = 12;
        break;
      default:
        page->cell_count_ = 0;
        return "not a B-tree page";
    }
    page->cell_count_ = LoadBig<uint16_t>(header + 3);
    // The least a cell takes is its pointer and kCellSizeMin bytes.
    if (page->cell_count_ > (usable_size - 8) / 6 || page->pointers_end() > usable_size) {
      page->cell_count_ = 0;
      return "too many cells";
    }
    return nullptr;
  }

  const std::byte* data() const { return data_; }
  BtreePageKind kind() const { return kind_; }
  bool is_leaf() const { return header_size_ == 8; }
  bool is_table() const { return (static_cast<uint8_t>(kind_) & 1) != 0; }
  uint32_t cell_count() const { return cell_count_; }
  uint32_t usable_size() const { return usable_size_; }
  uint32_t header_offset() const { return header_offset_; }
  uint32_t pointers_offset() const { return header_offset_ + header_size_; }
  uint32_t pointers_end() const { return pointers_offset() + 2 * cell_count_; }
  uint32_t content_start() const {
    const uint32_t start = LoadBig<uint16_t>(data_ + header_offset_ + 5);
    return start == 0 ? 65536 : start;
  }
  uint32_t first_freeblock() const { return LoadBig<uint16_t>(data_ + header_offset_ + 1); }
  uint32_t fragment_size() const { return static_cast<uint8_t>(data_[header_offset_ + 7]); }
  PageNumber right_child() const { return LoadBig<uint32_t>(data_ + header_offset_ + 8); }

  // `index` is below cell_count(). The offset may be anything within the page: what goes beyond
  // wraps around, as for sqlite3.
  uint32_t CellOffset(uint32_t index) const {
    return LoadBig<uint16_t>(data_ + pointers_offset() + 2 * index) & offset_mask_;
  }
  // As stored, without wrapping: what a check of the file must look at.
  uint32_t RawCellOffset(uint32_t index) const {
    return LoadBig<uint16_t>(data_ + pointers_offset() + 2 * index);
  }
  Defect ParseCell(uint32_t index, BtreeCell* cell) const;
  // At an offset that did not come from a pointer.
  Defect ParseCellAt(uint32_t offset, BtreeCell* cell) const;

  // Interior pages: the child at `index` of cell_count() + 1. kNoPage when its cell is damaged.
  PageNumber Child(uint32_t index) const {
    if (index == cell_count_) return right_child();
    const uint32_t offset = CellOffset(index);
    return CellOffsetFits(offset) ? LoadBig<uint32_t>(data_ + offset) : kNoPage;
  }

  // Tables: the first cell whose rowid is not below `rowid`, cell_count() when there is none. In an
  // interior page that is also the child to go down to.
  struct Found {
    uint32_t index = 0;
    bool equal = false;
    Defect defect = nullptr;
  };
  Found Search(int64_t rowid) const;

  // Tables: the rowid of one cell.
  Defect Rowid(uint32_t index, int64_t* rowid) const;

  // A row of a table leaf whose payload is all in the page, which is the common case and has to be
  // quick. False when it is not so, or when something about the cell is odd: then ParseCell tells.
  struct LocalRow {
    int64_t rowid = 0;
    uint32_t offset = 0;  // of the payload
    uint32_t size = 0;
  };
  bool TryLocalRow(uint32_t index, LocalRow* row) const {
    const uint32_t start = CellOffset(index);
    if (start < pointers_end() || start + 2 * kVarintSizeMax > usable_size_) return false;
    const std::byte* at = data_ + start;
    uint32_t size = static_cast<uint8_t>(*at++);
    if (size >= 0x80) {
      const auto low = static_cast<uint8_t>(*at++);
      if (low >= 0x80) return false;
      size = (size & 0x7f) << 7 | low;
    }
    uint64_t rowid = static_cast<uint8_t>(*at++);
    if (rowid >= 0x80) {
      rowid &= 0x7f;
      for (int i = 1;; ++i) {
        if (i == 5) return false;
        const auto byte = static_cast<uint8_t>(*at++);
        rowid = rowid << 7 | (byte & 0x7f);
        if (byte < 0x80) break;
      }
    }
    const auto offset = static_cast<uint32_t>(at - data_);
    if (size > LocalPayloadMax(/*table_leaf=*/true, usable_size_) || offset + size > usable_size_)
      return false;
    *row = {static_cast<int64_t>(rowid), offset, size};
    return true;
  }

  // The same for an entry of an index's leaf.
  struct LocalEntry {
    uint32_t offset = 0;  // of the payload
    uint32_t size = 0;
  };
  bool TryLocalEntry(uint32_t index, LocalEntry* entry) const {
    const uint32_t start = CellOffset(index);
    if (kind_ != BtreePageKind::kIndexLeaf || start < pointers_end() ||
        start + kCellSizeMin > usable_size_) {
      return false;
    }
    const std::byte* at = data_ + start;
    uint32_t size = static_cast<uint8_t>(*at++);
    if (size >= 0x80) {
      const auto low = static_cast<uint8_t>(*at++);
      if (low >= 0x80) return false;
      size = (size & 0x7f) << 7 | low;
    }
    const auto offset = static_cast<uint32_t>(at - data_);
    if (size > LocalPayloadMax(/*table_leaf=*/false, usable_size_) ||
        offset + size > usable_size_) {
      return false;
    }
    *entry = {offset, size};
    return true;
  }

  // Bytes a new cell and its pointer could use, after defragmentation. Checks the freeblocks.
  Defect FreeSize(uint32_t* size) const;

  // Bytes that cells, pointers and the page header take. Checks each cell; a page whose cells
  // overlap can hold more than fits, which is a defect.
  Defect UsedSize(uint32_t* size) const;

 private:
  friend class BtreePageEditor;

  bool CellOffsetFits(uint32_t offset) const {
    return offset >= pointers_end() && offset + kCellSizeMin <= usable_size_;
  }
  template <bool leaf>
  Found SearchIn(int64_t rowid) const;

  const std::byte* data_ = nullptr;
  uint32_t usable_size_ = 0;
  uint32_t offset_mask_ = 0;
  uint32_t header_offset_ = 0;
  uint32_t header_size_ = 0;
  uint32_t cell_count_ = 0;
  BtreePageKind kind_ = BtreePageKind::kTableLeaf;
};

// Reads a cell that lies at the start of `bytes`, as in a page of this kind.
Defect ParseBtreeCell(BtreePageKind kind, Bytes bytes, uint32_t usable_size, BtreeCell* cell);

// A leaf's cell up to its local payload; `to` has room for kCellHeadSizeMax.
uint32_t EncodeIndexLeafHead(uint64_t payload_size, std::byte* to);
uint32_t EncodeTableLeafHead(uint64_t payload_size, int64_t rowid, std::byte* to);
// A whole cell of a table's interior page; `to` has room for kTableInteriorCellSizeMax.
uint32_t EncodeTableInteriorCell(PageNumber left_child, int64_t rowid, std::byte* to);

// Changes a page through its bytes, and keeps `page` in step. The caller has announced the change
// (PageRef::Edit) and lends `scratch`, usable_size bytes for defragmentation.
class BtreePageEditor {
 public:
  // `data` are the bytes that `page` looks at.
  BtreePageEditor(std::byte* data, BtreePage& page) : data_(data), page_(page) {}

  enum class Inserted : uint8_t { kYes, kNoRoom, kDamaged };
  // Puts a cell before `index` (at most cell_count()). kDamaged says why in `defect`.
  Inserted Insert(uint32_t index, Bytes cell, MutableBytes scratch, Defect* defect);
  // Takes a cell out; its bytes become free.
  Defect Remove(uint32_t index);
  // Overwrites a cell with one of the same size.
  Defect Overwrite(uint32_t index, Bytes cell);
  // Joins all free bytes into the gap.
  Defect Defragment(MutableBytes scratch);
  // Interior pages. `index` as in Child().
  Defect SetChild(uint32_t index, PageNumber child);

 private:
  void SetHeader(uint32_t at, uint32_t value) {
    StoreBig<uint16_t>(data_ + page_.header_offset_ + at, static_cast<uint16_t>(value));
  }
  void SetFragmentSize(uint32_t size) {
    data_[page_.header_offset_ + 7] = static_cast<std::byte>(size);
  }
  // Finds `size` bytes in a freeblock; 0 when none is large enough.
  uint32_t TakeFromFreeblocks(uint32_t size);
  Defect Free(uint32_t offset, uint32_t size);

  std::byte* data_;
  BtreePage& page_;
};

// Writes a page anew: these cells in this order, packed at the end. The cells do not lie in `data`
// and fit; smaller ones than kCellSizeMin are padded. Page 1 keeps its database header, every page
// its reserved bytes. `right_child` is for interior pages.
void WriteBtreePage(std::byte* data, PageNumber number, uint32_t usable_size, BtreePageKind kind,
                    std::span<const Bytes> cells, PageNumber right_child);

}  // namespace orrery

#endif  // ORRERY_ENGINE_FORMAT_BTREE_PAGE_H_
