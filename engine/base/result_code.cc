#include "engine/base/result_code.h"

namespace orrery {

std::string_view Describe(ResultCode code) {
  switch (Primary(code)) {
    case ResultCode::kOk: return "not an error";
    case ResultCode::kError: return "SQL logic error";
    case ResultCode::kPerm: return "access permission denied";
    case ResultCode::kAbort: return "query aborted";
    case ResultCode::kBusy: return "database is locked";
    case ResultCode::kLocked: return "database table is locked";
    case ResultCode::kNoMemory: return "out of memory";
    case ResultCode::kReadOnly: return "attempt to write a readonly database";
    case ResultCode::kInterrupt: return "interrupted";
    case ResultCode::kIoError: return "disk I/O error";
    case ResultCode::kCorrupt: return "database disk image is malformed";
    case ResultCode::kNotFound: return "unknown operation";
    case ResultCode::kFull: return "database or disk is full";
    case ResultCode::kCannotOpen: return "unable to open database file";
    case ResultCode::kProtocol: return "locking protocol";
    case ResultCode::kSchema: return "database schema has changed";
    case ResultCode::kTooBig: return "string or blob too big";
    case ResultCode::kConstraint: return "constraint failed";
    case ResultCode::kMismatch: return "datatype mismatch";
    case ResultCode::kMisuse: return "bad parameter or other API misuse";
    case ResultCode::kNoLargeFile: return "large file support is disabled";
    case ResultCode::kAuth: return "authorization denied";
    case ResultCode::kRange: return "column index out of range";
    case ResultCode::kNotADatabase: return "file is not a database";
    default: return "unknown error";
  }
}

}  // namespace orrery
