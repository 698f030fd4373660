// IoResult<T> is the answer of a call that may have to wait: done with a T, pending on a Completion,
// or failed. On pending the caller drives the Io until the completion is no longer in flight, then
// makes the same call again; the callee goes on where it was (see resumable.h). Calling again
// earlier is allowed and answers pending again.

#ifndef ORRERY_ENGINE_IO_IO_RESULT_H_
#define ORRERY_ENGINE_IO_IO_RESULT_H_

#include <utility>
#include <variant>

#include "engine/base/status.h"
#include "engine/io/completion.h"

namespace orrery {

struct Pending {
  Completion* on;
};

// What an operation yields that has nothing to say but that it is done.
struct Unit {};

template <typename T = Unit>
class [[nodiscard]] IoResult {
 public:
  IoResult(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT
  IoResult(Pending pending) : state_(pending) {}                            // NOLINT
  IoResult(Status status) : state_(std::move(status)) {                     // NOLINT
    CHECK(!std::get<2>(state_).ok());
  }

  bool done() const { return state_.index() == 0; }
  bool pending() const { return state_.index() == 1; }
  bool failed() const { return state_.index() == 2; }
  T& operator*() & { return *std::get_if<0>(&state_); }
  T&& operator*() && { return std::move(*std::get_if<0>(&state_)); }
  T* operator->() { return std::get_if<0>(&state_); }
  Pending waiting() const { return *std::get_if<1>(&state_); }
  const Status& status() const& { return *std::get_if<2>(&state_); }
  Status status() && { return std::move(*std::get_if<2>(&state_)); }

  // The pending or failed state, for a caller that passes it on as an IoResult of another type.
  template <typename U>
  IoResult<U> As() && {
    if (pending()) return waiting();
    return std::move(*this).status();
  }

 private:
  std::variant<T, Pending, Status> state_;
};

}  // namespace orrery

// For functions that only pass a result on: IO_ASSIGN_OR_RETURN(U, const bool found, cursor.Next())
// returns from a function of type IoResult<U> when the call is pending or failed. The line runs
// again after the wait, so nothing before it in the function may have an effect.
#define IO_ASSIGN_OR_RETURN(U, left, expression) \
  IO_ASSIGN_OR_RETURN_INNER(ORRERY_CONCAT(io_result_, __LINE__), U, left, expression)
#define IO_ASSIGN_OR_RETURN_INNER(result, U, left, expression) \
  auto result = (expression);                                   \
  if (!result.done()) [[unlikely]] return std::move(result).template As<U>(); \
  left = *std::move(result)
#define IO_RETURN_IF_NOT_DONE(U, expression)                     \
  do {                                                           \
    auto io_result_ = (expression);                              \
    if (!io_result_.done()) [[unlikely]] return std::move(io_result_).template As<U>(); \
  } while (false)

#endif  // ORRERY_ENGINE_IO_IO_RESULT_H_
