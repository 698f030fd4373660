// Goal: a transaction in rollback mode locks as sqlite3's does, leaves nothing of its journal but
// what its mode keeps, and can be undone to the byte at any moment until it commits; also by the
// next connection, when the one that wrote is gone. Method: small databases on MemoryIo, under
// every yield plan; a writer dropped at every wait.

#include "engine/format/journal_header.h"
#include "engine/io/memory_io.h"
#include "engine/io/testing/yield_plan.h"
#include "engine/storage/testing/connection.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

PagerOptions Options(JournalMode mode, uint32_t cache_page_count = 2000) {
  return {.new_page_size = 512, .cache_page_count = cache_page_count, .journal_mode = mode};
}

// A database of `page_count` pages with their own numbers as marks.
void Make(Io& io, PageNumber page_count, JournalMode mode = JournalMode::kDelete) {
  TestConnection a(io, Options(mode));
  a.BeginWrite();
  for (PageNumber page = 2; page <= page_count; ++page) a.Add(page);
  a.Commit();
  a.Close();
}

std::optional<std::vector<std::byte>> JournalOf(Io& io) {
  if (!ValueOf(io.Exists("test.db-journal"))) return std::nullopt;
  return ReadFile(io, "test.db-journal");
}

TEST(JournalTest, LeavesWhatItsModeKeeps) {
  for (const JournalMode mode : {JournalMode::kDelete, JournalMode::kTruncate,
                                 JournalMode::kPersist, JournalMode::kMemory, JournalMode::kOff}) {
    for (const bool commits : {true, false}) {
      SCOPED_TRACE(NameOf(mode));
      ForEachYieldPlan([&](Io& io) {
        Make(io, 4);
        TestConnection a(io, Options(mode));
        a.BeginWrite();
        a.Write(3, 30);
        commits ? a.Commit() : a.Rollback();
        const std::optional<std::vector<std::byte>> journal = JournalOf(io);
        // Nothing was written that a rollback would have to end.
        const bool keeps =
            commits && (mode == JournalMode::kTruncate || mode == JournalMode::kPersist);
        ASSERT_EQ(journal.has_value(), keeps);
        if (!keeps) return;
        EXPECT_EQ(journal->empty(), mode == JournalMode::kTruncate);
        if (!journal->empty()) {
          EXPECT_FALSE(DecodeJournalHeader(*journal, 512).has_value());
        }
      });
    }
  }
}

TEST(JournalTest, ExcludesAsSqlite3Does) {
  ForEachYieldPlan([](Io& io) {
    Make(io, 3);
    TestConnection a(io, Options(JournalMode::kDelete));
    TestConnection b(io, Options(JournalMode::kDelete));
    TestConnection c(io, Options(JournalMode::kDelete));
    a.BeginWrite();
    a.Write(2, 20);
    // A writer does not disturb readers, but other writers.
    b.BeginRead();
    EXPECT_EQ(b.Read(2), 2u);
    EXPECT_EQ(b.TryBeginWrite().code(), ResultCode::kBusy);
    // A reader disturbs the commit, which then keeps new readers out.
    EXPECT_EQ(a.Try([&] { return a.pager().Commit(); }).code(), ResultCode::kBusy);
    EXPECT_TRUE(a.pager().in_write());
    EXPECT_EQ(c.TryBeginRead().code(), ResultCode::kBusy);
    EXPECT_EQ(b.Read(3), 3u);
    a.Write(3, 30);
    EXPECT_EQ(a.Try([&] { return a.pager().Commit(); }).code(), ResultCode::kBusy);
    b.pager().EndRead();
    a.Commit();
    c.BeginRead();
    EXPECT_EQ(c.Read(2), 20u);
    EXPECT_EQ(c.Read(3), 30u);
    c.pager().EndRead();
    // After a rollback too, all are let in again.
    b.BeginRead();
    a.BeginWrite();
    a.Write(2, 200);
    EXPECT_EQ(a.Try([&] { return a.pager().Commit(); }).code(), ResultCode::kBusy);
    a.Rollback();
    c.BeginRead();
    EXPECT_EQ(c.Read(2), 20u);
    EXPECT_TRUE(c.TryBeginWrite().ok());
    c.Rollback();
    b.pager().EndRead();
  });
}

TEST(JournalTest, TellsItsOwnCacheFromWhatOthersHaveWritten) {
  ForEachYieldPlan([](Io& io) {
    Make(io, 3);
    TestConnection a(io, Options(JournalMode::kDelete));
    TestConnection b(io, Options(JournalMode::kPersist));
    for (uint32_t round = 0; round < 4; ++round) {
      TestConnection& writer = round % 2 == 0 ? a : b;
      TestConnection& reader = round % 2 == 0 ? b : a;
      writer.BeginWrite();
      writer.Write(2, 100 + round);
      writer.Commit();
      const SnapshotId id = writer.pager().snapshot();
      reader.BeginRead();
      EXPECT_EQ(reader.Read(2), 100 + round);
      EXPECT_TRUE(reader.pager().snapshot() == id);
      reader.pager().EndRead();
    }
  });
}

// A cache this small spills, so the database file changes before the commit.
TEST(JournalTest, UndoesToTheByteWhatWasSpilled) {
  for (const JournalMode mode : {JournalMode::kDelete, JournalMode::kTruncate,
                                 JournalMode::kPersist, JournalMode::kMemory}) {
    for (const Synchronous level : {Synchronous::kOff, Synchronous::kNormal, Synchronous::kFull}) {
      SCOPED_TRACE(NameOf(mode));
      ForEachYieldPlan(
          [&](Io& io) {
            Make(io, 60);
            const std::vector<std::byte> before = ReadFile(io, "test.db");
            TestConnection a(io, Options(mode, 10));
            a.pager().SetSynchronous(level);
            a.BeginWrite();
            for (PageNumber page = 2; page <= 60; ++page) a.Write(page, 1000 + page);
            for (uint32_t i = 0; i < 20; ++i) a.Add(i);
            EXPECT_NE(ReadFile(io, "test.db"), before);
            a.Rollback();
            EXPECT_EQ(ReadFile(io, "test.db"), before);
            a.BeginRead();
            for (PageNumber page = 2; page <= 60; ++page) EXPECT_EQ(a.Read(page), page);
            a.pager().EndRead();
          },
          {.single_plan_count_max = 10});
    }
  }
}

// Freed and used again: what such pages held is wanted back.
TEST(JournalTest, UndoesToTheByteWhatWasFreedAndUsedAgain) {
  ForEachYieldPlan(
      [&](Io& io) {
        Make(io, 30);
        const std::vector<std::byte> before = ReadFile(io, "test.db");
        TestConnection a(io, Options(JournalMode::kDelete, 10));
        a.BeginWrite();
        for (PageNumber page = 2; page <= 30; ++page) a.Free(page);
        a.pager().OpenSavepoint();
        for (PageNumber page = 2; page <= 30; ++page) a.Add(500 + page);
        a.RollbackTo(0);
        for (PageNumber page = 2; page <= 30; ++page) a.Add(600 + page);
        for (PageNumber page = 5; page <= 30; ++page) a.Free(page);
        for (PageNumber page = 2; page <= 50; ++page) a.Add(700 + page);
        a.RollbackTo(0);
        a.Rollback();
        EXPECT_EQ(ReadFile(io, "test.db"), before);
      },
      {.single_plan_count_max = 60});
}

// The connection goes at the n-th step of a transaction that spills, as a killed process would.
TEST(JournalTest, IsPlayedBackByTheNextWhenItsWriterIsGone) {
  for (const JournalMode mode :
       {JournalMode::kDelete, JournalMode::kTruncate, JournalMode::kPersist}) {
    for (const Synchronous level :
         {Synchronous::kOff, Synchronous::kNormal, Synchronous::kFull, Synchronous::kExtra}) {
      SCOPED_TRACE(NameOf(mode));
      bool committed = false;
      int hot_count = 0;
      for (int step_count = 0; !committed; ++step_count) {
        ASSERT_LT(step_count, 2000);
        MemoryIo io({.finish = MemoryFinish::kInPoll, .seed = 1});
        YieldingObserver observer = YieldingObserver::ForcesAll();
        Make(io, 40, mode);
        io.SetObserver(&observer);
        const std::vector<std::byte> before = ReadFile(io, "test.db");
        {
          TestConnection a(io, Options(mode, 10));
          a.pager().SetSynchronous(level);
          int left = step_count;
          // False when its time has come.
          const auto run = [&](auto&& call) {
            while (left-- > 0) {
              auto result = call();
              if (result.done()) return true;
              EXPECT_TRUE(result.pending());
              if (!WaitFor(io, *result.waiting().on).ok()) return false;
            }
            return false;
          };
          bool alive = run([&] { return a.pager().BeginRead(); }) &&
                       run([&] { return a.pager().BeginWrite(); });
          for (PageNumber page = 2; alive && page <= 45; ++page) {
            if (page > 40) {
              AllocatePage allocate;
              allocate.Start(a.pager());
              alive = run([&] { return allocate.Resume(); });
              continue;
            }
            FetchPage fetch;
            fetch.Start(a.pager(), page, kConnectionFetch);
            alive = run([&]() -> IoResult<> {
              IoResult<PageRef> fetched = fetch.Resume();
              if (!fetched.done()) return std::move(fetched).As<Unit>();
              fetched->Edit()[100] = std::byte{0xee};
              return Unit();
            });
          }
          committed = alive && run([&] { return a.pager().Commit(); });
        }
        io.SetObserver(nullptr);
        const std::optional<std::vector<std::byte>> journal = JournalOf(io);
        hot_count += journal && !journal->empty() && journal->front() != std::byte{0};
        TestConnection b(io, Options(JournalMode::kDelete));
        b.BeginRead();
        if (!committed && b.pager().page_count() == 40) {
          EXPECT_EQ(ReadFile(io, "test.db"), before) << step_count;
        } else {
          // The journal had been ended already.
          EXPECT_EQ(b.pager().page_count(), 45u) << step_count;
          for (PageNumber page = 2; page <= 40; ++page) {
            EXPECT_EQ(b.Get(page).data()[100], std::byte{0xee});
          }
        }
        b.pager().EndRead();
        if (testing::Test::HasFailure()) return;
      }
      EXPECT_GT(hot_count, 0);
    }
  }
}

TEST(JournalTest, RemovesTheSuperJournalWithItsLastJournal) {
  ForEachYieldPlan([](Io& io) {
    Make(io, 3);
    const std::vector<std::byte> before = ReadFile(io, "test.db");
    std::vector<std::byte> journal(512);
    EncodeJournalHeader({.record_count = 0,
                         .nonce = 1,
                         .initial_page_count = 3,
                         .sector_size = 512,
                         .page_size = 512},
                        journal);
    const std::string super = "super";
    std::vector<std::byte> ending(4);
    uint32_t sum = 0;
    for (const char c : super) {
      ending.push_back(static_cast<std::byte>(c));
      sum += static_cast<uint32_t>(c);
    }
    const auto append = [&](auto number) {
      ending.resize(ending.size() + sizeof number);
      StoreBig(ending.data() + ending.size() - sizeof number, number);
    };
    append(static_cast<uint32_t>(super.size()));
    append(sum);
    append(uint64_t{0xd9d505f920a163d7});
    journal.insert(journal.end(), ending.begin(), ending.end());

    std::vector<std::byte> longer = before;
    longer.resize(before.size() + 512, std::byte{7});
    const std::string names = std::string("other.db-journal\0test.db-journal\0", 33);
    const auto recover = [&] {
      WriteFile(io, "test.db", longer);
      WriteFile(io, "test.db-journal", journal);
      TestConnection a(io, Options(JournalMode::kDelete));
      a.BeginRead();
      a.pager().EndRead();
      EXPECT_FALSE(ValueOf(io.Exists("test.db-journal")));
    };
    // Another journal names it: it stays.
    WriteFile(io, super, AsBytes(names));
    WriteFile(io, "other.db-journal", journal);
    recover();
    EXPECT_EQ(ReadFile(io, "test.db"), before);
    EXPECT_TRUE(ValueOf(io.Exists(super)));
    // That one has another by now.
    WriteFile(io, "other.db-journal", Bytes(journal).first(512));
    recover();
    EXPECT_EQ(ReadFile(io, "test.db"), before);
    EXPECT_FALSE(ValueOf(io.Exists(super)));
    // Without it the transaction is complete, and its journal a leftover.
    recover();
    EXPECT_EQ(ReadFile(io, "test.db"), longer);
  });
}

// ---- Changing the mode ----

TEST(JournalTest, ChangesToAnyModeFromAnyOther) {
  constexpr JournalMode kModes[] = {JournalMode::kDelete, JournalMode::kPersist,
                                    JournalMode::kOff,    JournalMode::kTruncate,
                                    JournalMode::kMemory, JournalMode::kWal};
  for (const JournalMode from : kModes) {
    for (const JournalMode to : kModes) {
      SCOPED_TRACE(std::string(NameOf(from)) + " to " + std::string(NameOf(to)));
      ForEachYieldPlan(
          [&](Io& io) {
            TestConnection a(io, Options(from));
            a.BeginWrite();
            const PageNumber page = a.Add(1);
            a.Commit();
            EXPECT_EQ(ValueOf(RunToEnd(io, [&] { return a.pager().SetJournalMode(to); })), to);
            a.BeginRead();
            EXPECT_EQ(a.pager().journal_mode(), to);
            EXPECT_EQ(a.Read(page), 1u);
            const bool is_wal = to == JournalMode::kWal;
            EXPECT_EQ(a.pager().header().read_version,
                      is_wal ? kWalFileVersion : kRollbackFileVersion);
            a.pager().EndRead();
            EXPECT_EQ(ValueOf(io.Exists("test.db-wal")), is_wal);
            const bool keeps = to == JournalMode::kPersist || to == JournalMode::kTruncate;
            EXPECT_TRUE(keeps || !JournalOf(io).has_value());
            a.BeginWrite();
            a.Write(page, 2);
            a.Commit();
            TestConnection b(io, Options(JournalMode::kWal));
            b.BeginRead();
            EXPECT_EQ(b.pager().journal_mode() == JournalMode::kWal, is_wal);
            EXPECT_EQ(b.Read(page), 2u);
            b.pager().EndRead();
          },
          {.single_plan_count_max = 30});
    }
  }
}

TEST(JournalTest, LeavesOrEntersWalModeOnlyAlone) {
  ForEachYieldPlan([](Io& io) {
    Make(io, 2, JournalMode::kWal);
    TestConnection a(io);
    TestConnection b(io);
    const auto set = [&](JournalMode mode) {
      return a.Try([&] { return a.pager().SetJournalMode(mode); }).code();
    };
    b.BeginRead();
    b.pager().EndRead();
    EXPECT_EQ(set(JournalMode::kDelete), ResultCode::kBusy);
    b.Close();
    a.BeginRead();
    EXPECT_EQ(set(JournalMode::kDelete), ResultCode::kLocked);
    EXPECT_EQ(a.Read(2), 2u);
    a.pager().EndRead();
    EXPECT_EQ(set(JournalMode::kDelete), ResultCode::kOk);
    TestConnection c(io);
    c.BeginRead();
    EXPECT_EQ(set(JournalMode::kWal), ResultCode::kBusy);
    c.pager().EndRead();
    EXPECT_EQ(set(JournalMode::kWal), ResultCode::kOk);
    c.BeginRead();
    EXPECT_EQ(c.pager().journal_mode(), JournalMode::kWal);
    EXPECT_EQ(c.Read(2), 2u);
    c.pager().EndRead();
  });
}

TEST(JournalTest, KeepsTheSnapshotOfANewFileThatOthersRead) {
  ForEachYieldPlan([](Io& io) {
    TestConnection a(io, Options(JournalMode::kWal));
    TestConnection b(io, Options(JournalMode::kWal));
    a.BeginRead();
    b.BeginRead();
    EXPECT_EQ(a.TryBeginWrite().code(), ResultCode::kBusy);
    EXPECT_TRUE(a.pager().in_read());
    EXPECT_EQ(a.pager().page_count(), 0u);
    // Nobody makes the database under it.
    EXPECT_EQ(b.TryBeginWrite().code(), ResultCode::kBusy);
    a.pager().EndRead();
    EXPECT_EQ(b.TryBeginWrite().code(), ResultCode::kOk);
    b.Rollback();
  });
}

TEST(JournalTest, KeepsItsModeWhileItHasChangedSomething) {
  ForEachYieldPlan([](Io& io) {
    Make(io, 2);
    TestConnection a(io, Options(JournalMode::kPersist));
    const auto set = [&](JournalMode mode) {
      return ValueOf(RunToEnd(io, [&] { return a.pager().SetJournalMode(mode); }));
    };
    a.BeginWrite();
    EXPECT_EQ(set(JournalMode::kTruncate), JournalMode::kTruncate);
    a.Write(2, 3);
    EXPECT_EQ(set(JournalMode::kMemory), JournalMode::kTruncate);
    a.Commit();
    EXPECT_EQ(JournalOf(io)->size(), 0u);
    EXPECT_EQ(set(JournalMode::kMemory), JournalMode::kMemory);
    EXPECT_FALSE(JournalOf(io).has_value());
  });
}

TEST(JournalTest, IsNoLongerThanItsLimitWhenItIsKept) {
  ForEachYieldPlan([](Io& io) {
    Make(io, 20);
    TestConnection a(io, Options(JournalMode::kPersist));
    for (const int64_t limit : {int64_t{2000}, int64_t{0}, int64_t{-1}}) {
      a.pager().SetJournalSizeLimit(limit);
      a.BeginWrite();
      for (PageNumber page = 2; page <= 20; ++page) a.Write(page, page + 1);
      a.Commit();
      const size_t whole = 512 + 20 * 520;
      EXPECT_EQ(JournalOf(io)->size(), limit < 0 ? whole : static_cast<size_t>(limit));
    }
  });
}

}  // namespace
}  // namespace orrery
