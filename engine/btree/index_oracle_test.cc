// Goal: sqlite3 finds our indexes in order and in step with their tables, we walk its indexes in
//   its order, and trees here are as full as there.
// Method: files in a temporary directory, written by one engine and read by the other; the same
//   inserts and deletes in both, and the pages each needs for them.

#include <string>
#include <vector>

#include "engine/btree/index_fixture.h"
#include "engine/btree/sqlite_file.h"
#include "engine/io/syscall_io.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

struct Format {
  uint32_t page_size;
  int reserved_size;
};
class IndexOracleTest : public testing::TestWithParam<Format> {
 protected:
  // A WAL database of this format, made by sqlite3.
  std::string MakeDatabase(const std::string& name, const std::string& sql) {
    const std::string path = FreshPath("index_" + name + std::to_string(GetParam().page_size) +
                                       "_" + std::to_string(GetParam().reserved_size));
    SqliteFile oracle(path);
    if (GetParam().reserved_size != 0) oracle.SetReservedSize(GetParam().reserved_size);
    oracle.Run("PRAGMA page_size = " + std::to_string(GetParam().page_size) +
               "; PRAGMA journal_mode = wal;" + sql);
    return path;
  }
};

constexpr char kTable[] = "CREATE TABLE t(a, b); CREATE INDEX i ON t(a COLLATE NOCASE DESC, b);";
const KeyOrder kOrder = {{.collation = &kNoCaseCollation, .is_descending = true}, {}, {}};

// Row `number` of a load; texts in both cases, numbers, and now and then a NULL or a large text.
std::vector<Value> RowOf(int64_t number, size_t page_size) {
  if (number < 0) number = -number;
  if (number % 11 == 0) return {Value::Null(), Value::Real(static_cast<double>(number) / 2)};
  if (number % 5 == 0) return {Value::Integer(number % 50), Value::Integer(number)};
  const size_t size = number % 17 == 0 ? page_size * 2 : static_cast<size_t>(number) * 7919 % 60;
  std::string text = number % 2 == 0 ? "Key" : "kEY";
  text += PatternedPayload(static_cast<uint64_t>(number % 40), size);
  return {Value::Text(text), Value::Integer(number % 3)};
}

TEST_P(IndexOracleTest, WritesIndexesThatSqliteFindsInOrder) {
  const std::string path = MakeDatabase("ours", kTable);
  PageNumber table_root = kNoPage;
  PageNumber index_root = kNoPage;
  {
    SqliteFile oracle(path);
    table_root = oracle.Root("t");
    index_root = oracle.Root("i");
  }
  std::vector<int64_t> rowids;
  {
    SyscallIo io;
    IndexFixture tree(io, {.path = path, .root = index_root}, kOrder);
    TableCursor table(tree.btree(), table_root);
    const auto key_of = [&](int64_t rowid) {
      IndexKey key = RowOf(rowid, GetParam().page_size);
      key.push_back(Value::Integer(rowid));
      return key;
    };
    for (int64_t i = 0; i < 500; ++i) {
      const int64_t rowid = i % 3 == 0 ? -i : i * 7919 % 100003;
      const std::vector<std::byte> row = EntryRecord(RowOf(rowid, GetParam().page_size), "");
      tree.Value([&] { return table.Insert(rowid, row, false); });
      tree.InsertEntry(key_of(rowid), "");
      rowids.push_back(rowid);
      if (i % 3 == 2) {
        const size_t at = static_cast<size_t>(i) * 31 % rowids.size();
        const int64_t victim = rowids[at];
        std::erase(rowids, victim);
        ASSERT_TRUE(tree.Seek(table, victim));
        tree.Delete(table);
        ASSERT_TRUE(tree.DeleteKey(key_of(victim)));
      }
    }
    EXPECT_EQ(tree.Check({1, table_root, index_root}), std::vector<std::string>());
    table.Reset();
    tree.Commit();
    tree.index().Reset();
    tree.Close();
  }
  SqliteFile oracle(path);
  EXPECT_EQ(oracle.Run("PRAGMA integrity_check"), std::vector<std::string>{"ok"});
  EXPECT_EQ(oracle.Run("SELECT count(*) FROM t"), std::vector{std::to_string(rowids.size())});
}

TEST_P(IndexOracleTest, WalksIndexesThatSqliteWroteInItsOrder) {
  const std::string path = MakeDatabase(
      "theirs",
      std::string(kTable) +
          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600)"
          "  INSERT INTO t SELECT CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN i % 20 / 2.0"
          "    WHEN 2 THEN 'Text' || hex(zeroblob(i * 7919 % 500)) ELSE 'tEXT' || i % 9 END, i % 7"
          "  FROM n;"
          "DELETE FROM t WHERE rowid % 5 = 0;");
  PageNumber index_root = kNoPage;
  std::vector<std::string> expected;
  {
    SqliteFile oracle(path);
    index_root = oracle.Root("i");
    expected = oracle.Run("SELECT rowid FROM t ORDER BY a COLLATE NOCASE DESC, b, rowid");
  }
  SyscallIo io;
  IndexFixture tree(io, {.path = path, .root = index_root}, kOrder);
  EXPECT_EQ(tree.CountEntries(), expected.size());
  for (const bool forward : {true, false}) {
    std::vector<std::string> found;
    IndexCursor& cursor = tree.index();
    for (bool more = tree.Value([&] { return forward ? cursor.First() : cursor.Last(); }); more;
         more = tree.Step(cursor, forward)) {
      const PayloadView view = tree.Value([&] { return cursor.Payload(UINT64_MAX); });
      IndexKey key;
      ASSERT_EQ(DecodeKey(view.bytes, 3, key), nullptr);
      found.push_back(std::to_string(key[2].integer()));
      for (Value& value : key) value.MakeOwned();
      IndexCursor other(tree.btree(), index_root, kOrder);
      EXPECT_TRUE(tree.SeekKey(other, key));
    }
    if (!forward) std::reverse(found.begin(), found.end());
    EXPECT_EQ(found, expected);
  }
}

// The pages that hold content, after the same entries went in and out in the same order.
TEST_P(IndexOracleTest, KeepsTreesAsFullAsSqliteDoes) {
  if (GetParam().page_size > 8192) GTEST_SKIP() << "a few pages would be compared";
  struct Load {
    const char* name;
    int64_t (*key_of)(int64_t);
    bool deletes;
  };
  const auto ascending = [](int64_t i) { return i; };
  const auto descending = [](int64_t i) { return -i; };
  const auto random = [](int64_t i) { return i * 7919 % 1000003; };
  for (const Load& load :
       {Load{"ascending", ascending, false}, Load{"descending", descending, false},
        Load{"random", random, false}, Load{"shrinking", random, true}}) {
    SCOPED_TRACE(load.name);
    const int64_t entry_count = 40 * GetParam().page_size / 16;
    const std::string pad(40, 'x');
    const std::string theirs = MakeDatabase(
        std::string("full_") + load.name, "CREATE TABLE t(a, b, PRIMARY KEY(a, b)) WITHOUT ROWID;");
    const std::string ours = MakeDatabase(std::string("full_ours_") + load.name,
                                          "CREATE TABLE t(a, b, PRIMARY KEY(a, b)) WITHOUT ROWID;");
    int64_t their_count = 0;
    {
      SqliteFile oracle(theirs);
      std::string sql = "BEGIN;";
      for (int64_t i = 0; i < entry_count; ++i) {
        sql += "INSERT INTO t VALUES(" + std::to_string(load.key_of(i)) + ",'" + pad + "');";
      }
      if (load.deletes) {
        for (int64_t i = 0; i < entry_count; ++i) {
          if (i % 4 != 0) sql += "DELETE FROM t WHERE a = " + std::to_string(load.key_of(i)) + ";";
        }
      }
      oracle.Run(sql + "COMMIT;");
      their_count = std::stoll(oracle.Run("PRAGMA page_count").at(0)) -
                    std::stoll(oracle.Run("PRAGMA freelist_count").at(0));
    }
    const PageNumber root = SqliteFile(ours).Root("t");
    int64_t our_count = 0;
    {
      SyscallIo io;
      IndexFixture tree(io, {.path = ours, .cache_page_count = 1000, .root = root}, KeyOrder(2));
      for (int64_t i = 0; i < entry_count; ++i) {
        tree.InsertEntry({Value::Integer(load.key_of(i)), Value::Text(pad)}, "");
      }
      if (load.deletes) {
        for (int64_t i = 0; i < entry_count; ++i) {
          if (i % 4 != 0) {
            ASSERT_TRUE(tree.DeleteKey({Value::Integer(load.key_of(i)), Value::Text(pad)}));
          }
        }
      }
      our_count =
          int64_t{tree.pager().page_count()} - int64_t{tree.pager().header().freelist_page_count};
      tree.Commit();
      tree.Close();
    }
    EXPECT_EQ(SqliteFile(ours).Run("PRAGMA integrity_check"), std::vector<std::string>{"ok"});
    // Within 5%, and a page for the rounding.
    EXPECT_LE(our_count * 20, their_count * 21 + 20) << our_count << " and " << their_count;
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, IndexOracleTest,
                         testing::Values(Format{512, 0}, Format{512, 32}, Format{1024, 0},
                                         Format{4096, 0}, Format{4096, 255}, Format{8192, 0},
                                         Format{32768, 8}, Format{65536, 0}, Format{65536, 40}),
                         [](const auto& format) {
                           return std::to_string(format.param.page_size) + "less" +
                                  std::to_string(format.param.reserved_size);
                         });

}  // namespace
}  // namespace orrery
