// An Operation is one read, write, sync, truncate, directory sync or sleep in flight on the
// simulated machine, and OperationQueue holds all of them by when they can take effect:
//
//   timed   will be ready when the clock reaches `due_nanoseconds`
//   ready   may take effect in any step
//   hung    not before kHungNanoseconds have passed or it is released or ended from outside
//
// Operations come from a pool and keep their address; in steady state nothing is allocated.

#ifndef ORRERY_SIM_WORLD_OPERATION_H_
#define ORRERY_SIM_WORLD_OPERATION_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/io/completion.h"

namespace orrery::sim {

class SimFile;
class SimProcess;

// What becomes of an operation, drawn when it first takes effect.
struct Fate {
  bool drawn = false;
  bool fails = false;        // with EIO
  bool loses_pages = false;  // a sync that fails: programs see the older content
  bool lies = false;         // a sync: it does nothing and succeeds
  bool interrupted = false;  // it is tried again, with another fate
  size_t part_end = 0;  // a transfer's first part ends here and the rest comes later; 0: in one
  size_t short_by = 0;  // bytes less than asked
};

// Those that work on a file come first: DiskFile::failures_left() has one count for each.
enum class OperationKind : uint8_t { kRead, kWrite, kSync, kTruncate, kSyncDirectory, kSleep };
inline constexpr size_t kOperationKindCount = static_cast<size_t>(OperationKind::kSleep) + 1;
std::string_view Name(OperationKind kind);  // "read"

struct Operation {
  OperationKind kind = OperationKind::kRead;
  enum class Place : uint8_t { kFree, kTimed, kReady, kHung } place = Place::kFree;
  bool canceled = false;
  SimProcess* process = nullptr;
  SimFile* file = nullptr;  // null for a directory sync or a sleep
  Completion* done = nullptr;
  uint64_t number = 0;  // from 1 in the order of submission, over the whole world
  uint64_t due_nanoseconds = 0;
  uint64_t offset = 0;  // of a transfer; the size for a truncate
  size_t size = 0;      // of a transfer, over all parts
  size_t moved = 0;     // how much of it has taken effect
  Fate fate;
  MutableBytes buffer;       // of a read
  std::vector<Bytes> parts;  // of a write
  uint64_t mark = 0;         // of a sync: what it covers (DiskFile::BeginSync)
  std::string directory;     // of a directory sync
  uint32_t place_index = 0;  // in the ready or hung list
  // For disciplines.h.
  static constexpr uint32_t kNoFiber = UINT32_MAX;
  uint32_t fiber = kNoFiber;  // that submitted it
  uint64_t turn = 0;          // of the world, when it was submitted
  bool cancel_asked = false;  // though it may have been ignored
  bool after_drop = false;    // its fiber has dropped a statement since
};

class OperationQueue {
 public:
  static constexpr uint64_t kHungNanoseconds = 10'000'000'000;

  OperationQueue() = default;
  OperationQueue(const OperationQueue&) = delete;
  OperationQueue& operator=(const OperationQueue&) = delete;

  // A fresh one, in no list yet.
  Operation& Make();
  void AddReady(Operation& operation);
  void AddTimed(Operation& operation, uint64_t due_nanoseconds);
  void AddHung(Operation& operation, uint64_t now_nanoseconds);
  // Out of its list.
  void Remove(Operation& operation);
  // Back into the pool; it is in no list.
  void Free(Operation& operation);

  // Moves what is due at `now` to the ready list.
  void Promote(uint64_t now_nanoseconds);
  // Makes every hung operation ready.
  void ReleaseHung();

  const std::vector<Operation*>& ready() const { return ready_; }
  // Index in ready() of the operation that was submitted first.
  size_t OldestReady() const;
  bool has_timed() const { return !timed_.empty(); }
  bool has_hung() const { return !hung_.empty(); }
  uint64_t next_due_nanoseconds() const { return timed_.front()->due_nanoseconds; }
  size_t in_flight_count() const { return ready_.size() + timed_.size() + hung_.size(); }
  // All in flight that `wanted` is true for, in the order of submission.
  template <typename Wanted>
  std::vector<Operation*> Select(Wanted wanted) const {
    std::vector<Operation*> selected;
    for (const std::vector<Operation*>* list : {&ready_, &timed_, &hung_}) {
      for (Operation* operation : *list) {
        if (wanted(*operation)) selected.push_back(operation);
      }
    }
    SortByNumber(selected);
    return selected;
  }

  static Operation* FromWord(uint64_t backend_word) {
    return reinterpret_cast<Operation*>(static_cast<uintptr_t>(backend_word));
  }

 private:
  static void SortByNumber(std::vector<Operation*>& operations);

  std::deque<Operation> pool_;
  std::vector<Operation*> free_;
  std::vector<Operation*> ready_;
  std::vector<Operation*> timed_;  // a heap, the earliest first
  std::vector<Operation*> hung_;
  uint64_t last_number_ = 0;
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_WORLD_OPERATION_H_
