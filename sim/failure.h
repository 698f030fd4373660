// How a simulation ends badly: Fail() from anywhere, a fiber too. It never returns, since the state
// of a failed run is worth nothing. Who is told, and what becomes of the process, is for the
// handler (main_ending.h): the seed's run is repeated and recorded, or an attempt of the shrinker
// ends.

#ifndef ORRERY_SIM_FAILURE_H_
#define ORRERY_SIM_FAILURE_H_

#include <cstdint>
#include <source_location>
#include <string_view>

namespace orrery::sim {

// Where the process is, for whoever reports its end; readable in a signal handler.
struct RunPosition {
  uint64_t seed = 0;
  uint64_t step = 0;   // counted up by the simulation
  uint64_t event = 0;  // the last one's number, while events are numbered (bundles/event_stream.h)
};
inline RunPosition run_position;

// Two failures are the same one when oracle and site agree: that is what a shrinker keeps and what
// a replay compares.
struct Failure {
  std::string_view oracle;  // what noticed, one word
  std::string_view site;    // where: "sim/sim_run.cc:297", or the place of a crash
  std::string_view message;
};

// `oracle` names what noticed: one word, as in FAIL seed=7 oracle=model step=12.
[[noreturn, gnu::cold]] void Fail(std::string_view oracle, std::string_view message,
                                  std::source_location site = std::source_location::current());

using FailureHandler = void (*)(const Failure& failure);
void SetFailureHandler(FailureHandler handler);

}  // namespace orrery::sim

#endif  // ORRERY_SIM_FAILURE_H_
