// BeginTransaction is the work of the Transaction opcode: it takes a snapshot, makes sure that the
// schema the program was made for is the one there is, and takes the write lock if asked to.
//
//   kRead -> kWrite -> done      a lock that another holds: -> kSleep -> kRead, up to the busy
//   timeout
//
// When nobody else of the connection uses the snapshot, a snapshot too old to write from is given
// back and taken anew. Otherwise the write fails with kBusySnapshot and the snapshot stays.

#ifndef ORRERY_ENGINE_VDBE_BEGIN_TRANSACTION_H_
#define ORRERY_ENGINE_VDBE_BEGIN_TRANSACTION_H_

#include "engine/io/resumable.h"

namespace orrery {

class Schema;
class Session;

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
  // has another by now; the session's is dropped then, to be read anew.
  void Start(Session& session, const Schema* schema, bool to_write);
  // In the middle of taking the write lock: giving up now needs EndTransaction.
  bool is_taking_lock() const { return running() && static_cast<State>(state_) == State::kWrite; }

 private:
  friend Resumable;
  Next Run(State state);
  Next Read();
  Next Write();
  Next Sleep();
  // After a kBusy: waits for the busy timeout or fails.
  Next Busy(Status status);
  void OnAbandon() override;

  Session* session_ = nullptr;
  const Schema* schema_ = nullptr;
  bool to_write_ = false;
  bool is_fresh_ = false;  // the snapshot was taken here, and nobody else uses it
  int retry_count_ = 0;    // snapshots given back because they were too old
  int sleep_count_ = 0;
  int slept_ms_ = 0;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_VDBE_BEGIN_TRANSACTION_H_
