#include "engine/io/host.h"

#include <sys/random.h>

#include <cerrno>
#include <ctime>

#include "engine/base/check.h"

namespace orrery {
namespace {

constexpr uint64_t kNanosecondsPerSecond = 1'000'000'000;

timespec Now(clockid_t clock) {
  timespec now;
  CHECK(clock_gettime(clock, &now) == 0);
  return now;
}

}  // namespace

uint64_t HostMonotonicNanoseconds() {
  const timespec now = Now(CLOCK_MONOTONIC);
  return static_cast<uint64_t>(now.tv_sec) * kNanosecondsPerSecond +
         static_cast<uint64_t>(now.tv_nsec);
}

int64_t HostUnixMilliseconds() {
  const timespec now = Now(CLOCK_REALTIME);
  return int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

int64_t HostLocalOffsetSeconds(int64_t unix_seconds) {
  const auto moment = static_cast<time_t>(unix_seconds);
  tm local{};
  return localtime_r(&moment, &local) == nullptr ? 0 : local.tm_gmtoff;
}

void HostRandomBytes(MutableBytes out) {
  while (!out.empty()) {
    const ssize_t count = getrandom(out.data(), out.size(), 0);
    CHECK(count > 0 || errno == EINTR);
    if (count > 0) out = out.subspan(static_cast<size_t>(count));
  }
}

void HostSleepUntil(uint64_t deadline) {
  timespec until;
  until.tv_sec = static_cast<time_t>(deadline / kNanosecondsPerSecond);
  until.tv_nsec = static_cast<long>(deadline % kNanosecondsPerSecond);
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {
  }
}

}  // namespace orrery
