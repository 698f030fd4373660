// Brings every way in which a run can end badly to one handler: Fail(), a failed CHECK, a crash
// (oracle=crash), a sanitizer's report (crash too), and a step that does not end (progress).

#ifndef ORRERY_SIM_MAIN_ENDING_H_
#define ORRERY_SIM_MAIN_ENDING_H_

#include <cstdint>
#include <string_view>

#include "sim/failure.h"

namespace orrery::sim {

// Must not return. It may be running in a signal handler, on a fiber's stack or another one, with
// the heap in whatever state: when `crashed`, only what a signal handler may do is safe.
using EndingHandler = void (*)(const Failure& failure, bool crashed);

// From here on `handler` gets the first bad end; one that happens while it is at work ends the
// process. Call it again to put another handler in its place, in a forked child too.
void CatchBadEnds(EndingHandler handler);

// What the watchdog does: nothing, look whether steps still end, or, once this much processor time
// has gone, call `handler`.
void WatchNothing();
void WatchProgress();
void WatchTime(uint64_t milliseconds, void (*handler)());

// For signal handlers.
void WriteText(int descriptor, std::string_view text);
void WriteNumber(int descriptor, uint64_t number);
// "ORACLE at SITE: MESSAGE" on standard error.
void WriteFailure(const Failure& failure);
// "FAIL seed=1 oracle=model step=7" on standard output, of the run that is under way; the line goes
// on.
void WriteFail(const Failure& failure);

}  // namespace orrery::sim

#endif  // ORRERY_SIM_MAIN_ENDING_H_
