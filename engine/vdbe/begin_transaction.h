// BeginTransaction is the work of the Transaction opcode: it takes a snapshot of a database, makes
// sure that the schema the program was made for is the one there is, and takes the write lock if
// asked to.
//
//   kRead -> kWrite -> done      a lock that another holds: -> kSleep -> kRead, up to the busy
//   timeout
//
// When the snapshot was taken here, nobody else needs it: one too old to write from is given back
// and taken anew, and while we wait for a lock we hold none. One that was there before stays, and
// then nothing is waited for: whoever has the lock may be waiting for us.

#ifndef ORRERY_ENGINE_VDBE_BEGIN_TRANSACTION_H_
#define ORRERY_ENGINE_VDBE_BEGIN_TRANSACTION_H_

#include "engine/io/resumable.h"
#include "engine/vdbe/busy_wait.h"

namespace orrery {

struct Database;
class Schema;
class Session;

enum class BeginKind : uint8_t { kRead, kWrite, kExclusive };

class BeginTransaction final : public Resumable<BeginTransaction> {
 public:
  enum class State : uint8_t { kRead, kWrite, kSleep };
  static constexpr Edge<State> kEdges[] = {
      {State::kRead, State::kRead},   {State::kRead, State::kWrite}, {State::kRead, State::kSleep},
      {State::kWrite, State::kWrite}, {State::kWrite, State::kRead}, {State::kWrite, State::kSleep},
      {State::kSleep, State::kRead},
  };
  ~BeginTransaction() { Abandon(); }

  // `schema` is the one a program was made for, or null when any will do. kSchema when the database
  // has another by now; the one we have is dropped then, to be read anew.
  void Start(Session& session, Database& database, const Schema* schema, BeginKind kind);
  // In the middle of taking the write lock: giving up now needs EndTransaction.
  bool is_taking_lock() const { return running() && static_cast<State>(state_) == State::kWrite; }

 private:
  friend Resumable;
  Next Run(State state);
  Next Read();
  Next Write();
  // After a kBusy: waits for the busy timeout or fails.
  Next Busy(Status status);
  void OnAbandon() override;

  Session* session_ = nullptr;
  Database* database_ = nullptr;
  const Schema* schema_ = nullptr;
  BeginKind kind_ = BeginKind::kRead;
  bool is_ours_ = false;  // the snapshot: there was none before
  int retry_count_ = 0;   // snapshots given back because they were too old
  BusyWait busy_wait_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_VDBE_BEGIN_TRANSACTION_H_
