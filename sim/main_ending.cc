#include "sim/main_ending.h"

#include <signal.h>
#include <sys/time.h>
#include <sys/ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "engine/base/check.h"

// Present under a sanitizer only: called when one is about to end the process.
extern "C" [[gnu::weak]] void __sanitizer_set_death_callback(void (*callback)());
extern "C" [[gnu::weak]] void* __asan_get_report_pc();
extern "C" [[gnu::weak]] int __asan_report_present();
// From the linker: where our code lies.
extern "C" [[gnu::weak]] const char __executable_start[];
extern "C" [[gnu::weak]] const char etext[];

namespace orrery::sim {
namespace {

constexpr int kProgressTickSeconds = 5;  // of processor time
constexpr int kProgressTickMax = 6;

EndingHandler ending_handler = nullptr;
void (*time_handler)() = nullptr;
bool ending = false;
uint64_t watched_step = 0;
int watched_tick_count = 0;

// A short text without the heap.
class SignalText {
 public:
  void Add(std::string_view text) {
    const size_t size = std::min(text.size(), sizeof buffer_ - size_);
    std::memcpy(buffer_ + size_, text.data(), size);
    size_ += size;
  }
  void AddNumber(uint64_t number, unsigned base) {
    char digits[24];
    char* at = digits + sizeof digits;
    do *--at = "0123456789abcdef"[number % base];
    while ((number /= base) != 0);
    Add({at, static_cast<size_t>(digits + sizeof digits - at)});
  }
  std::string_view text() const { return {buffer_, size_}; }

 private:
  char buffer_[200];
  size_t size_ = 0;
};

void End(const Failure& failure, bool crashed) {
  if (ending) _exit(1);
  ending = true;
  WatchNothing();
  ending_handler(failure, crashed);
  _exit(1);
}

void OnFailure(const Failure& failure) { End(failure, /*crashed=*/false); }

void OnCheckFailure(const char* file, int line, const char* condition) {
  SignalText site;
  site.Add(file);
  site.Add(":");
  site.AddNumber(static_cast<uint64_t>(line), 10);
  End({"check", site.text(), condition}, /*crashed=*/false);
}

// The address as it is in the program's file, so that two runs can be compared; 0 outside our code.
uint64_t InOurCode(uint64_t address) {
  const auto begin = reinterpret_cast<uintptr_t>(__executable_start);
  const auto end = reinterpret_cast<uintptr_t>(etext);
  return begin != 0 && begin <= address && address < end ? address - begin : 0;
}

// The innermost of our own functions under the signal: by frame pointers, which every build has.
uint64_t FindPlace([[maybe_unused]] void* context) {
#if defined(__x86_64__)
  const auto& registers = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
  if (const uint64_t place = InOurCode(static_cast<uint64_t>(registers[REG_RIP]))) return place;
  const auto stack = static_cast<uint64_t>(registers[REG_RSP]);
  auto frame = static_cast<uint64_t>(registers[REG_RBP]);
  constexpr uint64_t kStackMax = 1 << 20;
  for (int depth = 0; depth < 16; ++depth) {
    if (frame < stack || frame - stack > kStackMax || frame % 8 != 0) return 0;
    uint64_t words[2];
    std::memcpy(words, reinterpret_cast<const void*>(frame), sizeof words);
    if (const uint64_t place = InOurCode(words[1])) return place;
    if (words[0] <= frame) return 0;
    frame = words[0];
  }
#endif
  return 0;
}

void OnCrash(int number, siginfo_t*, void* context) {
  (void)signal(number, SIG_DFL);
  SignalText site;
  site.Add("signal ");
  site.AddNumber(static_cast<uint64_t>(number), 10);
  if (const uint64_t place = FindPlace(context)) {
    site.Add(" at +0x");
    site.AddNumber(place, 16);
  }
  End({"crash", site.text(), site.text()}, /*crashed=*/true);
}

void OnSanitizerDeath() {
  SignalText site;
  site.Add("sanitizer");
  if (&__asan_report_present != nullptr && __asan_report_present() != 0) {
    if (const uint64_t place = InOurCode(reinterpret_cast<uintptr_t>(__asan_get_report_pc()))) {
      site.Add(" at +0x");
      site.AddNumber(place, 16);
    }
  }
  End({"crash", site.text(), "a sanitizer's report"}, /*crashed=*/true);
}

void SetTimer(uint64_t milliseconds, bool repeat) {
  const timeval time = {.tv_sec = static_cast<time_t>(milliseconds / 1000),
                        .tv_usec = static_cast<suseconds_t>(milliseconds % 1000 * 1000)};
  const itimerval timer = {.it_interval = repeat ? time : timeval{}, .it_value = time};
  setitimer(ITIMER_VIRTUAL, &timer, nullptr);
}

void OnTimer(int) {
  if (time_handler != nullptr) return time_handler();
  if (watched_step != run_position.step) {
    watched_step = run_position.step;
    watched_tick_count = 0;
  } else if (++watched_tick_count > kProgressTickMax) {
    End({"progress", "watchdog", "one step does not end"}, /*crashed=*/true);
  }
}

}  // namespace

void WriteText(int descriptor, std::string_view text) {
  (void)!write(descriptor, text.data(), text.size());
}

void WriteNumber(int descriptor, uint64_t number) {
  SignalText text;
  text.AddNumber(number, 10);
  WriteText(descriptor, text.text());
}

void WatchNothing() { SetTimer(0, false); }

void WatchProgress() {
  time_handler = nullptr;
  watched_tick_count = 0;
  SetTimer(kProgressTickSeconds * 1000, true);
}

void WatchTime(uint64_t milliseconds, void (*handler)()) {
  time_handler = handler;
  SetTimer(milliseconds, false);
}

void CatchBadEnds(EndingHandler handler) {
  ending_handler = handler;
  ending = false;
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  SetFailureHandler(OnFailure);
  SetCheckFailureHandler(OnCheckFailure);

  // A fiber that overflows its stack has none left for the handler.
  static char alternative_stack[1 << 16];
  const stack_t stack = {
      .ss_sp = alternative_stack, .ss_flags = 0, .ss_size = sizeof alternative_stack};
  const bool sanitized = &__sanitizer_set_death_callback != nullptr;
  if (sanitized) {
    __sanitizer_set_death_callback(OnSanitizerDeath);
  } else {
    sigaltstack(&stack, nullptr);
  }
  struct sigaction action = {};
  action.sa_sigaction = OnCrash;
  action.sa_flags = SA_ONSTACK | SA_NODEFER | SA_SIGINFO;
  if (!sanitized) {
    for (const int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL}) sigaction(number, &action, nullptr);
  }
  sigaction(SIGABRT, &action, nullptr);
  struct sigaction tick = {};
  tick.sa_handler = OnTimer;
  tick.sa_flags = SA_RESTART | SA_ONSTACK;
  sigaction(SIGVTALRM, &tick, nullptr);
}

void WriteFailure(const Failure& failure) {
  for (const std::string_view part :
       {failure.oracle, std::string_view(" at "), failure.site, std::string_view(": "),
        failure.message, std::string_view("\n")}) {
    WriteText(STDERR_FILENO, part);
  }
}

void WriteFail(const Failure& failure) {
  WriteText(STDOUT_FILENO, "FAIL seed=");
  WriteNumber(STDOUT_FILENO, run_position.seed);
  WriteText(STDOUT_FILENO, " oracle=");
  WriteText(STDOUT_FILENO, failure.oracle);
  WriteText(STDOUT_FILENO, " step=");
  WriteNumber(STDOUT_FILENO, run_position.step);
}

}  // namespace orrery::sim
