#include "engine/io/io.h"

namespace orrery {

Status WaitFor(Io& io, const Completion& completion) {
  while (completion.in_flight()) RETURN_IF_ERROR(io.Poll(PollMode::kWait));
  return OkStatus();
}

}  // namespace orrery
