// What the syscall and io_uring backends share besides files: names, clocks and randomness.

#ifndef ORRERY_ENGINE_IO_POSIX_IO_H_
#define ORRERY_ENGINE_IO_POSIX_IO_H_

#include "engine/io/io.h"

namespace orrery {

class PosixIo : public Io {
 public:
  Result<bool> Exists(std::string_view path) final;
  Status Remove(std::string_view path) final;
  Status Rename(std::string_view from, std::string_view to) final;

  uint64_t MonotonicNanoseconds() final;
  int64_t UnixMilliseconds() final;
  int64_t LocalOffsetSeconds(int64_t unix_seconds) final;
  void RandomBytes(MutableBytes out) final;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_IO_POSIX_IO_H_
