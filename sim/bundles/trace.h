// Every event of a world as a line of a bundle's trace.txt: step, time, kind, process, file, bytes,
// and the event's two words.

#ifndef ORRERY_SIM_BUNDLES_TRACE_H_
#define ORRERY_SIM_BUNDLES_TRACE_H_

#include "sim/bundles/bundle.h"
#include "sim/world/event.h"

namespace orrery::sim {

class Trace final : public EventObserver {
 public:
  // `bundle` outlives us.
  explicit Trace(Bundle& bundle) : bundle_(bundle) {}
  void OnEvent(uint64_t step, uint64_t now_nanoseconds, const Event& event) override;

 private:
  Bundle& bundle_;
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_BUNDLES_TRACE_H_
