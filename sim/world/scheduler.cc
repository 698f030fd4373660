#include "sim/world/scheduler.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"

namespace orrery::sim {
namespace {

void RemoveFiber(std::vector<Fiber*>& fibers, const Fiber& fiber) { std::erase(fibers, &fiber); }

// Keeps the order of creation.
void InsertFiber(std::vector<Fiber*>& fibers, Fiber& fiber) {
  const auto place = std::find_if(fibers.begin(), fibers.end(), [&](const Fiber* other) {
    return other->index() > fiber.index();
  });
  fibers.insert(place, &fiber);
}

}  // namespace

Scheduler::Scheduler(std::unique_ptr<Schedule> schedule, Performer& performer, StackPool& stacks)
    : schedule_(std::move(schedule)),
      performer_(performer),
      stacks_(stacks),
      until_preemption_(schedule_->PreemptAfter()) {
  schedule_->SetCountdown(&until_preemption_);
}

Fiber& Scheduler::Spawn(SimProcess& process, std::string name, std::function<void()> body) {
  const auto index = static_cast<uint32_t>(tasks_.size());
  tasks_.push_back(
      {.process = &process,
       .fiber = std::make_unique<Fiber>(stacks_, index, std::move(name), std::move(body))});
  Fiber& fiber = *tasks_.back().fiber;
  runnable_.push_back(&fiber);
  return fiber;
}

Schedule::NextDue Scheduler::NextDue() const {
  using enum Schedule::NextDue;
  if (!operations_.has_timed()) return kNever;
  return operations_.next_due_nanoseconds() <= now_nanoseconds_ + kSoonNanoseconds ? kSoon : kLater;
}

void Scheduler::LetTimePass() {
  if (operations_.has_timed()) {
    now_nanoseconds_ = std::max(now_nanoseconds_, operations_.next_due_nanoseconds());
    operations_.Promote(now_nanoseconds_);
  } else {
    operations_.ReleaseHung();
  }
}

bool Scheduler::Step() {
  CHECK(running_ == nullptr);
  operations_.Promote(now_nanoseconds_);
  if (runnable_.empty() && operations_.ready().empty()) {
    if (operations_.in_flight_count() == 0) return false;
    LetTimePass();
  }
  ++step_;
  now_nanoseconds_ += kNanosecondsPerStep;
  const Schedule::Step next = schedule_->Next(runnable_, operations_.ready().size(), NextDue());
  switch (next.kind) {
    case Schedule::Kind::kFiber:
      Run(*runnable_[next.index]);
      return true;
    case Schedule::Kind::kOperation:
      performer_.PerformOne();
      return true;
    case Schedule::Kind::kTime:
      LetTimePass();
      return true;
  }
  Unreachable();
}

bool Scheduler::StepWithoutFibers() {
  CHECK(running_ == nullptr);
  operations_.Promote(now_nanoseconds_);
  if (operations_.in_flight_count() == 0) return false;
  if (operations_.ready().empty()) LetTimePass();
  ++step_;
  now_nanoseconds_ += kNanosecondsPerStep;
  performer_.PerformOne();
  return true;
}

void Scheduler::Run(Fiber& fiber) {
  running_ = &fiber;
  performer_.OnResume(fiber);
  fiber.Resume();
  running_ = nullptr;
  if (!fiber.done()) return;
  RemoveFiber(runnable_, fiber);
  performer_.OnFiberEnd(fiber);
}

void Scheduler::Preempt() {
  until_preemption_ = schedule_->PreemptAfter();
  if (running_ == nullptr) return;
  performer_.OnPreempt(*running_);
  Yield();
}

void Scheduler::Yield() {
  CHECK(running_ != nullptr);
  running_->Suspend();
}

void Scheduler::Wait() {
  CHECK(running_ != nullptr);
  if (!burying_) {
    RemoveFiber(runnable_, *running_);
    InsertFiber(waiting_, *running_);
  }
  running_->Suspend();
}

void Scheduler::Wake(const SimProcess& process) {
  for (size_t i = 0; i < waiting_.size();) {
    Fiber& fiber = *waiting_[i];
    if (tasks_[fiber.index()].process != &process) {
      ++i;
      continue;
    }
    waiting_.erase(waiting_.begin() + static_cast<ptrdiff_t>(i));
    InsertFiber(runnable_, fiber);
  }
}

void Scheduler::RunToEnd(const SimProcess& process) {
  CHECK(running_ == nullptr && !burying_);
  std::vector<Fiber*> left;
  for (const Task& task : tasks_) {
    if (task.process != &process || task.fiber->done()) continue;
    RemoveFiber(runnable_, *task.fiber);
    RemoveFiber(waiting_, *task.fiber);
    if (task.fiber->fresh()) {
      task.fiber->Discard();
    } else {
      left.push_back(task.fiber.get());
    }
  }
  burying_ = true;
  for (int round = 0; !left.empty(); ++round) {
    // A killed process has to end although every call fails: a fiber here goes on regardless.
    CHECK(round < kRoundCountMax);
    for (Fiber* fiber : left) {
      running_ = fiber;
      fiber->Resume();
      running_ = nullptr;
      if (fiber->done()) performer_.OnFiberEnd(*fiber);
    }
    std::erase_if(left, [](const Fiber* fiber) { return fiber->done(); });
  }
  burying_ = false;
}

}  // namespace orrery::sim
