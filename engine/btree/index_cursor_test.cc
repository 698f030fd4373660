// Goal: an index tree is a sorted map of keys, through any mix of changes, at every page size, in
//   any order of columns, whoever else reads it.
// Method: random changes and reads against std::map, with a cache of ten pages; the tree's own
//   integrity check after each run.

#include "engine/btree/index_cursor.h"

#include "engine/btree/index_fixture.h"
#include "engine/io/memory_io.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace orrery {
namespace {

struct Workload {
  uint32_t page_size = 512;
  int64_t key_range = 300;
  size_t key_size_max = 30;
  size_t rest_size_max = 0;
  int shape = 0;  // 0: keys at random, 1: ascending, 2: descending
  KeyOrder order;
};

Workload ArbitraryWorkload() {
  Workload workload;
  workload.page_size = *rc::gen::element(512u, 1024u, 2048u, 4096u, 8192u, 16384u, 32768u, 65536u);
  workload.key_range = *rc::gen::element<int64_t>(40, 300, int64_t{1} << 40);
  workload.key_size_max = *rc::gen::element<size_t>(30, workload.page_size / 4, workload.page_size,
                                                    size_t{3} * workload.page_size);
  workload.rest_size_max = *rc::gen::element<size_t>(0, 50, size_t{2} * workload.page_size);
  workload.shape = *rc::gen::inRange(0, 3);
  for (int i = 0; i < 2; ++i) {
    workload.order.push_back(
        {.collation = *rc::gen::element(&kBinaryCollation, &kNoCaseCollation, &kRtrimCollation),
         .is_descending = *rc::gen::element(false, true)});
  }
  return workload;
}

// Where a search must end.
Entries::const_iterator Expected(const Entries& entries, const IndexKey& key, SeekMode mode) {
  const IndexKeyLess less = entries.key_comp();
  // The first entry that is not below the key, and the first above: a key may be a prefix.
  auto low = entries.begin();
  while (low != entries.end() && less.Sign(low->first, key) < 0) ++low;
  auto high = low;
  while (high != entries.end() && less.Sign(high->first, key) == 0) ++high;
  switch (mode) {
    case SeekMode::kEqual:
      return low == high ? entries.end() : low;
    case SeekMode::kGreaterOrEqual:
      return low;
    case SeekMode::kGreater:
      return high;
    case SeekMode::kLess:
      return low == entries.begin() ? entries.end() : std::prev(low);
    case SeekMode::kLessOrEqual:
      return high == entries.begin() ? entries.end() : std::prev(high);
  }
  return entries.end();
}

class ModelRun {
 public:
  ModelRun(Io& io, const Workload& workload)
      : workload_(workload),
        tree_(io, {.page_size = workload.page_size}, workload.order),
        entries_(tree_.NoEntries()),
        other_(tree_.btree(), tree_.index_root(), tree_.order()) {}

  void Run(int step_count) {
    for (int i = 0; i < step_count; ++i) {
      const int dice = *rc::gen::inRange(0, 20);
      // Growth and shrinking take turns, so that merges go all the way up.
      const bool grows = i / 100 % 3 != 2;
      if (dice < 10) {
        grows ? InsertOne() : DeleteOne();
      } else if (dice < 12) {
        grows ? DeleteOne() : InsertOne();
      } else if (dice < 15) {
        SeekOne();
      } else if (dice < 18) {
        StepOther();
      } else if (dice == 18) {
        ReplaceOne();
      } else {
        CommitOne();
      }
    }
  }

  void CheckAll() {
    RC_ASSERT(tree_.CheckAll() == std::vector<std::string>());
    RC_ASSERT(SameEntries(tree_.ScanIndex(/*forward=*/true), entries_));
    RC_ASSERT(SameEntries(tree_.ScanIndex(/*forward=*/false), entries_));
    RC_ASSERT(tree_.CountEntries() == entries_.size());
  }

  void DeleteAllAndCheck() {
    while (!entries_.empty()) DeleteOne();
    RC_ASSERT(tree_.CheckAll() == std::vector<std::string>());
    RC_ASSERT(tree_.pager().header().freelist_page_count + 2 == tree_.pager().page_count());
  }

 private:
  IndexKey ArbitraryKey() {
    const auto number = *rc::gen::inRange<int64_t>(0, workload_.key_range);
    return MakeKey(number, *rc::gen::inRange(0, 3));
  }
  // Numbers or texts with cases and blanks that a collation may not tell apart. The bytes beyond
  // the first few tell where a key was cut or mixed up; its size follows from its number.
  IndexKey MakeKey(int64_t number, int64_t second) {
    if (number % 5 == 0) return {Value::Integer(number), Value::Integer(second)};
    std::string text = number % 2 == 0 ? "key" : "KEY";
    text += std::to_string(number / 2);
    // Most are small, so that an interior entry is replaced by one that does not fit there.
    const size_t size_max = number % 4 == 0 ? workload_.key_size_max : 8;
    const size_t size = static_cast<size_t>(number * 7919) % (size_max + 1);
    text += PatternedPayload(static_cast<uint64_t>(number), size);
    if (number % 3 == 0) text += "  ";
    return {Value::Text(text), Value::Integer(second)};
  }
  IndexKey ExistingKey() {
    auto at = entries_.lower_bound(ArbitraryKey());
    if (at == entries_.end()) at = entries_.begin();
    return at->first;
  }

  void Insert(const IndexKey& key) {
    const size_t size = *rc::gen::inRange<size_t>(0, workload_.rest_size_max + 1);
    const std::string rest = PatternedPayload(static_cast<uint64_t>(++insert_count_), size);
    tree_.InsertEntry(key, rest, /*append=*/workload_.shape == 1);
    entries_.erase(key);  // an equal key may have other bytes
    entries_[key] = rest;
    CheckPlace(tree_.index(), true, entries_.find(key));
  }
  void InsertOne() {
    switch (workload_.shape) {
      case 0:
        return Insert(ArbitraryKey());
      case 1:
        return Insert({Value::Integer(++insert_count_), Value::Integer(0)});
      default:
        return Insert({Value::Integer(-++insert_count_), Value::Integer(0)});
    }
  }
  void ReplaceOne() {
    if (!entries_.empty()) Insert(ExistingKey());
  }
  void DeleteOne() {
    if (entries_.empty()) return;
    const IndexKey key = ExistingKey();
    RC_ASSERT(tree_.DeleteKey(key));
    entries_.erase(key);
    RC_ASSERT(!tree_.index().on_entry());
    const bool forward = *rc::gen::element(false, true);
    CheckPlace(tree_.index(), tree_.Step(tree_.index(), forward),
               Expected(entries_, key, forward ? SeekMode::kGreater : SeekMode::kLess));
  }
  void SeekOne() {
    IndexKey key = ArbitraryKey();
    if (*rc::gen::inRange(0, 3) == 0) key.pop_back();
    const auto mode = static_cast<SeekMode>(*rc::gen::inRange(0, 5));
    IndexCursor& cursor = *rc::gen::element(false, true) ? other_ : tree_.index();
    CheckPlace(cursor, tree_.SeekKey(cursor, key, mode), Expected(entries_, key, mode));
  }
  // The second cursor goes on from its entry, whatever happened to it meanwhile.
  void StepOther() {
    if (!other_.on_entry() || !other_key_) return;
    const IndexKey key = *other_key_;
    if (*rc::gen::element(false, true)) {
      const auto entry = entries_.find(key);
      const auto found = tree_.Entry(other_);
      RC_ASSERT(found.has_value() == (entry != entries_.end()));
      if (found) RC_ASSERT(found->second == entry->second);
    }
    const bool forward = *rc::gen::element(false, true);
    CheckPlace(other_, tree_.Step(other_, forward),
               Expected(entries_, key, forward ? SeekMode::kGreater : SeekMode::kLess));
  }
  void CommitOne() {
    tree_.Commit();
    tree_.BeginWrite();
  }
  void CheckPlace(IndexCursor& cursor, bool moved, Entries::const_iterator expected) {
    RC_ASSERT(moved == (expected != entries_.end()));
    RC_ASSERT(cursor.on_entry() == moved);
    if (&cursor == &other_) other_key_.reset();
    if (!moved) return;
    const auto found = tree_.Entry(cursor);
    RC_ASSERT(found.has_value());
    for (size_t i = 0; i < 2; ++i) RC_ASSERT(Identical(found->first[i], expected->first[i]));
    RC_ASSERT(found->second == expected->second);
    if (&cursor == &other_) other_key_ = expected->first;
  }

  const Workload workload_;
  IndexFixture tree_;
  Entries entries_;
  IndexCursor other_;
  std::optional<IndexKey> other_key_;
  int64_t insert_count_ = 0;
};

RC_GTEST_PROP(IndexCursorTest, IsASortedMap, ()) {
  MemoryIo io({.seed = 1});
  ModelRun run(io, ArbitraryWorkload());
  run.Run(*rc::gen::inRange(0, 700));
  run.CheckAll();
  run.DeleteAllAndCheck();
}

TEST(IndexCursorTest, FindsNoEntryInADatabaseThatNobodyHasWrittenTo) {
  MemoryIo io({.seed = 1});
  std::unique_ptr<Pager> pager = std::move(*Pager::Open(io, "new.db", PagerOptions()));
  ASSERT_TRUE(RunToEnd(io, [&] { return pager->BeginRead(); }).done());
  Btree btree(*pager);
  const KeyOrder order(1);
  IndexCursor cursor(btree, 2, order);
  EXPECT_FALSE(*cursor.First());
  EXPECT_FALSE(*cursor.Last());
  EXPECT_FALSE(*cursor.Seek(IndexKey{Value::Null()}, SeekMode::kGreaterOrEqual));
  EXPECT_FALSE(*cursor.Next());
}

TEST(IndexCursorTest, RefusesATableTree) {
  MemoryIo io({.seed = 1});
  TreeFixture tree(io);
  tree.Insert(1, "x");
  const KeyOrder order(1);
  IndexCursor cursor(tree.btree(), tree.root(), order);
  EXPECT_EQ(tree.Outcome([&] { return cursor.First(); }).message(),
            "page 2 of test.db: not a page of an index");
}

// Of a key that goes on in overflow pages, or of a comparison with one, no more is read than tells.
TEST(IndexCursorTest, GivesTheKeyColumnsWithoutReadingWhatFollowsThem) {
  MemoryIo io({.seed = 1});
  IndexFixture tree(io);
  const IndexKey key = {Value::Text("a"), Value::Integer(7)};
  const std::string rest = PatternedPayload(1, 5000);
  tree.InsertEntry(key, rest);
  ASSERT_TRUE(tree.SeekKey(tree.index(), {Value::Text("a")}));
  const PayloadView head = tree.Value([&] { return tree.index().Payload(10); });
  EXPECT_GT(head.total_size, 5000u);
  EXPECT_GE(head.bytes.size(), 10u);
  EXPECT_LT(head.bytes.size(), 512u);
  const PayloadView more = tree.Value([&] { return tree.index().Payload(1000); });
  EXPECT_GE(more.bytes.size(), 1000u);
  EXPECT_LT(more.bytes.size(), 2000u);
  EXPECT_EQ(tree.Entry(tree.index())->second, rest);
}

// Entries that come in order leave full pages behind, as sqlite3's do.
TEST(IndexCursorTest, FillsPagesWhenEntriesComeInOrder) {
  MemoryIo io({.seed = 1});
  IndexFixture tree(io, {.page_size = 4096}, KeyOrder(2));
  for (int64_t i = 1; i <= 4000; ++i) {
    tree.InsertEntry({Value::Integer(i * 100000), Value::Integer(i)}, "", /*append=*/true);
  }
  EXPECT_EQ(tree.CheckAll(), std::vector<std::string>());
  // An entry takes 12 bytes with its pointer.
  EXPECT_LE(tree.pager().page_count(), 2 + 4000 * 12 / 4000 + 2);
}

TEST(IndexCursorTest, ReleasesItsPagesWhenReset) {
  MemoryIo io({.seed = 1});
  IndexFixture tree(io);
  for (int64_t i = 1; i <= 100; ++i) {
    tree.InsertEntry({Value::Text(PatternedPayload(1, 300)), Value::Integer(i)}, "");
  }
  ASSERT_TRUE(tree.SeekKey(tree.index(), {Value::Text(PatternedPayload(1, 300))}));
  tree.index().Reset();
  EXPECT_FALSE(tree.index().on_entry());
  tree.Commit();  // which refuses nothing, and leaves one page pinned at most: page 1
}

}  // namespace
}  // namespace orrery
