// Ends the journal, as its mode has it: removes it, cuts it to nothing, or writes zeros over its
// header. This is what decides a commit in rollback mode, and the last thing in undoing a
// transaction. https://www.sqlite.org/pragma.html#pragma_journal_mode
//
// A commit whose end may be lost with the power would come back undone. So TRUNCATE with FULL and
// PERSIST sync the journal once more; DELETE syncs the directory only with EXTRA, as sqlite3 does.
//
// When a sync of the journal has failed, what the device holds of it is anybody's guess. Then it is
// removed in every mode, so that nobody builds on it.

#ifndef ORRERY_ENGINE_STORAGE_FINISH_JOURNAL_H_
#define ORRERY_ENGINE_STORAGE_FINISH_JOURNAL_H_

#include <array>

#include "engine/io/resumable.h"
#include "engine/io/transfer.h"
#include "engine/storage/pager_core.h"

namespace orrery {

class FinishJournal final : public Resumable<FinishJournal> {
 public:
  enum class State : uint8_t { kBegin, kEnded, kSynced, kShortened };
  static constexpr Edge<State> kEdges[] = {
      {State::kBegin, State::kEnded},       // nobody would play it back any more
      {State::kEnded, State::kSynced},      // and will not after a power cut
      {State::kSynced, State::kShortened},  // a journal that stays is no longer than allowed
  };
  explicit FinishJournal(PagerCore& core) : core_(core) { core.own_completions.push_back(&done_); }

  void Start() {
    is_ended_ = false;
    Begin(State::kBegin);
  }
  // After a failure: whether the journal has ended all the same. If not, it stands or not, and only
  // a look at the file tells.
  bool is_ended() const { return is_ended_; }

 private:
  friend Resumable;
  Next Run(State state);
  Next EndJournal();
  Next Sync();
  Next Shorten();
  Next Shortened();

  PagerCore& core_;
  WriteFully write_;
  Completion done_;
  std::array<std::byte, kJournalHeaderSize> zeros_{};
  bool is_ended_ = false;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_FINISH_JOURNAL_H_
