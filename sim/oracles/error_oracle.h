// oracle=error: a statement fails only for a reason that is in play. What the statement itself
// makes certain (a rowid that is taken) is the model's business; this is about the world: faults
// that struck, others that hold locks, an interrupt. Corruption is never a reason.

#ifndef ORRERY_SIM_ORACLES_ERROR_ORACLE_H_
#define ORRERY_SIM_ORACLES_ERROR_ORACLE_H_

#include <string_view>

#include "engine/base/status.h"
#include "sim/faults/faults.h"

namespace orrery::sim {

struct ErrorReasons {
  const Faults& faults;
  bool others = false;       // other connections use the database
  bool interrupted = false;  // Interrupt() was called while the statement ran
  bool rolled_back = false;  // its transaction was rolled back under it
};

bool HasReason(const Status& error, const ErrorReasons& reasons);
// Fails when nothing explains `error`; `doing` is for the message.
void ExpectReason(const Status& error, const ErrorReasons& reasons, std::string_view doing);

}  // namespace orrery::sim

#endif  // ORRERY_SIM_ORACLES_ERROR_ORACLE_H_
