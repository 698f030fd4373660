// A PageCache keeps the pages of one connection in frames: finds them by number, decides which goes
// when room is needed, and owns their memory. It reads and writes nothing.
//
// Eviction resists scans. A page enters on probation, a first-in first-out queue. Only one that is
// hit again before its turn comes moves to the protected queue, which is a clock of at most three
// quarters of the cache; what falls out of it goes on probation again, and so in time does what is
// hit no more. A scan thus runs through the probation queue and leaves the pages in steady use
// alone.
//
// The limit is soft. A frame that is pinned, dirty or has an operation in flight is not evicted;
// when all are, Take() asks for dirty pages to be spilled, and when that cannot help it allocates
// beyond the limit.
//
// Memory comes in aligned chunks, so that a backend may register it and use direct I/O.

#ifndef ORRERY_ENGINE_STORAGE_PAGE_CACHE_H_
#define ORRERY_ENGINE_STORAGE_PAGE_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/base/check.h"
#include "engine/base/status.h"
#include "engine/format/page_number.h"
#include "engine/storage/frame.h"

namespace orrery {

class Io;

// Told before a page changes for the first time since it was last safe to forget its old bytes.
class EditHook {
 public:
  virtual void PrepareEdit(Frame& frame) = 0;

 protected:
  ~EditHook() = default;
};

class PageCache {
 public:
  PageCache(Io& io, EditHook& hook, uint32_t limit);
  ~PageCache();  // nothing is pinned; waits for what is in flight on a frame
  PageCache(const PageCache&) = delete;
  PageCache& operator=(const PageCache&) = delete;

  void SetLimit(uint32_t page_count);
  // Drops every page when the size differs from before.
  void SetPageSize(uint32_t page_size);
  uint32_t page_size() const { return page_size_; }

  // The frame of a page, in whatever state; null when it has none.
  Frame* Find(PageNumber number) const {
    if (table_.empty()) return nullptr;
    for (size_t i = HomeOf(number);; i = (i + 1) & (table_.size() - 1)) {
      const Slot& slot = table_[i];
      if (slot.number == number) return slot.frame;
      if (slot.number == kNoPage) return nullptr;
    }
  }

  // A frame for a page that has none, in state kLoading and unpinned; its bytes are anything. Null
  // when dirty pages should be spilled first, which is never asked unless `may_spill`.
  Result<Frame*> Take(PageNumber number, bool may_spill);

  // Takes the frame out of the table; its bytes are lost to all but those who have it pinned.
  void Drop(Frame& frame);
  // Drops every frame for which `which(frame)` is true.
  template <typename Predicate>
  void DropIf(Predicate which) {
    ForEach([&](Frame& frame) {
      if (which(frame)) Drop(frame);
    });
  }

  // Every frame in the table, in the order of its memory, which is the same on every run. Dropping
  // the one at hand is allowed.
  template <typename Visit>
  void ForEach(Visit visit) {
    for (const Chunk& chunk : chunks_) {
      for (size_t i = 0; i < chunk.frame_count; ++i) {
        Frame& frame = chunk.frames[i];
        if (frame.state == Frame::State::kLoading || frame.state == Frame::State::kLoaded) {
          visit(frame);
        }
      }
    }
  }

  // True when the next Take() finds neither room nor a clean frame to evict.
  bool must_spill() const;
  // Dirty frames that would be evicted if they were clean, at most `count_max`, first those whose
  // turn it is.
  std::vector<Frame*> SpillCandidates(size_t count_max);

  void Unpin(Frame& frame) {
    CHECK(frame.pin_count > 0);
    if (--frame.pin_count == 0 && frame.state == Frame::State::kDetached) [[unlikely]] {
      Reclaim(frame);
    }
  }

  // A page whose epoch is the cache's needs no preparation. A new epoch begins when a transaction
  // or a statement begins or ends.
  uint64_t edit_epoch() const { return edit_epoch_; }
  void BeginEditEpoch() { ++edit_epoch_; }
  void PrepareEdit(Frame& frame) { hook_.PrepareEdit(frame); }

  uint32_t limit() const { return limit_; }
  // Frames that exist, and frames that hold a page.
  size_t frame_count() const { return frame_count_; }
  size_t page_count() const { return page_count_; }
  size_t pinned_count() const;

 private:
  struct Slot {
    PageNumber number = kNoPage;
    Frame* frame = nullptr;
  };
  struct Chunk {
    std::byte* memory = nullptr;
    size_t memory_size = 0;
    std::unique_ptr<Frame[]> frames;
    size_t frame_count = 0;
  };
  // A list through Frame::next; the head's turn comes first.
  struct FrameQueue {
    Frame* head = nullptr;
    Frame* tail = nullptr;
    size_t size = 0;
  };

  size_t HomeOf(PageNumber number) const {
    return static_cast<size_t>((number * uint64_t{0x9e3779b97f4a7c15}) >> table_shift_);
  }
  bool GrowTable();
  void Insert(PageNumber number, Frame* frame);
  void Erase(PageNumber number);

  Status AddChunk(size_t frame_count);
  void FreeChunk(Chunk& chunk);
  // Makes a detached frame free if nothing holds it any more.
  void Reclaim(Frame& frame);
  void ReclaimDetached();
  Frame* Evict();
  bool CanSpill() const;
  void BalanceQueues();
  // Gives the protected page whose turn it is another round if it was hit, else puts it on
  // probation.
  void AgeProtected();

  FrameQueue& QueueOf(const Frame& frame);
  void PushBack(Frame& frame, Frame::Queue queue);
  void Unlink(Frame& frame);

  Io& io_;
  EditHook& hook_;
  uint32_t limit_;
  uint32_t page_size_ = 0;
  uint64_t edit_epoch_ = 1;

  // Open addressing with linear probing; the size is a power of two, at most half of it in use.
  std::vector<Slot> table_;
  int table_shift_ = 63;
  size_t page_count_ = 0;

  std::vector<Chunk> chunks_;
  std::vector<Chunk> retired_chunks_;  // of another page size, with frames that somebody holds
  size_t frame_count_ = 0;
  std::vector<Frame*> free_;
  std::vector<Frame*> detached_;
  FrameQueue probation_;
  FrameQueue protected_;
  uint32_t eviction_count_ = 0;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_PAGE_CACHE_H_
