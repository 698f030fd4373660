// Changes the journal mode: https://www.sqlite.org/pragma.html#pragma_journal_mode
//
// Between rollback journals that is this connection's own matter; a journal that the old mode has
// kept is removed when the new one would not use it. To WAL and back it is a change to the file,
// and needs it EXCLUSIVE: into WAL mode page 1 says so (set_file_version.h); out of it the log is
// put into the file and removed first (close_log.h). Dying in between leaves a WAL database without
// a log, which is one with an empty log.

#ifndef ORRERY_ENGINE_STORAGE_CHANGE_MODE_H_
#define ORRERY_ENGINE_STORAGE_CHANGE_MODE_H_

#include <array>

#include "engine/io/resumable.h"
#include "engine/io/transfer.h"
#include "engine/storage/begin_read.h"
#include "engine/storage/close_log.h"
#include "engine/storage/pager_core.h"
#include "engine/storage/set_file_version.h"

namespace orrery {

class ChangeMode final : public Resumable<ChangeMode, JournalMode> {
 public:
  enum class State : uint8_t { kBegin, kLooked, kLogClosed, kHeaderRead, kChanged };
  static constexpr Edge<State> kEdges[] = {
      {State::kBegin, State::kLooked},  // it is known what the file is now
      {State::kLooked, State::kLogClosed},
      {State::kLogClosed, State::kHeaderRead},
      {State::kHeaderRead, State::kChanged},
      {State::kLooked, State::kChanged},  // page 1 says what the file is
  };
  ChangeMode(PagerCore& core, BeginReadTransaction& begin_read, CloseLog& close_log,
             SetFileVersion& set_file_version)
      : core_(core),
        begin_read_(begin_read),
        close_log_(close_log),
        set_file_version_(set_file_version) {
    core.own_completions.push_back(&read_done_);
  }

  // Done with the mode that is in force then: in a transaction that has changed something it is the
  // old one. In a transaction there is no way into WAL mode or out of it: kLocked.
  void Start(JournalMode mode) {
    mode_ = mode;
    Begin(State::kBegin);
  }

 private:
  friend Resumable;
  Next Run(State state);
  Next Look();
  Next Looked();
  Next LogClosed();
  Next HeaderRead();
  Next Changed();
  Next Refuse(Status status);
  void UseJournal(JournalMode mode);

  PagerCore& core_;
  BeginReadTransaction& begin_read_;
  CloseLog& close_log_;
  SetFileVersion& set_file_version_;
  JournalMode mode_ = JournalMode::kDelete;
  ReadFully read_;
  Completion read_done_;
  std::array<std::byte, kDatabaseHeaderSize> bytes_{};
};

}  // namespace orrery

#endif  // ORRERY_ENGINE_STORAGE_CHANGE_MODE_H_
