// Writes the pages that were kept to the end of the journal, making the file if need be. Nothing is
// durable yet, and nobody would take the journal for one that can undo anything: its header begins
// with zeros until sync_journal.h has seen to the rest. Not so with synchronous OFF.
//
// The journal may have existed before, as a leftover or because the mode is PERSIST: what is behind
// our records means nothing.

#ifndef ORRERY_ENGINE_STORAGE_APPEND_JOURNAL_H_
#define ORRERY_ENGINE_STORAGE_APPEND_JOURNAL_H_

#include <array>
#include <vector>

#include "engine/io/resumable.h"
#include "engine/io/transfer.h"
#include "engine/storage/pager_core.h"

namespace orrery {

class AppendJournal final : public Resumable<AppendJournal> {
 public:
  enum class State : uint8_t { kBegin, kHeader, kHeaderWritten, kBatch, kBatchWritten };
  static constexpr Edge<State> kEdges[] = {
      {State::kBegin, State::kHeader},  // a segment begins
      {State::kBegin, State::kBatch},   // the last one goes on
      {State::kHeader, State::kHeaderWritten}, {State::kHeaderWritten, State::kBatch},
      {State::kBatch, State::kBatchWritten},   {State::kBatchWritten, State::kBatch},
  };
  explicit AppendJournal(PagerCore& core) : core_(core) { core.own_completions.push_back(&done_); }

  // All that is pending now; kept pages may be added meanwhile. A journal without a record gets its
  // header too: that says how long the file was.
  void Start();

 private:
  friend Resumable;
  Next Run(State state);
  Next Prepare();
  Next WriteHeader();
  Next HeaderWritten();
  Next WriteBatch();
  Next BatchWritten();

  PagerCore& core_;
  WriteFully write_;
  Completion done_;
  uint64_t up_to_ = 0;     // records
  size_t batch_size_ = 0;  // in records
  std::array<std::byte, kJournalSectorSize> header_bytes_{};
  JournalSegment segment_;
  std::vector<Bytes> parts_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_APPEND_JOURNAL_H_
