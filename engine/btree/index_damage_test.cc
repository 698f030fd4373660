// Goal: damage in an index gives entries or kCorrupt with the page in the message: no crash, hang
// or
//   unbounded allocation, whatever is asked of the tree.
// Method: a small tree with overflow chains; each byte of each page set to several values, then
//   every operation; and made-up trees that go in circles.

#include "engine/btree/index_fixture.h"
#include "engine/format/btree_page.h"
#include "engine/io/memory_io.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

bool IsEntriesOrCorrupt(const Status& status) {
  return status.ok() || (status.code() == ResultCode::kCorrupt &&
                         status.message().find("test.db") != std::string_view::npos);
}

IndexKey KeyOf(int64_t number) {
  const std::string text = std::to_string(1000 + number);
  return {Value::Text(number % 70 == 0 ? text + PatternedPayload(1, 900) : text + "some more"),
          Value::Integer(number)};
}

// Reads everything, both ways; how it ended.
Status ReadAll(IndexFixture& tree) {
  IndexCursor cursor(tree.btree(), tree.index_root(), tree.order());
  Status status;
  for (const bool forward : {true, false}) {
    bool more = false;
    status = tree.Outcome([&] {
      auto result = forward ? cursor.First() : cursor.Last();
      if (result.done()) more = *result;
      return result;
    });
    // A damaged tree may show entries more than once, but not without end.
    for (int entry_count = 0; more && status.ok(); ++entry_count) {
      EXPECT_LT(entry_count, 100000);
      status = tree.Outcome([&] { return cursor.Payload(UINT64_MAX); });
      if (!status.ok()) break;
      status = tree.Outcome([&] {
        auto result = forward ? cursor.Next() : cursor.Previous();
        if (result.done()) more = *result;
        return result;
      });
    }
    EXPECT_TRUE(IsEntriesOrCorrupt(status)) << status.ToString();
  }
  return status;
}

// Every operation on a tree that may be damaged, each rolled back.
void TryEverything(IndexFixture& tree, PageNumber page, size_t at, std::byte value) {
  const auto damage = [&] {
    tree.RollbackStatement();
    tree.Page(page).Edit()[at] = value;
  };
  const auto expect = [&](const Status& status) {
    EXPECT_TRUE(IsEntriesOrCorrupt(status)) << status.ToString();
    tree.index().Reset();
    return status.ok();
  };
  damage();
  (void)ReadAll(tree);
  (void)tree.CheckAll();
  for (const int64_t number : {0, 70, 155, 290}) {
    const IndexKey key = KeyOf(number);
    expect(tree.Outcome([&] { return tree.index().Seek(key, SeekMode::kEqual); }));
    expect(tree.Outcome(
        [&] { return tree.index().Seek(std::span(key).first(1), SeekMode::kLessOrEqual); }));
  }
  for (const int64_t number : {5, 120, 255}) {
    damage();
    // Several of them, so that the page splits.
    for (int64_t more = 0; more < 9; ++more) {
      const std::vector<std::byte> record =
          EntryRecord(KeyOf(number + more), more == 2 ? PatternedPayload(2, 700) : "rest");
      if (!expect(tree.Outcome([&] { return tree.index().Insert(record, more > 0); }))) break;
    }
  }
  // From the middle outwards, so that interior entries go too.
  for (const int64_t step : {10, 70}) {
    damage();
    for (int64_t i = 0; i < 20; ++i) {
      const IndexKey key = KeyOf((150 + i * step) % 300);
      bool found = false;
      Status status = tree.Outcome([&]() -> IoResult<> {
        if (!found) {
          IO_ASSIGN_OR_RETURN(Unit, found, tree.index().Seek(key, SeekMode::kGreaterOrEqual));
          if (!found) return Unit();
        }
        return tree.index().Delete();
      });
      if (!expect(status)) break;
    }
  }
  damage();
  ClearTree clear;
  clear.Start(tree.btree(), tree.index_root(), /*keep_root=*/true);
  expect(tree.Outcome([&] { return clear.Resume(); }));
}

TEST(IndexDamageTest, GivesEntriesOrCorruptWhicheverByteIsChanged) {
  MemoryIo io({.seed = 1});
  IndexFixture tree(io, {.cache_page_count = 100}, KeyOrder(2));
  for (int64_t number = 0; number < 300; number += 10) {
    tree.InsertEntry(KeyOf(number), PatternedPayload(3, number % 30 == 0 ? 40 : 5));
  }
  for (int64_t number = 40; number < 100; number += 20) ASSERT_TRUE(tree.DeleteKey(KeyOf(number)));
  ASSERT_EQ(tree.CheckAll(), std::vector<std::string>());
  tree.Commit();
  tree.BeginWrite();
  const PageNumber page_count = tree.pager().page_count();
  ASSERT_GT(page_count, 8u);
  for (PageNumber page = 2; page <= page_count; ++page) {
    for (size_t at = 0; at < 512; at += at < 40 ? 1 : 13) {
      const std::byte old = tree.Page(page).data()[at];
      for (const std::byte value : {old ^ std::byte{1}, old ^ std::byte{0x80}, std::byte{0},
                                    std::byte{0xff}, std::byte{10}}) {
        if (value != old) TryEverything(tree, page, at, value);
        if (testing::Test::HasFailure()) {
          FAIL() << "page " << page << " byte " << at << " value " << static_cast<int>(value);
        }
      }
    }
  }
}

TEST(IndexDamageTest, EndsOnATreeThatGoesInCircles) {
  MemoryIo io({.seed = 1});
  IndexFixture tree(io);
  const PageNumber root = tree.index_root();
  std::vector<std::byte> cell(5);
  StoreBig<uint32_t>(cell.data(), root);
  const std::vector<std::byte> record = EntryRecord(KeyOf(10), "");
  EncodeIndexLeafHead(record.size(), cell.data() + 4);
  cell.insert(cell.end(), record.begin(), record.end());
  const Bytes bytes = cell;
  WriteBtreePage(tree.Page(root).Edit(), root, 512, BtreePageKind::kIndexInterior,
                 std::span(&bytes, 1), root);
  EXPECT_EQ(ReadAll(tree).code(), ResultCode::kCorrupt);
  const std::vector<std::byte> other = EntryRecord(KeyOf(5), "");
  EXPECT_EQ(tree.Outcome([&] { return tree.index().Insert(other, false); }).code(),
            ResultCode::kCorrupt);
  ASSERT_TRUE(tree.SeekKey(tree.index(), KeyOf(10)));
  EXPECT_EQ(tree.Outcome([&] { return tree.index().Delete(); }).code(), ResultCode::kCorrupt);
}

// The child before the entry is the entry's own page, from where the way leads to a good leaf.
TEST(IndexDamageTest, RefusesToReplaceAnEntryByOneFoundThroughItsOwnPage) {
  MemoryIo io({.seed = 1});
  IndexFixture tree(io);
  for (int64_t number = 1; number < 60; ++number) tree.InsertEntry(KeyOf(number), "rest");
  tree.index().Reset();
  const PageNumber root = tree.index_root();
  PageRef ref = tree.Page(root);
  BtreePage page;
  ASSERT_EQ(BtreePage::Open(ref.data(), root, 512, &page), nullptr);
  ASSERT_FALSE(page.is_leaf());
  BtreeCell cell;
  ASSERT_EQ(page.ParseCell(0, &cell), nullptr);
  IndexKey key;
  ASSERT_EQ(DecodeKey(Bytes(page.data() + cell.local_offset, cell.local_size), 2, key), nullptr);
  for (Value& value : key) value.MakeOwned();
  ASSERT_EQ(BtreePageEditor(ref.Edit(), page).SetChild(0, root), nullptr);
  ref.Release();
  ASSERT_TRUE(tree.SeekKey(tree.index(), key));
  const Status deleted = tree.Outcome([&] { return tree.index().Delete(); });
  EXPECT_EQ(deleted.code(), ResultCode::kCorrupt);
  EXPECT_NE(deleted.message().find("page is in the tree twice"), std::string_view::npos)
      << deleted.ToString();
}

}  // namespace
}  // namespace orrery
