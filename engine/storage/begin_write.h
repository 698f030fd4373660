// Turns a read transaction into a write transaction and pins page 1.
//
// In WAL mode: makes the database if there is none, takes the write lock, sees that the snapshot is
// the newest, and begins a new generation of the log when the old one is used up.
//
// In rollback mode: locks the file RESERVED. The snapshot is the newest, since nobody writes to the
// file while we have it locked SHARED. A new database gets its page 1 in the cache, and the file
// only with the commit.

#ifndef ORRERY_ENGINE_STORAGE_BEGIN_WRITE_H_
#define ORRERY_ENGINE_STORAGE_BEGIN_WRITE_H_

#include "engine/io/resumable.h"
#include "engine/storage/open_wal.h"
#include "engine/storage/page_operations.h"
#include "engine/storage/pager_core.h"
#include "engine/storage/set_file_version.h"
#include "engine/storage/take_snapshot.h"

namespace orrery {

class BeginWriteTransaction final : public Resumable<BeginWriteTransaction> {
 public:
  enum class State : uint8_t {
    kBegin,
    kLock,
    kCreated,
    kLogOpened,
    kNewSnapshot,
    kMoved,
    kPageOne
  };
  static constexpr Edge<State> kEdges[] = {
      {State::kBegin, State::kLock},          {State::kLock, State::kCreated},  // a new database
      {State::kCreated, State::kLogOpened},   {State::kLogOpened, State::kNewSnapshot},
      {State::kNewSnapshot, State::kPageOne}, {State::kLock, State::kMoved},  // off read slot 0
      {State::kLock, State::kPageOne},        {State::kMoved, State::kPageOne},
  };
  BeginWriteTransaction(PagerCore& core, SetFileVersion& set_file_version)
      : core_(core), set_file_version_(set_file_version), open_wal_(core), take_snapshot_(core) {}
  void Start(bool exclusive) {
    exclusive_ = exclusive;
    Begin(State::kBegin);
  }

 private:
  friend Resumable;
  Next Run(State state);
  Next Pause();
  Next Lock();
  Next LockForJournal();
  Next CreateDatabase();
  Next OpenLog();
  Next TakeNewSnapshot();
  Next LockNew();
  Next Moved();
  Next FetchPageOne();
  Next TakePageOne();
  Next Refuse(Status status);
  // Of a database just made: the file and its log are there, this transaction cannot go on.
  Next RefuseNew(Status status);
  Status WhyNot() const;

  PagerCore& core_;
  SetFileVersion& set_file_version_;
  OpenWal open_wal_;
  TakeSnapshot take_snapshot_;
  FetchPage fetch_;
  bool exclusive_ = false;
  bool is_new_ = false;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_BEGIN_WRITE_H_
