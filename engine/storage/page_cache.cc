#include "engine/storage/page_cache.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <new>

#include "engine/io/io.h"

namespace orrery {
namespace {

constexpr size_t kAlignment = 4096;
constexpr size_t kFirstChunkFrameCount = 16;
constexpr size_t kBeyondLimitFrameCount = 16;
constexpr uint32_t kLimitMin = 10;
// One protected page is looked at for each so many evictions: a scan of a few times the cache
// leaves the protected pages alone, pages of yesterday's work go in the end.
constexpr uint32_t kEvictionsPerAging = 8;

bool IsEvictable(const Frame& frame) {
  return frame.pin_count == 0 && !frame.writing && !frame.completion.in_flight();
}

}  // namespace

PageCache::PageCache(Io& io, EditHook& hook, uint32_t limit)
    : io_(io), hook_(hook), limit_(std::max(limit, kLimitMin)) {}

PageCache::~PageCache() {
  for (std::vector<Chunk>* list : {&chunks_, &retired_chunks_}) {
    for (Chunk& chunk : *list) FreeChunk(chunk);
  }
}

void PageCache::SetLimit(uint32_t page_count) { limit_ = std::max(page_count, kLimitMin); }

void PageCache::SetPageSize(uint32_t page_size) {
  if (page_size == page_size_) return;
  DropIf([](const Frame&) { return true; });
  ReclaimDetached();
  free_.clear();
  detached_.clear();
  for (Chunk& chunk : chunks_) {
    const bool is_held = std::any_of(chunk.frames.get(), chunk.frames.get() + chunk.frame_count,
                                     [](const Frame& f) { return f.state != Frame::State::kFree; });
    if (is_held) {
      retired_chunks_.push_back(std::move(chunk));
    } else {
      FreeChunk(chunk);
    }
  }
  chunks_.clear();
  frame_count_ = 0;
  page_size_ = page_size;
}

Result<Frame*> PageCache::Take(PageNumber number, bool may_spill) {
  CHECK(page_size_ != 0 && number != kNoPage && Find(number) == nullptr);
  if (free_.empty()) ReclaimDetached();
  if (free_.empty() && frame_count_ < limit_) {
    const size_t wanted = std::max(kFirstChunkFrameCount, frame_count_);
    // What cannot be had may still be evicted.
    if (!AddChunk(std::min(wanted, limit_ - frame_count_)).ok() && frame_count_ == 0) {
      return Status(ResultCode::kNoMemory);
    }
  }
  Frame* frame = nullptr;
  // A cache that grew beyond its limit goes back to it as pages can be evicted.
  if (free_.empty() || page_count_ >= limit_) frame = Evict();
  if (frame == nullptr && page_count_ >= limit_ && may_spill && CanSpill()) return nullptr;
  if (frame == nullptr) {
    if (page_count_ >= limit_) io_.Reached(Probe::kCacheBeyondLimit);
    if (free_.empty()) RETURN_IF_ERROR(AddChunk(kBeyondLimitFrameCount));
    frame = free_.back();
    free_.pop_back();
  }
  if ((page_count_ + 1) * 2 > table_.size() && !GrowTable()) {
    free_.push_back(frame);
    return Status(ResultCode::kNoMemory);
  }
  frame->number = number;
  frame->state = Frame::State::kLoading;
  frame->referenced = false;
  frame->dirty = false;
  frame->changed_while_writing = false;
  frame->edit_epoch = 0;
  frame->kept_epoch = 0;
  frame->wal_frame = 0;
  frame->loaded_size = 0;
  frame->proof.reset();
  frame->failure = OkStatus();
  Insert(number, frame);
  PushBack(*frame, Frame::Queue::kProbation);
  return frame;
}

void PageCache::Drop(Frame& frame) {
  CHECK(frame.state == Frame::State::kLoading || frame.state == Frame::State::kLoaded);
  Erase(frame.number);
  Unlink(frame);
  frame.state = Frame::State::kDetached;
  frame.dirty = false;
  frame.edit_epoch = 0;
  detached_.push_back(&frame);
  Reclaim(frame);
}

void PageCache::Reclaim(Frame& frame) {
  if (!IsEvictable(frame)) return;
  std::erase(detached_, &frame);
  frame.state = Frame::State::kFree;
  frame.number = kNoPage;
  free_.push_back(&frame);
}

void PageCache::ReclaimDetached() {
  const std::vector<Frame*> detached = detached_;
  for (Frame* frame : detached) Reclaim(*frame);
}

size_t PageCache::pinned_count() const {
  size_t count = 0;
  for (const Chunk& chunk : chunks_) {
    for (size_t i = 0; i < chunk.frame_count; ++i) count += chunk.frames[i].pin_count > 0;
  }
  return count;
}

// ---- Eviction ----

Frame* PageCache::Evict() {
  BalanceQueues();
  if (++eviction_count_ % kEvictionsPerAging == 0 && protected_.size > 0) AgeProtected();
  // Every frame gets its turn at most once in each queue.
  for (size_t turns = probation_.size + protected_.size; turns > 0; --turns) {
    Frame* const frame = probation_.head != nullptr ? probation_.head : protected_.head;
    if (frame == nullptr) return nullptr;
    Unlink(*frame);
    if (frame->referenced) {
      frame->referenced = false;
      PushBack(*frame, Frame::Queue::kProtected);
      BalanceQueues();
    } else if (frame->dirty || !IsEvictable(*frame)) {
      PushBack(*frame, Frame::Queue::kProbation);
    } else {
      Erase(frame->number);
      frame->state = Frame::State::kFree;
      frame->number = kNoPage;
      return frame;
    }
  }
  // All that is on probation is held or dirty. A protected page may be clean all the same.
  for (Frame* frame = protected_.head; frame != nullptr; frame = frame->next) {
    if (frame->dirty || !IsEvictable(*frame)) continue;
    Unlink(*frame);
    Erase(frame->number);
    frame->state = Frame::State::kFree;
    frame->number = kNoPage;
    return frame;
  }
  return nullptr;
}

void PageCache::BalanceQueues() {
  const size_t protected_max = limit_ - limit_ / 4;
  // Each turn clears a mark or shortens the queue.
  while (protected_.size > protected_max) AgeProtected();
}

void PageCache::AgeProtected() {
  Frame& frame = *protected_.head;
  Unlink(frame);
  const bool stays = std::exchange(frame.referenced, false);
  PushBack(frame, stays ? Frame::Queue::kProtected : Frame::Queue::kProbation);
}

bool PageCache::must_spill() const {
  if (page_count_ < limit_) return false;
  for (const FrameQueue* queue : {&probation_, &protected_}) {
    for (const Frame* frame = queue->head; frame != nullptr; frame = frame->next) {
      if (!frame->dirty && IsEvictable(*frame)) return false;
    }
  }
  return true;
}

// Or is spilling: room is on its way then, and it is worth waiting for.
bool PageCache::CanSpill() const {
  for (const FrameQueue* queue : {&probation_, &protected_}) {
    for (const Frame* frame = queue->head; frame != nullptr; frame = frame->next) {
      if (frame->dirty && (frame->writing || IsEvictable(*frame))) return true;
    }
  }
  return false;
}

std::vector<Frame*> PageCache::SpillCandidates(size_t count_max) {
  std::vector<Frame*> found;
  for (const FrameQueue* queue : {&probation_, &protected_}) {
    for (Frame* frame = queue->head; frame != nullptr; frame = frame->next) {
      if (found.size() == count_max) return found;
      if (frame->dirty && IsEvictable(*frame)) found.push_back(frame);
    }
  }
  return found;
}

PageCache::FrameQueue& PageCache::QueueOf(const Frame& frame) {
  CHECK(frame.queue != Frame::Queue::kNone);
  return frame.queue == Frame::Queue::kProbation ? probation_ : protected_;
}

void PageCache::PushBack(Frame& frame, Frame::Queue queue) {
  CHECK(frame.queue == Frame::Queue::kNone);
  frame.queue = queue;
  FrameQueue& list = QueueOf(frame);
  frame.previous = list.tail;
  frame.next = nullptr;
  (list.tail != nullptr ? list.tail->next : list.head) = &frame;
  list.tail = &frame;
  ++list.size;
}

void PageCache::Unlink(Frame& frame) {
  FrameQueue& list = QueueOf(frame);
  (frame.previous != nullptr ? frame.previous->next : list.head) = frame.next;
  (frame.next != nullptr ? frame.next->previous : list.tail) = frame.previous;
  frame.next = frame.previous = nullptr;
  frame.queue = Frame::Queue::kNone;
  --list.size;
}

// ---- The table ----

bool PageCache::GrowTable() {
  const size_t size = std::max<size_t>(64, table_.size() * 2);
  std::vector<Slot> old = std::exchange(table_, std::vector<Slot>(size));
  table_shift_ = 64 - std::countr_zero(size);
  for (const Slot& slot : old) {
    if (slot.number == kNoPage) continue;
    --page_count_;
    Insert(slot.number, slot.frame);
  }
  return true;
}

void PageCache::Insert(PageNumber number, Frame* frame) {
  size_t i = HomeOf(number);
  while (table_[i].number != kNoPage) i = (i + 1) & (table_.size() - 1);
  table_[i] = {number, frame};
  ++page_count_;
}

void PageCache::Erase(PageNumber number) {
  const size_t mask = table_.size() - 1;
  size_t hole = HomeOf(number);
  while (table_[hole].number != number) hole = (hole + 1) & mask;
  // Slots behind the hole move up unless that would put them before their home.
  for (size_t i = (hole + 1) & mask; table_[i].number != kNoPage; i = (i + 1) & mask) {
    const size_t home = HomeOf(table_[i].number);
    if (((i - home) & mask) < ((i - hole) & mask)) continue;
    table_[hole] = table_[i];
    hole = i;
  }
  table_[hole] = Slot();
  --page_count_;
}

// ---- Memory ----

Status PageCache::AddChunk(size_t frame_count) {
  if (!io_.MayAllocate(Allocation::kCacheFrames)) return Status(ResultCode::kNoMemory);
  Chunk chunk;
  const size_t size = frame_count * page_size_;
  chunk.memory_size = (size + kAlignment - 1) / kAlignment * kAlignment;
  chunk.memory = static_cast<std::byte*>(std::aligned_alloc(kAlignment, chunk.memory_size));
  if (chunk.memory == nullptr) return Status(ResultCode::kNoMemory);
  chunk.frames.reset(new (std::nothrow) Frame[frame_count]);
  if (chunk.frames == nullptr) {
    std::free(chunk.memory);
    return Status(ResultCode::kNoMemory);
  }
  chunk.frame_count = frame_count;
  free_.reserve(free_.size() + frame_count);
  for (size_t i = frame_count; i-- > 0;) {
    Frame& frame = chunk.frames[i];
    frame.data = chunk.memory + i * page_size_;
    frame.cache = this;
    free_.push_back(&frame);
  }
  io_.RegisterBuffers({chunk.memory, chunk.memory_size});
  frame_count_ += frame_count;
  chunks_.push_back(std::move(chunk));
  return OkStatus();
}

void PageCache::FreeChunk(Chunk& chunk) {
  for (size_t i = 0; i < chunk.frame_count; ++i) {
    Frame& frame = chunk.frames[i];
    CHECK(frame.pin_count == 0);
    if (!frame.completion.in_flight()) continue;
    io_.Cancel(frame.completion);
    (void)WaitFor(io_, frame.completion);
  }
  io_.UnregisterBuffers({chunk.memory, chunk.memory_size});
  std::free(chunk.memory);
  chunk.frames.reset();
}

}  // namespace orrery
