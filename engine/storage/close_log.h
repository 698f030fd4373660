// Puts all that the log holds into the database file and removes log and index, so that the
// database is one file again: when its last connection goes, and when it leaves WAL mode. That
// needs the file EXCLUSIVE, since every connection to a WAL database holds it SHARED.

#ifndef ORRERY_ENGINE_STORAGE_CLOSE_LOG_H_
#define ORRERY_ENGINE_STORAGE_CLOSE_LOG_H_

#include "engine/io/resumable.h"
#include "engine/storage/checkpoint.h"
#include "engine/storage/pager_core.h"

namespace orrery {

class CloseLog final : public Resumable<CloseLog> {
 public:
  enum class State : uint8_t { kBegin, kCheckpointed };
  static constexpr Edge<State> kEdges[] = {
      {State::kBegin, State::kCheckpointed},
  };
  CloseLog(PagerCore& core, CheckpointLog& checkpoint) : core_(core), checkpoint_(checkpoint) {}

  // The log is open, no snapshot is held. On success the log is closed and gone, and the file is
  // locked EXCLUSIVE. On a failure the log stays, and so does the lock SHARED; kBusy when another
  // connection has the database open.
  void Start() { Begin(State::kBegin); }

 private:
  friend Resumable;
  Next Run(State state);
  Next Lock();
  Next Remove();
  Next Refuse(Status status);

  PagerCore& core_;
  CheckpointLog& checkpoint_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_CLOSE_LOG_H_
