// Closes the files, after a rollback of what is open. The last connection to a WAL database, which
// is one that can lock the file exclusively, makes it one file again (close_log.h).

#ifndef ORRERY_ENGINE_STORAGE_CLOSE_DATABASE_H_
#define ORRERY_ENGINE_STORAGE_CLOSE_DATABASE_H_

#include "engine/io/resumable.h"
#include "engine/storage/close_log.h"
#include "engine/storage/pager_core.h"
#include "engine/storage/rollback.h"

namespace orrery {

class CloseDatabase final : public Resumable<CloseDatabase> {
 public:
  enum class State : uint8_t { kBegin, kRollBack, kRolledBack, kLogClosed };
  static constexpr Edge<State> kEdges[] = {
      {State::kBegin, State::kRollBack},
      {State::kRollBack, State::kRolledBack},
      {State::kRolledBack, State::kLogClosed},
  };
  CloseDatabase(PagerCore& core, RollbackTransaction& rollback, CloseLog& close_log)
      : core_(core), rollback_(rollback), close_log_(close_log) {}
  void Start() { Begin(State::kBegin); }

 private:
  friend Resumable;
  Next Run(State state);
  Next RolledBack();
  Next CloseFiles(Status status);

  PagerCore& core_;
  RollbackTransaction& rollback_;
  CloseLog& close_log_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_CLOSE_DATABASE_H_
