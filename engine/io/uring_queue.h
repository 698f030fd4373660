// UringQueue runs operations on an io_uring: it batches submissions, keeps what the ring has no
// room for, and finishes completions in Poll(). An operation is in one of these places:
//
//   free --New()--> backlog --a place in the ring--> in ring --its result--> arrived --Poll()-->
//   free
//
// The ring belongs to no thread, but only one at a time may call. What this kernel's ring cannot do
// is done by a system call in its place, when it is submitted.

#ifndef ORRERY_ENGINE_IO_URING_QUEUE_H_
#define ORRERY_ENGINE_IO_URING_QUEUE_H_

#include <liburing.h>

#include <bitset>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/io/io.h"
#include "engine/io/posix_file.h"

namespace orrery {

struct UringOptions {
  unsigned entry_count = 512;  // operations in the ring at once; more wait in the backlog
  // IORING_OP_* treated as if this kernel lacked them: how the fallbacks are tested.
  std::vector<int> missing_opcodes;
  // Told, once each, of an opcode that this kernel lacks. A line on standard error when not given.
  std::function<void(std::string_view)> warn;
};

struct UringOperation {
  enum class Kind : uint8_t { kRead, kWrite, kWriteV, kSyncData, kSyncFull, kTruncate, kSleep };
  enum class Place : uint8_t { kFree, kBacklog, kInRing, kArrived };

  // Filled in by who submits it; what a kind has no use for stays as it is.
  Kind kind = Kind::kRead;
  int fd = -1;
  uint64_t offset = 0;                  // the new size, for kTruncate
  std::byte* address = nullptr;         // of kRead and kWrite, never written to by kWrite
  size_t size = 0;                      // at most kTransferSizeMax
  std::vector<iovec> parts;             // of kWriteV
  __kernel_timespec until = {};         // of kSleep, on the monotonic clock
  const File* file = nullptr;           // null for a sleep or a directory
  std::optional<OpenedFile> directory;  // being synced; closed at the end

  // The queue's own.
  Completion* done = nullptr;
  Place place = Place::kFree;
  bool cancelled = false;  // an early end was asked for
  SystemResult result = 0;
};

class UringQueue {
 public:
  // Fails, saying why, when the kernel refuses a ring or is too old for a useful one.
  static Result<std::unique_ptr<UringQueue>> Create(UringOptions options);
  ~UringQueue();  // what is in flight finishes with kAbort

  // A free operation to fill in and Submit() at once. `done` is in flight from here on.
  UringOperation& New(UringOperation::Kind kind, Completion& done);
  void Submit(UringOperation& operation);

  Status Poll(PollMode mode);
  void Cancel(Completion& completion);
  // Ends all operations of `file`, with kAbort; none of its buffers is in use afterwards.
  void Abort(const File* file);
  bool idle() const { return in_flight_count_ == 0; }

  // Makes the kernel map this memory once instead of for every operation, if it can.
  void RegisterBuffer(MutableBytes buffer);
  void UnregisterBuffer(MutableBytes buffer);

 private:
  using Place = UringOperation::Place;
  static constexpr size_t kBufferCountMax = 16;

  explicit UringQueue(UringOptions options) : options_(std::move(options)) {}

  // The identity of an operation in the ring; 0 is a request to cancel, whose answer says nothing.
  uint64_t Id(const UringOperation& operation) const;
  UringOperation& operator[](uint64_t id) { return operations_[id - 1]; }

  bool Has(int opcode) const { return has_.test(static_cast<size_t>(opcode)); }
  // Whether the ring can do it; warns when it cannot.
  bool RingCanDo(const UringOperation& operation);

  void FillRing();  // from the backlog
  io_uring_sqe* GetSqe();
  void Prepare(io_uring_sqe* sqe, UringOperation& operation);
  void RequestCancel(UringOperation& operation);
  // Submits what is prepared and waits until `result_count` results are there; perhaps fewer come.
  Status Enter(unsigned result_count);
  bool Reap();     // moves results to arrived_; false when there were none
  void Deliver();  // finishes what has arrived
  void Finish(UringOperation& operation, std::optional<Status> instead);
  std::optional<int> BufferIndex(const UringOperation& operation) const;

  const UringOptions options_;
  bool ring_made_ = false;
  io_uring ring_;
  std::bitset<256> has_;                   // opcodes
  std::bitset<256> warned_;                // opcodes
  std::deque<UringOperation> operations_;  // never move; ids are their indices and one
  std::vector<uint64_t> free_;
  std::deque<uint64_t> backlog_;
  std::vector<uint64_t> arrived_;
  size_t in_ring_count_ = 0;
  size_t in_flight_count_ = 0;  // not free

  enum class BufferTable : uint8_t { kUntried, kRefused, kMade };
  BufferTable buffer_table_ = BufferTable::kUntried;
  MutableBytes buffers_[kBufferCountMax];  // empty: a free place
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_IO_URING_QUEUE_H_
