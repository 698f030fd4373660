// SyscallIo is the portable default: every operation is a system call made inside the call that
// submits it, and so has finished when that returns. Only sleeps are ever in flight.

#ifndef ORRERY_ENGINE_IO_SYSCALL_IO_H_
#define ORRERY_ENGINE_IO_SYSCALL_IO_H_

#include "engine/io/posix_io.h"
#include "engine/io/sleep_queue.h"

namespace orrery {

class SyscallIo final : public PosixIo {
 public:
  SyscallIo() = default;
  ~SyscallIo() override;  // every File has been closed

  std::string_view name() const override { return "syscall"; }
  Result<std::unique_ptr<File>> Open(std::string_view path, const OpenOptions& options) override;
  void SyncDirectoryOf(std::string_view path, Completion& done) override;

  Status Poll(PollMode mode) override;
  void Cancel(Completion& completion) override;
  void Drain() override;
  void Sleep(uint64_t nanoseconds, Completion& done) override;

 private:
  friend class SyscallFile;
  SleepQueue sleeps_;
  size_t open_file_count_ = 0;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_IO_SYSCALL_IO_H_
