// A Session is how a client reaches the engine: through SQL (sql_session.h), or below it, straight
// on pages and trees (kv_session.h), which is faster and tests storage alone. Both run the same
// Commands with the same answers.
//
// All calls are made on the client's fiber and come back when there is an answer. Whenever the
// engine must wait, the Driver decides how: until the operation has finished, or not at all.

#ifndef ORRERY_WHOPPER_CLIENTS_SESSION_H_
#define ORRERY_WHOPPER_CLIENTS_SESSION_H_

#include <memory>
#include <string>

#include "engine/base/status.h"
#include "engine/io/io.h"
#include "engine/storage/pager.h"
#include "whopper/clients/command.h"

namespace orrery::whopper {

class Driver {
 public:
  // To be called after every call into the engine: leaves the fiber when its process was killed.
  virtual void AfterCall() = 0;
  // The engine waits for `on`. Leaving a statement is for those that Next() may be called of again.
  enum class Then : uint8_t { kGoOn, kGiveUp, kLeave };
  virtual Then Wait(Completion& on) = 0;

 protected:
  ~Driver() = default;
};

struct Outcome {
  enum class Kind : uint8_t { kRow, kDone, kError, kGivenUp, kLeft };
  Kind kind;
  Status error;  // with kError
};

// One command under way. Destroying it gives it up.
class Running {
 public:
  virtual ~Running() = default;
  // The next row, the end or an error. After kDone or kError only destruction may follow; after
  // kGivenUp too. After kLeft it stands where it waited, and others of its session may be run.
  virtual Outcome Next(sim::Row* row, Driver& driver) = 0;
};

class Session {
 public:
  virtual ~Session() = default;
  virtual Result<std::unique_ptr<Running>> Start(const Command& command) = 0;
  // Ends the connection in good order. kGivenUp cannot be answered with.
  virtual Status Close(Driver& driver) = 0;
  virtual bool in_transaction() const = 0;
  virtual int64_t changes() const = 0;
  virtual SnapshotId snapshot() const = 0;
  virtual void Interrupt() = 0;
};

// How one uses SQL.
struct SqlHabits {
  // Statements are kept when they have ended or were given up, and run again with other numbers.
  bool keeps_statements = false;
  int busy_timeout_ms = 0;
};

Result<std::unique_ptr<Session>> OpenSqlSession(Io& io, const std::string& path,
                                                const PagerOptions& options,
                                                const SqlHabits& habits);
Result<std::unique_ptr<Session>> OpenKvSession(Io& io, const std::string& path,
                                               const PagerOptions& options);

}  // namespace orrery::whopper

#endif  // ORRERY_WHOPPER_CLIENTS_SESSION_H_
