// Goal: no bytes in a B-tree page make the code that reads and changes it leave the page.
// Method: the input is a page; its first byte picks the page number and what is done. The
//   sanitizers and the CHECKs judge.

#include <vector>

#include "engine/base/check.h"
#include "engine/format/btree_page.h"

namespace orrery {
namespace {

void ReadAll(const BtreePage& page) {
  uint32_t size = 0;
  (void)page.FreeSize(&size);
  (void)page.UsedSize(&size);
  for (uint32_t i = 0; i < page.cell_count(); ++i) {
    BtreeCell cell;
    int64_t rowid = 0;
    if (page.ParseCell(i, &cell) == nullptr) {
      CHECK(cell.offset + cell.size <= page.usable_size());
      CHECK(cell.local_offset + cell.local_size <= page.usable_size());
    }
    if (page.is_table()) (void)page.Rowid(i, &rowid);
    if (!page.is_leaf()) (void)page.Child(i);
  }
  if (page.is_table()) (void)page.Search(1000);
}

}  // namespace
}  // namespace orrery

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace orrery;  // NOLINT: one function
  if (size < 480 + 2) return 0;
  const PageNumber number = 1 + (data[0] & 1);
  const uint8_t choice = data[1];
  const size_t usable_size = size - 2 < 65536 ? size - 2 : 65536;
  std::vector<std::byte> bytes(usable_size);
  for (size_t i = 0; i < usable_size; ++i) bytes[i] = std::byte{data[2 + i]};
  std::vector<std::byte> scratch(usable_size);

  BtreePage page;
  if (BtreePage::Open(bytes.data(), number, static_cast<uint32_t>(usable_size), &page)) return 0;
  ReadAll(page);
  BtreePageEditor editor(bytes.data(), page);
  Defect defect = nullptr;
  std::vector<std::byte> cell(4 + choice % 64);
  for (int i = 0; i < 4; ++i) {
    const uint32_t count = page.cell_count();
    if ((choice >> i & 1) != 0 && count > 0) {
      (void)editor.Remove(choice % count);
    } else {
      (void)editor.Insert(count / 2, cell, scratch, &defect);
    }
  }
  (void)editor.Defragment(scratch);
  ReadAll(page);
  return 0;
}
