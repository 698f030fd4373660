// Makes all that has been appended to the journal durable, and the journal one that can undo the
// transaction: only then may a page be changed in the database file.
//
//   1. with synchronous FULL or EXTRA the records are synced, so that
//   2. the count in the segment's header, and the magic number that makes it count, come after them
//   3. the journal is synced, and the first time its directory: its name must be found
//
// With NORMAL there is no step 1: header and records become durable together, in an order of the
// device's choosing. With OFF nothing is synced.
//
// What follows our last record may look like the header of another segment: a journal that was
// there before had one. It must not be taken for ours, so its first byte becomes zero before
// step 1.

#ifndef ORRERY_ENGINE_STORAGE_SYNC_JOURNAL_H_
#define ORRERY_ENGINE_STORAGE_SYNC_JOURNAL_H_

#include <array>

#include "engine/io/resumable.h"
#include "engine/io/transfer.h"
#include "engine/storage/pager_core.h"

namespace orrery {

class SyncJournal final : public Resumable<SyncJournal> {
 public:
  enum class State : uint8_t {
    kBegin,
    kNextRead,
    kNextCleared,
    kRecordsSynced,
    kCountWritten,
    kSynced,
    kEnd
  };
  static constexpr Edge<State> kEdges[] = {
      {State::kBegin, State::kEnd},  // synchronous is OFF
      {State::kBegin, State::kNextRead},
      {State::kNextRead, State::kNextCleared},  // no leftover follows any more
      {State::kNextCleared, State::kRecordsSynced},
      {State::kRecordsSynced, State::kCountWritten},
      {State::kCountWritten, State::kSynced},
      {State::kSynced, State::kEnd},  // the directory has been synced, or had been before
  };
  explicit SyncJournal(PagerCore& core) : core_(core) { core.own_completions.push_back(&done_); }

  // All that is pending has been appended, and the file is locked EXCLUSIVE.
  void Start() { Begin(State::kBegin); }

 private:
  friend Resumable;
  Next Run(State state);
  Next LookBehind();
  Next ClearBehind();
  Next SyncRecords();
  Next WriteCount();
  Next SyncAll();
  Next SyncDirectory();
  Next End();
  // A sync or a write that should have made something durable did not.
  Next Refuse(Status status);
  uint64_t next_segment_offset() const;

  PagerCore& core_;
  ReadFully read_;
  WriteFully write_;
  Completion done_;
  std::array<std::byte, kJournalHeaderStartSize> bytes_{};
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_SYNC_JOURNAL_H_
