// Makes the first page of a new database, durably, in the database file itself: a log beside an
// empty file counts for nothing, so page 1 must be there before the log is.
//
// A rollback journal that says "the file was empty" stands beside the file meanwhile. Whoever comes
// after a crash cuts the file back to nothing. The journal's removal is made durable too: were it
// to come back after commits in the log, it would undo them.

#ifndef ORRERY_ENGINE_STORAGE_CREATE_DATABASE_H_
#define ORRERY_ENGINE_STORAGE_CREATE_DATABASE_H_

#include <array>
#include <memory>

#include "engine/io/resumable.h"
#include "engine/io/transfer.h"
#include "engine/storage/pager_core.h"

namespace orrery {

class CreateDatabase final : public Resumable<CreateDatabase> {
 public:
  enum class State : uint8_t {
    kBegin,
    kJournal,
    kJournalWritten,
    kJournalSynced,
    kJournalDurable,
    kPageWritten,
    kPageDurable,
    kUndo,
    kEnd
  };
  static constexpr Edge<State> kEdges[] = {
      {State::kBegin, State::kJournal},  // what an abandoned run left has landed
      {State::kJournal, State::kJournalWritten},
      {State::kJournalWritten, State::kJournalSynced},
      {State::kJournalSynced, State::kJournalDurable},  // its directory entry too
      {State::kJournalDurable, State::kPageWritten},
      {State::kPageWritten, State::kPageDurable},
      {State::kPageDurable, State::kEnd},      // the journal is gone, durably
      {State::kJournalWritten, State::kUndo},  // something failed
      {State::kJournalSynced, State::kUndo},
      {State::kJournalDurable, State::kUndo},
      {State::kPageWritten, State::kUndo},
      {State::kPageDurable, State::kUndo},
  };
  explicit CreateDatabase(PagerCore& core) : core_(core) { core.own_completions.push_back(&done_); }
  // In a read transaction on an empty file. On success the file is left locked EXCLUSIVE, so that
  // nobody comes between before we have the log's write lock too; on failure SHARED.
  void Start() { Begin(State::kBegin); }

 private:
  friend Resumable;
  Next Run(State state);
  Next Lock();
  Next WriteJournal();
  Next SyncJournal();
  Next SyncDirectory();
  Next WritePage();
  Next SyncPage();
  Next RemoveJournal();
  Next Undone();
  Next End();
  Next Undo(Status status);
  bool syncs() const { return core_.options.synchronous != Synchronous::kOff; }

  PagerCore& core_;
  std::unique_ptr<File> journal_;
  WriteFully write_;
  Completion done_;
  Status why_undone_;
  std::array<std::byte, 512> journal_bytes_{};
  std::unique_ptr<std::byte[]> page_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_CREATE_DATABASE_H_
