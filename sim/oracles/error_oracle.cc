#include "sim/oracles/error_oracle.h"

#include <initializer_list>
#include <string>

#include "sim/failure.h"

namespace orrery::sim {
namespace {

bool AnyStruck(const Faults& faults, std::initializer_list<Fault> which) {
  for (const Fault fault : which) {
    if (faults.strike_count(fault) > 0) return true;
  }
  return false;
}

}  // namespace

bool HasReason(const Status& error, const ErrorReasons& reasons) {
  switch (error.primary()) {
    case ResultCode::kBusy:
    case ResultCode::kProtocol:
      return reasons.others;
    case ResultCode::kIoError:
      return AnyStruck(
          reasons.faults,
          {Fault::kEioRead, Fault::kEioWrite, Fault::kEioSync, Fault::kEioTruncate, Fault::kEioOpen,
           Fault::kEioReadSticky, Fault::kEioWriteSticky, Fault::kEioSyncSticky,
           Fault::kEioTruncateSticky, Fault::kEioOpenSticky, Fault::kSyncLosesPages,
           Fault::kNoSpace, Fault::kNoSpaceSticky, Fault::kCancel});
    case ResultCode::kCannotOpen:
      return AnyStruck(reasons.faults, {Fault::kEioOpen, Fault::kEioOpenSticky});
    case ResultCode::kFull:
      return AnyStruck(reasons.faults, {Fault::kNoSpace, Fault::kNoSpaceSticky});
    case ResultCode::kNoMemory:
      return AnyStruck(reasons.faults, {Fault::kNoMemory});
    case ResultCode::kInterrupt:
      return reasons.interrupted || AnyStruck(reasons.faults, {Fault::kCancel});
    case ResultCode::kAbort:
      return reasons.rolled_back;
    default:
      return false;
  }
}

void ExpectReason(const Status& error, const ErrorReasons& reasons, std::string_view doing) {
  if (HasReason(error, reasons)) return;
  Fail("error", "nothing explains this error of " + std::string(doing) + ": " + error.ToString() +
                    " (" + std::to_string(static_cast<int>(error.code())) + ")");
}

}  // namespace orrery::sim
