// Undoes what a writer in rollback mode left unfinished when it died: puts the pages that its
// journal holds back into the file, cuts the file to its old length, and removes the journal.
// https://www.sqlite.org/fileformat2.html#the_rollback_journal
//
// A journal is hot when it stands beside a file that is not empty, does not begin with a zero byte,
// and no writer who is alive holds RESERVED.

#ifndef ORRERY_ENGINE_STORAGE_RECOVER_JOURNAL_H_
#define ORRERY_ENGINE_STORAGE_RECOVER_JOURNAL_H_

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "engine/format/journal_header.h"
#include "engine/io/resumable.h"
#include "engine/io/transfer.h"
#include "engine/storage/pager_core.h"

namespace orrery {

class RecoverJournal final : public Resumable<RecoverJournal> {
 public:
  enum class State : uint8_t {
    kBegin,
    kFirstByte,
    kEnding,
    kHeader,
    kHeaderRead,
    kCut,
    kRecord,
    kRecordRead,
    kPageWritten,
    kSync,
    kSynced,
    kEnd
  };
  static constexpr Edge<State> kEdges[] = {
      {State::kBegin, State::kFirstByte},
      {State::kFirstByte, State::kEnding},  // hot, and the file is locked
      {State::kEnding, State::kHeader},     // it is to be played back
      {State::kEnding, State::kSync},       // it belongs to a commit that is complete
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
      {State::kSynced, State::kEnd},  // the journal is gone, durably
  };
  explicit RecoverJournal(PagerCore& core) : core_(core) { core.own_completions.push_back(&done_); }

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
  Next TakeEnding();
  Next AskHeader();
  Next TakeHeader();
  Next AfterCut();
  Next AskRecord();
  Next TakeRecord();
  Next PageWritten();
  Next SyncDatabase();
  Next RemoveJournal();
  Next End();
  Next Cold();
  Next Refuse(Status status);
  Status RemoveWhenEmpty();

  PagerCore& core_;
  std::unique_ptr<File> journal_;
  uint64_t journal_size_ = 0;
  uint64_t offset_ = 0;  // of what is read next
  bool is_locked_ = false;
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
