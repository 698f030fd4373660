// Goal: a wait is invisible. Every operation gives the same answers and leaves the same bytes
//   wherever it had to wait; given up at any wait and rolled back, it leaves the bytes of before.
// Method: each operation once per yield plan; then given up at its first, second, ... wait.

#include <functional>
#include <limits>

#include "engine/btree/tree_fixture.h"
#include "engine/btree/waits.h"
#include "engine/io/memory_io.h"
#include "engine/io/testing/yield_plan.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

constexpr int64_t kRowCount = 60;

// A tree of three levels, with rows in and out of overflow pages.
void Fill(TreeFixture& tree) {
  for (int64_t i = 0; i < kRowCount; ++i) {
    const int64_t rowid = i * 37 % kRowCount * 10;
    tree.Insert(rowid, PatternedPayload(static_cast<uint64_t>(rowid), i % 7 == 0 ? 1500 : 120));
  }
}

// Runs `change` on a filled tree under every plan and compares what it leaves.
void ExpectSameBytes(const std::function<void(TreeFixture&)>& change) {
  std::string expected;
  ForEachYieldPlan(
      [&](Io& io) {
        TreeFixture tree(io);
        Fill(tree);
        change(tree);
        EXPECT_EQ(tree.Check(), std::vector<std::string>());
        const std::string image = tree.Image();
        if (expected.empty()) expected = image;
        EXPECT_TRUE(image == expected);
      },
      {.single_plan_count_max = 150});
}

TEST(BtreeYieldTest, InsertLeavesTheSameBytesWhereverItWaits) {
  ExpectSameBytes([](TreeFixture& tree) {
    for (int64_t i = 0; i < 12; ++i) tree.Insert(i * 50 + 3, PatternedPayload(7, i % 3 * 400));
  });
}

TEST(BtreeYieldTest, ReplaceLeavesTheSameBytesWhereverItWaits) {
  ExpectSameBytes([](TreeFixture& tree) {
    for (int64_t i = 0; i < 12; ++i) tree.Insert(i * 50, PatternedPayload(7, i % 4 * 500));
  });
}

TEST(BtreeYieldTest, DeleteLeavesTheSameBytesWhereverItWaits) {
  ExpectSameBytes([](TreeFixture& tree) {
    for (int64_t i = 0; i < kRowCount; ++i) {
      if (i % 8 != 0) EXPECT_TRUE(tree.Delete(i * 10));
    }
  });
}

TEST(BtreeYieldTest, ClearTreeLeavesTheSameBytesWhereverItWaits) {
  ExpectSameBytes([](TreeFixture& tree) {
    ClearTree clear;
    clear.Start(tree.btree(), tree.root(), /*keep_root=*/true);
    EXPECT_EQ(tree.Value([&] { return clear.Resume(); }), static_cast<uint64_t>(kRowCount));
  });
}

TEST(BtreeYieldTest, ReadsGiveTheSameRowsWhereverTheyWait) {
  Rows expected;
  ForEachYieldPlan(
      [&](Io& io) {
        TreeFixture tree(io);
        Fill(tree);
        const Rows rows = tree.Scan();
        if (expected.empty()) expected = rows;
        EXPECT_EQ(rows, expected);
        EXPECT_EQ(tree.ScanBackward(), expected);
        EXPECT_EQ(tree.Count(), expected.size());
        for (int64_t rowid = -5; rowid < kRowCount * 10; rowid += 35) {
          const bool found = tree.Seek(rowid, SeekMode::kGreaterOrEqual);
          EXPECT_EQ(found, expected.lower_bound(rowid) != expected.end());
          if (found) EXPECT_EQ(tree.cursor().rowid(), expected.lower_bound(rowid)->first);
        }
      },
      {.single_plan_count_max = 150});
}

// `call` makes or goes on with a change through the cursor and answers whether it is pending.
void ExpectNothingWhenGivenUp(const std::function<void()>& prepare,
                              const std::function<bool(TreeFixture&)>& call) {
  WaitEverywhere observer;
  MemoryIo io({.seed = 1});
  TreeFixture tree(io);
  Fill(tree);
  tree.Commit();
  tree.BeginWrite();
  const std::string before = tree.Image();
  io.SetObserver(&observer);
  size_t wait_count = 0;
  while (true) {
    prepare();
    observer.on = true;
    size_t waited = 0;
    bool pending = call(tree);
    for (; pending && waited < wait_count; ++waited) {
      ASSERT_TRUE(io.Poll(PollMode::kNoWait).ok());
      pending = call(tree);
    }
    observer.on = false;
    const bool ended = !pending;
    tree.cursor().Reset();
    tree.RollbackStatement();
    ASSERT_TRUE(tree.Image() == before) << "given up after " << waited << " waits";
    ASSERT_EQ(tree.Check(), std::vector<std::string>());
    if (ended) break;
    ++wait_count;
  }
  EXPECT_GT(wait_count, 50u);
  io.SetObserver(nullptr);
}

TEST(BtreeYieldTest, InsertThatIsGivenUpLeavesNothingAfterTheRollback) {
  const std::string payload = PatternedPayload(3, 2500);
  int64_t inserted_count = 0;
  ExpectNothingWhenGivenUp([&] { inserted_count = 0; },
                           [&](TreeFixture& tree) {
                             for (; inserted_count < 20; ++inserted_count) {
                               const int64_t rowid = inserted_count * 50;  // half of them are there
                               const IoResult<> result =
                                   tree.cursor().Insert(rowid, AsBytes(payload), false);
                               if (result.pending()) return true;
                               EXPECT_TRUE(result.done());
                             }
                             return false;
                           });
}

TEST(BtreeYieldTest, DeleteThatIsGivenUpLeavesNothingAfterTheRollback) {
  int deleted_count = 0;
  bool deleting = false;
  ExpectNothingWhenGivenUp(
      [&] {
        deleted_count = 0;
        deleting = false;
      },
      [&](TreeFixture& tree) {
        for (; deleted_count < 40; ++deleted_count) {
          if (!deleting && tree.cursor().First().pending()) return true;
          deleting = true;
          const IoResult<> result = tree.cursor().Delete();
          if (result.pending()) return true;
          EXPECT_TRUE(result.done());
          deleting = false;
        }
        return false;
      });
}

// One cursor waits in the middle of a move or a read while the other changes the tree.
TEST(BtreeYieldTest, ReadsGoOnFromTheirRowWhenTheTreeChangesAtAWait) {
  WaitOnce observer;
  MemoryIo io({.seed = 1});
  TreeFixture tree(io);
  Fill(tree);
  Rows rows = tree.Scan();
  io.SetObserver(&observer);
  TableCursor reader(tree.btree(), tree.root());
  int64_t next_rowid = 1;
  int wait_at = 0;
  int change_count = 0;
  // Runs a call of the reader's, which waits once; meanwhile a row goes and two come.
  const auto read = [&](auto call) {
    observer.left = wait_at = (wait_at + 1) % 11;
    auto result = call();
    while (result.pending()) {
      observer.left = -1;
      ++change_count;
      EXPECT_TRUE(io.Poll(PollMode::kNoWait).ok());
      for (int i = 0; i < 2; ++i) {
        next_rowid = (next_rowid + 173) % (kRowCount * 10);
        rows[next_rowid] = PatternedPayload(5, static_cast<size_t>(next_rowid % 3) * 600);
        tree.Insert(next_rowid, rows[next_rowid]);
      }
      const auto victim = std::next(rows.begin(), next_rowid % static_cast<int64_t>(rows.size()));
      EXPECT_TRUE(tree.Delete(victim->first));
      rows.erase(victim);
      result = call();
    }
    observer.left = -1;
    EXPECT_FALSE(result.failed());
    return *std::move(result);
  };

  for (int round = 0; round < 20; ++round) {
    bool more = read([&] { return reader.First(); });
    int64_t at = std::numeric_limits<int64_t>::min();
    while (more) {
      ASSERT_GT(reader.rowid(), at);
      at = reader.rowid();
      const auto view = read([&] { return reader.Payload(UINT64_MAX); });
      ASSERT_EQ(view.gone, !rows.contains(at));
      if (!view.gone) EXPECT_EQ(AsText(view.bytes), rows[at]);
      // A row that stays behind during the step is not missed.
      more = read([&] { return reader.Next(); });
      if (more) {
        const auto skipped = rows.upper_bound(at);
        ASSERT_TRUE(skipped != rows.end());
        EXPECT_EQ(reader.rowid(), skipped->first);
      }
    }
    CountRows count;
    count.Start(tree.btree(), tree.root());
    EXPECT_EQ(read([&] { return count.Resume(); }), rows.size());
    CheckIntegrity check;
    check.Start(tree.btree(), {1, tree.root()}, 10);
    const IntegrityReport report = read([&] { return check.Resume(); });
    EXPECT_EQ(report.messages, std::vector<std::string>());
    EXPECT_EQ(report.row_counts[1], rows.size());
  }
  EXPECT_GT(change_count, 50);
  io.SetObserver(nullptr);
}

}  // namespace
}  // namespace orrery
