// The page operations that may wait. Each belongs to its caller and may be abandoned at any wait: a
// page read goes on and lands in the cache, and nothing else has been changed yet.
//
// AllocatePage and FreePage change pages only in their last step, all at once, when every page they
// need is there.

#ifndef ORRERY_ENGINE_STORAGE_PAGE_OPERATIONS_H_
#define ORRERY_ENGINE_STORAGE_PAGE_OPERATIONS_H_

#include "engine/io/resumable.h"
#include "engine/storage/page_ref.h"
#include "engine/storage/pager.h"

namespace orrery {

struct PagerCore;

// Pins a page, reading it from the WAL or the database file when it is not in the cache. Waits at
// least once when TryPage answered empty because a simulator said so. A number outside
// [1, page_count()] and the lock page are kCorrupt and named in the message.
class FetchPage final : public Resumable<FetchPage, PageRef> {
 public:
  enum class State : uint8_t { kLook, kLanded, kWaited };
  static constexpr Edge<State> kEdges[] = {
      {State::kLook, State::kLook},      // dirty pages are being spilled to make room
      {State::kLook, State::kLanded},    // a read has finished
      {State::kLanded, State::kLanded},  // it was short
      {State::kLook, State::kWaited},    // a simulator wanted a wait
      {State::kLanded, State::kWaited},
  };
  ~FetchPage() { Abandon(); }
  void Start(Pager& pager, PageNumber number, const YieldSite& site);
  void Start(PagerCore& core, PageNumber number, const YieldSite& site);

 private:
  friend Resumable;
  Next Run(State state);
  Next Look();
  Next Landed();
  Next Waited();
  Next Deliver();
  void OnAbandon() override;

  PagerCore* core_ = nullptr;
  PageNumber number_ = kNoPage;
  bool must_wait_ = false;
  PageRef pin_;
};

// Takes a page from the freelist or extends the database. Its bytes are all zero and it is already
// edited. Needs a write transaction.
class AllocatePage final : public Resumable<AllocatePage, PageRef> {
 public:
  enum class State : uint8_t { kBegin, kTrunk, kTakeLeaf, kLeafRead, kExtend, kCutRead };
  static constexpr Edge<State> kEdges[] = {
      {State::kBegin, State::kTrunk},        // the first trunk page arrived
      {State::kBegin, State::kExtend},       // nothing is free
      {State::kTrunk, State::kTakeLeaf},     // the trunk names a free page
      {State::kTakeLeaf, State::kTakeLeaf},  // dirty pages are being spilled to make room
      {State::kTakeLeaf, State::kLeafRead},  // the page's old bytes are to be kept
      {State::kLeafRead, State::kTakeLeaf},  // the page is being spilled
      {State::kExtend, State::kExtend},      // likewise, or the page is for a pointer map
      {State::kExtend, State::kCutRead},     // the page was cut off in this transaction
      {State::kCutRead, State::kExtend},     // and was for a pointer map
      {State::kBegin, State::kBegin},        // a simulator wanted a wait
  };
  ~AllocatePage() { Abandon(); }
  void Start(Pager& pager);

 private:
  friend Resumable;
  Next Run(State state);
  Next BeginWork();
  Next LookAtTrunk();
  Next TakeLeaf();
  Next ReadLeaf();
  Next DeliverLeaf(PageRef page);
  Next Refuse(Status status);
  Next Extend();
  Next ReadCut();
  Next DeliverNew(PageRef page);
  bool MayBeWantedBack(PageNumber number) const;
  void OnAbandon() override;
  // A frame for a page whose content does not matter, all zero and edited; empty while room is
  // made, then `wait` says for what.
  Result<PageRef> TakeBlank(PageNumber number, Completion** wait);

  PagerCore* core_ = nullptr;
  bool has_waited_ = false;
  FetchPage fetch_;
  PageRef trunk_;
  PageNumber leaf_ = kNoPage;
  PageNumber count_before_ = 0;  // of pages, while one that was cut off is read
};

// Puts a page on the freelist. Nobody else has it pinned or refers to it.
class FreePage final : public Resumable<FreePage> {
 public:
  enum class State : uint8_t { kBegin, kTrunk, kPage };
  static constexpr Edge<State> kEdges[] = {
      {State::kBegin, State::kBegin},  // a simulator wanted a wait
      {State::kBegin, State::kTrunk},  // the first trunk page arrived
      {State::kBegin, State::kPage},   // the page itself arrived, to become the first trunk
      {State::kTrunk, State::kPage},   // the first trunk is full
  };
  ~FreePage() { Abandon(); }
  void Start(Pager& pager, PageNumber number);

 private:
  friend Resumable;
  Next Run(State state);
  Next BeginWork();
  Next AddToTrunk();
  Next BecomeTrunk();
  void OnAbandon() override;

  PagerCore* core_ = nullptr;
  bool has_waited_ = false;
  PageNumber number_ = kNoPage;
  FetchPage fetch_;
  PageRef trunk_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_PAGE_OPERATIONS_H_
