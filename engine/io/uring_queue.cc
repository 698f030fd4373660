#include "engine/io/uring_queue.h"

#include <sched.h>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <utility>

#include "engine/io/file_errors.h"

namespace orrery {
namespace {

// Linux 6.9 has it, liburing 2.3 does not name it.
constexpr int kOpcodeTruncate = 55;

// The longest buffer that can be registered.
constexpr size_t kRegisteredSizeMax = size_t{1} << 30;

using Kind = UringOperation::Kind;

int OpcodeOf(Kind kind) {
  switch (kind) {
    case Kind::kRead:
      return IORING_OP_READ;
    case Kind::kWrite:
      return IORING_OP_WRITE;
    case Kind::kWriteV:
      return IORING_OP_WRITEV;
    case Kind::kSyncData:
    case Kind::kSyncFull:
      return IORING_OP_FSYNC;
    case Kind::kTruncate:
      return kOpcodeTruncate;
    case Kind::kSleep:
      return IORING_OP_TIMEOUT;
  }
  Unreachable();
}

const char* NameOf(Kind kind) {
  switch (kind) {
    case Kind::kRead:
      return "read";
    case Kind::kWrite:
    case Kind::kWriteV:
      return "write";
    case Kind::kSyncData:
    case Kind::kSyncFull:
      return "sync";
    case Kind::kTruncate:
      return "truncate";
    case Kind::kSleep:
      return "sleep";
  }
  Unreachable();
}

SystemResult RunAsSystemCall(const UringOperation& operation) {
  switch (operation.kind) {
    case Kind::kRead:
      return ReadAt(operation.fd, operation.offset, {operation.address, operation.size});
    case Kind::kWrite:
      return WriteAt(operation.fd, operation.offset, {operation.address, operation.size});
    case Kind::kWriteV:
      return WritePartsAt(operation.fd, operation.offset, operation.parts);
    case Kind::kSyncData:
      return SyncNow(operation.fd, SyncKind::kData);
    case Kind::kSyncFull:
      return SyncNow(operation.fd, SyncKind::kFull);
    case Kind::kTruncate:
      return TruncateTo(operation.fd, operation.offset);
    case Kind::kSleep:
      break;  // Create() insists on timeouts
  }
  Unreachable();
}

FileOperation FileOperationOf(const UringOperation& operation) {
  if (operation.directory.has_value()) return FileOperation::kSyncDirectory;
  switch (operation.kind) {
    case Kind::kRead:
      return FileOperation::kRead;
    case Kind::kWrite:
    case Kind::kWriteV:
      return FileOperation::kWrite;
    case Kind::kSyncData:
    case Kind::kSyncFull:
      return FileOperation::kSync;
    case Kind::kTruncate:
      return FileOperation::kTruncate;
    case Kind::kSleep:
      break;
  }
  Unreachable();
}

std::string PathOf(const UringOperation& operation) {
  if (operation.directory.has_value()) return operation.directory->path;
  return operation.file != nullptr ? operation.file->path() : "a sleep";
}

Status Refused(std::string_view reason) {
  return Status(ResultCode::kError, "the kernel refuses an io_uring: " + std::string(reason));
}

}  // namespace

Result<std::unique_ptr<UringQueue>> UringQueue::Create(UringOptions options) {
  if (!options.warn) {
    options.warn = [](std::string_view text) {
      std::fprintf(stderr, "%.*s\n", static_cast<int>(text.size()), text.data());
    };
  }
  std::unique_ptr<UringQueue> queue(new UringQueue(std::move(options)));
  const int error = io_uring_queue_init(queue->options_.entry_count, &queue->ring_, 0);
  if (error < 0) return Refused(SystemErrorText(-error));
  queue->ring_made_ = true;

  io_uring_probe* const probe = io_uring_get_probe_ring(&queue->ring_);
  if (probe == nullptr) return Refused("it is too old to tell its operations (before Linux 5.6)");
  for (int opcode = 0; opcode < 256; ++opcode) {
    // liburing's test is for opcodes that the probe has a place for.
    const bool has = opcode < probe->ops_len && io_uring_opcode_supported(probe, opcode) != 0;
    queue->has_.set(static_cast<size_t>(opcode), has);
  }
  io_uring_free_probe(probe);
  for (const int opcode : queue->options_.missing_opcodes) {
    queue->has_.reset(static_cast<size_t>(opcode));
  }
  // These have no system call that could take their place.
  if (!queue->Has(IORING_OP_TIMEOUT) || !queue->Has(IORING_OP_ASYNC_CANCEL)) {
    return Refused("it lacks timeouts or cancelling");
  }
  return queue;
}

UringQueue::~UringQueue() {
  if (!ring_made_) return;
  Abort(nullptr);
  CHECK(idle());
  io_uring_queue_exit(&ring_);
}

UringOperation& UringQueue::New(Kind kind, Completion& done) {
  if (free_.empty()) {
    operations_.emplace_back();
    free_.push_back(operations_.size());
  }
  const uint64_t id = free_.back();
  free_.pop_back();
  UringOperation& operation = (*this)[id];
  CHECK(operation.place == Place::kFree);
  operation.kind = kind;
  operation.done = &done;
  done.Submit();
  done.backend_word = id;
  ++in_flight_count_;
  return operation;
}

uint64_t UringQueue::Id(const UringOperation& operation) const {
  return operation.done->backend_word;
}

void UringQueue::Submit(UringOperation& operation) {
  if (!RingCanDo(operation)) {
    operation.result = RunAsSystemCall(operation);
    Finish(operation, std::nullopt);
    return;
  }
  operation.place = Place::kBacklog;
  backlog_.push_back(Id(operation));
  FillRing();
}

bool UringQueue::RingCanDo(const UringOperation& operation) {
  const int opcode = OpcodeOf(operation.kind);
  if (Has(opcode)) return true;
  if (!warned_.test(static_cast<size_t>(opcode))) {
    warned_.set(static_cast<size_t>(opcode));
    options_.warn("io_uring: this kernel's ring has no operation " + std::to_string(opcode) + " (" +
                  NameOf(operation.kind) + "); a system call takes its place");
  }
  return false;
}

void UringQueue::FillRing() {
  while (!backlog_.empty() && in_ring_count_ < options_.entry_count) {
    UringOperation& operation = (*this)[backlog_.front()];
    Prepare(GetSqe(), operation);
    backlog_.pop_front();
    operation.place = Place::kInRing;
    ++in_ring_count_;
  }
}

io_uring_sqe* UringQueue::GetSqe() {
  io_uring_sqe* sqe = io_uring_get_sqe(&ring_);
  if (sqe != nullptr) return sqe;
  // Requests to cancel take places too; handing all to the kernel makes room.
  CHECK(Enter(0).ok());
  sqe = io_uring_get_sqe(&ring_);
  CHECK(sqe != nullptr);
  return sqe;
}

void UringQueue::Prepare(io_uring_sqe* sqe, UringOperation& operation) {
  const auto size = static_cast<unsigned>(operation.size);
  const std::optional<int> buffer = BufferIndex(operation);
  switch (operation.kind) {
    case Kind::kRead:
      if (buffer.has_value()) {
        io_uring_prep_read_fixed(sqe, operation.fd, operation.address, size, operation.offset,
                                 *buffer);
      } else {
        io_uring_prep_read(sqe, operation.fd, operation.address, size, operation.offset);
      }
      break;
    case Kind::kWrite:
      if (buffer.has_value()) {
        io_uring_prep_write_fixed(sqe, operation.fd, operation.address, size, operation.offset,
                                  *buffer);
      } else {
        io_uring_prep_write(sqe, operation.fd, operation.address, size, operation.offset);
      }
      break;
    case Kind::kWriteV:
      // Parts beyond what the system takes at once make it a short write.
      io_uring_prep_writev(sqe, operation.fd, operation.parts.data(),
                           static_cast<unsigned>(std::min(operation.parts.size(), kPartCountMax)),
                           operation.offset);
      break;
    case Kind::kSyncData:
      io_uring_prep_fsync(sqe, operation.fd, IORING_FSYNC_DATASYNC);
      break;
    case Kind::kSyncFull:
      io_uring_prep_fsync(sqe, operation.fd, 0);
      break;
    case Kind::kTruncate:
      io_uring_prep_rw(kOpcodeTruncate, sqe, operation.fd, nullptr, 0, operation.offset);
      break;
    case Kind::kSleep:
      io_uring_prep_timeout(sqe, &operation.until, 0, IORING_TIMEOUT_ABS);
      break;
  }
  io_uring_sqe_set_data64(sqe, Id(operation));
}

void UringQueue::RequestCancel(UringOperation& operation) {
  if (std::exchange(operation.cancelled, true)) return;
  io_uring_sqe* const sqe = GetSqe();
  io_uring_prep_cancel64(sqe, Id(operation), 0);
  io_uring_sqe_set_data64(sqe, 0);
}

Status UringQueue::Poll(PollMode mode) {
  CHECK(mode == PollMode::kNoWait || !idle());
  FillRing();
  do {
    const bool waits = mode == PollMode::kWait && arrived_.empty();
    RETURN_IF_ERROR(Enter(waits ? 1 : 0));
    Reap();
    FillRing();
  } while (mode == PollMode::kWait && arrived_.empty());
  Deliver();
  return OkStatus();
}

Status UringQueue::Enter(unsigned result_count) {
  constexpr int kAttemptsMax = 100'000;
  for (int attempt = 0; attempt < kAttemptsMax;) {
    const int result = io_uring_submit_and_wait(&ring_, result_count);
    if (result >= 0) return OkStatus();
    if (result == -EINTR) continue;
    if (result != -EAGAIN && result != -EBUSY) {
      return Status(ResultCode::kIoError, "cannot enter the io_uring: " + SystemErrorText(-result));
    }
    // The kernel is out of room for results, or for a moment out of memory.
    if (Reap() && result_count > 0) return OkStatus();
    sched_yield();
    ++attempt;
  }
  return Status(ResultCode::kNoMemory, "the kernel has no memory for the io_uring");
}

bool UringQueue::Reap() {
  io_uring_cqe* results[64];
  bool any = false;
  while (const unsigned count = io_uring_peek_batch_cqe(&ring_, results, std::size(results))) {
    for (unsigned i = 0; i < count; ++i) {
      if (results[i]->user_data == 0) continue;
      UringOperation& operation = (*this)[results[i]->user_data];
      CHECK(operation.place == Place::kInRing);
      operation.place = Place::kArrived;
      operation.result = results[i]->res;
      arrived_.push_back(results[i]->user_data);
      --in_ring_count_;
      any = true;
    }
    io_uring_cq_advance(&ring_, count);
  }
  return any;
}

void UringQueue::Deliver() {
  std::vector<uint64_t> arrived;
  arrived.swap(arrived_);
  for (const uint64_t id : arrived) {
    UringOperation& operation = (*this)[id];
    // The kernel may end an operation that nobody cancelled: for a signal, for want of memory, or
    // when the thread that submitted it ends.
    const bool ended_early =
        operation.result == -EINTR || operation.result == -EAGAIN || operation.result == -ECANCELED;
    if (ended_early && operation.cancelled) {
      Finish(operation, CancelledError());
    } else if (ended_early && operation.kind == Kind::kSleep) {
      operation.place = Place::kBacklog;
      backlog_.push_back(id);
    } else {
      if (ended_early) operation.result = RunAsSystemCall(operation);
      Finish(operation, std::nullopt);
    }
  }
}

void UringQueue::Finish(UringOperation& operation, std::optional<Status> instead) {
  Completion& done = *operation.done;
  free_.push_back(Id(operation));
  --in_flight_count_;
  // Taken out first: the completion may be submitted anew as soon as it has finished.
  const UringOperation ended = std::exchange(operation, UringOperation());
  if (instead.has_value()) {
    done.Finish(*std::move(instead));
  } else if (ended.kind == Kind::kSleep) {
    // A timeout that runs out is an "error" of the ring.
    done.Finish(ended.result == -ETIME || ended.result >= 0
                    ? OkStatus()
                    : Status(ResultCode::kIoError,
                             "cannot sleep: " + SystemErrorText(static_cast<int>(-ended.result))));
  } else {
    FinishWith(done, FileOperationOf(ended), PathOf(ended), ended.result);
  }
}

void UringQueue::Cancel(Completion& completion) {
  const uint64_t id = completion.backend_word;
  if (!completion.in_flight() || id == 0 || id > operations_.size()) return;
  UringOperation& operation = (*this)[id];
  if (operation.done != &completion) return;
  if (operation.place == Place::kInRing) RequestCancel(operation);
  if (operation.place != Place::kBacklog) return;
  std::erase(backlog_, id);
  Finish(operation, CancelledError());
}

void UringQueue::Abort(const File* file) {
  const auto ours = [&](const UringOperation& operation) {
    return operation.place != Place::kFree && (file == nullptr || operation.file == file);
  };
  const auto in_ring = [&](const UringOperation& operation) {
    return ours(operation) && operation.place == Place::kInRing;
  };
  for (UringOperation& operation : operations_) {
    if (in_ring(operation)) RequestCancel(operation);
  }
  // Others' results that come meanwhile wait in arrived_ for the next Poll().
  while (std::any_of(operations_.begin(), operations_.end(), in_ring)) {
    CHECK(Enter(1).ok());
    Reap();
  }
  for (UringOperation& operation : operations_) {
    if (!ours(operation)) continue;
    const uint64_t id = Id(operation);
    std::erase(backlog_, id);
    std::erase(arrived_, id);
    Finish(operation, ClosedFileError(PathOf(operation)));
  }
}

void UringQueue::RegisterBuffer(MutableBytes buffer) {
  if (buffer.empty() || buffer.size() > kRegisteredSizeMax) return;
  if (!Has(IORING_OP_READ_FIXED) || !Has(IORING_OP_WRITE_FIXED)) return;
  if (buffer_table_ == BufferTable::kUntried) {
    const bool made = io_uring_register_buffers_sparse(&ring_, kBufferCountMax) == 0;
    buffer_table_ = made ? BufferTable::kMade : BufferTable::kRefused;
  }
  if (buffer_table_ != BufferTable::kMade) return;
  for (unsigned i = 0; i < kBufferCountMax; ++i) {
    if (!buffers_[i].empty()) continue;
    const iovec memory = {buffer.data(), buffer.size()};
    // Refused where locked memory is limited; plain reads and writes do then.
    if (io_uring_register_buffers_update_tag(&ring_, i, &memory, nullptr, 1) == 1) {
      buffers_[i] = buffer;
    }
    return;
  }
}

void UringQueue::UnregisterBuffer(MutableBytes buffer) {
  for (unsigned i = 0; i < kBufferCountMax; ++i) {
    if (buffers_[i].data() != buffer.data() || buffers_[i].size() != buffer.size()) continue;
    // What is prepared names the buffer by its place, which the kernel looks up on submission.
    CHECK(Enter(0).ok());
    const iovec nothing = {nullptr, 0};
    CHECK(io_uring_register_buffers_update_tag(&ring_, i, &nothing, nullptr, 1) == 1);
    buffers_[i] = {};
    return;
  }
}

std::optional<int> UringQueue::BufferIndex(const UringOperation& operation) const {
  const bool fits = operation.kind == Kind::kRead || operation.kind == Kind::kWrite;
  if (!fits || operation.size == 0) return std::nullopt;
  const std::less_equal<const std::byte*> not_behind;
  for (size_t i = 0; i < kBufferCountMax; ++i) {
    const MutableBytes buffer = buffers_[i];
    if (!buffer.empty() && not_behind(buffer.data(), operation.address) &&
        not_behind(operation.address + operation.size, buffer.data() + buffer.size())) {
      return static_cast<int>(i);
    }
  }
  return std::nullopt;
}

}  // namespace orrery
