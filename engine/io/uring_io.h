// UringIo hands operations to the kernel through a ring in shared memory: many in flight for one
// system call, submitted and waited for together in Poll(). It wants Linux 5.6; what an older
// kernel's ring lacks is done by a system call in its place, and warned of once.
//
// Size, locks, mapping, opening and names are system calls, as in SyscallIo.

#ifndef ORRERY_ENGINE_IO_URING_IO_H_
#define ORRERY_ENGINE_IO_URING_IO_H_

#include <memory>
#include <utility>

#include "engine/io/posix_io.h"
#include "engine/io/uring_queue.h"

namespace orrery {

class UringIo final : public PosixIo {
 public:
  // Fails with a message for the user when the kernel refuses a ring; SyscallIo serves then.
  static Result<std::unique_ptr<UringIo>> Create(UringOptions options = UringOptions());
  ~UringIo() override;  // every File has been closed

  std::string_view name() const override { return "io_uring"; }
  Result<std::unique_ptr<File>> Open(std::string_view path, const OpenOptions& options) override;
  void SyncDirectoryOf(std::string_view path, Completion& done) override;

  Status Poll(PollMode mode) override { return queue_->Poll(mode); }
  void Cancel(Completion& completion) override { queue_->Cancel(completion); }
  void Drain() override;
  void Sleep(uint64_t nanoseconds, Completion& done) override;

  void RegisterBuffers(MutableBytes buffers) override { queue_->RegisterBuffer(buffers); }
  void UnregisterBuffers(MutableBytes buffers) override { queue_->UnregisterBuffer(buffers); }

 private:
  friend class UringFile;
  explicit UringIo(std::unique_ptr<UringQueue> queue) : queue_(std::move(queue)) {}

  const std::unique_ptr<UringQueue> queue_;
  size_t open_file_count_ = 0;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_IO_URING_IO_H_
