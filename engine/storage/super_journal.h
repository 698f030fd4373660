// A transaction that several files in rollback mode are part of is decided by one file: the
// super-journal, which names the journals of all of them
// (https://www.sqlite.org/atomiccommit.html#_multi_file_commit).
//
//   1. WriteSuperJournal makes it, durable
//   2. each pager's PrepareCommit writes its name into the journal (name_super_journal.h), makes
//      that durable, and then the pages of its own file
//   3. it is removed, durably: here the decision falls, for all of them
//   4. each pager's Commit ends its journal
//
// A journal that names a super-journal is hot only while that is there.

#ifndef ORRERY_ENGINE_STORAGE_SUPER_JOURNAL_H_
#define ORRERY_ENGINE_STORAGE_SUPER_JOURNAL_H_

#include <memory>
#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/io/io.h"
#include "engine/io/resumable.h"
#include "engine/io/transfer.h"

namespace orrery {

// Answers the super-journal's path. One that could not be made whole is removed.
class WriteSuperJournal final : public Resumable<WriteSuperJournal, std::string> {
 public:
  enum class State : uint8_t { kBegin, kWritten, kSynced, kIsDurable };
  static constexpr Edge<State> kEdges[] = {
      {State::kBegin, State::kWritten},
      {State::kWritten, State::kSynced},
      {State::kSynced, State::kIsDurable},  // its name in the directory too
  };
  ~WriteSuperJournal() { Abandon(); }

  // Beside `path`, a database's.
  void Start(Io& io, const std::string& path, const std::vector<std::string>& journals);

 private:
  friend Resumable;
  Next Run(State state);
  Next Write();
  Next Written();
  Next Synced();
  Next GiveUp(Status status);
  void OnAbandon() override;

  Io* io_ = nullptr;
  std::string name_;
  std::vector<std::byte> names_;  // each ends in a zero byte
  std::unique_ptr<File> file_;
  WriteFully write_;
  Completion done_;
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_SUPER_JOURNAL_H_
