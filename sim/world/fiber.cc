#include "sim/world/fiber.h"

#include <sys/mman.h>
#include <unistd.h>
#include <boost/context/detail/fcontext.hpp>

#include <utility>

#include "engine/base/check.h"

#if defined(__SANITIZE_ADDRESS__)
#define ORRERY_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ORRERY_ASAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define ORRERY_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define ORRERY_TSAN 1
#endif
#endif

#ifdef ORRERY_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef ORRERY_TSAN
#include <sanitizer/tsan_interface.h>
#endif

namespace orrery::sim {
namespace {

namespace context = boost::context::detail;

// Address space, as much as a thread has: memory is used as far as a stack was ever deep.
// Instrumented frames are larger.
#if defined(ORRERY_ASAN) || defined(ORRERY_TSAN)
constexpr size_t kStackSize = size_t{16} << 20;
#else
constexpr size_t kStackSize = size_t{8} << 20;
#endif

size_t PageSize() { return static_cast<size_t>(sysconf(_SC_PAGESIZE)); }

}  // namespace

StackPool::~StackPool() {
  for (const Stack& stack : free_) {
    CHECK(munmap(stack.bottom - PageSize(), stack.size + PageSize()) == 0);
  }
}

StackPool::Stack StackPool::Take() {
  if (!free_.empty()) {
    const Stack stack = free_.back();
    free_.pop_back();
    return stack;
  }
  const size_t guard_size = PageSize();
  void* const memory = mmap(nullptr, guard_size + kStackSize, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  CHECK(memory != MAP_FAILED);
  CHECK(mprotect(memory, guard_size, PROT_NONE) == 0);
  return {.bottom = static_cast<std::byte*>(memory) + guard_size, .size = kStackSize};
}

// What runs first on a fiber's stack.
struct Fiber::Entry {
  static void Run(context::transfer_t from) {
    Fiber& fiber = *static_cast<Fiber*>(from.data);
    fiber.main_context_ = from.fctx;
    fiber.Arrive();
    try {
      fiber.body_();
    } catch (const ProcessKilled&) {
      // The client has seen that its process is gone; nothing is left to do.
    }
    fiber.state_ = State::kDone;
    fiber.SwitchOut(/*for_good=*/true);
    Unreachable();
  }
};

Fiber::Fiber(StackPool& stacks, uint32_t index, std::string name, std::function<void()> body)
    : stacks_(stacks), index_(index), name_(std::move(name)), body_(std::move(body)) {}

Fiber::~Fiber() { CHECK(state_ == State::kDone || state_ == State::kFresh); }

void Fiber::Resume() {
  CHECK(state_ == State::kFresh || state_ == State::kSuspended);
  if (state_ == State::kFresh) {
    stack_ = stacks_.Take();
    context_ = context::make_fcontext(stack_.bottom + stack_.size, stack_.size, &Entry::Run);
#ifdef ORRERY_TSAN
    tsan_fiber_ = __tsan_create_fiber(0);
#endif
  }
  state_ = State::kRunning;
  SwitchIn();
  if (state_ != State::kDone) return;
  body_ = nullptr;
#ifdef ORRERY_TSAN
  __tsan_destroy_fiber(tsan_fiber_);
#endif
  stacks_.GiveBack(stack_);
}

void Fiber::Suspend() {
  CHECK(state_ == State::kRunning);
  state_ = State::kSuspended;
  SwitchOut(/*for_good=*/false);
}

void Fiber::Discard() {
  CHECK(state_ == State::kFresh);
  state_ = State::kDone;
  body_ = nullptr;
}

void Fiber::SwitchIn() {
#ifdef ORRERY_ASAN
  __sanitizer_start_switch_fiber(&main_fake_stack_, stack_.bottom, stack_.size);
#endif
#ifdef ORRERY_TSAN
  tsan_main_ = __tsan_get_current_fiber();
  __tsan_switch_to_fiber(tsan_fiber_, 0);
#endif
  context_ = context::jump_fcontext(context_, this).fctx;
#ifdef ORRERY_ASAN
  __sanitizer_finish_switch_fiber(main_fake_stack_, nullptr, nullptr);
  // All frames but the first have ended and left the stack clean.
  constexpr size_t kFirstFrameSize = 4096;
  if (state_ == State::kDone) {
    ASAN_UNPOISON_MEMORY_REGION(stack_.bottom + stack_.size - kFirstFrameSize, kFirstFrameSize);
  }
#endif
}

void Fiber::SwitchOut([[maybe_unused]] bool for_good) {
#ifdef ORRERY_ASAN
  // Null tells that the fake stack of this fiber is no longer needed.
  __sanitizer_start_switch_fiber(for_good ? nullptr : &fake_stack_, main_bottom_, main_size_);
#endif
#ifdef ORRERY_TSAN
  __tsan_switch_to_fiber(tsan_main_, 0);
#endif
  main_context_ = context::jump_fcontext(main_context_, nullptr).fctx;
  Arrive();
}

void Fiber::Arrive() {
#ifdef ORRERY_ASAN
  __sanitizer_finish_switch_fiber(fake_stack_, &main_bottom_, &main_size_);
#endif
}

}  // namespace orrery::sim
