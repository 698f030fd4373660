// Io is all that an engine shares with the rest of the world: files, time, randomness and waiting.
// One Io per process (a simulated process has its own), shared by its connections.
//
// Backends: memory (memory_io.h), syscall (syscall_io.h), io_uring (uring_io.h); simulated
// (//sim/world). io_conformance.h is the test suite that all of them pass.

#ifndef ORRERY_ENGINE_IO_IO_H_
#define ORRERY_ENGINE_IO_IO_H_

#include <cstdint>
#include <memory>
#include <new>
#include <string_view>

#include "engine/base/bytes.h"
#include "engine/base/status.h"
#include "engine/io/allocation.h"
#include "engine/io/completion.h"
#include "engine/io/file.h"
#include "engine/io/probe.h"
#include "engine/io/yield_site.h"

namespace orrery {

enum class FileKind : uint8_t {
  kDatabase,
  kWal,
  kJournal,
  kSharedMemory,  // may be mapped; its bytes need not survive the machine
  kTemporary,     // removed when closed; the path is ignored
};

struct OpenOptions {
  FileKind kind = FileKind::kDatabase;
  bool read_only = false;
  bool create = false;  // make it, empty, when it is not there
};

enum class PollMode : uint8_t {
  kNoWait,  // finish what has arrived
  kWait,    // wait until at least one operation has finished; at least one is in flight
};

// What a simulator hears of and decides. Production has none.
class IoObserver {
 public:
  // True to make this occurrence of `site` wait although it need not.
  virtual bool ForceWait(const YieldSite& site) = 0;
  // True to refuse this memory.
  virtual bool FailAllocation(Allocation) { return false; }
  // The engine has come to `probe`.
  virtual void OnReached(Probe) {}

 protected:
  ~IoObserver() = default;
};

class Io {
 public:
  virtual ~Io() = default;

  virtual std::string_view name() const = 0;

  // Files. kCannotOpen when it cannot be opened; the message names the path and the reason.
  virtual Result<std::unique_ptr<File>> Open(std::string_view path, const OpenOptions& options) = 0;
  virtual Result<bool> Exists(std::string_view path) = 0;
  virtual Status Remove(std::string_view path) = 0;  // no error when it is not there
  virtual Status Rename(std::string_view from, std::string_view to) = 0;
  // Makes the creation, removal or renaming of files durable: syncs the directory that holds
  // `path`.
  virtual void SyncDirectoryOf(std::string_view path, Completion& done) = 0;

  // Waiting. Finishes operations; never runs engine code.
  virtual Status Poll(PollMode mode) = 0;
  // Asks for an early end. The operation still finishes exactly once, as it would have or with
  // kInterrupt; until then its buffer is in use. Nothing happens when it is not in flight. For one
  // operation of this Io; CancelWait() (completion_group.h) is for groups too.
  virtual void Cancel(Completion& completion) = 0;
  // Polls until nothing of this Io is in flight.
  virtual void Drain() = 0;
  // Finishes in a later Poll(), never inside the call, so that a sleep of 0 is a plain yield.
  virtual void Sleep(uint64_t nanoseconds, Completion& done) = 0;

  // Time and chance.
  virtual uint64_t MonotonicNanoseconds() = 0;
  virtual int64_t UnixMilliseconds() = 0;
  // Of local time ahead of UTC at that moment.
  virtual int64_t LocalOffsetSeconds(int64_t /*unix_seconds*/) { return 0; }
  virtual void RandomBytes(MutableBytes out) = 0;

  // Tells a backend of memory that many operations will use, for as long as it likes to know: the
  // page arena. Always succeeds; a backend that cannot use it ignores it. Unregister before
  // freeing.
  virtual void RegisterBuffers(MutableBytes) {}
  virtual void UnregisterBuffers(MutableBytes) {}

  // Whether a simulator wants a wait here. One comparison in production.
  bool ShouldWait(const YieldSite& site) {
    return observer_ != nullptr && observer_->ForceWait(site);
  }
  // Whether there may be memory for this; a simulator says no. Likewise.
  bool MayAllocate(Allocation allocation) {
    return observer_ == nullptr || !observer_->FailAllocation(allocation);
  }
  // `size` bytes for it, or null.
  std::unique_ptr<std::byte[]> AllocateBytes(Allocation allocation, size_t size) {
    if (!MayAllocate(allocation)) return nullptr;
    return std::unique_ptr<std::byte[]>(new (std::nothrow) std::byte[size]);
  }
  // Tells a simulator that the code has come to a place worth reaching. Likewise.
  void Reached(Probe probe) {
    if (observer_ != nullptr) [[unlikely]]
      observer_->OnReached(probe);
  }
  void SetObserver(IoObserver* observer) { observer_ = observer; }

 private:
  IoObserver* observer_ = nullptr;
};

// Polls until `completion` is no longer in flight. For callers that have nothing else to do.
Status WaitFor(Io& io, const Completion& completion);

// Drives an operation (or any callable that answers an IoResult) to its end.
template <typename Call>
auto RunToEnd(Io& io, Call&& call) -> decltype(call()) {
  while (true) {
    auto result = call();
    if (!result.pending()) return result;
    if (Status status = WaitFor(io, *result.waiting().on); !status.ok()) return status;
  }
}

}  // namespace orrery

#endif  // ORRERY_ENGINE_IO_IO_H_
