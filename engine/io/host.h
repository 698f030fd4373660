// The host's clocks and randomness. Only backends call these: everything else asks its Io, so that
// the same seed gives the same run.

#ifndef ORRERY_ENGINE_IO_HOST_H_
#define ORRERY_ENGINE_IO_HOST_H_

#include <cstdint>

#include "engine/base/bytes.h"

namespace orrery {

uint64_t HostMonotonicNanoseconds();
int64_t HostUnixMilliseconds();
// Of local time ahead of UTC at that moment.
int64_t HostLocalOffsetSeconds(int64_t unix_seconds);
void HostRandomBytes(MutableBytes out);
// Blocks the calling thread until HostMonotonicNanoseconds() has reached `deadline`.
void HostSleepUntil(uint64_t deadline);

}  // namespace orrery

#endif  // ORRERY_ENGINE_IO_HOST_H_
