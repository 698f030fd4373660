#include "sim/world/operation.h"

#include <algorithm>

#include "engine/base/check.h"

namespace orrery::sim {
namespace {

// For a heap whose front is due first; of two due at once, the one submitted first.
bool DueLater(const Operation* a, const Operation* b) {
  if (a->due_nanoseconds != b->due_nanoseconds) return a->due_nanoseconds > b->due_nanoseconds;
  return a->number > b->number;
}

// Takes the operation out of an unordered list.
void RemoveFrom(std::vector<Operation*>& list, const Operation& operation) {
  CHECK(list[operation.place_index] == &operation);
  list[operation.place_index] = list.back();
  list[operation.place_index]->place_index = operation.place_index;
  list.pop_back();
}

}  // namespace

std::string_view Name(OperationKind kind) {
  switch (kind) {
    case OperationKind::kRead:
      return "read";
    case OperationKind::kWrite:
      return "write";
    case OperationKind::kSync:
      return "sync";
    case OperationKind::kTruncate:
      return "truncate";
    case OperationKind::kSyncDirectory:
      return "sync directory";
    case OperationKind::kSleep:
      return "sleep";
  }
  Unreachable();
}

Operation& OperationQueue::Make() {
  if (free_.empty()) free_.push_back(&pool_.emplace_back());
  Operation& operation = *free_.back();
  free_.pop_back();
  CHECK(operation.place == Operation::Place::kFree);
  operation.number = ++last_number_;
  return operation;
}

void OperationQueue::AddReady(Operation& operation) {
  operation.place = Operation::Place::kReady;
  operation.place_index = static_cast<uint32_t>(ready_.size());
  ready_.push_back(&operation);
}

void OperationQueue::AddTimed(Operation& operation, uint64_t due_nanoseconds) {
  operation.place = Operation::Place::kTimed;
  operation.due_nanoseconds = due_nanoseconds;
  timed_.push_back(&operation);
  std::push_heap(timed_.begin(), timed_.end(), DueLater);
}

void OperationQueue::AddHung(Operation& operation, uint64_t now_nanoseconds) {
  operation.due_nanoseconds = now_nanoseconds + kHungNanoseconds;
  operation.place = Operation::Place::kHung;
  operation.place_index = static_cast<uint32_t>(hung_.size());
  hung_.push_back(&operation);
}

void OperationQueue::Remove(Operation& operation) {
  switch (operation.place) {
    case Operation::Place::kFree:
      Unreachable();
    case Operation::Place::kReady:
      RemoveFrom(ready_, operation);
      break;
    case Operation::Place::kHung:
      RemoveFrom(hung_, operation);
      break;
    case Operation::Place::kTimed:
      // Seldom: a cancel, or a file closed with operations in flight.
      std::erase(timed_, &operation);
      std::make_heap(timed_.begin(), timed_.end(), DueLater);
      break;
  }
  operation.place = Operation::Place::kFree;
}

void OperationQueue::Free(Operation& operation) {
  CHECK(operation.place == Operation::Place::kFree);
  operation.canceled = false;
  operation.cancel_asked = false;
  operation.after_drop = false;
  operation.file = nullptr;
  operation.process = nullptr;
  operation.done = nullptr;
  operation.moved = 0;
  operation.size = 0;
  operation.fate = {};
  operation.parts.clear();
  free_.push_back(&operation);
}

void OperationQueue::Promote(uint64_t now_nanoseconds) {
  while (!timed_.empty() && timed_.front()->due_nanoseconds <= now_nanoseconds) {
    std::pop_heap(timed_.begin(), timed_.end(), DueLater);
    Operation& operation = *timed_.back();
    timed_.pop_back();
    AddReady(operation);
  }
  for (size_t i = 0; i < hung_.size();) {
    Operation& operation = *hung_[i];
    if (operation.due_nanoseconds > now_nanoseconds) {
      ++i;
      continue;
    }
    RemoveFrom(hung_, operation);
    AddReady(operation);
  }
}

void OperationQueue::ReleaseHung() {
  for (Operation* operation : hung_) AddReady(*operation);
  hung_.clear();
}

size_t OperationQueue::OldestReady() const {
  size_t oldest = 0;
  for (size_t i = 1; i < ready_.size(); ++i) {
    if (ready_[i]->number < ready_[oldest]->number) oldest = i;
  }
  return oldest;
}

void OperationQueue::SortByNumber(std::vector<Operation*>& operations) {
  std::sort(operations.begin(), operations.end(),
            [](const Operation* a, const Operation* b) { return a->number < b->number; });
}

}  // namespace orrery::sim
