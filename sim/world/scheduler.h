// The Scheduler runs a simulated world one step at a time. A step resumes one fiber, or lets one
// operation that is in flight take effect, or lets time pass; a Schedule says which.
//
// A fiber gives way at two kinds of scheduling point. A wait (Io::Poll) suspends it until an
// operation of its process has finished. A preemption point (each lock, shared-memory access, open,
// remove) switches away from it though it could go on, once in a number of points that the
// schedule drew; a point that does not switch is a decrement and a branch.
//
// The clock is simulated: it moves with each step and jumps to the next operation that is due when
// nothing else can happen.

#ifndef ORRERY_SIM_WORLD_SCHEDULER_H_
#define ORRERY_SIM_WORLD_SCHEDULER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim/choices/choices.h"
#include "sim/world/fiber.h"
#include "sim/world/operation.h"
#include "sim/world/schedule.h"

namespace orrery::sim {

// Does the work that the scheduler has picked.
class Performer {
 public:
  // One of the ready operations takes effect, whole or in part.
  virtual void PerformOne() = 0;
  virtual void OnResume(const Fiber& fiber) = 0;
  virtual void OnPreempt(const Fiber& fiber) = 0;
  virtual void OnFiberEnd(const Fiber& fiber) = 0;

 protected:
  ~Performer() = default;
};

class Scheduler {
 public:
  static constexpr uint64_t kNanosecondsPerStep = 500;

  // `stacks` outlives us.
  Scheduler(std::unique_ptr<Schedule> schedule, Performer& performer, StackPool& stacks);
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  // A fiber that belongs to `process` and is runnable.
  Fiber& Spawn(SimProcess& process, std::string name, std::function<void()> body);

  // One step; false when nothing can happen: no fiber is runnable and nothing is in flight. Called
  // from the main stack only.
  bool Step();
  // One step in which no fiber runs; false when nothing is in flight.
  bool StepWithoutFibers();

  // Null on the main stack.
  Fiber* running() const { return running_; }
  const SimProcess& process_of(const Fiber& fiber) const { return *tasks_[fiber.index()].process; }
  // By index: every one there ever was.
  const Fiber& fiber(uint32_t index) const { return *tasks_[index].fiber; }
  bool all_done() const { return runnable_.empty() && waiting_.empty(); }
  size_t waiting_count() const { return waiting_.size(); }

  void PreemptionPoint() {
    if (--until_preemption_ == 0) [[unlikely]]
      Preempt();
  }
  // The running fiber steps back but stays runnable.
  void Yield();
  // The running fiber is suspended until Wake() is called for its process.
  void Wait();
  void Wake(const SimProcess& process);

  // Runs the fibers of a killed process, in turn, until all are done; nothing else happens in
  // between. Their Yield() and Wait() only let the next one have its turn. Fibers that do not end
  // fail a CHECK.
  void RunToEnd(const SimProcess& process);

  OperationQueue& operations() { return operations_; }
  uint64_t now_nanoseconds() const { return now_nanoseconds_; }
  void Advance(uint64_t nanoseconds) { now_nanoseconds_ += nanoseconds; }
  uint64_t step() const { return step_; }

 private:
  struct Task {
    SimProcess* process;
    std::unique_ptr<Fiber> fiber;
  };

  static constexpr uint64_t kSoonNanoseconds = 1'000'000;
  static constexpr int kRoundCountMax = 100'000;

  Schedule::NextDue NextDue() const;
  void Preempt();
  void Run(Fiber& fiber);
  void LetTimePass();

  std::unique_ptr<Schedule> schedule_;
  Performer& performer_;
  StackPool& stacks_;
  std::vector<Task> tasks_;       // by fiber index
  std::vector<Fiber*> runnable_;  // in the order of creation
  std::vector<Fiber*> waiting_;   // likewise
  Fiber* running_ = nullptr;
  bool burying_ = false;  // inside RunToEnd()
  OperationQueue operations_;
  uint64_t now_nanoseconds_ = 0;
  uint64_t step_ = 0;
  uint64_t until_preemption_ = UINT64_MAX;
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_WORLD_SCHEDULER_H_
