// For tests: a database on an Io with one index tree, in a write transaction, and calls that wait
// until they are done. An entry has two or three values; the first two are its key.

#ifndef ORRERY_ENGINE_BTREE_INDEX_FIXTURE_H_
#define ORRERY_ENGINE_BTREE_INDEX_FIXTURE_H_

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/btree/index_cursor.h"
#include "engine/btree/tree_fixture.h"
#include "engine/format/key_order.h"
#include "engine/format/record.h"
#include "engine/value/compare.h"
#include "engine/value/value.h"

namespace orrery {

using IndexKey = std::vector<Value>;

// The order that an index must agree with, written without records.
struct IndexKeyLess {
  const KeyOrder* order;
  bool operator()(const IndexKey& a, const IndexKey& b) const { return Sign(a, b) < 0; }
  // Of as many values as both have.
  int Sign(const IndexKey& a, const IndexKey& b) const {
    for (size_t i = 0; i < std::min({a.size(), b.size(), order->size()}); ++i) {
      const std::weak_ordering compared = Compare(a[i], b[i], *(*order)[i].collation);
      if (compared != 0) return (compared < 0) != (*order)[i].is_descending ? -1 : 1;
    }
    return 0;
  }
};

// Keys, each with the rest of its entry.
using Entries = std::map<IndexKey, std::string, IndexKeyLess>;

inline std::vector<std::byte> EntryRecord(const IndexKey& key, const std::string& rest) {
  IndexKey values = key;
  if (!rest.empty()) values.push_back(Value::Text(rest));
  std::vector<std::byte> record;
  CHECK(EncodeRecord(values, record).ok());
  return record;
}

class IndexFixture : public TreeFixture {
 public:
  // With `options.root` the tree is there already.
  IndexFixture(Io& io, TreeOptions options, KeyOrder order)
      : TreeFixture(io, AtPageOne(options)), order_(std::move(order)), index_root_(options.root) {
    if (index_root_ == kNoPage) {
      CreateTree create;
      create.Start(btree(), TreeKind::kIndex);
      index_root_ = Value([&] { return create.Resume(); });
    }
    index_.emplace(btree(), index_root_, order_);
  }
  explicit IndexFixture(Io& io) : IndexFixture(io, TreeOptions(), KeyOrder(2)) {}

  const KeyOrder& order() const { return order_; }
  PageNumber index_root() const { return index_root_; }
  IndexCursor& index() { return *index_; }
  Entries NoEntries() const { return Entries(IndexKeyLess{&order_}); }

  void InsertEntry(const IndexKey& key, const std::string& rest, bool append = false) {
    InsertEntry(*index_, key, rest, append);
  }
  void InsertEntry(IndexCursor& cursor, const IndexKey& key, const std::string& rest,
                   bool append = false) {
    const std::vector<std::byte> record = EntryRecord(key, rest);
    Value([&] { return cursor.Insert(record, append); });
  }
  bool SeekKey(IndexCursor& cursor, const IndexKey& key, SeekMode mode = SeekMode::kEqual) {
    return Value([&] { return cursor.Seek(key, mode); });
  }
  bool Step(IndexCursor& cursor, bool forward) {
    return Value([&] { return forward ? cursor.Next() : cursor.Previous(); });
  }
  bool DeleteKey(const IndexKey& key) {
    if (!SeekKey(*index_, key)) return false;
    Value([&] { return index_->Delete(); });
    return true;
  }
  // The entry's key and rest; nothing when it is gone.
  std::optional<std::pair<IndexKey, std::string>> Entry(IndexCursor& cursor) {
    const PayloadView view = Value([&] { return cursor.Payload(UINT64_MAX); });
    if (view.gone) return std::nullopt;
    EXPECT_EQ(view.bytes.size(), view.total_size);
    Result<std::vector<orrery::Value>> decoded = DecodeRecord(view.bytes);
    CHECK(decoded.ok());
    for (orrery::Value& value : *decoded) value.MakeOwned();
    std::string rest;
    if (decoded->size() == 3) {
      rest = (*decoded)[2].text();
      decoded->pop_back();
    }
    return std::pair(*decoded, rest);
  }

  // All entries in the order of the tree, which must be that of the keys.
  Entries ScanIndex(bool forward) {
    Entries entries = NoEntries();
    IndexCursor cursor(btree(), index_root_, order_);
    std::optional<IndexKey> previous;
    for (bool more = Value([&] { return forward ? cursor.First() : cursor.Last(); }); more;
         more = Step(cursor, forward)) {
      auto [key, rest] = *Entry(cursor);
      if (previous) {
        EXPECT_EQ(IndexKeyLess{&order_}.Sign(*previous, key), forward ? -1 : 1);
      }
      previous = key;
      entries[key] = rest;
    }
    return entries;
  }
  uint64_t CountEntries() {
    CountRows count;
    count.Start(btree(), index_root_);
    return Value([&] { return count.Resume(); });
  }
  std::vector<std::string> CheckAll() { return Check({1, index_root_}); }

 private:
  static TreeOptions AtPageOne(TreeOptions options) {
    options.root = kNoPage;
    options.at_page_one = true;
    return options;
  }

  const KeyOrder order_;
  PageNumber index_root_ = kNoPage;
  std::optional<IndexCursor> index_;
};

// Both have the same keys, bit for bit, with the same rests.
inline bool SameEntries(const Entries& a, const Entries& b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](const auto& left, const auto& right) {
           return left.second == right.second &&
                  std::equal(left.first.begin(), left.first.end(), right.first.begin(),
                             right.first.end(), Identical);
         });
}

}  // namespace orrery

#endif  // ORRERY_ENGINE_BTREE_INDEX_FIXTURE_H_
