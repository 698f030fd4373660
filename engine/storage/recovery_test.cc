// Goal: what a log says after a crash is a prefix of its commits, wherever it was cut or damaged,
// and a database in rollback mode is put back to before its unfinished transaction. Method: the
// files of a few commits are copied and cut at every byte, or damaged in every byte; each copy is
// opened and its pages compared with a model of the versions.

#include <map>
#include <vector>

#include "engine/format/journal_header.h"
#include "engine/format/wal_frame.h"
#include "engine/format/wal_index.h"
#include "engine/io/memory_io.h"
#include "engine/storage/testing/connection.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

using Marks = std::map<PageNumber, uint32_t>;

// A database of 512-byte pages with some commits in its log.
struct Crashed {
  std::vector<std::byte> database;
  std::vector<std::byte> log;
  std::map<uint32_t, Marks> versions;  // by user_version
  uint32_t last_version = 0;
};

Crashed MakeCrashed(int commit_count) {
  Crashed crashed;
  MemoryIo io({.seed = 1});
  TestConnection a(io, {.new_page_size = 512});
  Marks marks;
  crashed.versions[0] = marks;
  for (int i = 0; i < commit_count; ++i) {
    a.BeginWrite();
    marks[a.Add(static_cast<uint32_t>(i))] = static_cast<uint32_t>(i);
    for (auto& [page, mark] : marks) {
      if ((page + static_cast<uint32_t>(i)) % 3 == 0) a.Write(page, mark += 1000);
    }
    crashed.last_version = static_cast<uint32_t>(i) + 1;
    a.pager().SetUserVersion(crashed.last_version);
    a.Commit();
    crashed.versions[crashed.last_version] = marks;
  }
  crashed.database = ReadFile(io, "test.db");
  crashed.log = ReadFile(io, "test.db-wal");
  return crashed;
}

// Opens the files; answers the version, having compared all pages.
uint32_t Recover(const Crashed& crashed, Bytes log, bool then_write = false) {
  MemoryIo io({.seed = 2});
  WriteFile(io, "test.db", crashed.database);
  WriteFile(io, "test.db-wal", log);
  TestConnection a(io);
  a.BeginRead();
  const uint32_t version = a.pager().header().user_version;
  const auto found = crashed.versions.find(version);
  EXPECT_NE(found, crashed.versions.end()) << version;
  if (found == crashed.versions.end()) return version;
  EXPECT_EQ(a.pager().page_count(), found->second.size() + 1);
  for (const auto& [page, mark] : found->second) EXPECT_EQ(a.Read(page), mark);
  a.pager().EndRead();
  if (then_write) {
    a.BeginWrite();
    const PageNumber page = a.Add(9999);
    a.Commit();
    TestConnection b(io);
    b.BeginRead();
    EXPECT_EQ(b.Read(page), 9999u);
    for (const auto& [number, mark] : found->second) EXPECT_EQ(b.Read(number), mark);
    b.pager().EndRead();
  }
  a.Close();
  return version;
}

TEST(RecoveryTest, FindsAPrefixOfTheCommitsInALogCutAnywhere) {
  const Crashed crashed = MakeCrashed(6);
  uint32_t version = 0;
  for (size_t size = 0; size <= crashed.log.size(); ++size) {
    const uint32_t found = Recover(crashed, Bytes(crashed.log).first(size), size % 16 == 0);
    ASSERT_GE(found, version) << size;
    version = found;
    if (testing::Test::HasFailure()) return;
  }
  EXPECT_EQ(version, crashed.last_version);
}

TEST(RecoveryTest, FindsAPrefixOfTheCommitsInALogDamagedAnywhere) {
  const Crashed crashed = MakeCrashed(5);
  for (size_t at = 0; at < crashed.log.size(); ++at) {
    std::vector<std::byte> log = crashed.log;
    log[at] ^= std::byte{0x40};
    // The commit that holds the damage and all later ones are gone.
    ASSERT_LT(Recover(crashed, log), crashed.last_version) << at;
    if (testing::Test::HasFailure()) return;
  }
}

TEST(RecoveryTest, IgnoresFramesBehindTheLastCommit) {
  const Crashed crashed = MakeCrashed(4);
  const auto frame_size = static_cast<size_t>(WalFrameSize(512));
  std::vector<std::byte> log = crashed.log;
  // The same frames once more, as a leftover of a longer, older log.
  log.insert(log.end(), crashed.log.end() - static_cast<ptrdiff_t>(2 * frame_size),
             crashed.log.end());
  EXPECT_EQ(Recover(crashed, log, true), crashed.last_version);
}

// A torn commit and one written over it, torn in turn, must not together make the first one whole.
TEST(RecoveryTest, LeavesNothingOfATornCommitBehindTheNextOne) {
  const auto frame_size = static_cast<size_t>(WalFrameSize(512));
  const Crashed crashed = MakeCrashed(4);
  const size_t frame_count = (crashed.log.size() - kWalHeaderSize) / frame_size;
  for (size_t torn = 0; torn < frame_count; ++torn) {
    std::vector<std::byte> log = crashed.log;
    log[kWalHeaderSize + torn * frame_size + 100] ^= std::byte{1};
    MemoryIo io({.seed = 2});
    WriteFile(io, "test.db", crashed.database);
    WriteFile(io, "test.db-wal", log);
    TestConnection a(io);
    a.BeginRead();
    const uint32_t max_frame = a.pager().snapshot().max_frame;
    ASSERT_LE(max_frame, torn);
    a.pager().EndRead();
    a.BeginWrite();
    a.Add(9999);
    a.Commit();
    const std::vector<std::byte> now = ReadFile(io, "test.db-wal");
    const auto salts = [](const std::vector<std::byte>& bytes) {
      return std::vector<std::byte>(bytes.begin() + 16, bytes.begin() + 24);
    };
    if (max_frame == 0) {
      EXPECT_NE(salts(now), salts(log)) << torn;
    } else {
      EXPECT_EQ(now.size(), kWalHeaderSize + a.pager().snapshot().max_frame * frame_size) << torn;
    }
  }
}

TEST(RecoveryTest, ReadsALogWithTheOtherByteOrder) {
  const Crashed crashed = MakeCrashed(4);
  std::vector<std::byte> log = crashed.log;
  WalHeader header = *DecodeWalHeader(log);
  header.big_endian_checksums = !header.big_endian_checksums;
  const auto header_bytes = EncodeWalHeader(header);
  std::copy(header_bytes.begin(), header_bytes.end(), log.begin());
  WalChecksum checksum = header.checksum;
  for (uint64_t at = kWalHeaderSize; at < log.size(); at += WalFrameSize(512)) {
    const MutableBytes frame(log.data() + at, WalFrameSize(512));
    WalFrameHeader fields = DecodeWalFrameHeader(frame);
    checksum = FrameChecksum(checksum, fields, frame.subspan(kWalFrameHeaderSize),
                             header.big_endian_checksums);
    fields.checksum = checksum;
    EncodeWalFrameHeader(fields, frame);
  }
  // Writing goes on in the order that the log has.
  EXPECT_EQ(Recover(crashed, log, true), crashed.last_version);
}

TEST(RecoveryTest, GivesUpNothingWhenEveryFrameIsReadAgain) {
  ForEachYieldPlan([](Io& io) {
    {
      TestConnection a(io, {.new_page_size = 512});
      a.BeginWrite();
      for (uint32_t i = 0; i < 10; ++i) a.Add(i);
      a.Commit();
    }  // gone as if killed: nobody vouches for the index
    TestConnection b(io);
    TestConnection c(io);
    b.BeginRead();
    c.BeginRead();
    for (uint32_t i = 0; i < 10; ++i) {
      EXPECT_EQ(b.Read(2 + i), i);
      EXPECT_EQ(c.Read(2 + i), i);
    }
    c.pager().EndRead();
    b.pager().EndRead();
    // The log is mended before anything relies on it.
    b.BeginWrite();
    b.Add(10);
    b.Commit();
    b.Checkpoint(CheckpointMode::kTruncate);
    c.BeginRead();
    EXPECT_EQ(c.Read(12), 10u);
    c.pager().EndRead();
  });
}

TEST(RecoveryTest, RebuildsTheIndexAsOftenAsItTakes) {
  ForEachYieldPlan([](Io& io) {
    TestConnection a(io, {.new_page_size = 512});
    a.BeginWrite();
    const PageNumber page = a.Add(7);
    a.Commit();
    const auto index =
        ValueOf(io.Open("test.db-shm", {.kind = FileKind::kSharedMemory, .create = true}));
    ShmRegion region = ValueOf(index->Map(0, kWalIndexRegionSize));
    for (int round = 0; round < 3; ++round) {
      region.Store(0, uint32_t{0xdeadbeef});  // a writer died in the middle of its header
      a.BeginRead();
      EXPECT_EQ(a.Read(page), 7u);
      a.pager().EndRead();
    }
  });
}

TEST(RecoveryTest, RemovesALogBesideAnEmptyDatabase) {
  const Crashed crashed = MakeCrashed(3);
  MemoryIo io({.seed = 3});
  WriteFile(io, "test.db", {});
  WriteFile(io, "test.db-wal", crashed.log);
  TestConnection a(io);
  a.BeginRead();
  EXPECT_EQ(a.pager().page_count(), 0u);
  EXPECT_FALSE(ValueOf(io.Exists("test.db-wal")));
  a.pager().EndRead();
  a.BeginWrite();
  EXPECT_EQ(a.pager().page_count(), 1u);
  EXPECT_EQ(a.pager().header().user_version, 0u);
  a.Commit();
}

// ---- Hot journals ----

std::vector<std::byte> MakeJournal(PageNumber initial_page_count, uint32_t record_count,
                                   const std::map<PageNumber, std::vector<std::byte>>& pages) {
  std::vector<std::byte> journal(512);
  EncodeJournalHeader({.record_count = record_count,
                       .nonce = 77,
                       .initial_page_count = initial_page_count,
                       .sector_size = 512,
                       .page_size = 512},
                      journal);
  for (const auto& [number, bytes] : pages) {
    std::byte field[4];
    StoreBig(field, number);
    journal.insert(journal.end(), field, field + 4);
    journal.insert(journal.end(), bytes.begin(), bytes.end());
    StoreBig(field, JournalChecksum(77, bytes));
    journal.insert(journal.end(), field, field + 4);
  }
  return journal;
}

TEST(RecoveryTest, CutsAHalfMadeDatabaseBackToNothing) {
  ForEachYieldPlan([](Io& io) {
    WriteFile(io, "test.db", std::vector<std::byte>(300, std::byte{1}));
    WriteFile(io, "test.db-journal", MakeJournal(0, 0, {}));
    TestConnection a(io);
    a.BeginRead();
    EXPECT_EQ(a.pager().page_count(), 0u);
    EXPECT_FALSE(ValueOf(io.Exists("test.db-journal")));
    a.pager().EndRead();
    a.BeginWrite();
    a.Add(1);
    a.Commit();
  });
}

TEST(RecoveryTest, PlaysAHotJournalBack) {
  std::vector<std::byte> database;
  {
    MemoryIo io({.seed = 4});
    TestConnection a(io, {.new_page_size = 512});
    a.BeginWrite();
    for (uint32_t i = 0; i < 5; ++i) a.Add(i);
    a.Commit();
    a.Close();
    database = ReadFile(io, "test.db");
  }
  std::map<PageNumber, std::vector<std::byte>> pages;
  for (PageNumber page = 1; page <= 6; page += 2) {
    const auto at = database.begin() + static_cast<ptrdiff_t>(512 * (page - 1));
    pages[page].assign(at, at + 512);
  }
  ForEachYieldPlan([&](Io& io) {
    std::vector<std::byte> broken = database;
    for (const auto& [page, bytes] : pages) broken[512 * page - 7] = std::byte{0x55};
    broken.resize(broken.size() + 1024, std::byte{3});
    WriteFile(io, "test.db", broken);
    WriteFile(io, "test.db-journal", MakeJournal(6, 3, pages));
    TestConnection a(io);
    a.BeginRead();
    a.pager().EndRead();
    EXPECT_EQ(ReadFile(io, "test.db"), database);
    EXPECT_FALSE(ValueOf(io.Exists("test.db-journal")));
  });
}

TEST(RecoveryTest, StopsAtAJournalRecordThatWasNeverFinished) {
  MemoryIo io({.seed = 5});
  std::vector<std::byte> database;
  {
    TestConnection a(io, {.new_page_size = 512});
    a.BeginWrite();
    for (uint32_t i = 0; i < 5; ++i) a.Add(i);
    a.Commit();
    a.Close();
    database = ReadFile(io, "test.db");
  }
  std::map<PageNumber, std::vector<std::byte>> pages;
  for (PageNumber page = 2; page <= 3; ++page) pages[page].assign(512, std::byte{9});
  std::vector<std::byte> journal = MakeJournal(6, kUnknownRecordCount, pages);
  journal[512 + 520 + 4 + 312] ^= std::byte{1};  // in the second record
  WriteFile(io, "test.db-journal", journal);
  TestConnection a(io);
  a.BeginRead();
  a.pager().EndRead();
  const std::vector<std::byte> after = ReadFile(io, "test.db");
  EXPECT_EQ(after[512], std::byte{9});
  EXPECT_EQ(after[1024], database[1024]);
}

TEST(RecoveryTest, LeavesAJournalAloneThatIsCold) {
  MemoryIo io({.seed = 6});
  {
    TestConnection a(io, {.new_page_size = 512});
    a.BeginWrite();
    a.Add(1);
    a.Commit();
    a.Close();
  }
  const std::vector<std::byte> database = ReadFile(io, "test.db");
  std::vector<std::byte> journal = MakeJournal(0, 0, {});
  journal[0] = std::byte{0};
  WriteFile(io, "test.db-journal", journal);
  TestConnection a(io);
  a.BeginRead();
  EXPECT_EQ(a.pager().page_count(), 2u);
  a.pager().EndRead();
  EXPECT_EQ(ReadFile(io, "test.db"), database);
}

TEST(RecoveryTest, TellsAReaderWhoMayNotWriteOfAHotJournal) {
  MemoryIo io({.seed = 7});
  WriteFile(io, "test.db", std::vector<std::byte>(512, std::byte{1}));
  WriteFile(io, "test.db-journal", MakeJournal(0, 0, {}));
  TestConnection a(io, {.read_only = true});
  EXPECT_EQ(a.TryBeginRead().code(), ResultCode::kReadOnlyRollback);
}

}  // namespace
}  // namespace orrery
