// How a simulation ends badly: Fail() from anywhere, a fiber too. It never returns, since the state
// of a failed run is worth nothing: main_loop.cc reports it, and first repeats the run with a
// recording to write the bundle.

#ifndef ORRERY_SIM_FAILURE_H_
#define ORRERY_SIM_FAILURE_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace orrery::sim {

// Where the process is, for whoever reports its end; readable in a signal handler.
struct RunPosition {
  uint64_t seed = 0;
  uint64_t step = 0;  // counted up by the simulation
};
inline RunPosition run_position;

// `oracle` names what noticed: one word, as in FAIL seed=7 oracle=model step=12.
[[noreturn, gnu::cold]] void Fail(std::string_view oracle, std::string_view message);

using FailureHandler = void (*)(std::string_view oracle, std::string_view message);
void SetFailureHandler(FailureHandler handler);

}  // namespace orrery::sim

#endif  // ORRERY_SIM_FAILURE_H_
