// For tests: a database on an Io with one table tree, in a write transaction, and calls that wait
// until they are done.

#ifndef ORRERY_ENGINE_BTREE_TREE_FIXTURE_H_
#define ORRERY_ENGINE_BTREE_TREE_FIXTURE_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/btree/btree.h"
#include "engine/btree/create_tree.h"
#include "engine/btree/table_cursor.h"
#include "engine/io/io.h"
#include "engine/storage/page_operations.h"
#include "engine/storage/pager.h"
#include "gtest/gtest.h"

namespace orrery {

using Rows = std::map<int64_t, std::string>;

// A payload that tells where it was cut or mixed up.
inline std::string PatternedPayload(uint64_t key, size_t size) {
  std::string payload(size, '\0');
  for (size_t i = 0; i < size; ++i)
    payload[i] = static_cast<char>('!' + (key * 7 + i + i / 64) % 90);
  return payload;
}

struct TreeOptions {
  std::string path = "test.db";
  uint32_t page_size = 512;
  uint32_t cache_page_count = 10;
  bool at_page_one = false;   // the tree is the schema's
  PageNumber root = kNoPage;  // of a tree that is there already
};

class TreeFixture {
 public:
  // Waits for a call; a failure ends the test.
  template <typename Call>
  auto Value(Call call) {
    auto result = RunToEnd(io_, call);
    if (result.failed()) {
      ADD_FAILURE() << result.status().ToString();
      std::abort();
    }
    return *std::move(result);
  }
  // Waits for a call; how it ended.
  template <typename Call>
  Status Outcome(Call call) {
    auto result = RunToEnd(io_, call);
    return result.failed() ? std::move(result).status() : OkStatus();
  }

  explicit TreeFixture(Io& io, const TreeOptions& options = TreeOptions()) : io_(io) {
    Result<std::unique_ptr<Pager>> opened = Pager::Open(
        io, options.path,
        {.new_page_size = options.page_size, .cache_page_count = options.cache_page_count});
    CHECK(opened.ok());
    pager_ = *std::move(opened);
    btree_ = std::make_unique<Btree>(*pager_);
    BeginWrite();
    root_ = options.root;
    if (options.at_page_one) root_ = 1;
    if (root_ == kNoPage) {
      CreateTree create;
      create.Start(*btree_);
      root_ = Value([&] { return create.Resume(); });
    }
    cursor_ = std::make_unique<TableCursor>(*btree_, root_);
  }
  ~TreeFixture() { cursor_.reset(); }

  Io& io() { return io_; }
  Pager& pager() { return *pager_; }
  Btree& btree() { return *btree_; }
  PageNumber root() const { return root_; }
  TableCursor& cursor() { return *cursor_; }

  void BeginWrite() {
    Value([&] { return pager_->BeginRead(); });
    Value([&] { return pager_->BeginWrite(); });
    pager_->BeginStatement();
  }
  void Commit() {
    pager_->EndStatement();
    btree_->InvalidateAll();
    Value([&] { return pager_->Commit(); });
    pager_->EndRead();
  }
  void RollbackStatement() {
    btree_->InvalidateAll();
    Value([&] { return pager_->RollbackStatement(); });
    pager_->BeginStatement();
  }
  void Close() {
    cursor_->Reset();
    Value([&] { return pager_->Close(); });
  }

  void Insert(int64_t rowid, std::string_view payload, bool append = false) {
    Insert(*cursor_, rowid, payload, append);
  }
  void Insert(TableCursor& cursor, int64_t rowid, std::string_view payload, bool append = false) {
    Value([&] { return cursor.Insert(rowid, AsBytes(payload), append); });
  }
  bool Seek(int64_t rowid, SeekMode mode = SeekMode::kEqual) { return Seek(*cursor_, rowid, mode); }
  bool Seek(TableCursor& cursor, int64_t rowid, SeekMode mode = SeekMode::kEqual) {
    return Value([&] { return cursor.Seek(rowid, mode); });
  }
  bool Next(TableCursor& cursor) {
    return Value([&] { return cursor.Next(); });
  }
  bool Previous(TableCursor& cursor) {
    return Value([&] { return cursor.Previous(); });
  }
  void Delete(TableCursor& cursor) {
    Value([&] { return cursor.Delete(); });
  }
  bool Delete(int64_t rowid) {
    if (!Seek(rowid)) return false;
    Delete(*cursor_);
    return true;
  }
  // The row's payload; nothing when the row is gone.
  std::optional<std::string> Payload(TableCursor& cursor) {
    const auto view = Value([&] { return cursor.Payload(UINT64_MAX); });
    if (view.gone) return std::nullopt;
    EXPECT_EQ(view.bytes.size(), view.total_size);
    return std::string(AsText(view.bytes));
  }

  Rows Scan() {
    Rows rows;
    TableCursor cursor(*btree_, root_);
    for (bool more = Value([&] { return cursor.First(); }); more; more = Next(cursor)) {
      EXPECT_TRUE(rows.empty() || rows.rbegin()->first < cursor.rowid());
      rows[cursor.rowid()] = *Payload(cursor);
    }
    return rows;
  }
  Rows ScanBackward() {
    Rows rows;
    TableCursor cursor(*btree_, root_);
    for (bool more = Value([&] { return cursor.Last(); }); more; more = Previous(cursor)) {
      EXPECT_TRUE(rows.empty() || rows.begin()->first > cursor.rowid());
      rows[cursor.rowid()] = *Payload(cursor);
    }
    return rows;
  }
  uint64_t Count() {
    CountRows count;
    count.Start(*btree_, root_);
    return Value([&] { return count.Resume(); });
  }

  // SQLite's messages about the whole file.
  std::vector<std::string> Check() {
    std::vector<PageNumber> roots{1};
    if (root_ != 1 && root_ != kNoPage) roots.push_back(root_);
    return Check(std::move(roots));
  }
  std::vector<std::string> Check(std::vector<PageNumber> roots) {
    CheckIntegrity check;
    check.Start(*btree_, std::move(roots), 100);
    return Value([&] { return check.Resume(); }).messages;
  }
  void ForgetRoot() { root_ = kNoPage; }

  PageRef Page(PageNumber number) {
    static const YieldSite kSite("test.btree.page");
    FetchPage fetch;
    fetch.Start(*pager_, number, kSite);
    return Value([&] { return fetch.Resume(); });
  }
  // The bytes of every page.
  std::string Image() {
    std::string image;
    for (PageNumber number = 1; number <= pager_->page_count(); ++number) {
      image += AsText(Bytes(Page(number).data(), pager_->page_size()));
    }
    return image;
  }

 private:
  Io& io_;
  std::unique_ptr<Pager> pager_;
  std::unique_ptr<Btree> btree_;
  PageNumber root_ = kNoPage;
  std::unique_ptr<TableCursor> cursor_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_BTREE_TREE_FIXTURE_H_
