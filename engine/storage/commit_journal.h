// Ends a write transaction in rollback mode by making its pages part of the database file.
//
//   1. the file is locked EXCLUSIVE; kBusy when readers are in the way, and then the transaction is
//      as it was: the commit may be tried again, or it is rolled back
//   2. the journal is made durable (sync_journal.h)
//   3. the pages are written to the file, and the file is synced
//   4. the journal is ended (finish_journal.h): here the decision falls
//   5. the file is cut when the database has become shorter: not before the end of the journal is
//      durable, since one that came back would undo what can no longer be undone
//
// Of a transaction over several files 1 to 3 are done first, with the name of the super-journal
// that decides it (super_journal.h) added to the journal after 2; then 4 and 5.
//
// After a failure in 2 or 3 the transaction is still open, to be rolled back. When ending the
// journal fails, nobody knows on which side of the decision that was: then the rollback looks at
// nothing and gives back its locks, and whoever reads the file next finds the journal hot or not.

#ifndef ORRERY_ENGINE_STORAGE_COMMIT_JOURNAL_H_
#define ORRERY_ENGINE_STORAGE_COMMIT_JOURNAL_H_

#include <string>
#include <utility>

#include "engine/io/resumable.h"
#include "engine/storage/append_journal.h"
#include "engine/storage/finish_journal.h"
#include "engine/storage/name_super_journal.h"
#include "engine/storage/pager_core.h"
#include "engine/storage/sync_journal.h"
#include "engine/storage/write_pages.h"

namespace orrery {

class CommitJournal final : public Resumable<CommitJournal> {
 public:
  enum class State : uint8_t {
    kBegin,
    kLock,
    kAppended,
    kJournalSynced,
    kNamed,
    kWrite,
    kWritten,
    kGrown,
    kEnd,
    kEnded,
    kEndIsDurable,
    kCut
  };
  static constexpr Edge<State> kEdges[] = {
      {State::kBegin, State::kLock},
      {State::kLock, State::kAppended},  // all that was kept is in the journal
      {State::kLock, State::kWrite},     // the journal is no file
      {State::kLock, State::kEnd},       // nothing has changed, but there is a journal
      {State::kAppended, State::kJournalSynced},
      {State::kJournalSynced, State::kNamed},  // it says which super-journal it belongs to
      {State::kJournalSynced, State::kWrite},
      {State::kNamed, State::kWrite},
      {State::kWrite, State::kWritten},       // the pages are in the file
      {State::kWritten, State::kGrown},       // the file is as long as the database
      {State::kGrown, State::kEnd},           // the file has been synced
      {State::kEnd, State::kEnded},           // the journal is no more
      {State::kEnded, State::kEndIsDurable},  // the database has become shorter
      {State::kEnded, State::kCut},           // it has not
      {State::kEndIsDurable, State::kCut},    // the file is no longer than the database
  };
  CommitJournal(PagerCore& core, AppendJournal& append, SyncJournal& sync, WritePages& write)
      : core_(core), append_(append), sync_(sync), name_(core), write_(write), finish_(core) {
    core.own_completions.push_back(&done_);
  }
  // `is_undone`: as Pager::Commit. Pages that have been spilled are put back in the file.
  void Start(bool is_undone = false) {
    is_undone_ = is_undone;
    super_journal_.clear();
    Begin(State::kBegin);
  }
  // As far as it goes before the decision.
  void StartPreparing(std::string super_journal) {
    is_undone_ = false;
    super_journal_ = std::move(super_journal);
    Begin(State::kBegin);
  }

 private:
  friend Resumable;
  Next Run(State state);
  Next Pause();
  Next Lock();
  Next SyncJournalFile();
  Next JournalSynced();
  Next Named();
  Next WriteAll();
  Next GrowFile();
  Next SyncFile();
  Next EndJournal();
  Next Ended();
  Next CutFile();
  Next End();
  Next Refuse(Status status);
  uint64_t WantedSize() const { return uint64_t{core_.view.page_count} * core_.cache.page_size(); }
  void EndWrite();

  PagerCore& core_;
  AppendJournal& append_;
  SyncJournal& sync_;
  NameSuperJournal name_;
  WritePages& write_;
  FinishJournal finish_;
  bool is_undone_ = false;
  std::string super_journal_;  // empty: nothing is only prepared
  Completion done_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_COMMIT_JOURNAL_H_
