#include "engine/io/posix_io.h"

#include <unistd.h>

#include <cstdio>
#include <string>

#include "engine/io/host.h"
#include "engine/io/posix_file.h"

namespace orrery {

Result<bool> PosixIo::Exists(std::string_view path) {
  const SystemResult result =
      WithoutInterruption([&] { return access(std::string(path).c_str(), F_OK); });
  if (result == 0) return true;
  if (result == -ENOENT || result == -ENOTDIR) return false;
  return SystemError(ResultCode::kIoErrorAccess, "look for", path, static_cast<int>(-result));
}

Status PosixIo::Remove(std::string_view path) {
  const SystemResult result =
      WithoutInterruption([&] { return unlink(std::string(path).c_str()); });
  if (result == 0 || result == -ENOENT) return OkStatus();
  return SystemError(ResultCode::kIoErrorDelete, "remove", path, static_cast<int>(-result));
}

Status PosixIo::Rename(std::string_view from, std::string_view to) {
  const SystemResult result = WithoutInterruption(
      [&] { return std::rename(std::string(from).c_str(), std::string(to).c_str()); });
  if (result == 0) return OkStatus();
  return SystemError(ResultCode::kIoError, "rename", from, static_cast<int>(-result));
}

uint64_t PosixIo::MonotonicNanoseconds() { return HostMonotonicNanoseconds(); }
int64_t PosixIo::UnixMilliseconds() { return HostUnixMilliseconds(); }
int64_t PosixIo::LocalOffsetSeconds(int64_t unix_seconds) {
  return HostLocalOffsetSeconds(unix_seconds);
}
void PosixIo::RandomBytes(MutableBytes out) { HostRandomBytes(out); }

}  // namespace orrery
