// Goal: a transaction's pages are there after its commit, gone after its rollback, and nobody else
// sees them before.
// Method: small databases on MemoryIo, under every yield plan.

#include "engine/storage/pager.h"

#include <map>
#include <vector>

#include "engine/io/memory_io.h"
#include "engine/io/testing/yield_plan.h"
#include "engine/storage/testing/connection.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

TEST(PagerTest, ShowsWhatWasCommittedToTheNextConnection) {
  for (uint32_t page_size = 512; page_size <= 65536; page_size *= 2) {
    ForEachYieldPlan([&](Io& io) {
      PageNumber number;
      {
        TestConnection writer(io, {.new_page_size = page_size});
        writer.BeginWrite();
        EXPECT_EQ(writer.pager().page_count(), 1u);
        number = writer.Add(7);
        writer.Commit();
      }
      TestConnection reader(io);
      reader.BeginRead();
      EXPECT_EQ(reader.pager().page_size(), page_size);
      EXPECT_EQ(reader.pager().page_count(), 2u);
      EXPECT_EQ(reader.Read(number), 7u);
      reader.pager().EndRead();
    });
  }
}

TEST(PagerTest, ForgetsWhatWasRolledBack) {
  ForEachYieldPlan([](Io& io) {
    TestConnection a(io);
    a.BeginWrite();
    const PageNumber number = a.Add(1);
    a.Commit();
    a.BeginWrite();
    a.Write(number, 2);
    a.Add(3);
    EXPECT_EQ(a.pager().page_count(), 3u);
    a.Rollback();
    a.BeginRead();
    EXPECT_EQ(a.pager().page_count(), 2u);
    EXPECT_EQ(a.Read(number), 1u);
    a.pager().EndRead();
  });
}

TEST(PagerTest, KeepsASnapshotWhileOthersCommit) {
  ForEachYieldPlan([](Io& io) {
    TestConnection a(io);
    TestConnection b(io);
    a.BeginWrite();
    const PageNumber number = a.Add(1);
    a.Commit();
    b.BeginRead();
    const SnapshotId before = b.pager().snapshot();
    a.BeginWrite();
    a.Write(number, 2);
    EXPECT_EQ(b.Read(number), 1u);
    a.Commit();
    EXPECT_EQ(b.Read(number), 1u);
    EXPECT_EQ(b.TryBeginWrite().code(), ResultCode::kBusySnapshot);
    b.pager().EndRead();
    b.BeginRead();
    EXPECT_EQ(b.Read(number), 2u);
    EXPECT_FALSE(b.pager().snapshot() == before);
    EXPECT_TRUE(b.TryBeginWrite().ok());
    a.BeginRead();
    EXPECT_EQ(a.TryBeginWrite().code(), ResultCode::kBusy);
    b.Rollback();
    a.pager().EndRead();
  });
}

// Whoever needed the room may have gone away meanwhile.
TEST(PagerTest, TakesAFreePageThatIsStillBeingSpilled) {
  MemoryIo io({.finish = MemoryFinish::kInPoll, .seed = 1});
  TestConnection a(io, {.cache_page_count = 10});
  a.BeginWrite();
  std::vector<PageNumber> numbers;
  for (uint32_t mark = 1; mark <= 9; ++mark) numbers.push_back(a.Add(mark));
  AllocatePage more;
  std::vector<PageRef> pages;
  IoResult<PageRef> page = Pending{nullptr};
  do {
    more.Abandon();
    more.Start(a.pager());
    page = more.Resume();
    if (page.done()) pages.push_back(*std::move(page));
  } while (!page.pending());
  more.Abandon();  // its spill goes on
  // The last page freed is a leaf of the freelist, and the first to be taken.
  for (const PageNumber number : {numbers[0], numbers[1]}) {
    FreePage free;
    free.Start(a.pager(), number);
    ASSERT_TRUE(free.Resume().done());
  }
  more.Start(a.pager());
  page = more.Resume();
  ASSERT_TRUE(page.done()) << page.status().ToString();
  EXPECT_EQ(page->number(), numbers[1]);
  EXPECT_EQ(a.MarkOf(*page), 0u);
  page->Release();
  pages.clear();
  a.Write(numbers[1], 77);
  a.Commit();
  TestConnection b(io);
  b.BeginRead();
  EXPECT_EQ(b.Read(numbers[1]), 77u);
  EXPECT_EQ(b.Read(numbers[5]), 6u);
  b.pager().EndRead();
}

TEST(PagerTest, UndoesAStatementAlone) {
  ForEachYieldPlan([](Io& io) {
    TestConnection a(io);
    a.BeginWrite();
    const PageNumber clean = a.Add(1);
    a.Commit();
    a.BeginWrite();
    const PageNumber dirty = a.Add(2);
    a.pager().SetUserVersion(5);
    a.pager().BeginStatement();
    PageRef pinned = a.Get(clean);
    a.Write(clean, 10);
    a.Write(dirty, 20);
    a.pager().SetUserVersion(6);
    const PageNumber added = a.Add(30);
    a.RollbackStatement();
    EXPECT_EQ(a.MarkOf(pinned), 1u);
    pinned.Release();
    EXPECT_EQ(a.Read(clean), 1u);
    EXPECT_EQ(a.Read(dirty), 2u);
    EXPECT_EQ(a.pager().header().user_version, 5u);
    EXPECT_LT(a.pager().page_count(), added);
    a.Commit();
    TestConnection b(io);
    b.BeginRead();
    EXPECT_EQ(b.Read(clean), 1u);
    EXPECT_EQ(b.Read(dirty), 2u);
    EXPECT_EQ(b.pager().header().user_version, 5u);
    b.pager().EndRead();
  });
}

TEST(PagerTest, GivesFreedPagesOutAgain) {
  ForEachYieldPlan([](Io& io) {
    TestConnection a(io, {.new_page_size = 512});
    a.BeginWrite();
    for (uint32_t i = 0; i < 20; ++i) a.Add(i);
    const PageNumber count = a.pager().page_count();
    for (PageNumber page = 2; page <= count; ++page) a.Free(page);
    EXPECT_EQ(a.pager().header().freelist_page_count, count - 1);
    a.Commit();
    a.BeginWrite();
    std::map<PageNumber, int> seen;
    for (PageNumber page = 2; page <= count; ++page) ++seen[a.Allocate().number()];
    EXPECT_EQ(seen.size(), count - 1);
    EXPECT_EQ(a.pager().page_count(), count);
    EXPECT_EQ(a.pager().header().freelist_page_count, 0u);
    EXPECT_EQ(a.pager().header().first_freelist_trunk, kNoPage);
    a.Commit();
  });
}

TEST(PagerTest, WorksWithACacheSmallerThanATransaction) {
  ForEachYieldPlan(
      [](Io& io) {
        TestConnection a(io, {.new_page_size = 512, .cache_page_count = 10});
        a.BeginWrite();
        std::map<PageNumber, uint32_t> model;
        for (uint32_t i = 0; i < 60; ++i) model[a.Add(i)] = i;
        a.pager().BeginStatement();
        for (const auto& [page, mark] : model) a.Write(page, mark + 1000);
        for (uint32_t i = 0; i < 20; ++i) a.Add(i);
        a.RollbackStatement();
        for (const auto& [page, mark] : model) EXPECT_EQ(a.Read(page), mark) << page;
        a.Commit();
        a.BeginWrite();
        for (const auto& [page, mark] : model) a.Write(page, mark + 2000);
        a.Rollback();
        TestConnection b(io, {.cache_page_count = 10});
        b.BeginRead();
        for (const auto& [page, mark] : model) EXPECT_EQ(b.Read(page), mark) << page;
        b.pager().EndRead();
      },
      {.single_plan_count_max = 60});
}

TEST(PagerTest, CheckpointsAndStartsTheLogAnew) {
  for (const CheckpointMode mode : {CheckpointMode::kPassive, CheckpointMode::kFull,
                                    CheckpointMode::kRestart, CheckpointMode::kTruncate}) {
    ForEachYieldPlan([&](Io& io) {
      TestConnection a(io);
      PageNumber number = 0;
      for (uint32_t round = 0; round < 3; ++round) {
        a.BeginWrite();
        if (round == 0) number = a.Add(0);
        a.Write(number, round);
        a.Commit();
        const CheckpointResult result = a.Checkpoint(mode);
        EXPECT_FALSE(result.busy);
        EXPECT_EQ(result.wal_frame_count, mode == CheckpointMode::kTruncate ? 0u
                                          : round == 0                      ? 2u
                                                                            : 1u);
        EXPECT_EQ(result.checkpointed_frame_count, result.wal_frame_count);
        TestConnection b(io);
        b.BeginRead();
        EXPECT_EQ(b.Read(number), round);
        b.pager().EndRead();
      }
    });
  }
}

TEST(PagerTest, LeavesOneFileWhenTheLastConnectionCloses) {
  ForEachYieldPlan([](Io& io) {
    TestConnection a(io);
    a.BeginWrite();
    const PageNumber number = a.Add(5);
    a.Commit();
    TestConnection b(io);
    b.BeginRead();
    EXPECT_EQ(b.Read(number), 5u);
    a.Close();
    EXPECT_TRUE(ValueOf(io.Exists("test.db-wal")));
    b.Close();
    EXPECT_FALSE(ValueOf(io.Exists("test.db-wal")));
    EXPECT_FALSE(ValueOf(io.Exists("test.db-shm")));
    EXPECT_FALSE(ValueOf(io.Exists("test.db-journal")));
    TestConnection c(io);
    c.BeginRead();
    EXPECT_EQ(c.Read(number), 5u);
    c.Close();
  });
}

TEST(PagerTest, CheckpointsByItselfAfterACommit) {
  ForEachYieldPlan([](Io& io) {
    TestConnection a(io, {.auto_checkpoint_frame_count = 3});
    a.BeginWrite();
    const PageNumber number = a.Add(0);
    a.Commit();
    for (uint32_t round = 1; round < 10; ++round) {
      a.BeginWrite();
      a.Write(number, round);
      a.Commit();
      EXPECT_LE(a.pager().snapshot().max_frame, 4u);
      TestConnection b(io);
      b.BeginRead();
      EXPECT_EQ(b.Read(number), round);
      b.pager().EndRead();
    }
  });
}

}  // namespace
}  // namespace orrery
