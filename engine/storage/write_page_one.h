// Replaces page 1 in the database file itself, durably and so that a crash leaves either the old
// page or the new: to make a new database, and to turn one in rollback mode into a WAL database. A
// log beside an empty file counts for nothing, so a new database needs page 1 there before the log.
//
// A rollback journal with the old state stands beside the file meanwhile. Whoever comes after a
// crash or a failure finds it hot and puts the old state back (recover_journal.h). Its removal is
// made durable too: were it to come back after commits in the log, it would undo them.

#ifndef ORRERY_ENGINE_STORAGE_WRITE_PAGE_ONE_H_
#define ORRERY_ENGINE_STORAGE_WRITE_PAGE_ONE_H_

#include <memory>
#include <vector>

#include "engine/io/resumable.h"
#include "engine/io/transfer.h"
#include "engine/storage/pager_core.h"

namespace orrery {

class WritePageOne final : public Resumable<WritePageOne> {
 public:
  enum class State : uint8_t {
    kBegin,
    kJournal,
    kJournalWritten,
    kJournalSynced,
    kJournalDurable,
    kPageWritten,
    kPageDurable,
    kEnd
  };
  static constexpr Edge<State> kEdges[] = {
      {State::kBegin, State::kJournal},
      {State::kJournal, State::kJournalWritten},
      {State::kJournalWritten, State::kJournalSynced},
      {State::kJournalSynced, State::kJournalDurable},  // its directory entry too
      {State::kJournalDurable, State::kPageWritten},
      {State::kPageWritten, State::kPageDurable},
      {State::kPageDurable, State::kEnd},  // the journal is gone, durably
  };
  explicit WritePageOne(PagerCore& core) : core_(core) { core.own_completions.push_back(&done_); }

  // The file is locked SHARED and has `file_page_count` pages, the first with the bytes `old_page`.
  // On success it is left locked EXCLUSIVE, so that nobody comes between before the caller is where
  // it wants to be; on failure SHARED. kBusy when somebody else has it open.
  void Start(std::unique_ptr<std::byte[]> new_page, Bytes old_page, PageNumber file_page_count);

 private:
  friend Resumable;
  Next Run(State state);
  Next Pause();
  Next WriteJournal();
  Next SyncJournal();
  Next SyncDirectory();
  Next WritePage();
  Next SyncPage();
  Next RemoveJournal();
  Next End();
  Next Refuse(Status status);
  Status OpenJournal();
  bool syncs() const { return core_.options.synchronous != Synchronous::kOff; }

  PagerCore& core_;
  std::unique_ptr<File> journal_;
  WriteFully write_;
  Completion done_;
  std::vector<std::byte> journal_bytes_;
  std::unique_ptr<std::byte[]> new_page_;
  PageNumber file_page_count_ = 0;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_WRITE_PAGE_ONE_H_
