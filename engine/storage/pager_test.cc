// Goal: a transaction's pages are there after its commit, gone after its rollback, and nobody else
// sees them before.
// Method: small databases on MemoryIo, under every yield plan; in every journal mode where it makes
// no difference.

#include "engine/storage/pager.h"

#include <map>

#include "engine/io/testing/yield_plan.h"
#include "engine/storage/testing/connection.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

class PagerModeTest : public testing::TestWithParam<JournalMode> {
 protected:
  static PagerOptions Options(uint32_t page_size = 4096, uint32_t cache_page_count = 2000) {
    return {.new_page_size = page_size,
            .cache_page_count = cache_page_count,
            .journal_mode = GetParam()};
  }
};

INSTANTIATE_TEST_SUITE_P(, PagerModeTest,
                         testing::Values(JournalMode::kWal, JournalMode::kDelete,
                                         JournalMode::kTruncate, JournalMode::kPersist,
                                         JournalMode::kMemory, JournalMode::kOff),
                         [](const auto& mode) { return std::string(NameOf(mode.param)); });

TEST_P(PagerModeTest, ShowsWhatWasCommittedToTheNextConnection) {
  for (uint32_t page_size = 512; page_size <= 65536; page_size *= 2) {
    ForEachYieldPlan([&](Io& io) {
      PageNumber number;
      {
        TestConnection writer(io, Options(page_size));
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

TEST_P(PagerModeTest, ForgetsWhatWasRolledBack) {
  ForEachYieldPlan([](Io& io) {
    TestConnection a(io, Options());
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

TEST_P(PagerModeTest, UndoesAStatementAlone) {
  ForEachYieldPlan([](Io& io) {
    TestConnection a(io, Options());
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

TEST_P(PagerModeTest, GoesBackToAnySavepointThatIsOpen) {
  ForEachYieldPlan([](Io& io) {
    TestConnection a(io, Options());
    a.BeginWrite();
    const PageNumber clean = a.Add(1);
    a.Commit();
    a.BeginWrite();
    const PageNumber dirty = a.Add(2);
    for (uint32_t depth = 0; depth < 4; ++depth) {
      a.pager().OpenSavepoint();
      if (depth != 1) a.Write(clean, 100 + depth);
      if (depth != 0) a.Write(dirty, 200 + depth);
      a.pager().SetUserVersion(300 + depth);
      a.Add(depth);
    }
    const PageNumber count = a.pager().page_count();
    a.RollbackTo(3);
    EXPECT_EQ(a.Read(clean), 102u);
    EXPECT_EQ(a.Read(dirty), 202u);
    EXPECT_EQ(a.pager().header().user_version, 302u);
    EXPECT_EQ(a.pager().page_count(), count - 1);
    a.Write(dirty, 9);  // the same savepoint once more
    a.RollbackTo(3);
    EXPECT_EQ(a.Read(dirty), 202u);
    a.pager().ReleaseSavepoints(2);
    EXPECT_EQ(a.Read(dirty), 202u);
    a.RollbackTo(1);
    EXPECT_EQ(a.Read(clean), 100u);
    EXPECT_EQ(a.Read(dirty), 2u);
    EXPECT_EQ(a.pager().header().user_version, 300u);
    EXPECT_EQ(a.pager().savepoint_count(), 2u);
    a.RollbackTo(0);
    EXPECT_EQ(a.Read(clean), 1u);
    EXPECT_EQ(a.Read(dirty), 2u);
    a.Write(clean, 7);
    a.Commit();
    TestConnection b(io);
    b.BeginRead();
    EXPECT_EQ(b.Read(clean), 7u);
    EXPECT_EQ(b.Read(dirty), 2u);
    EXPECT_EQ(b.pager().page_count(), 3u);
    b.pager().EndRead();
  });
}

// More images than are kept in memory.
TEST_P(PagerModeTest, GoesBackToASavepointFarBehind) {
  ForEachYieldPlan(
      [](Io& io) {
        TestConnection a(io, Options(16384, 40));
        a.BeginWrite();
        std::map<PageNumber, uint32_t> model;
        for (uint32_t i = 0; i < 60; ++i) model[a.Add(i)] = i;
        a.pager().OpenSavepoint();
        for (const auto& [page, mark] : model) a.Write(page, mark + 1000);
        a.pager().OpenSavepoint();
        for (const auto& [page, mark] : model) a.Write(page, mark + 2000);
        a.RollbackTo(1);
        for (const auto& [page, mark] : model) EXPECT_EQ(a.Read(page), mark + 1000) << page;
        a.RollbackTo(0);
        for (const auto& [page, mark] : model) EXPECT_EQ(a.Read(page), mark) << page;
        a.Commit();
      },
      {.single_plan_count_max = 40});
}

TEST_P(PagerModeTest, GivesFreedPagesOutAgain) {
  ForEachYieldPlan([](Io& io) {
    TestConnection a(io, Options(512));
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

TEST_P(PagerModeTest, WorksWithACacheSmallerThanATransaction) {
  ForEachYieldPlan(
      [](Io& io) {
        TestConnection a(io, Options(512, 10));
        a.BeginWrite();
        std::map<PageNumber, uint32_t> model;
        for (uint32_t i = 0; i < 60; ++i) model[a.Add(i)] = i;
        a.pager().BeginStatement();
        for (const auto& [page, mark] : model) a.Write(page, mark + 1000);
        for (uint32_t i = 0; i < 20; ++i) a.Add(i);
        a.RollbackStatement();
        for (const auto& [page, mark] : model) EXPECT_EQ(a.Read(page), mark) << page;
        a.Commit();
        if (GetParam() != JournalMode::kOff) {
          a.BeginWrite();
          for (const auto& [page, mark] : model) a.Write(page, mark + 2000);
          a.Rollback();
        }
        TestConnection b(io, {.cache_page_count = 10});
        b.BeginRead();
        for (const auto& [page, mark] : model) EXPECT_EQ(b.Read(page), mark) << page;
        b.pager().EndRead();
      },
      {.single_plan_count_max = 60});
}

TEST_P(PagerModeTest, GivesOutAFreedPageThatIsBeingSpilled) {
  ForEachYieldPlan([](Io& io) {
    TestConnection a(io, Options(512, 10));
    a.BeginWrite();
    for (uint32_t i = 0; i < 30; ++i) a.Add(i);
    a.Commit();
    a.BeginWrite();
    for (PageNumber page = 2; page <= 9; ++page) a.Write(page, 100 + page);
    for (PageNumber page = 3; page <= 6; ++page) a.Free(page);
    {
      // Needs room, and goes away while the changed pages are on their way to the log.
      FetchPage fetch;
      fetch.Start(a.pager(), 30, kConnectionFetch);
      (void)fetch.Resume();
    }
    for (int i = 0; i < 4; ++i) {
      const PageNumber page = a.Allocate().number();
      EXPECT_TRUE(3 <= page && page <= 6) << page;
      a.Write(page, 200 + page);
    }
    a.Commit();
    TestConnection b(io);
    b.BeginRead();
    for (PageNumber page = 2; page <= 9; ++page) {
      EXPECT_EQ(b.Read(page), (3 <= page && page <= 6 ? 200 : 100) + page);
    }
    EXPECT_EQ(b.Read(30), 28u);
    b.pager().EndRead();
  });
}

// A writer dies between the two copies of the header: its commit is there for who recovers, and
// nobody writes on the version before.
TEST(PagerTest, DoesNotWriteBesideACommitThatIsHalfPublished) {
  ForEachYieldPlan([](Io& io) {
    TestConnection a(io);
    a.BeginWrite();
    const PageNumber page = a.Add(1);
    a.Commit();
    EXPECT_FALSE(a.Checkpoint(CheckpointMode::kPassive).busy);
    a.BeginRead();  // from the database file alone
    EXPECT_EQ(a.Read(page), 1u);

    const std::unique_ptr<File> file =
        ValueOf(io.Open("test.db-shm", {.kind = FileKind::kSharedMemory, .create = true}));
    ShmRegion index = ValueOf(file->Map(0, 32768));
    std::vector<uint32_t> first_copy;
    for (size_t at = 0; at < 48; at += 4) first_copy.push_back(index.Load<uint32_t>(at));
    {
      TestConnection b(io);
      b.BeginWrite();
      b.Write(page, 2);
      b.Commit();
    }
    for (size_t i = 0; i < first_copy.size(); ++i) index.Store(i * 4, first_copy[i]);

    EXPECT_EQ(a.TryBeginWrite().code(), ResultCode::kBusySnapshot);
    EXPECT_EQ(a.Read(page), 1u);
    a.pager().EndRead();
    a.BeginRead();
    EXPECT_EQ(a.Read(page), 2u);
    EXPECT_TRUE(a.TryBeginWrite().ok());
    a.Rollback();
  });
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
