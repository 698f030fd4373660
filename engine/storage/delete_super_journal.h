// Removes the journal that the journals of a transaction over several files have in common, when
// none of them is left that names it. https://www.sqlite.org/fileformat2.html#the_super_journal
//
// One that stays does no harm, so nothing here is an error for whoever asks.

#ifndef ORRERY_ENGINE_STORAGE_DELETE_SUPER_JOURNAL_H_
#define ORRERY_ENGINE_STORAGE_DELETE_SUPER_JOURNAL_H_

#include <memory>
#include <string>
#include <vector>

#include "engine/io/resumable.h"
#include "engine/io/transfer.h"
#include "engine/storage/pager_core.h"

namespace orrery {

class DeleteSuperJournal final : public Resumable<DeleteSuperJournal> {
 public:
  enum class State : uint8_t { kBegin, kNamesRead, kNext, kEndingRead };
  static constexpr Edge<State> kEdges[] = {
      {State::kBegin, State::kNamesRead},  // the names of all journals that belonged to it
      {State::kNamesRead, State::kNext},  {State::kNext, State::kNext},  // that one is gone
      {State::kNext, State::kEndingRead},  // that one is there: whose is it?
      {State::kEndingRead, State::kNext},
  };
  explicit DeleteSuperJournal(PagerCore& core) : core_(core) {
    core.own_completions.push_back(&done_);
  }
  void Start(std::string name) {
    name_ = std::move(name);
    next_ = 0;
    Begin(State::kBegin);
  }

 private:
  friend Resumable;
  Next Run(State state);
  Next Open();
  Next NamesRead();
  Next LookAtNext();
  Next EndingRead();
  Next End();
  // Opens `path` and finds out how long it is; false when that cannot be done.
  bool OpenFile(const std::string& path);

  PagerCore& core_;
  std::string name_;
  std::unique_ptr<File> file_;
  uint64_t file_size_ = 0;
  ReadFully read_;
  Completion done_;
  std::vector<std::byte> names_;  // each ends in a zero byte
  size_t next_ = 0;               // where the next one begins
  std::vector<std::byte> ending_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_DELETE_SUPER_JOURNAL_H_
