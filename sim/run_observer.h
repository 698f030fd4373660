// A RunObserver is told all of a run: the worlds' events (Tracer), the statements, and what else a
// log should say. A simulation has one when somebody looks: a failed run is being recorded,
// replayed, shrunk, traced, or told on the terminal. It changes nothing of the run.

#ifndef ORRERY_SIM_RUN_OBSERVER_H_
#define ORRERY_SIM_RUN_OBSERVER_H_

#include <cstdint>
#include <string_view>

#include "sim/world/tracer.h"

namespace orrery::sim {

class RunObserver : public Tracer {
 public:
  // Connections are numbered from 0; what belongs to none has this number.
  static constexpr int kNoConnection = -1;
  // Who wants a statement: the workload, which drew it, or an oracle that looks at the database.
  enum class Asker : uint8_t { kWorkload, kOracle };

  // A statement begins. The answer goes to OnStatementEnd(), which is not called when the
  // statement's process is killed.
  virtual uint64_t OnStatement(int connection, Asker asker, std::string_view sql) = 0;
  // `outcome` for a person: "ok, 3 rows".
  virtual void OnStatementEnd(uint64_t statement, std::string_view outcome) = 0;
  virtual void OnNote(int connection, std::string_view line) = 0;
};

}  // namespace orrery::sim

#endif  // ORRERY_SIM_RUN_OBSERVER_H_
