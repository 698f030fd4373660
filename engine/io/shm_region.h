// A ShmRegion is a stretch of memory shared by the processes that use one WAL database, 32 KiB of
// the "-shm" file. It is reached only through Load, Store, Sweep and Barrier, never through a
// pointer, so that a simulator sees every access and can switch connections or kill a process
// between any two.
// In production an access is one relaxed atomic instruction.
//
// Values are in the machine's own byte order, as SQLite's WAL index has them
// (https://www.sqlite.org/walformat.html#the_wal_index_file_format).

#ifndef ORRERY_ENGINE_IO_SHM_REGION_H_
#define ORRERY_ENGINE_IO_SHM_REGION_H_

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>

#include "engine/base/check.h"

namespace orrery {

// Told of each access before it happens: to which byte of the region, and whether it stores a word.
// See IoObserver.
class ShmObserver {
 public:
  virtual void OnShmAccess(size_t offset, bool stores) = 0;

 protected:
  ~ShmObserver() = default;
};

class ShmRegion {
 public:
  ShmRegion() = default;
  // `memory` is aligned to 8 and outlives the region; `observer` may be null.
  ShmRegion(std::byte* memory, size_t size, ShmObserver* observer)
      : memory_(memory), size_(size), observer_(observer) {}

  bool mapped() const { return memory_ != nullptr; }
  size_t size() const { return size_; }

  // `offset` is in bytes and a multiple of sizeof(T). T is uint16_t or uint32_t.
  template <std::unsigned_integral T>
  T Load(size_t offset) const {
    return Word<T>(offset, false).load(std::memory_order_relaxed);
  }
  template <std::unsigned_integral T>
  void Store(size_t offset, T value) {
    Word<T>(offset, true).store(value, std::memory_order_relaxed);
  }
  // Goes through the words in [begin, end), in order, and stores what `change(offset, word)` makes
  // of those it changes. For long stretches: a simulator is told of each line of 64 bytes, not of
  // each word.
  template <std::unsigned_integral T, typename Change>
  void Sweep(size_t begin, size_t end, Change change) {
    constexpr size_t kLineSize = 64;
    CHECK(begin % sizeof(T) == 0 && end % sizeof(T) == 0 && end <= size_);
    for (size_t at = begin; at < end; at += sizeof(T)) {
      if (observer_ != nullptr && (at == begin || at % kLineSize == 0)) [[unlikely]] {
        observer_->OnShmAccess(at, false);
      }
      const std::atomic_ref<T> word(*reinterpret_cast<T*>(memory_ + at));
      const T before = word.load(std::memory_order_relaxed);
      const T after = change(at, before);
      if (after != before) word.store(after, std::memory_order_relaxed);
    }
  }
  // Orders every access before it before every access after it, for all processors.
  void Barrier() {
    if (observer_ != nullptr) [[unlikely]]
      observer_->OnShmAccess(0, false);
    std::atomic_thread_fence(std::memory_order_seq_cst);
  }

 private:
  template <typename T>
  std::atomic_ref<T> Word(size_t offset, bool stores) const {
    CHECK(offset % sizeof(T) == 0 && offset + sizeof(T) <= size_);
    if (observer_ != nullptr) [[unlikely]]
      observer_->OnShmAccess(offset, stores);
    return std::atomic_ref<T>(*reinterpret_cast<T*>(memory_ + offset));
  }

  std::byte* memory_ = nullptr;
  size_t size_ = 0;
  ShmObserver* observer_ = nullptr;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_IO_SHM_REGION_H_
