// Goal: a wait is invisible to an index. Every operation gives the same answers and leaves the same
//   bytes wherever it had to wait; given up at any wait and rolled back, it leaves the bytes of
//   before.
// Method: each operation once per yield plan; then given up at its first, second, ... wait.

#include <functional>

#include "engine/btree/index_fixture.h"
#include "engine/btree/waits.h"
#include "engine/io/memory_io.h"
#include "engine/io/testing/yield_plan.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

constexpr int64_t kEntryCount = 80;

// Keys whose first column is too large for a cell now and then, and no two of which differ before
// its end; so that comparisons read overflow pages too.
IndexKey KeyOf(int64_t number) {
  const size_t size = number % 5 == 0 ? 900 : number % 5 == 1 ? 90 : 12;
  std::string text(size, 'k');
  text += static_cast<char>('a' + number / 26 % 26);
  text += static_cast<char>('a' + number % 26);
  return {Value::Text(text), Value::Integer(number)};
}
std::string RestOf(int64_t number) {
  return number % 7 == 0 ? PatternedPayload(static_cast<uint64_t>(number), 700) : "";
}

// A tree of several levels, with entries in and out of overflow pages.
void Fill(IndexFixture& tree) {
  for (int64_t i = 0; i < kEntryCount; ++i) {
    const int64_t number = i * 37 % kEntryCount;
    tree.InsertEntry(KeyOf(number), RestOf(number));
  }
}

// Runs `change` on a filled tree under every plan and compares what it leaves.
void ExpectSameBytes(const std::function<void(IndexFixture&)>& change) {
  std::string expected;
  ForEachYieldPlan(
      [&](Io& io) {
        IndexFixture tree(io);
        Fill(tree);
        change(tree);
        EXPECT_EQ(tree.CheckAll(), std::vector<std::string>());
        const std::string image = tree.Image();
        if (expected.empty()) expected = image;
        EXPECT_TRUE(image == expected);
      },
      {.single_plan_count_max = 150});
}

TEST(IndexYieldTest, InsertLeavesTheSameBytesWhereverItWaits) {
  ExpectSameBytes([](IndexFixture& tree) {
    for (int64_t i = 0; i < 15; ++i) tree.InsertEntry(KeyOf(kEntryCount + i * 7), "");
  });
}

TEST(IndexYieldTest, ReplaceLeavesTheSameBytesWhereverItWaits) {
  ExpectSameBytes([](IndexFixture& tree) {
    for (int64_t i = 0; i < kEntryCount; i += 3) {
      tree.InsertEntry(KeyOf(i), PatternedPayload(7, static_cast<size_t>(i % 4) * 40));
    }
  });
}

TEST(IndexYieldTest, DeleteLeavesTheSameBytesWhereverItWaits) {
  ExpectSameBytes([](IndexFixture& tree) {
    for (int64_t i = 0; i < kEntryCount; ++i) {
      const int64_t number = i * 29 % kEntryCount;
      if (number % 8 != 0) EXPECT_TRUE(tree.DeleteKey(KeyOf(number)));
    }
  });
}

TEST(IndexYieldTest, ClearTreeLeavesTheSameBytesWhereverItWaits) {
  ExpectSameBytes([](IndexFixture& tree) {
    ClearTree clear;
    clear.Start(tree.btree(), tree.index_root(), /*keep_root=*/true);
    EXPECT_EQ(tree.Value([&] { return clear.Resume(); }), static_cast<uint64_t>(kEntryCount));
  });
}

TEST(IndexYieldTest, ReadsGiveTheSameEntriesWhereverTheyWait) {
  ForEachYieldPlan(
      [&](Io& io) {
        IndexFixture tree(io);
        Fill(tree);
        const Entries entries = tree.ScanIndex(/*forward=*/true);
        EXPECT_EQ(entries.size(), static_cast<size_t>(kEntryCount));
        EXPECT_TRUE(SameEntries(tree.ScanIndex(/*forward=*/false), entries));
        EXPECT_EQ(tree.CountEntries(), entries.size());
        for (int64_t number = 0; number < kEntryCount; number += 6) {
          const IndexKey prefix = {KeyOf(number)[0]};
          for (const SeekMode mode :
               {SeekMode::kEqual, SeekMode::kGreaterOrEqual, SeekMode::kLessOrEqual}) {
            ASSERT_TRUE(tree.SeekKey(tree.index(), prefix, mode));
            const auto found = tree.Entry(tree.index());
            EXPECT_EQ(found->first[1].integer(), number);
            EXPECT_EQ(found->second, RestOf(number));
          }
          const bool below = tree.SeekKey(tree.index(), prefix, SeekMode::kLess);
          EXPECT_EQ(below, entries.begin()->first[1].integer() != number);
        }
      },
      {.single_plan_count_max = 150});
}

// `call` makes or goes on with a change through the cursor and answers whether it is pending.
void ExpectNothingWhenGivenUp(const std::function<void()>& prepare,
                              const std::function<bool(IndexFixture&)>& call) {
  WaitEverywhere observer;
  MemoryIo io({.seed = 1});
  IndexFixture tree(io);
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
    tree.index().Reset();
    tree.RollbackStatement();
    ASSERT_TRUE(tree.Image() == before) << "given up after " << waited << " waits";
    ASSERT_EQ(tree.CheckAll(), std::vector<std::string>());
    if (ended) break;
    ++wait_count;
  }
  EXPECT_GT(wait_count, 50u);
  io.SetObserver(nullptr);
}

TEST(IndexYieldTest, InsertThatIsGivenUpLeavesNothingAfterTheRollback) {
  // Half of them are there.
  std::vector<std::vector<std::byte>> records;
  for (int64_t i = 0; i < 20; ++i) records.push_back(EntryRecord(KeyOf(i * 10), RestOf(i)));
  size_t inserted_count = 0;
  ExpectNothingWhenGivenUp([&] { inserted_count = 0; },
                           [&](IndexFixture& tree) {
                             for (; inserted_count < records.size(); ++inserted_count) {
                               const IoResult<> result =
                                   tree.index().Insert(records[inserted_count], false);
                               if (result.pending()) return true;
                               EXPECT_TRUE(result.done());
                             }
                             return false;
                           });
}

TEST(IndexYieldTest, DeleteThatIsGivenUpLeavesNothingAfterTheRollback) {
  std::vector<IndexKey> keys;
  for (int64_t i = 0; i < 25; ++i) keys.push_back(KeyOf(i * 29 % kEntryCount));
  size_t deleted_count = 0;
  bool deleting = false;
  ExpectNothingWhenGivenUp(
      [&] {
        deleted_count = 0;
        deleting = false;
      },
      [&](IndexFixture& tree) {
        for (; deleted_count < keys.size(); ++deleted_count) {
          if (!deleting && tree.index().Seek(keys[deleted_count], SeekMode::kEqual).pending()) {
            return true;
          }
          deleting = true;
          const IoResult<> result = tree.index().Delete();
          if (result.pending()) return true;
          EXPECT_TRUE(result.done());
          deleting = false;
        }
        return false;
      });
}

// One cursor waits in the middle of a move or a read while the other changes the tree.
TEST(IndexYieldTest, ReadsGoOnFromTheirEntryWhenTheTreeChangesAtAWait) {
  WaitOnce observer;
  MemoryIo io({.seed = 1});
  IndexFixture tree(io);
  Fill(tree);
  Entries entries = tree.ScanIndex(/*forward=*/true);
  io.SetObserver(&observer);
  IndexCursor reader(tree.btree(), tree.index_root(), tree.order());
  int64_t next_number = 1;
  int wait_at = 0;
  int change_count = 0;
  // Runs a call of the reader's, which waits once; meanwhile an entry goes and two come.
  const auto read = [&](auto call) {
    observer.left = wait_at = (wait_at + 1) % 11;
    auto result = call();
    while (result.pending()) {
      observer.left = -1;
      ++change_count;
      EXPECT_TRUE(io.Poll(PollMode::kNoWait).ok());
      for (int i = 0; i < 2; ++i) {
        next_number = (next_number + 173) % (kEntryCount * 5);
        const std::string rest = PatternedPayload(5, static_cast<size_t>(next_number % 3) * 200);
        entries[KeyOf(next_number)] = rest;
        tree.InsertEntry(KeyOf(next_number), rest);
      }
      const auto victim =
          std::next(entries.begin(), next_number % static_cast<int64_t>(entries.size()));
      EXPECT_TRUE(tree.DeleteKey(victim->first));
      entries.erase(victim);
      result = call();
    }
    observer.left = -1;
    EXPECT_FALSE(result.failed());
    return *std::move(result);
  };

  for (int round = 0; round < 10; ++round) {
    const bool forward = round % 2 == 0;
    bool more = read([&] { return forward ? reader.First() : reader.Last(); });
    while (more) {
      const PayloadView view = read([&] { return reader.Payload(UINT64_MAX); });
      if (view.gone) {
        more = read([&] { return forward ? reader.Next() : reader.Previous(); });
        continue;
      }
      IndexKey at;
      ASSERT_EQ(DecodeKey(view.bytes, 2, at), nullptr);
      for (Value& value : at) value.MakeOwned();
      ASSERT_TRUE(entries.contains(at));
      EXPECT_EQ(view.bytes.size(), EntryRecord(at, entries[at]).size());
      // An entry that stays behind during the step is not missed.
      more = read([&] { return forward ? reader.Next() : reader.Previous(); });
      auto expected = forward ? entries.upper_bound(at) : entries.lower_bound(at);
      ASSERT_EQ(more, expected != (forward ? entries.end() : entries.begin()));
      if (!more) break;
      if (!forward) --expected;
      const PayloadView next = tree.Value([&] { return reader.Payload(UINT64_MAX); });
      IndexKey found;
      ASSERT_EQ(DecodeKey(next.bytes, 2, found), nullptr);
      EXPECT_EQ(found[1].integer(), expected->first[1].integer());
    }
    CountRows count;
    count.Start(tree.btree(), tree.index_root());
    EXPECT_EQ(read([&] { return count.Resume(); }), entries.size());
    CheckIntegrity check;
    check.Start(tree.btree(), {1, tree.index_root()}, 10);
    const IntegrityReport report = read([&] { return check.Resume(); });
    EXPECT_EQ(report.messages, std::vector<std::string>());
    EXPECT_EQ(report.row_counts[1], entries.size());
  }
  EXPECT_GT(change_count, 50);
  io.SetObserver(nullptr);
}

}  // namespace
}  // namespace orrery
