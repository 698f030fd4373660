// A SleepQueue holds the sleeps in flight of a backend that has no timer of its own, the soonest
// first; of two with the same deadline the older one finishes first.

#ifndef ORRERY_ENGINE_IO_SLEEP_QUEUE_H_
#define ORRERY_ENGINE_IO_SLEEP_QUEUE_H_

#include <cstdint>
#include <limits>
#include <vector>

#include "engine/io/completion.h"

namespace orrery {

// When a sleep that starts at `now` ends. The far future is cut to what every clock can express.
inline uint64_t SleepDeadline(uint64_t now, uint64_t nanoseconds) {
  constexpr uint64_t kFarthest = std::numeric_limits<int64_t>::max();
  return nanoseconds > kFarthest - now ? kFarthest : now + nanoseconds;
}

class SleepQueue {
 public:
  SleepQueue() = default;
  SleepQueue(const SleepQueue&) = delete;
  SleepQueue& operator=(const SleepQueue&) = delete;
  ~SleepQueue();  // sleeps still in flight finish with kAbort

  void Add(uint64_t deadline, Completion& done);
  bool empty() const { return sleeps_.empty(); }
  uint64_t earliest() const { return sleeps_.front().deadline; }
  // Finishes every sleep whose deadline is `now` or before.
  void FinishDue(uint64_t now);
  // False when `done` is none of ours.
  bool Cancel(Completion& done);

 private:
  struct Sleep {
    uint64_t deadline;
    Completion* done;
  };
  std::vector<Sleep> sleeps_;  // sorted by deadline, then by age
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_IO_SLEEP_QUEUE_H_
