// The chains of overflow pages that hold what of a payload does not fit in its cell: read, written
// and freed. One that has failed may hold a page until it is destroyed. Lengths come from the
// payload's size, so a chain that goes in circles ends all the same; one that ends early or leaves
// the file is kCorrupt.

#ifndef ORRERY_ENGINE_BTREE_OVERFLOW_H_
#define ORRERY_ENGINE_BTREE_OVERFLOW_H_

#include <cstdint>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/btree/tree_path.h"
#include "engine/io/resumable.h"
#include "engine/storage/page_operations.h"

namespace orrery {

// As much of a payload as has been read: the local part and whole overflow pages. It belongs to the
// cursor, and a later read goes on from there.
struct PayloadSoFar {
  // The local part of a cell of page `number` that has overflow pages.
  Defect Start(const Pager& pager, const BtreePage& page, const BtreeCell& cell, PageNumber number);
  // What is wrong with next_page, which from_page named; null: it can be read.
  Defect CheckNext(const Pager& pager) const;
  void Append(const PageRef& next, uint32_t usable_size);

  std::vector<std::byte> bytes;
  PageNumber next_page = kNoPage;
  PageNumber from_page = kNoPage;
  uint64_t total_size = 0;
};

// As much of a row's or an entry's payload as was asked for.
struct PayloadView {
  Bytes bytes;
  uint64_t total_size = 0;
  bool gone = false;  // it was deleted under the cursor
};

// Reads on until at least `wanted_size` bytes (at most total_size) are there.
class ReadOverflow final : public Resumable<ReadOverflow> {
 public:
  enum class State : uint8_t { kRead, kArrived };
  static constexpr Edge<State> kEdges[] = {
      {State::kRead, State::kArrived},  // a page was not in the cache
      {State::kArrived, State::kRead},
  };

  explicit ReadOverflow(Pager& pager) : pager_(pager) {}
  // `payload` outlives the operation.
  void Start(PayloadSoFar& payload, uint64_t wanted_size);

 private:
  friend Resumable;
  Next Run(State state);
  Next Read();
  Next Arrived();

  Pager& pager_;
  FetchPage fetch_;
  PayloadSoFar* payload_ = nullptr;
  uint64_t wanted_size_ = 0;
};

// Writes bytes to a new chain; answers its first page.
class WriteOverflow final : public Resumable<WriteOverflow, PageNumber> {
 public:
  enum class State : uint8_t { kAllocate, kFill };
  static constexpr Edge<State> kEdges[] = {
      {State::kAllocate, State::kFill}, {State::kFill, State::kAllocate},  // more to write
  };

  explicit WriteOverflow(Pager& pager) : pager_(pager) {}
  ~WriteOverflow() { Abandon(); }
  // `bytes` is not empty and stays valid until the end.
  void Start(Bytes bytes);

 private:
  friend Resumable;
  Next Run(State state);
  Next Allocate();
  Next Fill();
  void OnAbandon() override { previous_.Release(); }

  Pager& pager_;
  AllocatePage allocate_;
  Bytes left_;
  PageNumber first_ = kNoPage;
  PageRef previous_;
};

// Frees the chain of one cell.
class FreeOverflow final : public Resumable<FreeOverflow> {
 public:
  enum class State : uint8_t { kCollect, kArrived, kFree };
  static constexpr Edge<State> kEdges[] = {
      {State::kCollect, State::kArrived},  // a page was not in the cache
      {State::kArrived, State::kCollect},
      {State::kCollect, State::kFree},
      {State::kFree, State::kFree},
  };

  explicit FreeOverflow(Pager& pager) : pager_(pager) {}
  // `cell` has overflow pages and lies in page `from`. `path` is what the caller has pinned.
  void Start(const BtreeCell& cell, PageNumber from, const TreePath& path);

 private:
  friend Resumable;
  Next Run(State state);
  Next Collect();
  Next Arrived();
  Next Free();
  Status Add(PageNumber from, PageNumber number);

  Pager& pager_;
  FetchPage fetch_;
  FreePage free_;
  const TreePath* path_ = nullptr;
  PageNumber from_ = kNoPage;
  uint32_t page_count_ = 0;        // in the chain
  std::vector<PageNumber> chain_;  // all of it, before any page changes
  size_t freed_count_ = 0;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_BTREE_OVERFLOW_H_
