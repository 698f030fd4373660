#include "engine/vdbe/busy_wait.h"

#include <algorithm>
#include <iterator>

#include "engine/vdbe/session.h"

namespace orrery {
namespace {

// How long to pause before the n-th try, in milliseconds; the last one from then on.
constexpr int kPausesMs[] = {1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50, 100};

}  // namespace

void BusyWait::Start(const Session& session) {
  pause_count_ = 0;
  waited_ms_ = 0;
  interrupt_count_ = session.interrupt_count;
}

bool BusyWait::Pause(Session& session) {
  if (interrupt_count_ != session.interrupt_count) return false;
  const size_t step = std::min(static_cast<size_t>(pause_count_), std::size(kPausesMs) - 1);
  const int pause_ms = std::min(kPausesMs[step], session.busy_timeout_ms - waited_ms_);
  if (pause_ms <= 0) return false;
  ++pause_count_;
  waited_ms_ += pause_ms;
  if (!session.sleep.in_flight()) {
    session.io.Sleep(static_cast<uint64_t>(pause_ms) * 1'000'000, session.sleep);
  }
  return true;
}

}  // namespace orrery
