// Writes the name of a super-journal at the end of this database's journal, and makes it durable:
// from then on the journal is hot only while the super-journal is there. The journal itself has
// been synced; nothing may follow the name in its file.
// https://www.sqlite.org/fileformat2.html#the_rollback_journal

#ifndef ORRERY_ENGINE_STORAGE_NAME_SUPER_JOURNAL_H_
#define ORRERY_ENGINE_STORAGE_NAME_SUPER_JOURNAL_H_

#include <string>
#include <vector>

#include "engine/io/resumable.h"
#include "engine/io/transfer.h"
#include "engine/storage/pager_core.h"

namespace orrery {

class NameSuperJournal final : public Resumable<NameSuperJournal> {
 public:
  enum class State : uint8_t { kBegin, kWritten, kCut, kSynced };
  static constexpr Edge<State> kEdges[] = {
      {State::kBegin, State::kWritten},
      {State::kWritten, State::kCut},  // what an older journal has left behind it is gone
      {State::kCut, State::kSynced},
  };
  explicit NameSuperJournal(PagerCore& core) : core_(core) {
    core.own_completions.push_back(&done_);
  }
  void Start(const std::string& name);

 private:
  friend Resumable;
  Next Run(State state);
  Next Write();
  Next Written();
  Next Cut();
  Next Refuse(Status status);

  PagerCore& core_;
  std::vector<std::byte> ending_;
  uint64_t offset_ = 0;
  WriteFully write_;
  Completion done_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_NAME_SUPER_JOURNAL_H_
