// Writes into page 1 whether the file is a WAL database or in rollback mode: to make a new WAL
// database, and to change an old one. A log beside an empty file counts for nothing, so a new
// database needs page 1 in the file before it has a log.
//
// It is a small transaction of its own with a rollback journal, in whichever mode the connection
// is. The journal's removal is made durable too: were it to come back after commits in the log, it
// would undo them.

#ifndef ORRERY_ENGINE_STORAGE_SET_FILE_VERSION_H_
#define ORRERY_ENGINE_STORAGE_SET_FILE_VERSION_H_

#include "engine/io/resumable.h"
#include "engine/storage/commit_journal.h"
#include "engine/storage/page_operations.h"
#include "engine/storage/pager_core.h"
#include "engine/storage/rollback.h"

namespace orrery {

class SetFileVersion final : public Resumable<SetFileVersion> {
 public:
  enum class State : uint8_t { kBegin, kLock, kPageOne, kCommitted, kRolledBack };
  static constexpr Edge<State> kEdges[] = {
      {State::kBegin, State::kLock},        {State::kLock, State::kPageOne},
      {State::kLock, State::kCommitted},  // there was no page 1
      {State::kPageOne, State::kCommitted}, {State::kCommitted, State::kRolledBack},
  };
  SetFileVersion(PagerCore& core, CommitJournal& commit, RollbackTransaction& rollback)
      : core_(core), commit_(commit), rollback_(rollback) {}

  // In a read transaction, with the file locked SHARED or EXCLUSIVE and no log open. On success the
  // file is left locked EXCLUSIVE, so that nobody comes between before the caller is where it wants
  // to be. kBusy when somebody else has the file open: the read transaction goes on. Another
  // failure has ended it.
  void Start(uint8_t version) {
    version_ = version;
    Begin(State::kBegin);
  }

 private:
  friend Resumable;
  Next Run(State state);
  Next Pause();
  Next Lock();
  Next TakePageOne();
  Next Commit();
  Next Committed();
  Next RolledBack();
  Next Refuse(Status status);

  PagerCore& core_;
  CommitJournal& commit_;
  RollbackTransaction& rollback_;
  FetchPage fetch_;
  uint8_t version_ = 0;
  Status failure_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_SET_FILE_VERSION_H_
