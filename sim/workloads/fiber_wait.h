// Waiting on a client's fiber, as an application's event loop would.

#ifndef ORRERY_SIM_WORKLOADS_FIBER_WAIT_H_
#define ORRERY_SIM_WORKLOADS_FIBER_WAIT_H_

#include "engine/io/completion.h"
#include "sim/world/process.h"

namespace orrery::sim {

// Lets the world go on until `on` is no longer in flight; at least once. Leaves the fiber when the
// process was killed.
void WaitOnFiber(SimProcess& process, const Completion& on);
void SleepOnFiber(SimProcess& process, uint64_t nanoseconds);

}  // namespace orrery::sim

#endif  // ORRERY_SIM_WORKLOADS_FIBER_WAIT_H_
