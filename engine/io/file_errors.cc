#include "engine/io/file_errors.h"

#include <string>

namespace orrery {

Status FileError(ResultCode code, std::string_view doing, std::string_view path,
                 std::string_view reason) {
  std::string message = "cannot ";
  message.append(doing).append(" ").append(path).append(": ").append(reason);
  return Status(code, message);
}

Status CannotOpenError(std::string_view path, std::string_view reason) {
  return FileError(ResultCode::kCannotOpen, "open", path, reason);
}

Status ReadOnlyFileError(std::string_view path) {
  return FileError(ResultCode::kReadOnly, "write", path, "it was opened read-only");
}

Status LockedFileError(std::string_view path) {
  return FileError(ResultCode::kBusy, "lock", path, "another connection holds a lock");
}

Status ClosedFileError(std::string_view path) {
  return FileError(ResultCode::kAbort, "finish an operation on", path, "it was closed");
}

Status CancelledError() { return Status(ResultCode::kInterrupt, "the operation was cancelled"); }

}  // namespace orrery
