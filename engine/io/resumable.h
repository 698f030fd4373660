// Resumable<Derived, Result> is how an operation that may wait is written: one function per state,
// and the only way to wait is to return.
//
//   class OverflowReader final : public Resumable<OverflowReader, std::string> {
//    public:
//     enum class State : uint8_t { kFetch, kCopy };
//     static constexpr Edge<State> kEdges[] = {{State::kFetch, State::kCopy}, ...};
//     void Start(...) { ...; Begin(State::kFetch); }
//    private:
//     friend Resumable;
//     Next Run(State state);  // a switch that calls the state's function
//   };
//
// Outside:  Start(...), then Resume() until it is not pending; its result comes with the last call.
// Abandon() ends a running operation from any state: its child is abandoned, OnAbandon() runs, and
// what it had in flight lands in the completion's owner. An operation that is destroyed while it
// runs gives back what its members hold; one with an OnAbandon() calls Abandon() in its destructor.
// Inside: a state ends in Goto, Await, Done or Fail, and runs once per visit, first line to last; so
// nothing that ran before a wait runs twice. A move that kEdges does not list fails a CHECK.
//
// The price over a bare switch is 1 to 4 ns a move and under 100 bytes an operation. A hot path does
// not pay it: Pager::TryPage() goes on inline on a hit, and only a miss is an Await.

#ifndef ORRERY_ENGINE_IO_RESUMABLE_H_
#define ORRERY_ENGINE_IO_RESUMABLE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

#include "engine/base/check.h"
#include "engine/io/completion.h"
#include "engine/io/io_result.h"

namespace orrery {

template <typename State>
struct Edge {
  State from;
  State to;
};

// The part of an operation that does not depend on its type, so that one can wait for another.
class Operation {
 public:
  bool idle() const { return life_ == Life::kIdle; }
  bool running() const { return life_ == Life::kRunning; }

  // Ends a running operation, or forgets the result of one that is done; idle afterwards.
  void Abandon();

 protected:
  enum class Life : uint8_t { kIdle, kRunning, kDone, kFailed };

  Operation() = default;
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;
  ~Operation() = default;

  // Runs states until the operation waits, is done or has failed.
  virtual void Advance() = 0;
  // Gives back what the operation holds beyond its members' own destructors: runs when it is
  // abandoned while running, after its child was.
  virtual void OnAbandon() {}
  // Lets go of a result that nobody took.
  virtual void ForgetResult() = 0;

  // True when the operation must go on waiting; otherwise outcome_ says how the wait ended.
  bool StillWaiting();

  template <typename, typename>
  friend class Resumable;

  Life life_ = Life::kIdle;
  uint8_t state_ = 0;
  bool wants_outcome_ = false;       // the next state looks at outcome() itself
  Completion* waits_for_ = nullptr;  // owned by what outlives us
  Operation* child_ = nullptr;       // a member of Derived, or what outlives us
  Status failure_;                   // of this operation, when it has failed
  Status outcome_;                   // of the wait that has just ended
};

template <typename State, size_t n>
consteval std::array<uint64_t, 64> EdgeBits(const Edge<State> (&edges)[n]) {
  std::array<uint64_t, 64> bits{};
  for (const Edge<State>& edge : edges) {
    bits[static_cast<size_t>(edge.from)] |= uint64_t{1} << static_cast<unsigned>(edge.to);
  }
  return bits;
}

template <typename Derived, typename ResultType = Unit>
class Resumable : public Operation {
 public:
  // Goes on until the operation waits again or has ended; on an end it is idle and can be started
  // anew.
  IoResult<ResultType> Resume() {
    CHECK(running());
    Advance();
    if (life_ == Life::kRunning) return Pending{waits_for_};
    if (life_ == Life::kDone) return Take();
    life_ = Life::kIdle;
    return std::move(failure_);
  }

  // The result of a child that Await has driven to its end.
  ResultType Take() {
    CHECK(life_ == Life::kDone);
    life_ = Life::kIdle;
    ResultType result = *std::move(result_);
    result_.reset();
    return result;
  }

 protected:
  class [[nodiscard]] Next {
    friend class Resumable;
    Next() = default;
  };

  template <typename State>
  void Begin(State first) {
    static_assert(std::is_same_v<State, typename Derived::State>);
    CHECK(idle());
    life_ = Life::kRunning;
    state_ = static_cast<uint8_t>(first);
  }

  template <typename State>
  Next Goto(State state) {
    static_assert(std::is_same_v<State, typename Derived::State>);
    static constexpr std::array<uint64_t, 64> kAllowed = EdgeBits(Derived::kEdges);
    CHECK(kAllowed[state_] >> static_cast<unsigned>(state) & 1);
    state_ = static_cast<uint8_t>(state);
    outcome_ = OkStatus();  // of a wait before; the next state sees its own or none
    return Next();
  }

  // Enters `then` when `completion` has finished well; the operation fails with its error otherwise.
  // Only in flight counts: an idle or finished completion does not hold us up, but a finished one's
  // error does count.
  template <typename State>
  Next Await(Completion& completion, State then) {
    CHECK(waits_for_ == nullptr && child_ == nullptr);
    waits_for_ = &completion;
    return Goto(then);
  }
  // Enters `then` when `child`, which has been started, is done (then calls child.Take()); fails when it fails.
  template <typename State>
  Next Await(Operation& child, State then) {
    CHECK(waits_for_ == nullptr && child_ == nullptr && !child.idle());
    child_ = &child;
    return Goto(then);
  }
  // Like Await, but `then` is entered after a failure too and looks at outcome(). Take() only if ok.
  template <typename Waited, typename State>
  Next AwaitOutcome(Waited& what, State then) {
    wants_outcome_ = true;
    return Await(what, then);
  }
  // OK in a state that was entered without a wait.
  const Status& outcome() const { return outcome_; }

  Next Done(ResultType result) {
    result_.emplace(std::move(result));
    life_ = Life::kDone;
    return Next();
  }
  Next Fail(Status status) {
    CHECK(!status.ok());
    failure_ = std::move(status);
    life_ = Life::kFailed;
    return Next();
  }

 private:
  void ForgetResult() final { result_.reset(); }
  void Advance() final {
    while (life_ == Life::kRunning) {
      if (waits_for_ != nullptr || child_ != nullptr) {
        if (StillWaiting()) return;
        if (!std::exchange(wants_outcome_, false) && !outcome_.ok()) {
          (void)Fail(std::exchange(outcome_, OkStatus()));
          return;
        }
      } else if (!outcome_.ok()) [[unlikely]] {
        outcome_ = OkStatus();  // of a wait that is past: this state was entered without one
      }
      (void)static_cast<Derived*>(this)->Run(static_cast<typename Derived::State>(state_));
    }
  }

  std::optional<ResultType> result_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_IO_RESUMABLE_H_
