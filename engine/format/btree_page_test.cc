// Goal: a B-tree page holds what was put into it, whatever the order of inserts and removals, and
//   damaged bytes are told from good ones without reading or writing outside the page.
// Method: random changes against a list of cells, at the smallest and largest page sizes; random
//   bytes and flipped bytes under the sanitizers.

#include "engine/format/btree_page.h"

#include <algorithm>
#include <string>
#include <vector>

#include "engine/base/varint.h"
#include "engine/format/payload_layout.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace orrery {
namespace {

std::string TableLeafCell(int64_t rowid, size_t payload_size) {
  std::string cell(18, '\0');
  cell.resize(EncodeTableLeafHead(payload_size, rowid, reinterpret_cast<std::byte*>(cell.data())));
  cell.append(payload_size, static_cast<char>('a' + rowid % 26));
  return cell;
}

// A page in its own allocation, so that the sanitizers see its ends.
struct Fixture {
  Fixture(PageNumber page_number, uint32_t page_size)
      : number(page_number), usable_size(page_size), bytes(page_size), scratch(page_size) {
    WriteBtreePage(bytes.data(), number, usable_size, BtreePageKind::kTableLeaf, {}, kNoPage);
    Open();
  }
  void Open() { ASSERT_EQ(BtreePage::Open(bytes.data(), number, usable_size, &page), nullptr); }
  BtreePageEditor editor() { return {bytes.data(), page}; }

  PageNumber number;
  uint32_t usable_size;
  std::vector<std::byte> bytes;
  std::vector<std::byte> scratch;
  BtreePage page;
};

std::string CellText(const BtreePage& page, uint32_t index) {
  BtreeCell cell;
  if (page.ParseCell(index, &cell) != nullptr) return "damaged";
  return std::string(AsText(Bytes(page.data() + cell.offset, cell.size)));
}

RC_GTEST_PROP(BtreePageTest, HoldsWhatWasPutIntoIt, ()) {
  const uint32_t page_size = *rc::gen::element(512u, 1024u, 4096u, 65536u);
  Fixture fixture(*rc::gen::element(1u, 2u), page_size);
  std::vector<std::string> model;
  uint32_t used_size = fixture.page.pointers_end();
  const int change_count = *rc::gen::inRange(0, 200);
  const size_t payload_size_max =
      *rc::gen::element<size_t>(4, 30, 200, LocalPayloadMax(true, page_size));
  for (int i = 0; i < change_count; ++i) {
    Defect defect = nullptr;
    if (model.empty() || *rc::gen::inRange(0, 5) < 3) {
      const size_t payload_size = *rc::gen::inRange<size_t>(0, payload_size_max + 1);
      std::string cell = TableLeafCell(*rc::gen::inRange<int64_t>(0, 100000), payload_size);
      const uint32_t index =
          *rc::gen::inRange<uint32_t>(0, static_cast<uint32_t>(model.size()) + 1);
      const auto inserted = fixture.editor().Insert(index, AsBytes(cell), fixture.scratch, &defect);
      cell.resize(std::max<size_t>(cell.size(), kCellSizeMin));
      const bool fits = used_size + cell.size() + 2 <= page_size;
      RC_ASSERT(inserted ==
                (fits ? BtreePageEditor::Inserted::kYes : BtreePageEditor::Inserted::kNoRoom));
      if (!fits) continue;
      used_size += static_cast<uint32_t>(cell.size()) + 2;
      model.insert(model.begin() + index, cell);
    } else {
      const uint32_t index = *rc::gen::inRange<uint32_t>(0, static_cast<uint32_t>(model.size()));
      RC_ASSERT(fixture.editor().Remove(index) == nullptr);
      used_size -= static_cast<uint32_t>(model[index].size()) + 2;
      model.erase(model.begin() + index);
    }
    fixture.Open();
    RC_ASSERT(fixture.page.cell_count() == model.size());
    uint32_t free_size = 0;
    RC_ASSERT(fixture.page.FreeSize(&free_size) == nullptr);
    RC_ASSERT(free_size == page_size - used_size);
  }
  for (uint32_t i = 0; i < model.size(); ++i) RC_ASSERT(CellText(fixture.page, i) == model[i]);
}

TEST(BtreePageTest, FindsARowidOrThePlaceForIt) {
  for (const int64_t step : {int64_t{1}, int64_t{100}, int64_t{1'000'000'000'000}}) {
    Fixture fixture(2, 4096);
    Defect defect = nullptr;
    for (int64_t i = 0; i < 100; ++i) {
      const std::string cell = TableLeafCell((i - 50) * 2 * step, 5);
      ASSERT_EQ(fixture.editor().Insert(static_cast<uint32_t>(i), AsBytes(cell), fixture.scratch,
                                        &defect),
                BtreePageEditor::Inserted::kYes);
    }
    for (uint32_t i = 0; i < 100; ++i) {
      const int64_t rowid = (int64_t{i} - 50) * 2 * step;
      EXPECT_EQ(fixture.page.Search(rowid).index, i);
      EXPECT_TRUE(fixture.page.Search(rowid).equal);
      EXPECT_EQ(fixture.page.Search(rowid - 1).index, i);
      EXPECT_EQ(fixture.page.Search(rowid + 1).index, i + 1);
      EXPECT_FALSE(fixture.page.Search(rowid + 1).equal);
    }
  }
}

// Does everything that can be done to a page; the sanitizers judge.
void Exercise(Fixture& fixture) {
  BtreePage& page = fixture.page;
  if (BtreePage::Open(fixture.bytes.data(), fixture.number, fixture.usable_size, &page)) return;
  uint32_t size = 0;
  (void)page.FreeSize(&size);
  (void)page.UsedSize(&size);
  for (uint32_t i = 0; i < page.cell_count(); ++i) {
    BtreeCell cell;
    if (page.ParseCell(i, &cell) == nullptr) {
      ASSERT_LE(cell.offset + cell.size, fixture.usable_size);
      ASSERT_LE(cell.local_offset + cell.local_size, fixture.usable_size);
    }
  }
  if (page.is_table()) (void)page.Search(77);
  Defect defect = nullptr;
  const std::string cell = TableLeafCell(77, 20);
  (void)fixture.editor().Insert(0, AsBytes(cell), fixture.scratch, &defect);
  if (page.cell_count() > 0) (void)fixture.editor().Remove(0);
  if (page.cell_count() > 1) (void)fixture.editor().Remove(1);
  (void)fixture.editor().Defragment(fixture.scratch);
  (void)fixture.editor().Insert(0, AsBytes(cell), fixture.scratch, &defect);
}

TEST(BtreePageTest, StaysInsideThePageWhicheverByteIsFlipped) {
  Fixture fixture(2, 512);
  Defect defect = nullptr;
  for (int64_t i = 0; i < 12; ++i) {
    const std::string cell = TableLeafCell(i * 1000, 20);
    (void)fixture.editor().Insert(static_cast<uint32_t>(i), AsBytes(cell), fixture.scratch,
                                  &defect);
  }
  for (const uint32_t index : {9u, 5u, 2u}) ASSERT_EQ(fixture.editor().Remove(index), nullptr);
  const std::vector<std::byte> good = fixture.bytes;
  for (size_t at = 0; at < good.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      fixture.bytes = good;
      fixture.bytes[at] = static_cast<std::byte>(value);
      Exercise(fixture);
    }
  }
}

RC_GTEST_PROP(BtreePageTest, StaysInsideThePageOnRandomBytes, ()) {
  Fixture fixture(*rc::gen::element(1u, 2u), 512);
  const auto bytes = *rc::gen::container<std::vector<uint8_t>>(512, rc::gen::arbitrary<uint8_t>());
  for (size_t i = 0; i < bytes.size(); ++i) fixture.bytes[i] = std::byte{bytes[i]};
  std::byte* const header = fixture.bytes.data() + (fixture.number == 1 ? 100 : 0);
  header[0] = std::byte{*rc::gen::element<uint8_t>(2, 5, 10, 13)};
  StoreBig<uint16_t>(header + 3, *rc::gen::inRange<uint16_t>(0, 90));
  Exercise(fixture);
}

TEST(PayloadLayoutTest, KeepsTheLargestPayloadOfALeafLocal) {
  for (uint32_t usable_size = 480; usable_size <= 65536; ++usable_size) {
    const uint32_t max = LocalPayloadMax(true, usable_size);
    EXPECT_EQ(LocalPayloadSize(true, max, usable_size), max);
    const uint32_t spilled = LocalPayloadSize(true, max + 1, usable_size);
    EXPECT_GE(spilled, LocalPayloadMin(usable_size));
    EXPECT_LE(spilled, max);
    EXPECT_EQ(OverflowPageCount(max + 1 - spilled, usable_size), 1u);
  }
}

}  // namespace
}  // namespace orrery
