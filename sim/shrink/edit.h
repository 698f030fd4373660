// What a shrinker does to the draws of a run: each edit makes another recording, which may or may
// not lead to the same failure. See choices/environment.h for the two kinds of draws.

#ifndef ORRERY_SIM_SHRINK_EDIT_H_
#define ORRERY_SIM_SHRINK_EDIT_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/child_run.h"

namespace orrery::sim {

// The spans that lie in no other one of the same branch or one above, in the order of their
// beginnings: statements.
std::vector<size_t> OutermostSpans(const RunEnd& run);

// How the environment's draws follow when a part of the workload is left out.
struct Alignment {
  // Of the opportunities that passed meanwhile, how many are taken for the part's own and go too:
  // what strikes by count strikes that much earlier. All with one connection, less where others go
  // on at the same time.
  double share = 0;
  // What is due meanwhile does not strike, and the other draws made meanwhile go: fits one
  // connection.
  bool drops_meanwhile = false;
  // All draws but the strikes are forgotten from there on: whoever answers after the end of a list
  // draws anew.
  bool cuts_off = false;
};
inline constexpr Alignment kStay = {};
inline constexpr Alignment kFollow = {.share = 1, .drops_meanwhile = true};

// The run without these spans.
Recording WithoutSpans(const RunEnd& run, const std::vector<size_t>& spans,
                       const Alignment& alignment);
// Nothing of the run but its frame: its configuration, with statements for `connection_count`
// connections, at most `statement_count` each; which faults there are; the machine's habits; and,
// when `keeps_beginning`, what else was drawn before the first statement. Whoever answers after the
// end of a list fills it anew.
Recording Frame(const RunEnd& run, size_t connection_count, uint64_t statement_count,
                bool keeps_beginning);

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
