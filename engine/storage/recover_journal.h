// Undoes what a writer in rollback mode left unfinished when it died: puts the pages that its
// journal holds back into the file, cuts the file to its old length, and removes the journal.
// https://www.sqlite.org/fileformat2.html#the_rollback_journal
//
// A journal is hot when it stands beside a file that is not empty, does not begin with a zero byte,
// and no writer who is alive holds RESERVED. Several may find it so at the same time; one gets the
// file EXCLUSIVE, and the others find nothing left to do. Whoever dies in the middle leaves the
// journal as it was, to be played back again from its beginning.
//
// The journal itself is synced first: it may be that its writer had not come to that.

#ifndef ORRERY_ENGINE_STORAGE_RECOVER_JOURNAL_H_
#define ORRERY_ENGINE_STORAGE_RECOVER_JOURNAL_H_

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/format/journal_header.h"
#include "engine/io/resumable.h"
#include "engine/io/transfer.h"
#include "engine/storage/delete_super_journal.h"
#include "engine/storage/pager_core.h"

namespace orrery {

class RecoverJournal final : public Resumable<RecoverJournal> {
 public:
  enum class State : uint8_t {
    kBegin,
    kFirstByte,
    kJournalSynced,
    kEnding,
    kFileHeader,
    kHeader,
    kHeaderRead,
    kCut,
    kRecord,
    kRecordRead,
    kPageWritten,
    kSync,
    kSynced,
    kRemoved,
    kEnd
  };
  static constexpr Edge<State> kEdges[] = {
      {State::kBegin, State::kFirstByte},
      {State::kFirstByte, State::kJournalSynced},  // hot, and the file is locked
      {State::kJournalSynced, State::kEnding},
      {State::kEnding, State::kFileHeader},  // it is to be played back
      {State::kEnding, State::kSync},        // it belongs to a commit that is complete
      {State::kFileHeader, State::kHeader},  // what the file says of its page size
      {State::kHeader, State::kHeaderRead},
      {State::kHeader, State::kSync},     // there is no further segment
      {State::kHeaderRead, State::kCut},  // the first header says how long the file was
      {State::kHeaderRead, State::kRecord},
      {State::kHeaderRead, State::kSync},  // no header: the journal ends here
      {State::kCut, State::kRecord},
      {State::kRecord, State::kRecordRead},
      {State::kRecord, State::kHeader},  // the segment ends
      {State::kRecordRead, State::kPageWritten},
      {State::kRecordRead, State::kRecord},  // a page beyond the old end
      {State::kRecordRead, State::kSync},  // a record that was never finished: all that follows too
      {State::kPageWritten, State::kRecord},
      {State::kSync, State::kSynced},
      {State::kSynced, State::kRemoved},  // the journal is gone, durably
      {State::kRemoved, State::kEnd},     // and the one it belonged to, if it was the last
  };
  explicit RecoverJournal(PagerCore& core) : core_(core), delete_super_(core) {
    core.own_completions.push_back(&done_);
  }

  // The file is locked SHARED, and is again at the end. Nothing happens when the journal is not
  // hot.
  void Start() { Begin(State::kBegin); }
  // True while the file is being changed: then the operation must be driven to its end.
  bool is_playing_back() const { return running() && is_locked_; }

 private:
  friend Resumable;
  Next Run(State state);
  Next Look();
  Next LockFile();
  Next ReadEnding();
  Next TakeEnding();
  Next TakeFileHeader();
  Next AskHeader();
  Next TakeHeader();
  Next AfterCut();
  Next AskRecord();
  Next TakeRecord();
  Next PageWritten();
  Next SyncDatabase();
  Next RemoveJournal();
  Next DeleteSuper();
  Next End();
  Next Cold();
  Next Refuse(Status status);
  Status RemoveWhenEmpty();
  bool syncs() const { return core_.options.synchronous != Synchronous::kOff; }

  PagerCore& core_;
  DeleteSuperJournal delete_super_;
  std::unique_ptr<File> journal_;
  uint64_t journal_size_ = 0;
  uint64_t offset_ = 0;  // of what is read next
  bool is_locked_ = false;
  std::string super_name_;
  uint32_t file_page_size_ = 0;
  std::optional<JournalHeader> first_;  // of the first segment: its sizes hold for all
  JournalHeader segment_;
  uint64_t records_left_ = 0;
  ReadFully read_;
  WriteFully write_;
  Completion done_;
  std::vector<std::byte> bytes_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_RECOVER_JOURNAL_H_
