// Goal: a table tree is a sorted map from rowids to bytes, through any mix of changes, at every
// page
//   size, whoever else reads it.
// Method: random changes and reads against std::map, with a cache of ten pages; the tree's own
//   integrity check after each run.

#include "engine/btree/table_cursor.h"

#include <limits>

#include "engine/btree/tree_fixture.h"
#include "engine/io/memory_io.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace orrery {
namespace {

struct Workload {
  uint32_t page_size = 512;
  bool at_page_one = false;
  int64_t rowid_range = 300;
  size_t payload_size_max = 40;
  int shape = 0;  // 0: rowids at random, 1: ascending, 2: descending
};

Workload ArbitraryWorkload() {
  Workload workload;
  workload.page_size = *rc::gen::element(512u, 1024u, 2048u, 4096u, 8192u, 16384u, 32768u, 65536u);
  workload.at_page_one = *rc::gen::element(false, true);
  workload.rowid_range = *rc::gen::element<int64_t>(300, int64_t{1} << 40);
  workload.payload_size_max =
      *rc::gen::element<size_t>(40, workload.page_size, size_t{5} * workload.page_size);
  workload.shape = *rc::gen::inRange(0, 3);
  return workload;
}

// Where a search for `rowid` must end.
Rows::const_iterator Expected(const Rows& rows, int64_t rowid, SeekMode mode) {
  switch (mode) {
    case SeekMode::kEqual:
      return rows.find(rowid);
    case SeekMode::kGreaterOrEqual:
      return rows.lower_bound(rowid);
    case SeekMode::kGreater:
      return rows.upper_bound(rowid);
    case SeekMode::kLess: {
      const auto at = rows.lower_bound(rowid);
      return at == rows.begin() ? rows.end() : std::prev(at);
    }
    case SeekMode::kLessOrEqual: {
      const auto at = rows.upper_bound(rowid);
      return at == rows.begin() ? rows.end() : std::prev(at);
    }
  }
  return rows.end();
}

class ModelRun {
 public:
  ModelRun(Io& io, const Workload& workload)
      : workload_(workload),
        tree_(io, {.page_size = workload.page_size, .at_page_one = workload.at_page_one}),
        other_(tree_.btree(), tree_.root()) {}

  void Run(int step_count) {
    for (int i = 0; i < step_count; ++i) {
      const int dice = *rc::gen::inRange(0, 20);
      // Growth and shrinking take turns, so that merges go all the way up.
      const bool grows = i / 100 % 3 != 2;
      if (dice < 10) {
        grows ? InsertOne() : DeleteOne();
      } else if (dice < 12) {
        grows ? DeleteOne() : InsertOne();
      } else if (dice < 15) {
        SeekOne();
      } else if (dice < 18) {
        StepOther();
      } else if (dice == 18) {
        ReplaceOne();
      } else {
        CommitOne();
      }
    }
  }

  void CheckAll() {
    RC_ASSERT(tree_.Check() == std::vector<std::string>());
    RC_ASSERT(tree_.Scan() == rows_);
    RC_ASSERT(tree_.ScanBackward() == rows_);
    RC_ASSERT(tree_.Count() == rows_.size());
  }

  void ClearAndCheck() {
    const bool keep_root = workload_.at_page_one;
    ClearTree clear;
    clear.Start(tree_.btree(), tree_.root(), keep_root);
    RC_ASSERT(tree_.Value([&] { return clear.Resume(); }) == rows_.size());
    rows_.clear();
    if (!keep_root) tree_.ForgetRoot();
    RC_ASSERT(tree_.Check() == std::vector<std::string>());
    RC_ASSERT(tree_.pager().header().freelist_page_count + 1 == tree_.pager().page_count());
  }

 private:
  int64_t ArbitraryRowid() {
    return *rc::gen::inRange<int64_t>(-workload_.rowid_range, workload_.rowid_range);
  }
  int64_t ExistingRowid() {
    const auto at = rows_.lower_bound(ArbitraryRowid());
    return at == rows_.end() ? rows_.begin()->first : at->first;
  }
  std::string ArbitraryPayload() {
    const size_t size = *rc::gen::inRange<size_t>(0, workload_.payload_size_max + 1);
    return PatternedPayload(static_cast<uint64_t>(++payload_count_), size);
  }

  void Insert(int64_t rowid) {
    const std::string payload = ArbitraryPayload();
    tree_.Insert(rowid, payload, workload_.shape == 1);
    rows_[rowid] = payload;
    RC_ASSERT(tree_.cursor().on_row());
    RC_ASSERT(tree_.cursor().rowid() == rowid);
  }
  void InsertOne() {
    switch (workload_.shape) {
      case 0:
        return Insert(ArbitraryRowid());
      case 1:
        return Insert(rows_.empty() ? 0 : rows_.rbegin()->first + 1);
      default:
        return Insert(rows_.empty() ? 0 : rows_.begin()->first - 1);
    }
  }
  void ReplaceOne() {
    if (!rows_.empty()) Insert(ExistingRowid());
  }
  void DeleteOne() {
    if (rows_.empty()) return;
    const int64_t rowid = ExistingRowid();
    RC_ASSERT(tree_.Seek(rowid));
    tree_.Delete(tree_.cursor());
    rows_.erase(rowid);
    RC_ASSERT(!tree_.cursor().on_row());
    const bool forward = *rc::gen::element(false, true);
    const bool moved = forward ? tree_.Next(tree_.cursor()) : tree_.Previous(tree_.cursor());
    CheckPlace(tree_.cursor(), moved,
               Expected(rows_, rowid, forward ? SeekMode::kGreater : SeekMode::kLess));
  }
  void SeekOne() {
    const int64_t rowid = ArbitraryRowid();
    const auto mode = static_cast<SeekMode>(*rc::gen::inRange(0, 5));
    TableCursor& cursor = *rc::gen::element(false, true) ? other_ : tree_.cursor();
    CheckPlace(cursor, tree_.Seek(cursor, rowid, mode), Expected(rows_, rowid, mode));
  }
  // The second cursor goes on from its row, whatever happened to it meanwhile.
  void StepOther() {
    if (!other_.on_row()) return;
    const int64_t rowid = other_.rowid();
    if (*rc::gen::element(false, true)) {
      const auto row = rows_.find(rowid);
      const std::optional<std::string> payload = tree_.Payload(other_);
      RC_ASSERT(payload.has_value() == (row != rows_.end()));
      if (payload) RC_ASSERT(*payload == row->second);
    }
    const bool forward = *rc::gen::element(false, true);
    CheckPlace(other_, forward ? tree_.Next(other_) : tree_.Previous(other_),
               Expected(rows_, rowid, forward ? SeekMode::kGreater : SeekMode::kLess));
  }
  void CommitOne() {
    tree_.Commit();
    tree_.BeginWrite();
  }
  void CheckPlace(TableCursor& cursor, bool moved, Rows::const_iterator expected) {
    RC_ASSERT(moved == (expected != rows_.end()));
    RC_ASSERT(cursor.on_row() == moved);
    if (!moved) return;
    RC_ASSERT(cursor.rowid() == expected->first);
    RC_ASSERT(tree_.Payload(cursor) == expected->second);
  }

  const Workload workload_;
  TreeFixture tree_;
  TableCursor other_;
  Rows rows_;
  int payload_count_ = 0;
};

RC_GTEST_PROP(TableCursorTest, IsASortedMap, ()) {
  MemoryIo io({.seed = 1});
  ModelRun run(io, ArbitraryWorkload());
  run.Run(*rc::gen::inRange(0, 700));
  run.CheckAll();
  run.ClearAndCheck();
}

TEST(TableCursorTest, KeepsRowidsAtBothEndsOfTheirRange) {
  MemoryIo io({.seed = 1});
  TreeFixture tree(io);
  Rows rows;
  for (const int64_t rowid : {std::numeric_limits<int64_t>::max(), int64_t{0},
                              std::numeric_limits<int64_t>::min(), int64_t{-1}}) {
    rows[rowid] = PatternedPayload(static_cast<uint64_t>(rowid), 300);
    tree.Insert(rowid, rows[rowid]);
  }
  EXPECT_EQ(tree.Scan(), rows);
  EXPECT_FALSE(tree.Seek(std::numeric_limits<int64_t>::max(), SeekMode::kGreater));
  EXPECT_FALSE(tree.Seek(std::numeric_limits<int64_t>::min(), SeekMode::kLess));
}

TEST(TableCursorTest, FindsNoRowInADatabaseThatNobodyHasWrittenTo) {
  MemoryIo io({.seed = 1});
  std::unique_ptr<Pager> pager = std::move(*Pager::Open(io, "new.db", PagerOptions()));
  ASSERT_TRUE(RunToEnd(io, [&] { return pager->BeginRead(); }).done());
  Btree btree(*pager);
  TableCursor cursor(btree, 1);
  EXPECT_FALSE(*cursor.First());
  EXPECT_FALSE(*cursor.Last());
  EXPECT_FALSE(*cursor.Seek(1, SeekMode::kEqual));
  EXPECT_FALSE(*cursor.Next());
}

// Rows that are appended leave full pages behind, as sqlite3's do.
TEST(TableCursorTest, FillsPagesWhenRowsAreAppended) {
  MemoryIo io({.seed = 1});
  TreeFixture tree(io, {.page_size = 4096});
  for (int64_t rowid = 1; rowid <= 2000; ++rowid) {
    tree.Insert(rowid, PatternedPayload(1, 96), /*append=*/true);
  }
  // 40 rows of 101 bytes and a pointer fit a leaf.
  EXPECT_LE(tree.pager().page_count(), 2 + 2000 / 39 + 1);
}

TEST(TableCursorTest, GivesBytesStraightFromThePageWhenTheyAreLocal) {
  MemoryIo io({.seed = 1});
  TreeFixture tree(io);
  tree.Insert(1, PatternedPayload(1, 2000));
  ASSERT_TRUE(tree.Seek(1));
  const auto head = tree.Value([&] { return tree.cursor().Payload(10); });
  EXPECT_EQ(head.total_size, 2000u);
  EXPECT_GE(head.bytes.size(), 10u);
  EXPECT_LT(head.bytes.size(), 512u);
  EXPECT_EQ(AsText(head.bytes), PatternedPayload(1, 2000).substr(0, head.bytes.size()));
  const auto more = tree.Value([&] { return tree.cursor().Payload(1000); });
  EXPECT_LT(more.bytes.size(), 2000u);
  EXPECT_EQ(AsText(more.bytes), PatternedPayload(1, 2000).substr(0, more.bytes.size()));
  EXPECT_EQ(tree.Payload(tree.cursor()), PatternedPayload(1, 2000));
}

TEST(TableCursorTest, ReleasesItsPagesWhenReset) {
  MemoryIo io({.seed = 1});
  TreeFixture tree(io);
  for (int64_t rowid = 1; rowid <= 100; ++rowid) tree.Insert(rowid, PatternedPayload(1, 300));
  ASSERT_TRUE(tree.Seek(50));
  EXPECT_EQ(tree.Payload(tree.cursor()), PatternedPayload(1, 300));
  tree.cursor().Reset();
  EXPECT_FALSE(tree.cursor().on_row());
  tree.Commit();  // which refuses nothing, and leaves one page pinned at most: page 1
}

}  // namespace
}  // namespace orrery
