// Undoes our own transaction in the database file: puts back every page that the journal holds,
// cuts the file to its old length, and syncs it. Afterwards the journal may be ended.
//
// When this fails, the journal is left as it is: whoever opens the file next finds it hot.

#ifndef ORRERY_ENGINE_STORAGE_PLAY_BACK_JOURNAL_H_
#define ORRERY_ENGINE_STORAGE_PLAY_BACK_JOURNAL_H_

#include <vector>

#include "engine/io/resumable.h"
#include "engine/io/transfer.h"
#include "engine/storage/pager_core.h"

namespace orrery {

class PlayBackJournal final : public Resumable<PlayBackJournal> {
 public:
  enum class State : uint8_t { kBatch, kBatchRead, kRecord, kPageWritten, kCut, kSynced };
  static constexpr Edge<State> kEdges[] = {
      {State::kBatch, State::kBatchRead},  // records came from the journal's file
      {State::kBatch, State::kRecord},     // records that are in memory
      {State::kBatch, State::kCut},  // all pages are as they were; the file has its old length
      {State::kBatchRead, State::kRecord},   {State::kRecord, State::kPageWritten},
      {State::kPageWritten, State::kRecord}, {State::kRecord, State::kBatch},
      {State::kCut, State::kSynced},
  };
  explicit PlayBackJournal(PagerCore& core) : core_(core) {
    core.own_completions.push_back(&done_);
  }

  // The file is locked EXCLUSIVE.
  void Start();

 private:
  friend Resumable;
  Next Run(State state);
  Next TakeBatch();
  Next BatchRead();
  Next PutBack();
  Next PageWritten();
  Next CutFile();
  Next Sync();
  Next Synced();

  PagerCore& core_;
  ReadFully read_;
  WriteFully write_;
  Completion done_;
  std::vector<std::byte> bytes_;  // records, one after another
  uint64_t next_record_ = 0;
  uint64_t record_count_ = 0;  // so many may have been changed in the file
  size_t batch_size_ = 0;      // in records
  size_t next_in_batch_ = 0;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_PLAY_BACK_JOURNAL_H_
