// What the waiting idiom costs on the path that does not wait: a cached point read and a cached
// scan through TableCursor (TryPage at every level) beside the same work written by hand for pages
// that are always there. Both look each page up in a hash table by number; the hand-written one has
// no pins, no yield sites, no operations, and trusts the bytes.
//
//   tools/bazel run --config=bench //tools/bench:seek_bench
//
// Read items_per_second: rows a second. The goal is a TableCursor within 20% of the hand-written.

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "benchmark/benchmark.h"
#include "engine/base/bytes.h"
#include "engine/base/varint.h"
#include "engine/btree/btree.h"
#include "engine/btree/create_tree.h"
#include "engine/btree/table_cursor.h"
#include "engine/io/io.h"
#include "engine/io/memory_io.h"
#include "engine/storage/page_operations.h"
#include "engine/storage/pager.h"

namespace orrery {
namespace {

constexpr int64_t kRowCount = 200'000;
constexpr size_t kPayloadSize = 100;

const YieldSite kBenchFetch("bench.fetch");

template <typename T>
T Value(IoResult<T> result) {
  CHECK(result.done());
  return *std::move(result);
}

// Two hundred thousand rows of 100 bytes, all pages in the cache, in one read transaction.
class Table {
 public:
  Table() {
    Result<std::unique_ptr<Pager>> pager =
        Pager::Open(io_, "bench.db", {.cache_page_count = 1 << 20});
    CHECK(pager.ok());
    pager_ = *std::move(pager);
    btree_ = std::make_unique<Btree>(*pager_);
    Run([&] { return pager_->BeginRead(); });
    Run([&] { return pager_->BeginWrite(); });
    pager_->BeginStatement();
    CreateTree create;
    create.Start(*btree_);
    root_ = Value(RunToEnd(io_, [&] { return create.Resume(); }));
    const std::string payload(kPayloadSize, 'p');
    TableCursor cursor(*btree_, root_);
    for (int64_t rowid = 1; rowid <= kRowCount; ++rowid) {
      Run([&] { return cursor.Insert(rowid, AsBytes(payload), /*append=*/true); });
    }
    pager_->EndStatement();
    Run([&] { return pager_->Commit(); });
    Run([&] { return pager_->BeginRead(); });
    for (PageNumber number = 1; number <= pager_->page_count(); ++number) {
      FetchPage fetch;
      fetch.Start(*pager_, number, kBenchFetch);
      const PageRef page = Value(RunToEnd(io_, [&] { return fetch.Resume(); }));
      pages_.emplace_back(page.data(), page.data() + pager_->page_size());
    }
  }

  Btree& btree() { return *btree_; }
  PageNumber root() const { return root_; }
  const std::vector<std::vector<std::byte>>& pages() const { return pages_; }

 private:
  template <typename Call>
  void Run(Call call) {
    CHECK(RunToEnd(io_, call).done());
  }

  MemoryIo io_;
  std::unique_ptr<Pager> pager_;
  std::unique_ptr<Btree> btree_;
  PageNumber root_ = kNoPage;
  std::vector<std::vector<std::byte>> pages_;  // page 1 first
};

Table& TheTable() {
  static Table table;
  return table;
}

// The same tree, read as one would by hand if every page were always in memory.
class HandWritten {
 public:
  HandWritten(const std::vector<std::vector<std::byte>>& pages, PageNumber root) : root_(root) {
    size_t slot_count = 1;
    while (slot_count < 2 * pages.size()) slot_count *= 2;
    slots_.resize(slot_count);
    for (size_t i = 0; i < pages.size(); ++i) {
      size_t slot = Hash(static_cast<PageNumber>(i + 1));
      while (slots_[slot].number != kNoPage) slot = (slot + 1) & (slots_.size() - 1);
      slots_[slot] = {static_cast<PageNumber>(i + 1), pages[i].data()};
    }
  }

  const std::byte* Page(PageNumber number) const {
    size_t slot = Hash(number);
    while (slots_[slot].number != number) slot = (slot + 1) & (slots_.size() - 1);
    return slots_[slot].bytes;
  }

  // The payload of a row that is there.
  Bytes Seek(int64_t rowid) const {
    PageNumber number = root_;
    while (true) {
      const std::byte* const page = Page(number);
      const std::byte* const header = number == 1 ? page + 100 : page;
      const int cell_count = LoadBig<uint16_t>(header + 3);
      const bool leaf = header[0] == std::byte{13};
      const std::byte* const pointers = header + (leaf ? 8 : 12);
      int low = 0;
      int high = cell_count;
      while (low < high) {
        const int middle = (low + high) / 2;
        if (Key(page + LoadBig<uint16_t>(pointers + 2 * middle), leaf) < rowid) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      if (leaf) return Payload(page + LoadBig<uint16_t>(pointers + 2 * low));
      number = low == cell_count ? LoadBig<uint32_t>(header + 8)
                                 : LoadBig<uint32_t>(page + LoadBig<uint16_t>(pointers + 2 * low));
    }
  }

  template <typename Row>
  void Scan(PageNumber number, const Row& row) const {
    const std::byte* const page = Page(number);
    const std::byte* const header = number == 1 ? page + 100 : page;
    const int cell_count = LoadBig<uint16_t>(header + 3);
    const bool leaf = header[0] == std::byte{13};
    const std::byte* const pointers = header + (leaf ? 8 : 12);
    for (int i = 0; i < cell_count; ++i) {
      const std::byte* const cell = page + LoadBig<uint16_t>(pointers + 2 * i);
      if (leaf) {
        row(Payload(cell));
      } else {
        Scan(LoadBig<uint32_t>(cell), row);
      }
    }
    if (!leaf) Scan(LoadBig<uint32_t>(header + 8), row);
  }

 private:
  struct Slot {
    PageNumber number = kNoPage;
    const std::byte* bytes = nullptr;
  };

  size_t Hash(PageNumber number) const { return number * 0x9e3779b1u & (slots_.size() - 1); }
  static int64_t Key(const std::byte* cell, bool leaf) {
    uint64_t value = 0;
    cell += leaf ? DecodeVarint(cell, cell + 9, &value) : 4;
    DecodeVarint(cell, cell + 9, &value);
    return static_cast<int64_t>(value);
  }
  static Bytes Payload(const std::byte* cell) {
    uint64_t size = 0;
    uint64_t rowid = 0;
    cell += DecodeVarint(cell, cell + 9, &size);
    cell += DecodeVarint(cell, cell + 9, &rowid);
    return {cell, size};
  }

  PageNumber root_;
  std::vector<Slot> slots_;
};

// The same pseudo-random rowids for both.
class Rowids {
 public:
  int64_t Next() {
    state_ = state_ * 6364136223846793005 + 1442695040888963407;
    return static_cast<int64_t>((state_ >> 33) % kRowCount) + 1;
  }

 private:
  uint64_t state_ = 1;
};

uint64_t Look(Bytes payload) { return payload.size() + static_cast<uint64_t>(payload[0]); }

void PointReadHandWritten(benchmark::State& state) {
  const HandWritten tree(TheTable().pages(), TheTable().root());
  Rowids rowids;
  for (auto _ : state) benchmark::DoNotOptimize(Look(tree.Seek(rowids.Next())));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(PointReadHandWritten);

void PointReadTableCursor(benchmark::State& state) {
  TableCursor cursor(TheTable().btree(), TheTable().root());
  Rowids rowids;
  for (auto _ : state) {
    CHECK(Value(cursor.Seek(rowids.Next(), SeekMode::kEqual)));
    benchmark::DoNotOptimize(Look(Value(cursor.Payload(kPayloadSize)).bytes));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(PointReadTableCursor);

void ScanHandWritten(benchmark::State& state) {
  const HandWritten tree(TheTable().pages(), TheTable().root());
  for (auto _ : state) {
    uint64_t sum = 0;
    tree.Scan(TheTable().root(), [&sum](Bytes payload) { sum += Look(payload); });
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(state.iterations() * kRowCount);
}
BENCHMARK(ScanHandWritten);

void ScanTableCursor(benchmark::State& state) {
  TableCursor cursor(TheTable().btree(), TheTable().root());
  for (auto _ : state) {
    uint64_t sum = 0;
    for (bool on_row = Value(cursor.First()); on_row; on_row = Value(cursor.Next())) {
      sum += Look(Value(cursor.Payload(kPayloadSize)).bytes);
    }
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(state.iterations() * kRowCount);
}
BENCHMARK(ScanTableCursor);

}  // namespace
}  // namespace orrery
