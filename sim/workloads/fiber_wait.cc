#include "sim/workloads/fiber_wait.h"

#include "sim/failure.h"

namespace orrery::sim {

void WaitOnFiber(SimProcess& process, const Completion& on) {
  // What the engine waits for has landed already: others get a turn all the same.
  if (!on.in_flight()) {
    (void)process.io().Poll(PollMode::kNoWait);
    process.ExitIfKilled();
  }
  while (on.in_flight()) {
    const Status status = process.io().Poll(PollMode::kWait);
    process.ExitIfKilled();
    if (!status.ok()) Fail("error", "Poll failed: " + status.ToString());
  }
}

void SleepOnFiber(SimProcess& process, uint64_t nanoseconds) {
  Completion slept;
  process.io().Sleep(nanoseconds, slept);
  WaitOnFiber(process, slept);
}

}  // namespace orrery::sim
