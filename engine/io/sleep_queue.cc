#include "engine/io/sleep_queue.h"

#include <algorithm>

#include "engine/io/file_errors.h"

namespace orrery {

SleepQueue::~SleepQueue() {
  for (const Sleep& sleep : sleeps_) {
    sleep.done->Finish(Status(ResultCode::kAbort, "the I/O backend was shut down"));
  }
}

void SleepQueue::Add(uint64_t deadline, Completion& done) {
  done.Submit();
  const auto at =
      std::upper_bound(sleeps_.begin(), sleeps_.end(), deadline,
                       [](uint64_t value, const Sleep& sleep) { return value < sleep.deadline; });
  sleeps_.insert(at, {deadline, &done});
}

void SleepQueue::FinishDue(uint64_t now) {
  const auto end = std::find_if(sleeps_.begin(), sleeps_.end(),
                                [&](const Sleep& sleep) { return sleep.deadline > now; });
  for (auto sleep = sleeps_.begin(); sleep != end; ++sleep) sleep->done->Finish(OkStatus());
  sleeps_.erase(sleeps_.begin(), end);
}

bool SleepQueue::Cancel(Completion& done) {
  const auto found = std::find_if(sleeps_.begin(), sleeps_.end(),
                                  [&](const Sleep& sleep) { return sleep.done == &done; });
  if (found == sleeps_.end()) return false;
  sleeps_.erase(found);
  done.Finish(CancelledError());
  return true;
}

}  // namespace orrery
