// Goal: sqlite3 finds our files in order, and we find its files in order; both find the same fault
//   in a damaged one.
// Method: files in a temporary directory, written by one engine and checked by the other.

#include <fstream>
#include <string>
#include <vector>

#include "engine/btree/sqlite_file.h"
#include "engine/btree/tree_fixture.h"
#include "engine/io/syscall_io.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

struct Format {
  uint32_t page_size;
  int reserved_size;
};
class BtreeOracleTest : public testing::TestWithParam<Format> {
 protected:
  // An empty WAL database of this format with table t, made by sqlite3.
  std::string MakeDatabase(const std::string& name, const std::string& sql) {
    const std::string path = FreshPath(name + std::to_string(GetParam().page_size) + "_" +
                                       std::to_string(GetParam().reserved_size));
    SqliteFile oracle(path);
    if (GetParam().reserved_size != 0) oracle.SetReservedSize(GetParam().reserved_size);
    oracle.Run("PRAGMA page_size = " + std::to_string(GetParam().page_size) +
               "; PRAGMA journal_mode = wal; CREATE TABLE t(x);" + sql);
    return path;
  }
};

// A record of one blob, as sqlite3 stores a row of one column.
std::string Record(const std::string& blob) {
  std::byte header[10];
  uint32_t size = 1;
  const uint64_t type = blob.size() * 2 + 12;
  std::byte varint[9];
  int varint_size = 0;
  for (uint64_t rest = type;; rest >>= 7) {
    varint[varint_size++] = static_cast<std::byte>(rest & 0x7f);
    if (rest < 0x80) break;
  }
  for (int i = varint_size; i-- > 0;) {
    header[size++] = varint[i] | (i > 0 ? std::byte{0x80} : std::byte{0});
  }
  header[0] = static_cast<std::byte>(size);
  return std::string(AsText(Bytes(header, size))) + blob;
}

// Sqlite3's integrity_check looks at every page, cell, chain and key.
TEST_P(BtreeOracleTest, WritesTreesThatSqliteFindsInOrder) {
  const std::string path = MakeDatabase("ours", "");
  const PageNumber root = SqliteFile(path).Root("t");
  const auto page_size = static_cast<int64_t>(GetParam().page_size);
  Rows rows;
  {
    SyscallIo io;
    TreeFixture tree(io, {.path = path, .root = root});
    ASSERT_EQ(tree.pager().usable_size(), GetParam().page_size - GetParam().reserved_size);
    int64_t size = 1;
    for (int64_t i = 0; i < 400; ++i) {
      const int64_t rowid = i % 2 == 0 ? i : i * 7919 % 100003;
      size = (size * 31 + 17) % (i % 9 == 0 ? page_size * 3 : page_size / 4);
      rows[rowid] = PatternedPayload(static_cast<uint64_t>(i), static_cast<size_t>(size));
      tree.Insert(rowid, Record(rows[rowid]));
      if (i % 3 == 2) {
        const auto victim = std::next(rows.begin(), size % static_cast<int64_t>(rows.size()));
        ASSERT_TRUE(tree.Delete(victim->first));
        rows.erase(victim);
      }
    }
    EXPECT_EQ(tree.Check(), std::vector<std::string>());
    tree.Commit();
    tree.Close();
  }
  SqliteFile oracle(path);
  EXPECT_EQ(oracle.Run("PRAGMA integrity_check"), std::vector<std::string>{"ok"});
  EXPECT_EQ(oracle.Run("SELECT count(*) FROM t"), std::vector{std::to_string(rows.size())});
  std::vector<std::string> expected;
  for (const auto& [rowid, blob] : rows) expected.push_back(std::to_string(rowid) + ":" + blob);
  EXPECT_EQ(oracle.Run("SELECT rowid || ':' || CAST(x AS text) FROM t ORDER BY rowid"), expected);
}

constexpr char kManyTrees[] =
    "CREATE TABLE u(a INTEGER PRIMARY KEY, b TEXT UNIQUE, c);"
    "CREATE INDEX uc ON u(c, b);"
    "CREATE TABLE w(k TEXT PRIMARY KEY, v) WITHOUT ROWID;"
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)"
    "  INSERT INTO u SELECT i * 3, hex(i * 7919) || 'b', zeroblob(i * 37 % 900) FROM n;"
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)"
    "  INSERT INTO w SELECT hex(zeroblob(i * 11 % 300)) || i, zeroblob(i * 29 % 1500) FROM n;"
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)"
    "  INSERT INTO t SELECT zeroblob(i * 101) FROM n;"
    "DELETE FROM u WHERE a % 4 = 0;"
    "DELETE FROM t WHERE rowid BETWEEN 20 AND 60;"
    "DELETE FROM w WHERE length(v) % 3 = 0;";

TEST_P(BtreeOracleTest, FindsTreesThatSqliteWroteInOrder) {
  const std::string path = MakeDatabase("theirs", kManyTrees);
  std::vector<PageNumber> roots;
  PageNumber root = kNoPage;
  std::vector<std::string> rowids;
  {
    SqliteFile oracle(path);
    roots = oracle.Roots();
    root = oracle.Root("u");
    rowids = oracle.Run("SELECT a FROM u ORDER BY a");
  }
  SyscallIo io;
  TreeFixture tree(io, {.path = path, .root = root});
  EXPECT_EQ(tree.Check(roots), std::vector<std::string>());
  EXPECT_EQ(tree.Count(), rowids.size());
  const Rows rows = tree.Scan();
  ASSERT_EQ(rows.size(), rowids.size());
  size_t i = 0;
  for (const auto& [rowid, payload] : rows) EXPECT_EQ(std::to_string(rowid), rowids[i++]);
  // A root that is left out leaves its pages unused; dropping every tree leaves them all free.
  EXPECT_FALSE(tree.Check({1, root}).empty());
  for (const PageNumber other : roots) {
    ClearTree clear;
    clear.Start(tree.btree(), other, /*keep_root=*/other == 1);
    tree.Value([&] { return clear.Resume(); });
  }
  EXPECT_EQ(tree.Check({1}), std::vector<std::string>());
  EXPECT_EQ(tree.pager().header().freelist_page_count + 1, tree.pager().page_count());
}

// The words for the place of a fault changed with sqlite3 3.42, and the oracle may be older: "Tree
// 2 page 3 cell 0: " was "On tree page 3 cell 0: ". What follows the place is compared.
std::string WithoutPlace(const std::string& message) {
  for (const char* const old_words : {" is never used", ": never used"}) {
    if (message.ends_with(old_words)) {
      return message.substr(0, message.size() - std::string_view(old_words).size()) + " not used";
    }
  }
  const size_t colon = message.find(": ");
  return colon == std::string::npos ? message : message.substr(colon + 2);
}

TEST_P(BtreeOracleTest, FindsTheFaultsThatSqliteFinds) {
  const std::string path = MakeDatabase("damaged", kManyTrees);
  std::vector<PageNumber> roots;
  {
    SqliteFile oracle(path);
    roots = oracle.Roots();
    oracle.Run("PRAGMA journal_mode = delete; PRAGMA journal_mode = wal;");
  }
  std::string good;
  {
    std::ifstream file(path, std::ios::binary);
    good.assign(std::istreambuf_iterator<char>(file), {});
  }
  const size_t page_size = GetParam().page_size;
  const size_t page_count = good.size() / page_size;
  int fault_count = 0;
  for (size_t i = 0; i < 60; ++i) {
    // Page 1 is the schema, without which sqlite3 checks nothing.
    size_t page = 1 + i * 7919 % (page_count - 1);
    // Most bytes are in overflow pages, where a change shows least.
    const auto is_tree_page = [&] {
      const auto kind = static_cast<uint8_t>(good[page * page_size]);
      return kind == 2 || kind == 5 || kind == 10 || kind == 13;
    };
    while (i % 4 != 0 && !is_tree_page()) page = page == 1 ? page_count - 1 : page - 1;
    const size_t at = i % 3 == 0 ? i % 12 : i % 3 == 1 ? 8 + i * 2 % 60 : i * 104729 % page_size;
    std::string bad = good;
    bad[page * page_size + at] = static_cast<char>(bad[page * page_size + at] ^ (1 << i % 8));
    const std::string copy = FreshPath("copy");
    std::ofstream(copy, std::ios::binary) << bad;

    std::vector<std::string> ours;
    {
      SyscallIo io;
      TreeFixture tree(io, {.path = copy, .root = 1});
      ours = tree.Check(roots);
      tree.Value([&] { return tree.pager().Rollback(); });
      tree.Close();
    }
    SqliteFile oracle(copy);
    std::vector<std::string> theirs;
    // After the structure sqlite3 reads the rows, which may end in an error.
    std::vector<std::string> rows;
    (void)oracle.Run("PRAGMA integrity_check(1000)", &rows);
    for (const std::string& row : rows) {
      // The structure's faults come in one row of several lines; other rows are about records.
      if (!row.starts_with("*** in database main ***\n")) continue;
      for (size_t start = row.find('\n') + 1; start < row.size();) {
        const size_t end = std::min(row.find('\n', start), row.size());
        theirs.push_back(row.substr(start, end - start));
        start = end + 1;
      }
    }
    fault_count += theirs.empty() ? 0 : 1;
    ASSERT_EQ(ours.empty(), theirs.empty()) << "page " << page + 1 << " byte " << at << ": "
                                            << (ours.empty() ? theirs.front() : ours.front());
    if (theirs.size() > 100) theirs.resize(100);
    for (std::string& message : ours) message = WithoutPlace(message);
    for (std::string& message : theirs) message = WithoutPlace(message);
    EXPECT_EQ(ours, theirs) << "page " << page + 1 << " byte " << at;
  }
  EXPECT_GT(fault_count, 10);
}

INSTANTIATE_TEST_SUITE_P(Formats, BtreeOracleTest,
                         testing::Values(Format{512, 0}, Format{512, 32}, Format{1024, 0},
                                         Format{2048, 0}, Format{4096, 0}, Format{4096, 255},
                                         Format{8192, 0}, Format{16384, 0}, Format{32768, 8},
                                         Format{65536, 0}, Format{65536, 40}),
                         [](const auto& format) {
                           return std::to_string(format.param.page_size) + "less" +
                                  std::to_string(format.param.reserved_size);
                         });

}  // namespace
}  // namespace orrery
