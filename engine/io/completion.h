// A Completion is one promise by an Io backend: this operation finishes, exactly once, with a byte
// count or an error.
//
//   idle --Submit()--> in flight --Finish()--> finished --Submit()--> in flight ...
//
// It lives in what outlives the operation and next to the buffer it is for: a page read's in the
// cache frame, a write's in the connection's commit machine. So waiting allocates nothing, and
// whoever waited may walk away: the operation simply lands.
//
// Owner and backend share a thread. A backend with threads of its own hands results over inside
// Io::Poll(). An operation may finish inside the very call that submits it, in any later Poll(), in
// any order, or only when its file is closed; and it may have transferred less than was asked.

#ifndef ORRERY_ENGINE_IO_COMPLETION_H_
#define ORRERY_ENGINE_IO_COMPLETION_H_

#include <cstddef>
#include <cstdint>
#include <utility>

#include "engine/base/status.h"

namespace orrery {

class CompletionGroup;
class Io;

class Completion {
 public:
  Completion() = default;
  // The backend holds our address while we are in flight.
  Completion(const Completion&) = delete;
  Completion& operator=(const Completion&) = delete;
  ~Completion() { CHECK(!in_flight()); }

  bool in_flight() const { return state_ == State::kInFlight; }
  bool finished() const { return state_ == State::kFinished; }

  // How a finished operation ended, and how many bytes it moved (0 for a sync or a truncate). A
  // read that meets the end of the file moves fewer bytes than asked, 0 at or past the end.
  const Status& status() const {
    CHECK(finished());
    return status_;
  }
  size_t bytes() const {
    CHECK(finished());
    return bytes_;
  }

  // For backends.
  void Submit() {
    CHECK(!in_flight());
    state_ = State::kInFlight;
    status_ = OkStatus();
    bytes_ = 0;
  }
  void Finish(Status status, size_t bytes = 0);
  // A word for the backend's own use while the operation is in flight.
  uint64_t backend_word = 0;

 private:
  friend class CompletionGroup;
  friend void CancelWait(Io& io, Completion& completion);
  enum class State : uint8_t { kIdle, kInFlight, kFinished };

  State state_ = State::kIdle;
  Status status_;
  size_t bytes_ = 0;
  CompletionGroup* group_ = nullptr;   // told when we finish
  CompletionGroup* all_of_ = nullptr;  // the group whose all() we are
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_IO_COMPLETION_H_
