// SQLite's result codes: the primary code is the low byte, an extended code adds a second byte.
// Values and meanings: https://www.sqlite.org/rescode.html

#ifndef ORRERY_ENGINE_BASE_RESULT_CODE_H_
#define ORRERY_ENGINE_BASE_RESULT_CODE_H_

#include <string_view>

namespace orrery {

enum class ResultCode : int {
  kOk = 0,
  kError = 1,
  kInternal = 2,
  kPerm = 3,
  kAbort = 4,
  kBusy = 5,
  kLocked = 6,
  kNoMemory = 7,
  kReadOnly = 8,
  kInterrupt = 9,
  kIoError = 10,
  kCorrupt = 11,
  kNotFound = 12,
  kFull = 13,
  kCannotOpen = 14,
  kProtocol = 15,
  kSchema = 17,
  kTooBig = 18,
  kConstraint = 19,
  kMismatch = 20,
  kMisuse = 21,
  kNoLargeFile = 22,
  kAuth = 23,
  kRange = 25,
  kNotADatabase = 26,

  kErrorMissingCollation = kError | (1 << 8),
  kAbortRollback = kAbort | (2 << 8),
  kBusyRecovery = kBusy | (1 << 8),
  kBusySnapshot = kBusy | (2 << 8),
  kReadOnlyRecovery = kReadOnly | (1 << 8),
  kReadOnlyCannotLock = kReadOnly | (2 << 8),
  kReadOnlyRollback = kReadOnly | (3 << 8),
  kReadOnlyDbMoved = kReadOnly | (4 << 8),
  kReadOnlyCannotInit = kReadOnly | (5 << 8),
  kReadOnlyDirectory = kReadOnly | (6 << 8),
  kIoErrorRead = kIoError | (1 << 8),
  kIoErrorShortRead = kIoError | (2 << 8),
  kIoErrorWrite = kIoError | (3 << 8),
  kIoErrorSync = kIoError | (4 << 8),
  kIoErrorSyncDirectory = kIoError | (5 << 8),
  kIoErrorTruncate = kIoError | (6 << 8),
  kIoErrorStat = kIoError | (7 << 8),
  kIoErrorUnlock = kIoError | (8 << 8),
  kIoErrorReadLock = kIoError | (9 << 8),
  kIoErrorDelete = kIoError | (10 << 8),
  kIoErrorAccess = kIoError | (13 << 8),
  kIoErrorLock = kIoError | (15 << 8),
  kIoErrorClose = kIoError | (16 << 8),
  kIoErrorShmOpen = kIoError | (18 << 8),
  kIoErrorShmSize = kIoError | (19 << 8),
  kIoErrorShmLock = kIoError | (20 << 8),
  kIoErrorShmMap = kIoError | (21 << 8),
  kCorruptSequence = kCorrupt | (2 << 8),
  kCorruptIndex = kCorrupt | (3 << 8),
  kCannotOpenIsDir = kCannotOpen | (2 << 8),
  kConstraintCheck = kConstraint | (1 << 8),
  kConstraintNotNull = kConstraint | (5 << 8),
  kConstraintPrimaryKey = kConstraint | (6 << 8),
  kConstraintTrigger = kConstraint | (7 << 8),
  kConstraintUnique = kConstraint | (8 << 8),
  kConstraintRowid = kConstraint | (10 << 8),
  kConstraintDatatype = kConstraint | (12 << 8),
};

constexpr ResultCode Primary(ResultCode code) {
  return static_cast<ResultCode>(static_cast<int>(code) & 0xff);
}

// SQLite's English text for the primary code, as in sqlite3_errstr(): "database is locked".
std::string_view Describe(ResultCode code);

}  // namespace orrery

#endif  // ORRERY_ENGINE_BASE_RESULT_CODE_H_
