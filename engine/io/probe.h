// A Probe is a named place in the engine that a simulator's runs are to reach; probes.inc declares
// all of them. The code there says
//
//   core_.io.Reached(Probe::kTrunkFull);
//
// which costs a comparison in production, decides nothing and is no event of a run.

#ifndef ORRERY_ENGINE_IO_PROBE_H_
#define ORRERY_ENGINE_IO_PROBE_H_

#include <cstddef>
#include <cstdint>
#include <iterator>

namespace orrery {

enum class Probe : uint8_t {
#define PROBE(name, id, what) k##name,
#include "engine/io/probes.inc"
#undef PROBE
};

struct ProbeSpec {
  const char* name;  // LAYER.FILE.WHAT, unique
  const char* what;
};

inline constexpr ProbeSpec kProbes[] = {
#define PROBE(name, id, what) {id, what},
#include "engine/io/probes.inc"
#undef PROBE
};

inline constexpr size_t kProbeCount = std::size(kProbes);
static_assert(kProbeCount <= 256);

constexpr const ProbeSpec& Describe(Probe probe) { return kProbes[static_cast<size_t>(probe)]; }

}  // namespace orrery

#endif  // ORRERY_ENGINE_IO_PROBE_H_
