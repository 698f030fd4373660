// CHECK states what must hold if our own code is right; the world's errors (a damaged file, a full
// disk, wrong SQL) are a Status. A CHECK stays on in every build: going on after a broken invariant
// could lose a commit.

#ifndef ORRERY_ENGINE_BASE_CHECK_H_
#define ORRERY_ENGINE_BASE_CHECK_H_

namespace orrery {

// Called with the place and the text of a CHECK that failed, before the process aborts. A simulator
// installs one that reports the seed and leaves the failed fiber; it need not return. Set once, at
// start-up.
using CheckFailureHandler = void (*)(const char* file, int line, const char* condition);
void SetCheckFailureHandler(CheckFailureHandler handler);

[[noreturn, gnu::cold]] void CheckFailed(const char* file, int line, const char* condition);

// Marks the end of a switch over an enum whose every value returns.
[[noreturn]] inline void Unreachable() { CheckFailed("", 0, "unreachable"); }

}  // namespace orrery

#define CHECK(condition)                                          \
  do {                                                            \
    if (!(condition)) [[unlikely]]                                \
      ::orrery::CheckFailed(__FILE__, __LINE__, #condition);      \
  } while (false)

#endif  // ORRERY_ENGINE_BASE_CHECK_H_
