// A Tracer sees a world from inside while it runs: every event at the moment it happens, with all
// that the world then holds. It changes nothing, and a run with one is event for event the run
// without. For debugging; an ordinary run has none.

#ifndef ORRERY_SIM_WORLD_TRACER_H_
#define ORRERY_SIM_WORLD_TRACER_H_

#include <string_view>

#include "engine/io/yield_site.h"
#include "sim/world/event.h"

namespace orrery::sim {

class World;

class Tracer {
 public:
  // `world` is new; a run may have several, and then `name` tells them apart.
  virtual void OnWorld(const World& world, std::string_view name) = 0;
  virtual void OnEvent(const World& world, const Event& event) = 0;
  // The running fiber is about to wait for an operation of its process. `site` is the yield site
  // that it passed last, null when it passed none.
  virtual void OnWait(const World& world, const YieldSite* site) = 0;

 protected:
  ~Tracer() = default;
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_WORLD_TRACER_H_
