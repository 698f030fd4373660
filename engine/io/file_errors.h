// The errors of files that every backend reports alike: each names the file and says what was
// wrong with it.

#ifndef ORRERY_ENGINE_IO_FILE_ERRORS_H_
#define ORRERY_ENGINE_IO_FILE_ERRORS_H_

#include <string_view>

#include "engine/base/status.h"

namespace orrery {

// "cannot read a.db: Input/output error", with the code given.
Status FileError(ResultCode code, std::string_view doing, std::string_view path,
                 std::string_view reason);

Status CannotOpenError(std::string_view path, std::string_view reason);
// A write or truncate of a file that was opened read-only: kReadOnly.
Status ReadOnlyFileError(std::string_view path);
// Another file holds a lock in the way: kBusy.
Status LockedFileError(std::string_view path);
// The file was closed, or its Io ended, while the operation was in flight: kAbort.
Status ClosedFileError(std::string_view path);
// The operation was cancelled: kInterrupt.
Status CancelledError();

}  // namespace orrery

#endif  // ORRERY_ENGINE_IO_FILE_ERRORS_H_
