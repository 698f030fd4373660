// What a shrinker does to the draws of a run: each edit makes another recording, which may or may
// not lead to the same failure. Draws are told by their path in two classes: the workload (what is
// done) and the environment (who goes next, what the machine does, which fault strikes).

#ifndef ORRERY_SIM_SHRINK_EDIT_H_
#define ORRERY_SIM_SHRINK_EDIT_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/child_run.h"

namespace orrery::sim {

// By the first part of the path: schedule, latency, disk, waits, fault, steps, process:N.
bool IsEnvironment(std::string_view path);
// `path` itself or one below it.
bool IsWithin(std::string_view path, std::string_view branch);

// The spans that lie in no other one of the same branch or one above, in the order of their
// beginnings: statements.
std::vector<size_t> OutermostSpans(const RunEnd& run);

// How the environment's draws follow when a part of the workload is left out.
enum class Alignment : uint8_t {
  kStay,    // they are as they were; what strikes by count strikes that much later
  kFollow,  // those made meanwhile go too, and later strikes stay where they were
  kCutOff,  // those made since are forgotten: whoever answers after the end of a list draws anew
};
// The run without these spans.
Recording WithoutSpans(const RunEnd& run, const std::vector<size_t>& spans, Alignment alignment);

// The run in which branch `to` does what branch `from` did as well, statement by statement in the
// order of their beginnings.
Recording WithBranchMoved(const RunEnd& run, const std::string& from, const std::string& to);

// The run with the answer 0 to every draw that is `chosen` by its index.
Recording WithZeros(const RunEnd& run, const std::function<bool(size_t)>& chosen);
// The run without some draws.
Recording WithoutDraws(const RunEnd& run, const std::function<bool(size_t)>& chosen);

// What skips led to on a branch: positions, counted in opportunities from the beginning of the run.
std::vector<uint64_t> Strikes(const RunEnd& run, uint32_t path);
// The run in which strikes [begin, end) of a branch do not happen, and the others where they did.
Recording WithoutStrikes(const RunEnd& run, uint32_t path, size_t begin, size_t end);

}  // namespace orrery::sim

#endif  // ORRERY_SIM_SHRINK_EDIT_H_
