// A Schedule is the policy of who goes next. The scheduler asks it once a step, among all that can
// happen, and once after each preemption for how long the next fiber runs undisturbed.
//
// RandomSchedule is the one for everyday runs. Other policies (bounded depth, exhaustive) are other
// subclasses; nothing else need change.

#ifndef ORRERY_SIM_WORLD_SCHEDULE_H_
#define ORRERY_SIM_WORLD_SCHEDULE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/choices/choices.h"
#include "sim/world/fiber.h"

namespace orrery::sim {

class Schedule {
 public:
  virtual ~Schedule() = default;

  enum class Kind : uint8_t {
    kFiber,      // resume runnable fiber number `index`
    kOperation,  // let an operation that is ready take effect; the world says which
    kTime,       // let time pass to the next operation that will be ready
  };
  struct Step {
    Kind kind;
    size_t index = 0;
  };
  // When the next operation will be ready: never, since none is in flight that time brings; within
  // a millisecond, as a device answers; later, as who sleeps wakes up.
  enum class NextDue : uint8_t { kNever, kSoon, kLater };
  // `runnable` is in the order of creation. At least one of the three is possible.
  virtual Step Next(std::span<Fiber* const> runnable, size_t ready_count, NextDue next_due) = 0;

  // How many preemption points the running fiber passes before it is switched away, the switching
  // one included; UINT64_MAX for never.
  virtual uint64_t PreemptAfter() = 0;
  // Where what is left of the last answer is counted down.
  virtual void SetCountdown(uint64_t* /*left*/) {}
};

// Each run draws its own habits: whether fibers or operations are favoured, whether one fiber is
// starved, whether a fiber runs on as long as it can, and how often fibers are preempted (never to
// every second point). So some runs look like a busy machine, some like a stalled disk. In some a
// preempted fiber stalls, as one does that an operating system has put aside: for up to thousands
// of steps all others go on, and find it between two steps of a protocol when whole transactions
// are over.
class RandomSchedule final : public Schedule {
 public:
  explicit RandomSchedule(Choices choices);

  Step Next(std::span<Fiber* const> runnable, size_t ready_count, NextDue next_due) override;
  uint64_t PreemptAfter() override;
  void SetCountdown(uint64_t* left) override {
    if (preempt_mean_ > 0) choices_.SetCountdown(left);
  }

 private:
  Step Pick(std::span<Fiber* const> runnable, size_t ready_count, NextDue next_due);
  size_t PickFiber(std::span<Fiber* const> runnable);

  Choices choices_;
  Choices stall_choices_;
  uint32_t fiber_first_ppm_;  // when both are possible, how often a fiber goes first
  uint32_t stay_ppm_;         // how often the fiber that ran last goes on
  uint32_t starve_ppm_;       // how often the starved fiber is passed over
  uint64_t starved_;          // its index modulo 8
  uint64_t preempt_mean_;     // 0: never
  uint32_t stall_ppm_;        // how often a preempted fiber stalls
  uint64_t stall_mean_;       // for so many steps
  uint32_t last_ = 0;         // the fiber that ran last
  bool started_ = false;
  uint32_t stalled_ = 0;      // the fiber that is
  uint64_t stall_left_ = 0;   // for so many steps; 0: none is
  std::vector<Fiber*> able_;  // all others
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_WORLD_SCHEDULE_H_
