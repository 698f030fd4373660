// RunCheckpoint is PRAGMA wal_checkpoint: a checkpoint that waits for whoever is in its way, up to
// the busy timeout, unless it is a passive one.

#ifndef ORRERY_ENGINE_VDBE_RUN_CHECKPOINT_H_
#define ORRERY_ENGINE_VDBE_RUN_CHECKPOINT_H_

#include "engine/io/resumable.h"
#include "engine/storage/pager.h"
#include "engine/vdbe/busy_wait.h"

namespace orrery {

struct Database;
class Session;

class RunCheckpoint final : public Resumable<RunCheckpoint, CheckpointResult> {
 public:
  enum class State : uint8_t { kTry, kSleep };
  static constexpr Edge<State> kEdges[] = {
      {State::kTry, State::kTry},
      {State::kTry, State::kSleep},  // others are in the way
      {State::kSleep, State::kTry},
  };
  ~RunCheckpoint() { Abandon(); }
  void Start(Session& session, Database& database, CheckpointMode mode);

 private:
  friend Resumable;
  Next Run(State state);
  Next Try();
  void OnAbandon() override;

  Session* session_ = nullptr;
  Database* database_ = nullptr;
  CheckpointMode mode_ = CheckpointMode::kPassive;
  BusyWait busy_wait_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_VDBE_RUN_CHECKPOINT_H_
