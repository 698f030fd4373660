// Goal: a damaged file gives an error that names it, or pages; never a crash, a hang or memory
// without bound. What sqlite3 refuses we refuse, with the same class of error.
// Method: every byte of the first 200 of a small file changed, the file cut at every length,
// garbage in its place; lists of free pages that lead astray.

#include <filesystem>
#include <string>
#include <vector>

#include "engine/format/freelist_trunk.h"
#include "engine/io/memory_io.h"
#include "engine/io/syscall_io.h"
#include "engine/storage/testing/connection.h"
#include "gtest/gtest.h"
#include "sqlite3_oracle.h"

namespace orrery {
namespace {

class DamageTest : public testing::Test {
 protected:
  DamageTest() {
    std::filesystem::remove_all(directory_);
    CHECK(std::filesystem::create_directory(directory_));
  }
  ~DamageTest() override { std::filesystem::remove_all(directory_); }

  // The primary code that each engine gives for a first look at the file.
  int Ours(Bytes bytes) {
    WriteFile(io_, path_, bytes);
    TestConnection a(io_, {}, path_);
    Status status = a.TryBeginRead();
    for (PageNumber page = 1; status.ok() && page <= a.pager().page_count(); ++page) {
      status = a.TryGet(page);
    }
    return static_cast<int>(status.primary());
  }
  int Sqlites(Bytes bytes) {
    for (const char* suffix : {"-wal", "-shm", "-journal"}) {
      std::filesystem::remove(path_ + suffix);
    }
    WriteFile(io_, path_, bytes);
    sqlite3* db = nullptr;
    CHECK(sqlite3_open(path_.c_str(), &db) == SQLITE_OK);
    // user_version is read without the schema.
    const int code = sqlite3_exec(db, "PRAGMA user_version", nullptr, nullptr, nullptr);
    sqlite3_close(db);
    for (const char* suffix : {"-wal", "-shm", "-journal"}) {
      std::filesystem::remove(path_ + suffix);
    }
    return code & 0xff;
  }
  // A database of three pages of 512 bytes in the given mode.
  std::vector<std::byte> Small(const char* mode) {
    std::filesystem::remove(path_);
    sqlite3* db = nullptr;
    CHECK(sqlite3_open(path_.c_str(), &db) == SQLITE_OK);
    const std::string sql = std::string("PRAGMA page_size=512; PRAGMA journal_mode=") + mode +
                            "; CREATE TABLE t(a); CREATE TABLE u(a);";
    CHECK(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(db);
    return ReadFile(io_, path_);
  }

  const std::string directory_ = testing::TempDir() + "orrery_storage_damage_test";
  const std::string path_ = directory_ + "/test.db";
  SyscallIo io_;
};

TEST_F(DamageTest, IsMetAsSqlite3MeetsIt) {
  for (const char* mode : {"delete", "wal"}) {
    const std::vector<std::byte> good = Small(mode);
    ASSERT_EQ(good.size(), 1536u);
    for (size_t at = 0; at < 200; ++at) {
      for (const int flip : {0x01, 0x80, 0xff}) {
        std::vector<std::byte> bytes = good;
        bytes[at] ^= static_cast<std::byte>(flip);
        EXPECT_EQ(Ours(bytes), Sqlites(bytes))
            << mode << " byte " << at << " is " << static_cast<int>(bytes[at]);
      }
    }
  }
}

TEST_F(DamageTest, IsMetAsSqlite3MeetsItInAFileCutAnywhere) {
  const std::vector<std::byte> good = Small("delete");
  for (size_t size = 0; size <= good.size(); size += size < 1000 ? 1 : 67) {
    const Bytes bytes = Bytes(good).first(size);
    EXPECT_EQ(Ours(bytes), Sqlites(bytes)) << size;
  }
}

TEST_F(DamageTest, OrGarbageIsNoDatabase) {
  for (const size_t size : {2u, 100u, 511u, 512u, 100000u}) {
    const std::vector<std::byte> bytes(size, std::byte{0x5a});
    EXPECT_EQ(Ours(bytes), SQLITE_NOTADB);
    EXPECT_EQ(Sqlites(bytes), SQLITE_NOTADB);
  }
}

// ---- The freelist ----

// Seven pages of 512 bytes, of which `trunk` is the freelist's first; the test fills it.
template <typename Fill>
std::vector<ResultCode> AllocateFrom(PageNumber trunk, uint32_t free_count, Fill fill) {
  MemoryIo io({.seed = 1});
  TestConnection a(io, {.new_page_size = 512});
  a.BeginWrite();
  for (uint32_t i = 0; i < 6; ++i) a.Add(i);
  a.Commit();
  a.Close();
  std::vector<std::byte> bytes = ReadFile(io, "test.db");
  DatabaseHeader header = *DecodeDatabaseHeader(bytes);
  header.first_freelist_trunk = trunk;
  header.freelist_page_count = free_count;
  EncodeDatabaseHeader(header, bytes);
  if (trunk >= 1 && trunk <= 7) fill(bytes.data() + 512 * (trunk - 1));
  WriteFile(io, "test.db", bytes);
  TestConnection b(io);
  b.BeginWrite();
  std::vector<ResultCode> codes;
  for (int i = 0; i < 10; ++i) {
    AllocatePage allocate;
    allocate.Start(b.pager());
    const Status status = b.Try([&] { return allocate.Resume(); });
    codes.push_back(status.code());
    if (!status.ok()) break;
  }
  b.Rollback();
  return codes;
}

TEST(FreelistDamageTest, EndsInAnError) {
  const auto nothing = [](std::byte*) {};
  const auto ends_corrupt = [](const std::vector<ResultCode>& codes) {
    return codes.back() == ResultCode::kCorrupt;
  };
  EXPECT_TRUE(ends_corrupt(AllocateFrom(8, 1, nothing)));           // beyond the end
  EXPECT_TRUE(ends_corrupt(AllocateFrom(0, 1, nothing)));           // nowhere
  EXPECT_TRUE(ends_corrupt(AllocateFrom(3, 0xffffffff, nothing)));  // more than there are
  EXPECT_TRUE(ends_corrupt(AllocateFrom(3, 2, [](std::byte* page) {
    SetNextTrunk(page, 0);  // ends early
    SetTrunkLeafCount(page, 0);
  })));
  EXPECT_TRUE(ends_corrupt(AllocateFrom(3, 1, [](std::byte* page) {
    SetNextTrunk(page, 4);  // goes on too long
    SetTrunkLeafCount(page, 0);
  })));
  EXPECT_TRUE(ends_corrupt(AllocateFrom(3, 3, [](std::byte* page) {
    SetTrunkLeafCount(page, 127);  // one more than has room
  })));
  for (const PageNumber leaf : {0u, 1u, 3u, 8u, 0xffffffffu}) {
    EXPECT_TRUE(ends_corrupt(AllocateFrom(3, 2, [&](std::byte* page) {
      SetNextTrunk(page, 0);
      SetTrunkLeafCount(page, 1);
      SetTrunkLeaf(page, 0, leaf);
    }))) << leaf;
  }
  EXPECT_TRUE(ends_corrupt(AllocateFrom(3, 6, [](std::byte* page) {
    SetNextTrunk(page, 3);  // leads to itself
    SetTrunkLeafCount(page, 0);
  })));
}

}  // namespace
}  // namespace orrery
