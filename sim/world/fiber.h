// A Fiber is a call stack of its own that runs until it suspends itself: what a simulated client's
// code runs on, so that ordinary waiting code can be stopped at any wait and another go on.
//
//   fresh --Resume()--> running --Suspend()--> suspended --Resume()--> running ... --> done
//
// All on one thread: Resume() is called from the main stack, returns when the fiber suspends or is
// done, and never nests. A switch costs a few ns. A fiber is destroyed when it is done or was never
// started.

#ifndef ORRERY_SIM_WORLD_FIBER_H_
#define ORRERY_SIM_WORLD_FIBER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace orrery::sim {

// Thrown by SimProcess::ExitIfKilled() in a client's own code and caught where the fiber begins.
// Engine code never throws it nor lets it pass; see SimProcess.
struct ProcessKilled {};

// Stacks with a guard page below, used again and again.
class StackPool {
 public:
  StackPool() = default;
  StackPool(const StackPool&) = delete;
  StackPool& operator=(const StackPool&) = delete;
  ~StackPool();  // no fiber uses one any more

  struct Stack {
    std::byte* bottom;  // lowest usable address
    size_t size;
  };
  Stack Take();
  void GiveBack(Stack stack) { free_.push_back(stack); }

 private:
  std::vector<Stack> free_;
};

class Fiber {
 public:
  // `stacks` outlives us. `body` runs at the first Resume().
  Fiber(StackPool& stacks, uint32_t index, std::string name, std::function<void()> body);
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;
  ~Fiber();

  uint32_t index() const { return index_; }  // from 0, in the order of creation
  const std::string& name() const { return name_; }
  bool fresh() const { return state_ == State::kFresh; }
  bool done() const { return state_ == State::kDone; }

  // From the main stack: runs the fiber until it suspends or is done.
  void Resume();
  // From inside: back to the main stack.
  void Suspend();
  // A fresh fiber's body never runs.
  void Discard();

 private:
  enum class State : uint8_t { kFresh, kRunning, kSuspended, kDone };
  struct Entry;

  void SwitchIn();
  void SwitchOut(bool for_good);
  void Arrive();

  StackPool& stacks_;
  const uint32_t index_;
  const std::string name_;
  std::function<void()> body_;
  State state_ = State::kFresh;
  StackPool::Stack stack_{};
  void* context_ = nullptr;       // of the fiber while it is suspended
  void* main_context_ = nullptr;  // of the main stack while the fiber runs
  // What the sanitizers want to know of a switch.
  [[maybe_unused]] void* fake_stack_ = nullptr;
  [[maybe_unused]] void* main_fake_stack_ = nullptr;
  [[maybe_unused]] const void* main_bottom_ = nullptr;
  [[maybe_unused]] size_t main_size_ = 0;
  [[maybe_unused]] void* tsan_fiber_ = nullptr;
  [[maybe_unused]] void* tsan_main_ = nullptr;
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_WORLD_FIBER_H_
