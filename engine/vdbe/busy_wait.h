// BusyWait is how an operation waits for a lock that another connection holds: it tries again after
// growing pauses, as long as the connection's busy timeout lasts.
// https://www.sqlite.org/c3ref/busy_timeout.html

#ifndef ORRERY_ENGINE_VDBE_BUSY_WAIT_H_
#define ORRERY_ENGINE_VDBE_BUSY_WAIT_H_

#include <cstdint>

namespace orrery {

class Session;

class BusyWait {
 public:
  void Start(const Session& session);
  // Begins the pause before the next try: session.sleep is in flight. False when there is to be
  // none, because the time is up or the connection was interrupted.
  bool Pause(Session& session);

 private:
  int pause_count_ = 0;
  int waited_ms_ = 0;
  uint64_t interrupt_count_ = 0;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_VDBE_BUSY_WAIT_H_
