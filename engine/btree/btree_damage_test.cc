// Goal: damage gives rows or kCorrupt with the page in the message: no crash, hang or unbounded
//   allocation, whatever is asked of the tree.
// Method: a small tree with overflow chains; each byte of each page set to several values, then
//   every operation; and made-up trees that go in circles.

#include <algorithm>

#include "engine/btree/tree_fixture.h"
#include "engine/format/btree_page.h"
#include "engine/io/memory_io.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

bool IsRowsOrCorrupt(const Status& status) {
  return status.ok() || (status.code() == ResultCode::kCorrupt &&
                         status.message().find("test.db") != std::string_view::npos);
}

// Reads everything, both ways; how it ended.
Status ReadAll(TreeFixture& tree) {
  TableCursor cursor(tree.btree(), tree.root());
  Status status;
  for (const bool forward : {true, false}) {
    bool more = false;
    status = tree.Outcome([&] {
      auto result = forward ? cursor.First() : cursor.Last();
      if (result.done()) more = *result;
      return result;
    });
    // A damaged tree may show rows more than once, but not without end.
    for (int row_count = 0; more && status.ok(); ++row_count) {
      EXPECT_LT(row_count, 100000);
      status = tree.Outcome([&] { return cursor.Payload(UINT64_MAX); });
      if (!status.ok()) break;
      status = tree.Outcome([&] {
        auto result = forward ? cursor.Next() : cursor.Previous();
        if (result.done()) more = *result;
        return result;
      });
    }
    EXPECT_TRUE(IsRowsOrCorrupt(status)) << status.ToString();
  }
  return status;
}

void ExpectRowsOrCorrupt(TreeFixture& tree, const Status& status) {
  EXPECT_TRUE(IsRowsOrCorrupt(status)) << status.ToString();
  tree.cursor().Reset();
}

// Every operation on a tree that may be damaged, each rolled back.
void TryEverything(TreeFixture& tree, PageNumber page, size_t at, std::byte value) {
  const auto damage = [&] {
    tree.RollbackStatement();
    tree.Page(page).Edit()[at] = value;
  };
  damage();
  (void)ReadAll(tree);
  EXPECT_TRUE(IsRowsOrCorrupt(tree.Outcome([&] {
    static CountRows count;
    if (count.idle()) count.Start(tree.btree(), tree.root());
    return count.Resume();
  })));
  (void)tree.Check();

  const std::string small = PatternedPayload(1, 60);
  const std::string large = PatternedPayload(2, 1700);
  for (const int64_t rowid : {5, 120, 255}) {
    damage();
    ExpectRowsOrCorrupt(tree, tree.Outcome([&] {
      return tree.cursor().Insert(rowid, AsBytes(rowid == 120 ? large : small), false);
    }));
    // More of them, so that the page splits.
    for (int64_t more = 1; more < 9; ++more) {
      const Status status =
          tree.Outcome([&] { return tree.cursor().Insert(rowid + more, AsBytes(small), true); });
      ExpectRowsOrCorrupt(tree, status);
      if (!status.ok()) break;
    }
  }
  damage();
  for (int64_t rowid = 0; rowid < 200; rowid += 10) {
    const Status status = tree.Outcome([&]() -> IoResult<> {
      if (!tree.cursor().on_row()) {
        IO_ASSIGN_OR_RETURN(Unit, const bool found,
                            tree.cursor().Seek(rowid, SeekMode::kGreaterOrEqual));
        if (!found) return Unit();
      }
      return tree.cursor().Delete();
    });
    ExpectRowsOrCorrupt(tree, status);
    if (!status.ok()) break;
  }
  damage();
  ClearTree clear;
  clear.Start(tree.btree(), tree.root(), /*keep_root=*/true);
  EXPECT_TRUE(IsRowsOrCorrupt(tree.Outcome([&] { return clear.Resume(); })));
}

TEST(BtreeDamageTest, GivesRowsOrCorruptWhicheverByteIsChanged) {
  MemoryIo io({.seed = 1});
  TreeFixture tree(io, {.cache_page_count = 100});
  for (int64_t rowid = 0; rowid < 300; rowid += 10) {
    tree.Insert(rowid, PatternedPayload(static_cast<uint64_t>(rowid), rowid % 70 == 0 ? 900 : 70));
  }
  for (int64_t rowid = 40; rowid < 100; rowid += 20) ASSERT_TRUE(tree.Delete(rowid));
  ASSERT_EQ(tree.Check(), std::vector<std::string>());
  tree.Commit();
  tree.BeginWrite();
  const PageNumber page_count = tree.pager().page_count();
  ASSERT_GT(page_count, 8u);
  for (PageNumber page = 2; page <= page_count; ++page) {
    for (size_t at = 0; at < 512; at += at < 40 ? 1 : 13) {
      const std::byte old = tree.Page(page).data()[at];
      for (const std::byte value : {old ^ std::byte{1}, old ^ std::byte{0x80}, std::byte{0},
                                    std::byte{0xff}, std::byte{2}}) {
        if (value != old) TryEverything(tree, page, at, value);
        if (testing::Test::HasFailure()) {
          FAIL() << "page " << page << " byte " << at << " value " << static_cast<int>(value);
        }
      }
    }
  }
}

TEST(BtreeDamageTest, EndsOnATreeThatGoesInCircles) {
  MemoryIo io({.seed = 1});
  TreeFixture tree(io);
  std::byte bytes[kTableInteriorCellSizeMax];
  const Bytes cell(bytes, EncodeTableInteriorCell(tree.root(), 100, bytes));
  WriteBtreePage(tree.Page(tree.root()).Edit(), tree.root(), 512, BtreePageKind::kTableInterior,
                 std::span(&cell, 1), tree.root());
  EXPECT_EQ(ReadAll(tree).code(), ResultCode::kCorrupt);
  CountRows count;
  count.Start(tree.btree(), tree.root());
  EXPECT_EQ(tree.Outcome([&] { return count.Resume(); }).code(), ResultCode::kCorrupt);
  EXPECT_EQ(tree.Outcome([&] { return tree.cursor().Insert(1, {}, false); }).code(),
            ResultCode::kCorrupt);
  const std::vector<std::string> messages = tree.Check();
  const std::string expected = "Tree 2 page 2 right child: 2nd reference to page 2";
  ASSERT_FALSE(messages.empty());
  EXPECT_EQ(messages[0], expected);
}

struct DamagedChain {
  const char* name;
  uint32_t next;  // of the first page of the chain, which is page 3
  const char* message;
};

TEST(BtreeDamageTest, ReportsAChainThatEndsEarlyLeavesTheFileOrGoesInCircles) {
  for (const DamagedChain& damage :
       {DamagedChain{"early", 0, "overflow chain ends early"},
        DamagedChain{"outside", 1000, "overflow chain leaves the file"},
        DamagedChain{"circle", 3, "overflow chain goes in circles"}}) {
    SCOPED_TRACE(damage.name);
    MemoryIo io({.seed = 1});
    TreeFixture tree(io);
    tree.Insert(1, PatternedPayload(1, 2000));
    StoreBig<uint32_t>(tree.Page(3).Edit(), damage.next);
    ASSERT_TRUE(tree.Seek(1));
    // A circle is as long as the payload wants, with the wrong bytes in it, as in sqlite3.
    const Status read = tree.Outcome([&] { return tree.cursor().Payload(UINT64_MAX); });
    EXPECT_EQ(read.ok(), damage.next == 3);
    if (!read.ok()) {
      EXPECT_EQ(read.code(), ResultCode::kCorrupt);
      EXPECT_EQ(read.message(), std::string("page 3 of test.db: ") + damage.message);
    }
    const Status deleted = tree.Outcome([&] { return tree.cursor().Delete(); });
    EXPECT_EQ(deleted.code(), ResultCode::kCorrupt);
    EXPECT_NE(deleted.message().find(damage.message), std::string_view::npos) << deleted.ToString();
  }
}

TEST(BtreeDamageTest, ReportsAPayloadLargerThanTheFile) {
  MemoryIo io({.seed = 1});
  TreeFixture tree(io);
  tree.Insert(1, PatternedPayload(1, 2000));
  PageRef leaf = tree.Page(tree.root());
  BtreePage page;
  ASSERT_EQ(BtreePage::Open(leaf.data(), leaf.number(), 512, &page), nullptr);
  std::byte* const cell = leaf.Edit() + page.CellOffset(0);
  // 2000 takes two bytes; this is the largest size that does.
  cell[0] = std::byte{0xff};
  cell[1] = std::byte{0x7f};
  leaf.Release();
  ASSERT_TRUE(tree.Seek(1));
  const Status read = tree.Outcome([&] { return tree.cursor().Payload(UINT64_MAX); });
  EXPECT_EQ(read.message(), "page 2 of test.db: payload is larger than the file");
}

}  // namespace
}  // namespace orrery
