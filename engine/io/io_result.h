// IoResult<T> is the answer of a call that may have to wait: done with a T, pending on a
// Completion, or failed. On pending the caller drives the Io until the completion is no longer in
// flight, then makes the same call again; the callee goes on where it was (see resumable.h).
// Calling again earlier is allowed and answers pending again.

#ifndef ORRERY_ENGINE_IO_IO_RESULT_H_
#define ORRERY_ENGINE_IO_IO_RESULT_H_

#include <cstdint>
#include <new>
#include <utility>

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
  IoResult(T value) : value_(std::move(value)), kind_(Kind::kDone) {}           // NOLINT
  IoResult(Pending pending) : waits_for_(pending.on), kind_(Kind::kPending) {}  // NOLINT
  IoResult(Status status) : status_(std::move(status)), kind_(Kind::kFailed) {  // NOLINT
    CHECK(!status_.ok());
  }
  IoResult(IoResult&& other) noexcept : kind_(other.kind_) { TakeFrom(other); }
  IoResult& operator=(IoResult&& other) noexcept {
    if (this == &other) return *this;
    Destroy();
    kind_ = other.kind_;
    TakeFrom(other);
    return *this;
  }
  ~IoResult() { Destroy(); }

  bool done() const { return kind_ == Kind::kDone; }
  bool pending() const { return kind_ == Kind::kPending; }
  bool failed() const { return kind_ == Kind::kFailed; }
  T& operator*() & {
    CHECK(done());
    return value_;
  }
  T&& operator*() && {
    CHECK(done());
    return std::move(value_);
  }
  T* operator->() {
    CHECK(done());
    return &value_;
  }
  Pending waiting() const {
    CHECK(pending());
    return {waits_for_};
  }
  const Status& status() const& {
    CHECK(failed());
    return status_;
  }
  Status status() && {
    CHECK(failed());
    return std::move(status_);
  }

  // The pending or failed state, for a caller that passes it on as an IoResult of another type.
  template <typename U>
  IoResult<U> As() && {
    if (pending()) return waiting();
    return std::move(*this).status();
  }

 private:
  enum class Kind : uint8_t { kDone, kPending, kFailed };

  void TakeFrom(IoResult& other) {
    if (kind_ == Kind::kDone) {
      new (&value_) T(std::move(other.value_));
    } else if (kind_ == Kind::kPending) {
      waits_for_ = other.waits_for_;
    } else {
      new (&status_) Status(std::move(other.status_));
    }
  }
  void Destroy() {
    if (kind_ == Kind::kDone) {
      value_.~T();
    } else if (kind_ == Kind::kFailed) [[unlikely]] {
      status_.~Status();
    }
  }

  // Written out rather than a std::variant, so that a call that is inlined and done costs nothing.
  union {
    T value_;
    Completion* waits_for_;
    Status status_;
  };
  Kind kind_;
};

}  // namespace orrery

// For functions that only pass a result on: IO_ASSIGN_OR_RETURN(U, const bool found, cursor.Next())
// returns from a function of type IoResult<U> when the call is pending or failed. The line runs
// again after the wait, so nothing before it in the function may have an effect.
#define IO_ASSIGN_OR_RETURN(U, left, expression) \
  IO_ASSIGN_OR_RETURN_INNER(ORRERY_CONCAT(io_result_, __LINE__), U, left, expression)
#define IO_ASSIGN_OR_RETURN_INNER(result, U, left, expression) \
  auto result = (expression);                                  \
  if (!result.done()) [[unlikely]]                             \
    return std::move(result).template As<U>();                 \
  left = *std::move(result)
#define IO_RETURN_IF_NOT_DONE(U, expression)         \
  do {                                               \
    auto io_result_ = (expression);                  \
    if (!io_result_.done()) [[unlikely]]             \
      return std::move(io_result_).template As<U>(); \
  } while (false)

#endif  // ORRERY_ENGINE_IO_IO_RESULT_H_
