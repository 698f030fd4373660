// Closes the files. The last connection to a WAL database, which is one that can lock the file
// exclusively, first copies what the log holds and removes log and index, so that the database is
// one file again.

#ifndef ORRERY_ENGINE_STORAGE_CLOSE_DATABASE_H_
#define ORRERY_ENGINE_STORAGE_CLOSE_DATABASE_H_

#include "engine/io/resumable.h"
#include "engine/storage/checkpoint.h"
#include "engine/storage/pager_core.h"

namespace orrery {

class CloseDatabase final : public Resumable<CloseDatabase> {
 public:
  enum class State : uint8_t { kBegin, kLock, kCheckpointed };
  static constexpr Edge<State> kEdges[] = {
      {State::kBegin, State::kLock},
      {State::kLock, State::kCheckpointed},
  };
  CloseDatabase(PagerCore& core, CheckpointLog& checkpoint)
      : core_(core), checkpoint_(checkpoint) {}
  void Start() { Begin(State::kBegin); }

 private:
  friend Resumable;
  Next Run(State state);
  Next Lock();
  Next Checkpointed();
  void CloseFiles();

  PagerCore& core_;
  CheckpointLog& checkpoint_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_CLOSE_DATABASE_H_
